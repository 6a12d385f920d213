import { DoorLockMode } from '@zwave-js/cc';
import { CRC16_CCITT, CommandClasses, SupervisionStatus } from '@zwave-js/core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { UserIDStatus } from 'zwave-js';
import { type SimulatedNetwork, startNetwork } from './network.ts';
import type { Place } from './person.ts';
import { preset } from './presets.ts';
import { defaultBehaviour } from './spec.ts';
import { type Hub, listen, startHub } from './testing/hub.ts';

let network: SimulatedNetwork;
let hub: Hub;
const place = (node: number): Place => network.places.get(node)!;
const userCode = (node: number): ReturnType<Hub['node']>['commandClasses']['User Code'] =>
  hub.node(node).commandClasses['User Code'];
const atLock = (node: number, slot: number): string | undefined => place(node).lock.slot(slot)?.code;
/** Waits for a condition; generous, since two cores may be busy with other tests. */
const eventually = (condition: () => void): Promise<void> => vi.waitFor(condition, { timeout: 30_000 });
const success = { status: SupervisionStatus.Success };
const fail = { status: SupervisionStatus.Fail };

beforeAll(async () => {
  network = await startNetwork();
  hub = await startHub(network.serialUrl);
});
afterAll(async () => {
  await hub.stop();
  await network.stop();
});
beforeEach(() => {
  for (const { frames } of network.places.values()) frames.reset();
});
afterEach(() => {
  for (const { lock } of network.places.values())
    lock.change({ ...defaultBehaviour, ...lock.spec.behaviour });
});

test('the interview finds the locks and wipes nothing (FIELD-BUGS 22)', () => {
  for (const { lock } of network.places.values()) {
    const held = Object.fromEntries(lock.occupied().map(([slot, { code }]) => [slot, code]));
    expect(held).toEqual(lock.spec.codes);
    expect(lock.counters).toMatchObject({ sets_received: 0, clears_received: 0, all_cleared: 0 });
  }
  expect(hub.node(2).isFrequentListening).toBe('1000ms');
  expect(hub.node(3).isListening).toBe(true);
  expect(hub.node(3).isSecure).toBe(false);
  expect(hub.node(2).productId).toBe(1);
});

test('a supervised set is two application frames, a read two, an unsupervised set one', async () => {
  expect(await userCode(2).set(7, UserIDStatus.Enabled, '004711')).toEqual(success);
  expect(place(2).frames.snapshot().application).toEqual({ to_lock: 1, from_lock: 1, total: 2 });
  expect(await userCode(2).get(7)).toEqual({ userIdStatus: UserIDStatus.Enabled, userCode: '004711' });
  expect(place(2).frames.snapshot().application.total).toBe(4);
  expect(await userCode(3).set(7, UserIDStatus.Enabled, '4711')).toBeUndefined();
  await eventually(() => {
    expect(atLock(3, 7)).toBe('4711');
  });
  expect(place(3).frames.snapshot().application).toEqual({ to_lock: 1, from_lock: 0, total: 1 });
});

test('a cleared slot reads as available, and clearing it again succeeds', async () => {
  await userCode(2).set(8, UserIDStatus.Enabled, '123123');
  expect(await userCode(2).clear(8)).toEqual(success);
  expect(atLock(2, 8)).toBeUndefined();
  expect(await userCode(2).clear(8)).toEqual(success);
  expect(await userCode(2).get(8)).toMatchObject({ userIdStatus: UserIDStatus.Available });
});

test('a disabled slot keeps its PIN and reads as disabled', async () => {
  await userCode(2).set(9, UserIDStatus.Disabled, '909090');
  expect(await userCode(2).get(9)).toEqual({ userIdStatus: UserIDStatus.Disabled, userCode: '909090' });
  expect(await place(2).person.keypad({ action: 'enter', code: '909090' })).toMatchObject({
    accepted: false,
  });
});

test('the checksum is CRC-16/CCITT over slot, status and digits of the occupied slots', async () => {
  const parts = place(2)
    .lock.occupied()
    .map(([slot, { status, code }]) => [0, slot, status === 'enabled' ? 1 : 2, ...Buffer.from(code)]);
  expect(parts.length).toBeGreaterThan(0);
  expect(await userCode(2).getUserCodeChecksum()).toBe(CRC16_CCITT(Uint8Array.from(parts.flat())));
  expect(await userCode(2).get(30)).toMatchObject({ userIdStatus: UserIDStatus.Available });
});

