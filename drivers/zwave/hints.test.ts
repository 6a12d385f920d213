import { CommandClasses } from '@zwave-js/core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Hint, LockDriver } from '../../src/ports/lock-driver.ts';
import { temporaryHost } from '../../test/support/driver-host.ts';
import { hinted, never, pinOf, readyZwave, zwaveLock } from '../../test/support/zwave-driver.ts';
import { startZwaveNetwork } from '../../test/support/zwave-network.ts';
import type { ZwaveSim } from '../../test/support/zwave-sim.ts';
import { hintsOfNotification, hintsOfUser, hintsOfValue } from './hints.ts';

const front = 2;
const address = zwaveLock(front);

describe('translation', () => {
  test.each([
    [1, 'locked', 'manual'],
    [2, 'unlocked', 'manual'],
    [3, 'locked', 'remote'],
    [4, 'unlocked', 'remote'],
    [5, 'locked', 'keycode'],
    [6, 'unlocked', 'keycode'],
    [9, 'locked', 'automatic'],
    [0x21, 'locked', 'keycode'],
    [0x22, 'unlocked', 'keycode'],
    [0x23, 'locked', 'unknown'],
    [0x24, 'unlocked', 'unknown'],
  ])('event %i is an access: %s, %s', (event, action, method) => {
    expect(hintsOfNotification(address, { type: 6, event, parameters: undefined })).toEqual([
      { kind: 'access', address, action, method, slot: undefined },
    ]);
  });

  test.each([
    [{ userId: 7 }, 7],
    [{ 'user ID': 300 }, 300],
    [Uint8Array.of(7), 7],
    [Uint8Array.of(7, 1), undefined],
    [{ userId: 0 }, undefined],
    [{ userId: 'seven' }, undefined],
    [null, undefined],
    [7, undefined],
  ])('the slot of an event is found in %j', (parameters, slot) => {
    expect(hintsOfNotification(address, { type: 6, event: 14, parameters })).toEqual([
      { kind: 'slot', address, slot },
    ]);
  });

  test('a cover taken off and a lock moved say that somebody meddles with it', () => {
    for (const event of [3, 9])
      expect(hintsOfNotification(address, { type: 7, event })).toEqual([{ kind: 'tampered', address }]);
  });

  test('events of other types, and unknown ones, say nothing', () => {
    expect(hintsOfNotification(address, { type: 7, event: 6 })).toEqual([]);
    expect(hintsOfNotification(address, { type: 6, event: 99 })).toEqual([]);
  });

  test('"all codes deleted" names no slot, whatever its parameters', () => {
    expect(hintsOfNotification(address, { type: 6, event: 12, parameters: { userId: 3 } })).toEqual([
      { kind: 'slot', address, slot: undefined, allDeleted: true },
    ]);
  });

  test('a reported code hints at its slot, other values of the class at nothing', () => {
    const commandClass = CommandClasses['User Code'];
    const code = { commandClass, property: 'userCode', propertyKey: 4, newValue: '1234' };
    expect(hintsOfValue(address, code)).toEqual([{ kind: 'slot', address, slot: 4 }]);
    expect(hintsOfValue(address, { commandClass, property: 'supportedUsers', newValue: 30 })).toEqual([]);
  });
});

describe('what the quirk table adds', () => {
  const whole = { kind: 'slot', address, slot: undefined };
  const length = (prevValue: unknown, newValue: unknown, property = 16): readonly Hint[] =>
    hintsOfValue(
      address,
      { commandClass: CommandClasses.Configuration, property, prevValue, newValue },
      { lengthParameter: 16 },
    );

  test('a new length of all codes has wiped them; one first heard of has not (FIELD-BUGS 6)', () => {
    expect(length(4, 6)).toEqual([{ kind: 'locks' }, whole]);
    expect(length(4, 4)).toEqual([{ kind: 'locks' }]);
    expect(length(undefined, 4)).toEqual([{ kind: 'locks' }]);
  });

  test('other parameters, and those of other models, mean nothing', () => {
    expect(length(4, 6, 15)).toEqual([]);
    const args = { commandClass: CommandClasses.Configuration, property: 16, prevValue: 4, newValue: 6 };
    expect(hintsOfValue(address, args)).toEqual([]);
  });

  test('a new master code has wiped the others where the model does that', () => {
    const args = { type: 6, event: 18 };
    expect(hintsOfNotification(address, args, { masterCodeWipes: true })).toEqual([
      { ...whole, allDeleted: true },
    ]);
    expect(hintsOfNotification(address, args)).toEqual([]);
  });
});

