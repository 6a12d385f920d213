import { CommandClasses, SecurityClass, SupervisionStatus } from '@zwave-js/core';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { UserIDStatus, type ZWaveNode } from 'zwave-js';
import { type SimulatedNetwork, startNetwork } from './network.ts';
import type { Place } from './person.ts';
import { preset } from './presets.ts';
import { defaultBehaviour } from './spec.ts';
import { type Hub, listen, startHub } from './testing/hub.ts';

const oneLength = 6;
const late = 7;
const s0 = 8;
const success = { status: SupervisionStatus.Success };
const fail = { status: SupervisionStatus.Fail };
let network: SimulatedNetwork;
let hub: Hub;
const place = (node: number): Place => network.places.get(node)!;
const userCode = (node: number): ZWaveNode['commandClasses']['User Code'] =>
  hub.node(node).commandClasses['User Code'];
const eventually = (condition: () => void): Promise<void> => vi.waitFor(condition, { timeout: 30_000 });

beforeAll(async () => {
  network = await startNetwork({ locks: preset('kinds')!.filter(({ node }) => node >= oneLength) });
  hub = await startHub(network.serialUrl);
});
afterAll(async () => {
  await hub.stop();
  await network.stop();
});
afterEach(() => {
  for (const { lock } of network.places.values())
    lock.change({ ...defaultBehaviour, ...lock.spec.behaviour });
});

test('codes have the one length that the parameter says; another length for it wipes them all (FIELD-BUGS 6)', async () => {
  const configuration = hub.node(oneLength).commandClasses.Configuration;
  expect(await configuration.get(16)).toBe(4);
  expect(await userCode(oneLength).set(5, UserIDStatus.Enabled, '12345')).toEqual(fail);
  expect(await userCode(oneLength).set(5, UserIDStatus.Enabled, '1234')).toEqual(success);
  expect(await configuration.set({ parameter: 16, value: 4, valueSize: 1 })).toEqual(success);
  expect(place(oneLength).lock.occupied()).toHaveLength(2);
  expect(await configuration.set({ parameter: 16, value: 9, valueSize: 1 })).toEqual(fail);
  expect(await configuration.set({ parameter: 16, value: 5, valueSize: 1 })).toEqual(success);
  expect(place(oneLength).lock.occupied()).toEqual([]);
  expect(await userCode(oneLength).set(5, UserIDStatus.Enabled, '1234')).toEqual(fail);
  expect(await userCode(oneLength).set(5, UserIDStatus.Enabled, '12345')).toEqual(success);
});

test('a person who changes the length at the lock wipes the codes too, and the lock reports the parameter', async () => {
  const { lock, person } = place(oneLength);
  lock.program(6, 'enabled', String(1).repeat(lock.codeLength.min));
  expect(await person.keypad({ action: 'code_length', length: 6 })).toEqual({ accepted: true });
  expect(lock.occupied()).toEqual([]);
  await eventually(() => {
    const value = { commandClass: CommandClasses.Configuration, property: 16 };
    expect(hub.node(oneLength).getValue(value)).toBe(6);
  });
  expect(await person.keypad({ action: 'code_length', length: 9 })).toMatchObject({ reason: 'format' });
  expect(await place(late).person.keypad({ action: 'code_length', length: 6 })).toMatchObject({
    reason: 'unsupported',
  });
});

test('a duplicate is a bare Fail where the lock explains nothing (FIELD-BUGS 8)', async () => {
  const { lock } = place(oneLength);
  const heard = listen(hub.node(oneLength));
  const pin = '9'.repeat(lock.codeLength.min);
  expect(await userCode(oneLength).set(7, UserIDStatus.Enabled, pin)).toEqual(success);
  expect(await userCode(oneLength).set(8, UserIDStatus.Enabled, pin)).toEqual(fail);
  lock.change({ reports_duplicate_event: true });
  expect(await userCode(oneLength).set(8, UserIDStatus.Enabled, pin)).toEqual(fail);
  expect(heard).toEqual([{ event: 15, userId: 8 }]);
});