test('a masking lock shows asterisks and holds the PIN (FIELD-BUGS 1, 4)', async () => {
  expect(await userCode(3).get(3)).toEqual({ userIdStatus: UserIDStatus.Enabled, userCode: '****' });
  expect(await userCode(3).get(1)).toMatchObject({ userIdStatus: UserIDStatus.Available });
  expect(atLock(3, 3)).toBe('13579');
  await userCode(3).set(3, UserIDStatus.Enabled, '****');
  await eventually(() => {
    expect(place(3).lock.counters.refused).toBeGreaterThan(0);
  });
  expect(atLock(3, 3)).toBe('13579');
});

test('an empty slot may carry "0000": only the status tells (FIELD-BUGS 5)', async () => {
  expect(await userCode(5).get(9)).toEqual({ userIdStatus: UserIDStatus.Available, userCode: '0000' });
  expect(await userCode(5).get(2)).toEqual({ userIdStatus: UserIDStatus.Enabled, userCode: '0420' });
});

test('a length that the lock does not take is refused (FIELD-BUGS 6)', async () => {
  expect(await userCode(5).set(9, UserIDStatus.Enabled, '12345')).toEqual(fail);
  expect(atLock(5, 9)).toBeUndefined();
});

test('a lie is answered with success and found by reading (FIELD-BUGS 17)', async () => {
  place(4).lock.change({ lie: 1 });
  expect(await userCode(4).set(6, UserIDStatus.Enabled, '666666')).toEqual(success);
  expect(await userCode(4).get(6)).toMatchObject({ userIdStatus: UserIDStatus.Available });
});

test('a duplicate is refused and event 15 names the slot before the refusal (FIELD-BUGS 8)', async () => {
  const heard = listen(hub.node(2));
  expect(await userCode(2).set(10, UserIDStatus.Enabled, '258013')).toEqual(fail);
  expect(heard).toEqual([{ event: 15, userId: 10 }]);
  expect(atLock(2, 10)).toBeUndefined();
});

test('the keypad reports what is added, changed, deleted and entered', async () => {
  const heard = listen(hub.node(2));
  const { person } = place(2);
  expect(await person.keypad({ action: 'add', slot: 12, code: '121212' })).toEqual({
    accepted: true,
    slot: 12,
  });
  await person.keypad({ action: 'change', slot: 12, code: '131313' });
  place(2).lock.bolted = true;
  await person.keypad({ action: 'enter', code: '131313' });
  expect(place(2).lock.bolted).toBe(false);
  await person.bolt({ locked: true, how: 'keypad', slot: 12 });
  await person.keypad({ action: 'delete', slot: 12 });
  await eventually(() => {
    expect(heard).toEqual([14, 14, 6, 5, 13].map((event) => ({ event, userId: 12 })));
  });
  expect(await person.keypad({ action: 'enter', code: '131313' })).toEqual({
    accepted: false,
    reason: 'wrong_code',
  });
});

test('five wrong entries in a row disable the keypad for a while, and the lock says both (FIELD-BUGS 30)', async () => {
  place(4).lock.change({ lockout_ms: 200 });
  const keypadState = (): unknown =>
    hub.node(4).getValue({
      commandClass: CommandClasses.Notification,
      property: 'Access Control',
      propertyKey: 'Keypad state',
    });
  const { person } = place(4);
  for (let entry = 0; entry < 5; entry += 1) await person.keypad({ action: 'enter', code: '0' });
  expect(await person.keypad({ action: 'enter', code: '0' })).toMatchObject({ reason: 'keypad_disabled' });
  await eventually(() => {
    expect(keypadState()).toBe(16);
  });
  await eventually(() => {
    expect(keypadState()).toBe(0);
  });
  expect(await person.keypad({ action: 'enter', code: '0' })).toMatchObject({ reason: 'wrong_code' });
});

test('a lock that does not report programming is silent about a new code (FIELD-BUGS 20)', async () => {
  const heard = listen(hub.node(3));
  await place(3).person.keypad({ action: 'add', slot: 9, code: '9191' });
  await place(3).person.bolt({ locked: false, how: 'manual' });
  await eventually(() => {
    expect(heard).toEqual([{ event: 2, userId: undefined }]);
  });
  expect(atLock(3, 9)).toBe('9191');
});