test('what happens to a user or a credential hints at the user, to user 0 at all of them', () => {
  for (const what of ['added', 'modified', 'deleted'] as const)
    expect(hintsOfUser(address, what, { userId: 7 })).toEqual([{ kind: 'slot', address, slot: 7 }]);
  const somewhere = { kind: 'slot', address, slot: undefined };
  expect(hintsOfUser(address, 'modified', { userId: 0 })).toEqual([somewhere]);
  // The lock says that all of them are gone (FIELD-BUGS 31).
  expect(hintsOfUser(address, 'deleted', { userId: 0 })).toEqual([{ ...somewhere, allDeleted: true }]);
});

describe('at the door', () => {
  const cleanup = new AsyncDisposableStack();
  let sim: ZwaveSim;
  let driver: LockDriver;
  let hints: Hint[];
  let atStart: readonly Hint[];

  beforeAll(async () => {
    sim = cleanup.use(await startZwaveNetwork({ locks: 'one' }));
    const { host } = cleanup.use(await temporaryHost());
    const open = await readyZwave(sim, host, [front]);
    driver = cleanup.use(open.driver);
    hints = open.hints;
    atStart = [...hints];
    hints.length = 0;
  });

  afterAll(() => cleanup.disposeAsync());

  test('the interview, which reads every slot, hints at none', () => {
    expect(atStart).toContainEqual({ kind: 'locks' });
    expect(atStart.filter(({ kind }) => kind === 'slot')).toEqual([]);
  });

  test('a code added, changed or deleted at the keypad hints at its slot', async () => {
    await sim.keypad(front, { action: 'add', code: '4711', slot: 12 });
    await hinted(hints, { kind: 'slot', address, slot: 12 });
    await sim.keypad(front, { action: 'change', code: '4712', slot: 12 });
    await hinted(hints, { kind: 'slot', address, slot: 12 });
    await sim.keypad(front, { action: 'delete', slot: 12 });
    await hinted(hints, { kind: 'slot', address, slot: 12 });
  });

  test('a code entered is an unlocking with its slot', async () => {
    await sim.keypad(front, { action: 'enter', code: '258013' });
    await hinted(hints, { kind: 'access', address, action: 'unlocked', method: 'keycode', slot: 1 });
    expect(driver.locks()[0]?.locked).toBe(false);
  });

  test('a bolt turned by hand is a manual access', async () => {
    await sim.bolt(front, true);
    await hinted(hints, { kind: 'access', address, action: 'locked', method: 'manual', slot: undefined });
    expect(driver.locks()[0]?.locked).toBe(true);
  });

  test('a battery report changes the description', async () => {
    await sim.battery(front, 42);
    await hinted(hints, { kind: 'locks' });
    expect(driver.locks()[0]?.battery).toBe(0.42);
  });

  test('five wrong codes are a keypad lockout (FIELD-BUGS 30)', async () => {
    for (let i = 0; i < 5; i += 1) await sim.keypad(front, { action: 'enter', code: '000000' });
    await hinted(hints, { kind: 'keypad_lockout', address });
  });

  test('a cover taken off is told', async () => {
    await sim.keypad(front, { action: 'tamper' });
    await hinted(hints, { kind: 'tampered', address });
  });

  test('our own reads and writes hint at nothing', async () => {
    hints.length = 0;
    await driver.writeSlot(address, 20, pinOf('9021'), never);
    await driver.readSlot(address, 20, never);
    await driver.readSlot(address, 1, never);
    await driver.clearSlot(address, 20, never);
    expect(hints.filter(({ kind }) => kind === 'slot')).toEqual([]);
  });

  test('all codes deleted at the keypad hints at the lock as a whole', async () => {
    await sim.keypad(front, { action: 'delete_all' });
    await hinted(hints, { kind: 'slot', address, slot: undefined, allDeleted: true });
  });
});
