import { describe, expect, test } from 'vitest';
import { recordingLog } from '../../test/support/driver-host.ts';
import { describeLock, ScriptedDriver } from '../../test/support/scripted-driver.ts';
import { never, pinOf } from '../../test/support/zwave-driver.ts';
import { LockAddress, RadioId } from '../core/ids.ts';
import type { Hint, LockDriver } from '../ports/lock-driver.ts';
import { plainCapabilities } from '../../test/support/house.ts';
import { Complaints, scrubbed } from './complaints.ts';
import { GuardedDriver } from './guarded-driver.ts';

const lock = LockAddress('scripted:1');
const pin = pinOf('482913');

/** The scripted driver with some of its members replaced by what TypeScript would never let through. */
const guard = (
  broken: Readonly<Record<string, unknown>> = {},
): { guarded: LockDriver; inner: ScriptedDriver; lines: string[] } => {
  const inner = new ScriptedDriver();
  for (const [key, value] of Object.entries(broken)) Object.defineProperty(inner, key, { value });
  const { log, lines } = recordingLog();
  return { guarded: new GuardedDriver(inner, RadioId('scripted'), new Complaints(log)), inner, lines };
};

const failed = { kind: 'failed', why: 'timeout' };
const unknown = { ...failed, mayHaveLanded: true };
const calls: readonly [string, (driver: LockDriver) => unknown, unknown][] = [
  ['readSlot', (driver) => driver.readSlot(lock, 1, never), failed],
  ['writeSlot', (driver) => driver.writeSlot(lock, 1, pin, never), unknown],
  ['clearSlot', (driver) => driver.clearSlot(lock, 1, never), unknown],
  ['nameSlot', (driver) => driver.nameSlot?.(lock, 1, 'Ada', never), unknown],
  ['checksum', (driver) => driver.checksum(lock, never), failed],
  ['operate', (driver) => driver.operate(lock, 'lock', never), failed],
  ['capabilities', (driver) => driver.capabilities(lock, never), undefined],
  ['inspect', (driver) => driver.inspect?.(lock), undefined],
  ['facts', (driver) => driver.facts?.(), {}],
  ['locks', (driver) => driver.locks(), []],
];