test('the bolt follows the radio and the hub hears where it stands', async () => {
  const heard = listen(hub.node(2));
  place(2).lock.bolted = false;
  expect(await hub.node(2).commandClasses['Door Lock'].set(DoorLockMode.Secured)).toEqual(success);
  expect(place(2).lock.bolted).toBe(true);
  expect(heard).toEqual([{ event: 3, userId: undefined }]);
  expect(await hub.node(2).commandClasses['Door Lock'].get()).toMatchObject({
    currentMode: DoorLockMode.Secured,
  });
});

test('a battery level changes at the lock and reaches the hub', async () => {
  await place(2).person.battery(12);
  await eventually(() => {
    expect(hub.node(2).getValue({ commandClass: CommandClasses.Battery, property: 'level' })).toBe(12);
  });
  expect(await place(3).person.battery(12)).toEqual({ accepted: false, reason: 'mains' });
});

test('a lost report leaves the change applied and the hub without an answer (FIELD-BUGS 17)', async () => {
  place(2).lock.change({ lose_reports: 1 });
  expect(await userCode(2).set(14, UserIDStatus.Enabled, '141414')).toBeUndefined();
  expect(atLock(2, 14)).toBe('141414');
  expect(place(2).frames.snapshot().lost).toBe(1);
  expect(await userCode(2).get(14)).toMatchObject({ userCode: '141414' });
});

test('a held answer comes when it is released, and not before', async () => {
  place(2).lock.change({ answer_hold: true });
  let answered = false;
  const set = userCode(2)
    .set(15, UserIDStatus.Enabled, '151515')
    .then((result) => {
      answered = true;
      return result;
    });
  await eventually(() => {
    expect(atLock(2, 15)).toBe('151515');
    expect(network.log.since(0).at(-1)?.type).toBe('answer_held');
  });
  expect(answered).toBe(false);
  place(2).lock.change({ answer_hold: false });
  await place(2).radio.release();
  expect(await set).toEqual(success);
});

test('a slow lock takes its time with each command', async () => {
  place(2).lock.change({ delay_ms: { set: 150, clear: 0, read: 0, bolt: 0 } });
  const before = performance.now();
  await userCode(2).set(16, UserIDStatus.Enabled, '161616');
  expect(performance.now() - before).toBeGreaterThanOrEqual(149);
});

test('a sleeping battery lock costs a wake-up beam, one that was just spoken to does not', async () => {
  const idle = await startNetwork({ locks: preset('one')! });
  const { lock, radio } = idle.places.get(2)!;
  lock.change({ beam_ms: 1_000 });
  const before = performance.now();
  expect(await radio.reach(new AbortController().signal)).toBe(true);
  expect(performance.now() - before).toBeGreaterThanOrEqual(999);
  // Another beam would outlast the test.
  lock.change({ beam_ms: 600_000 });
  expect(await radio.reach(new AbortController().signal)).toBe(true);
  await idle.stop();
});

test('a lock off the air costs three short attempts, then error 204, and comes back by a ping', async () => {
  place(2).lock.change({ offline: true, no_ack_ms: 20 });
  await expect(userCode(2).set(17, UserIDStatus.Enabled, '171717')).rejects.toMatchObject({ code: 204 });
  expect(place(2).frames.snapshot().unanswered).toBe(3);
  expect(atLock(2, 17)).toBeUndefined();
  expect(hub.node(2).status).toBe(3);
  place(2).lock.change({ offline: false });
  expect(await hub.node(2).ping()).toBe(true);
  expect(await userCode(2).set(17, UserIDStatus.Enabled, '171717')).toEqual(success);
});

test('the hub learns how well it hears a lock, and how long it answers', async () => {
  place(4).lock.change({ rssi_dbm: -93 });
  await userCode(4).get(1);
  await eventually(() => {
    expect(hub.node(4).statistics).toMatchObject({ rssi: expect.any(Number) as unknown, lwr: { rssi: -93 } });
  });
  expect(hub.node(4).statistics.rtt).toBeGreaterThan(0);
});

test('a hub that clears codes at its interview is seen to do so (FIELD-BUGS 22)', async () => {
  const victim = await startNetwork({ locks: preset('one')! });
  const wiping = await startHub(victim.serialUrl, { wipeAtInterview: true });
  expect(victim.places.get(2)?.lock.occupied()).toEqual([]);
  expect(victim.log.since(0).map(({ type }) => type)).toContain('all_cleared');
  await wiping.stop();
  await victim.stop();
});