test('a read right after a set still tells what was there before, a set and a clear later too', async () => {
  expect(await userCode(late).set(5, UserIDStatus.Enabled, '505050')).toEqual(success);
  expect(place(late).lock.slot(5)?.code).toBe('505050');
  expect(await userCode(late).get(5)).toMatchObject({ userIdStatus: UserIDStatus.Available });
  await vi.waitFor(
    async () => {
      expect(await userCode(late).get(5)).toMatchObject({ userIdStatus: UserIDStatus.Enabled });
    },
    { timeout: 30_000 },
  );
  expect(await userCode(late).clear(5)).toEqual(success);
  expect(place(late).lock.slot(5)).toBeUndefined();
  expect(await userCode(late).get(5)).toMatchObject({ userIdStatus: UserIDStatus.Enabled });
});

test('an occupied slot shows as many asterisks as the lock likes, or no digits at all (FIELD-BUGS 1, 4)', async () => {
  expect(await userCode(late).get(3)).toEqual({
    userIdStatus: UserIDStatus.Enabled,
    userCode: '**********',
  });
  place(late).lock.change({ mask: '' });
  expect(await userCode(late).get(3)).toEqual({ userIdStatus: UserIDStatus.Enabled, userCode: '' });
  place(late).lock.change({ mask: false });
  expect(await userCode(late).get(3)).toMatchObject({ userCode: '30303' });
  place(late).lock.change({ reads_empty: true });
  expect(await userCode(late).get(3)).toMatchObject({ userIdStatus: UserIDStatus.Available });
});

test('a slot that the lock keeps for itself has no status, and takes and gives nothing (FIELD-BUGS 19)', async () => {
  expect(await userCode(late).get(20)).toMatchObject({ userIdStatus: UserIDStatus.StatusNotAvailable });
  expect(await userCode(late).set(20, UserIDStatus.Enabled, '202020')).toEqual(fail);
  expect(await userCode(late).clear(20)).toEqual(fail);
  for (const [slot] of place(late).lock.occupied()) expect(slot).not.toBe(20);
});

test('a code that is dropped after its success is gone by itself, one that has changed meanwhile stays (FIELD-BUGS 7)', async () => {
  const { lock } = place(late);
  lock.change({ drops_after_ms: 150, read_back_delay_ms: 0 });
  expect(await userCode(late).set(8, UserIDStatus.Enabled, '808080')).toEqual(success);
  expect(await userCode(late).set(9, UserIDStatus.Enabled, '909090')).toEqual(success);
  expect(lock.slot(8)?.code).toBe('808080');
  lock.program(9, 'enabled', '919191');
  await eventually(() => {
    expect(network.log.since(0)).toContainEqual(expect.objectContaining({ type: 'code_dropped', slot: 8 }));
  });
  expect(lock.slot(8)).toBeUndefined();
  expect(lock.slot(9)?.code).toBe('919191');
});

test('a lock with S0 is read, written and heard, each frame with a nonce of its own', async () => {
  const node = hub.node(s0);
  expect(node.getHighestSecurityClass()).toBe(SecurityClass.S0_Legacy);
  place(s0).frames.reset();
  expect(await userCode(s0).set(5, UserIDStatus.Enabled, '5151')).toBeUndefined();
  await eventually(() => {
    expect(place(s0).lock.slot(5)?.code).toBe('5151');
  });
  expect(await userCode(s0).get(5)).toEqual({ userIdStatus: UserIDStatus.Enabled, userCode: '5151' });
  expect(place(s0).frames.snapshot()).toMatchObject({ application: { total: 3 }, nonces: 6 });
  const heard = listen(node);
  await place(s0).person.keypad({ action: 'add', slot: 6, code: '6161' });
  await place(s0).person.keypad({ action: 'enter', code: '6161' });
  await eventually(() => {
    expect(heard).toEqual([
      { event: 14, userId: 6 },
      { event: 6, userId: 6 },
    ]);
  });
});