describe("a third party's driver", () => {
  test.each(calls)('that throws in %s has failed, and is told of once', async (name, call, otherwise) => {
    const { guarded, lines } = guard({
      [name]: () => {
        throw new Error('cannot write 482913');
      },
    });
    expect(await call(guarded)).toEqual(otherwise);
    await call(guarded);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain(`"call":"${name}"`);
    expect(lines[0]).not.toContain('482913');
  });

  test.each(calls)('that rejects in %s has failed', async (name, call, otherwise) => {
    const { guarded } = guard({ [name]: () => Promise.reject(new Error('no')) });
    expect(await call(guarded)).toEqual(otherwise);
  });

  test.each(calls)(
    'that answers nonsense in %s has failed, and the nonsense is not logged',
    async (name, call, otherwise) => {
      for (const nonsense of ['482913', { kind: 'ok', why: 482913 }, 7, null]) {
        const { guarded, lines } = guard({ [name]: () => nonsense });
        expect(await call(guarded)).toEqual(otherwise);
        expect(lines).toHaveLength(1);
        expect(lines[0]).not.toContain('482913');
      }
    },
  );

  test('whose answers throw when they are looked at, or that throws what has no text, has failed', async () => {
    const trap = {
      get kind(): never {
        throw new Error('482913');
      },
    };
    const { guarded, inner, lines } = guard({ locks: () => [trap], readSlot: () => trap });
    expect(guarded.locks()).toEqual([]);
    expect(await guarded.readSlot(lock, 1, never)).toEqual(failed);
    const heard: Hint[] = [];
    guarded.onHint((hint) => heard.push(hint));
    inner.emit(trap);
    expect(heard).toEqual([]);
    expect(lines.join()).not.toContain('482913');
    for (const thrown of [Object.create(null), undefined, Object.assign(new Error('x'), { stack: 7 })]) {
      const { guarded: other } = guard({
        readSlot: () => {
          throw thrown;
        },
      });
      expect(await other.readSlot(lock, 1, never)).toEqual(failed);
    }
  });

  test('passes on what is as it should be', async () => {
    const reading = { kind: 'read', reading: { kind: 'occupied', pin, enabled: true } };
    const { guarded, inner, lines } = guard({ readSlot: () => Promise.resolve(reading) });
    inner.tell = () => Promise.resolve({ ...plainCapabilities, codeManners: true });
    expect(await guarded.readSlot(lock, 1, never)).toEqual(reading);
    expect(await guarded.capabilities(lock, never)).toEqual({ ...plainCapabilities, codeManners: true });
    expect(guarded.locks()).toEqual(inner.locks());
    expect(await guarded.writeSlot(lock, 1, pin, never)).toEqual({ kind: 'accepted' });
    expect(guarded.state).toBe('ready');
    expect(lines).toEqual([]);
  });

  test('gives PINs that the host has made, not texts or a class of its own', async () => {
    for (const pin of ['482913', { reveal: () => '482913' }]) {
      const reading = { kind: 'read', reading: { kind: 'occupied', pin, enabled: true } };
      const { guarded } = guard({ readSlot: () => Promise.resolve(reading) });
      expect(await guarded.readSlot(lock, 1, never)).toEqual(failed);
    }
  });

  test('has only locks of its own radio, each once', () => {
    const { guarded, inner, lines } = guard();
    const own = describeLock();
    inner.descriptions = [
      own,
      { ...own, name: 'the same again' },
      { ...own, address: LockAddress('zwave:2') },
      { ...own, address: LockAddress('scripted:2'), identities: ['zwave:dsk:1'] },
      { ...own, address: LockAddress('scripted:a/b') },
      { ...own, address: LockAddress('scripted:3'), radio: RadioId('zwave') },
    ];
    expect(guarded.locks()).toEqual([own]);
    expect(lines.length).toBeGreaterThan(0);
  });

  test('may leave out what it knows nothing of', () => {
    const bare = {
      address: 'scripted:9',
      radio: 'scripted',
      identities: ['scripted:9'],
      name: 'Bare',
      online: true,
    };
    const { guarded } = guard({ locks: () => [bare] });
    expect(guarded.locks()).toMatchObject([bare]);
  });

  test('is heard, as far as it makes sense', () => {
    const { guarded, inner } = guard();
    const heard: Hint[] = [];
    const end = guarded.onHint((hint) => heard.push(hint));
    inner.emit({ kind: 'slot', address: lock, slot: 3 });
    for (const nonsense of [
      undefined,
      { kind: 'slot', address: 'zwave:2', slot: 1 },
      { kind: 'slot', address: lock, slot: '3' },
      { kind: 'party' },
    ])
      inner.emit(nonsense as unknown as Hint);
    inner.emit({ kind: 'locks' });
    expect(heard).toEqual([{ kind: 'slot', address: lock, slot: 3 }, { kind: 'locks' }]);
    end();
    inner.emit({ kind: 'locks' });
    expect(heard).toHaveLength(2);
  });

  test.each([
    ['state', 'sleepy', 'lost'],
    ['stateDetail', 7, undefined],
    ['concurrency', 0, 1],
  ] as const)('with a wrong %s', (key, value, instead) => {
    expect(guard({ [key]: value }).guarded[key]).toBe(instead);
  });

  test('whose schedules, clocks and pairing throw has failed there too', async () => {
    const no = (): never => {
      throw new Error('no');
    };
    const { guarded, lines } = guard({
      schedules: { setSchedule: no, clearSchedule: no, readSchedule: no },
      clocks: { readClock: no },
      membership: { leftBehind: no, pair: no, remove: no },
      [Symbol.asyncDispose as never]: no,
    });
    const window = { start: minute, stop: minute };
    expect(await guarded.schedules?.setSchedule(lock, 1, window, never)).toEqual(unknown);
    expect(await guarded.schedules?.clearSchedule(lock, 1, never)).toEqual(unknown);
    expect(await guarded.schedules?.readSchedule(lock, 1, never)).toEqual(failed);
    expect(await guarded.clocks?.readClock(lock, never)).toEqual(failed);
    expect(guarded.membership?.leftBehind()).toEqual([]);
    const hooks = { onStep: () => undefined, askPin: () => Promise.resolve(undefined) };
    const request = { qrCode: undefined, dskPin: undefined };
    const expected = { kind: 'failed', why: 'unspecified', leftBehind: undefined };
    expect(await guarded.membership?.pair(request, hooks, never)).toMatchObject(expected);
    expect(await guarded.membership?.remove(lock, 'gone', hooks, never)).toMatchObject(expected);
    await guarded[Symbol.asyncDispose]();
    expect(lines.length).toBeGreaterThan(5);
  });

  test('does not fill the log', () => {
    let n = 0;
    const { guarded, lines } = guard({
      locks: () => {
        throw new Error('x'.repeat((n += 1)));
      },
    });
    for (let i = 0; i < 500; i += 1) guarded.locks();
    expect(lines).toHaveLength(50);
  });
});

const minute = { year: 2026, month: 1, day: 1, hour: 0, minute: 0 };

test.each([
  ['PIN 482913 refused', 'Error: PIN […] refused'],
  ['data [52,56,50,57,49,51] lost', 'Error: data [[…]] lost'],
  ['bytes 34 38 32 39', 'Error: bytes […]'],
  ['<Buffer 34 38 32 39 31>', 'Error: <Buffer […]>'],
  ['key 00112233445566778899aabbccddeeff', 'Error: key […]'],
  ['slot 12 of 30, after 250 ms', 'Error: slot 12 of 30, after 250 ms'],
])('what was thrown is told without digits that could be a PIN: %s (FIELD-BUGS 26)', (message, told) => {
  expect(scrubbed(new Error(message))).toBe(told);
});
