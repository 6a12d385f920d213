import { SecurityClass } from '@zwave-js/core';
import { expect, test, vi } from 'vitest';
import type { MembershipHooks, MembershipStep } from '../../src/ports/membership.ts';
import { KeyExchange, granted, securityNames } from './key-exchange.ts';
import type { Wish } from './key-exchange.ts';

const shown = '23669-20785-47123-61440-00017-09999-65535';
const dsk = `34028-${shown}`;
const partial = `-${shown}`;
const everything = [
  SecurityClass.S2_Unauthenticated,
  SecurityClass.S2_AccessControl,
  SecurityClass.S0_Legacy,
];

const bench = (
  wish: Partial<Wish>,
  answers: readonly (string | undefined)[] = [],
): {
  exchange: KeyExchange;
  steps: MembershipStep[];
  asked: string[];
  aborted: AbortController;
  lost: AbortController;
} => {
  const [aborted, lost] = [new AbortController(), new AbortController()];
  const steps: MembershipStep[] = [];
  const asked: string[] = [];
  const hooks: MembershipHooks = {
    onStep: (step) => {
      steps.push(step);
    },
    askPin: (text) => {
      asked.push(text);
      // Out of answers: somebody who neither answers nor heeds the signal.
      const answer = answers.length >= asked.length;
      return answer ? Promise.resolve(answers[asked.length - 1]) : new Promise(() => undefined);
    },
  };
  const exchange = new KeyExchange(
    { aborted: aborted.signal, lost: lost.signal },
    { label: undefined, dskPin: undefined, ...wish },
    hooks,
  );
  return { exchange, steps, asked, aborted, lost };
};

test('S0 is granted only to a lock that asks for nothing better', () => {
  expect(granted(everything)).toEqual([SecurityClass.S2_Unauthenticated, SecurityClass.S2_AccessControl]);
  expect(granted([SecurityClass.S0_Legacy])).toEqual([SecurityClass.S0_Legacy]);
});

test('security is named as on the label, the strongest first', () => {
  expect(securityNames(everything)).toBe('S2 Access Control, S2 Unauthenticated, S0');
});

test('the lock is told what it gets, and people what it asks for', async () => {
  const { exchange, steps } = bench({});
  const answer = await exchange.callbacks.grantSecurityClasses({
    securityClasses: everything,
    clientSideAuth: true,
  });
  expect(answer).toEqual({ securityClasses: granted(everything), clientSideAuth: false });
  expect(steps).toEqual([{ kind: 'securing', security: 'S2 Access Control, S2 Unauthenticated' }]);
  expect(exchange.onlyS0).toBe(false);
});

test('the PIN is asked for with the DSK that the lock shows', async () => {
  const { exchange, steps, asked } = bench({}, [' 34028\n']);
  expect(await exchange.callbacks.validateDSKAndEnterPIN(partial)).toBe('34028');
  expect(asked).toEqual([shown]);
  expect(steps).toEqual([{ kind: 'pin_needed', dsk: shown }]);
  expect(exchange.refusal).toBeUndefined();
});

test('a PIN that can be none is asked for once more, then given up', async () => {
  const better = bench({}, ['3402', '34028']);
  expect(await better.exchange.callbacks.validateDSKAndEnterPIN(partial)).toBe('34028');
  const worse = bench({}, ['3402', '99999', '34028']);
  expect(await worse.exchange.callbacks.validateDSKAndEnterPIN(partial)).toBe(false);
  expect(worse.exchange.refusal?.why).toBe('bad_pin');
  expect(worse.asked).toHaveLength(2);
  expect(worse.exchange.refusal?.message).not.toContain('99999');
});

test('with a PIN known beforehand, or the label, nobody is asked', async () => {
  const known = bench({ dskPin: '34028' });
  expect(await known.exchange.callbacks.validateDSKAndEnterPIN(partial)).toBe('34028');
  const label = bench({ label: { dsk, smartStart: undefined } });
  expect(await label.exchange.callbacks.validateDSKAndEnterPIN(partial)).toBe('34028');
  expect([...known.asked, ...label.asked]).toEqual([]);
});

test('another lock than that of the label gets no keys', async () => {
  const { exchange } = bench({ label: { dsk, smartStart: undefined } });
  expect(await exchange.callbacks.validateDSKAndEnterPIN(partial.replace('23669', '23668'))).toBe(false);
  expect(exchange.refusal?.message).toContain('Another lock');
});

test.each([
  ['nobody knows the PIN', [undefined], () => undefined, 'aborted', 'No PIN was given.'],
  ['zwave-js has waited long enough', [], 'time', 'aborted', 'four minutes'],
  ['the caller stops', [], 'abort', 'aborted', 'Stopped'],
  ['the line breaks', [], 'lost', 'radio_down', 'went away'],
] as const)('%s: the question ends with a no', async (_what, answers, end, why, said) => {
  const { exchange, asked, aborted, lost } = bench({}, answers);
  const pin = exchange.callbacks.validateDSKAndEnterPIN(partial);
  await vi.waitFor(() => {
    expect(asked).toHaveLength(1);
  }, 30_000);
  if (end === 'time') exchange.callbacks.abort();
  if (end === 'abort') aborted.abort();
  if (end === 'lost') lost.abort();
  expect(await pin).toBe(false);
  expect(exchange.refusal).toMatchObject({ why });
  expect(exchange.refusal?.message).toContain(said);
});

test('once the caller has stopped, no keys are granted and no question is asked', async () => {
  const { exchange, asked, aborted } = bench({}, ['34028']);
  aborted.abort();
  expect(
    await exchange.callbacks.grantSecurityClasses({ securityClasses: everything, clientSideAuth: false }),
  ).toBe(false);
  expect(await exchange.callbacks.validateDSKAndEnterPIN(partial)).toBe(false);
  expect(asked).toEqual([]);
  expect(exchange.refusal?.why).toBe('aborted');
});
