import { Console } from 'node:console';
import { Writable } from 'node:stream';
import { format, inspect } from 'node:util';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Pin } from './pin.ts';
import { AccessCodeId } from './ids.ts';

const secret = '80417263';
const parse = (digits: string): Pin => {
  const pin = Pin.parse(digits);
  if (pin === undefined) throw new Error('not a PIN');
  return pin;
};
const pin = parse(secret);

const consoleText = (value: unknown): string => {
  let text = '';
  const stdout = new Writable({
    write: (chunk: unknown, _encoding, done): void => {
      text += String(chunk);
      done();
    },
  });
  const out = new Console({ stdout, stderr: stdout });
  out.log('%s %o %O %j', value, value, value, value);
  out.dir(value, { depth: null, showHidden: true });
  return text;
};

const thrown = (value: Pin): string => {
  const error = new Error(`cannot write ${String(value)}`, { cause: value });
  return `${error.message} ${error.stack ?? ''} ${inspect(error, { depth: null, showHidden: true })}`;
};

const printings: Record<string, (value: Pin) => string> = {
  'a template': (value) => `code ${String(value)}`,
  concatenation: (value) => 'code '.concat(String(value)),
  join: (value) => [value].join(','),
  'JSON.stringify': (value) => JSON.stringify(value),
  'JSON nested three deep': (value) => JSON.stringify({ a: [{ b: { code: value } }] }),
  'util.inspect': (value) => inspect(value, { showHidden: true, depth: null }),
  'util.inspect nested': (value) =>
    inspect({ a: new Map([[1, [{ value }]]]) }, { depth: null, showHidden: true }),
  'util.inspect without custom inspection': (value) =>
    inspect(value, { customInspect: false, showHidden: true, depth: null }),
  'util.format': (value) => format('%s %o %O %j', value, value, value, value),
  console: consoleText,
  'an error, its stack and cause': thrown,
};

for (const [how, print] of Object.entries(printings))
  test(`a PIN's digits don't come out of ${how} (FIELD-BUGS 26)`, () => {
    const text = print(pin);
    expect(text).not.toContain(secret);
    if (!how.includes('without custom')) expect(text).toContain('[pin]');
  });

test("a PIN's digits can't be reached by enumerating, spreading or copying it", () => {
  expect(Object.keys(pin)).toEqual([]);
  expect(Reflect.ownKeys(pin)).toEqual([]);
  expect(JSON.stringify(Object.assign({}, pin))).toBe('{}');
});

test('a PIN keeps its leading zeros from end to end (FIELD-BUGS 18)', () => {
  expect(parse('0042').reveal()).toBe('0042');
  expect(parse('0000').length).toBe(4);
  expect(parse('0042').equals(parse('42'))).toBe(false);
});

test('a PIN is 1 to 32 ASCII digits and nothing else', () => {
  for (const text of ['', ' 1234', '1234\n', '12a4', '-123', '1.23', '１２３４', '1'.repeat(33)])
    expect(Pin.parse(text), JSON.stringify(text)).toBeUndefined();
  expect(Pin.parse('1'.repeat(32))?.length).toBe(32);
});

test('two PINs are equal exactly when their digits are', () => {
  const digits = fc.stringMatching(/^\d{1,12}$/);
  fc.assert(
    fc.property(digits, digits, (a, b) => {
      expect(parse(a).equals(parse(b))).toBe(a === b);
      expect(parse(a).equals(undefined)).toBe(false);
    }),
  );
  expect(parse('1234').equals(parse('1234'))).toBe(true);
});

test("a failing assertion on PINs doesn't print them", () => {
  let message = '';
  try {
    expect({ id: AccessCodeId('x'), code: pin }).toEqual({ id: AccessCodeId('x'), code: parse('9999') });
  } catch (error) {
    message = inspect(error, { depth: null });
  }
  expect(message).not.toBe('');
  expect(message).not.toContain(secret);
});
