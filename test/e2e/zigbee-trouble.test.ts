import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { BridgeClient } from '../support/bridge-client.ts';
import { writes } from '../support/sim-record.ts';
import {
  goodZigbeeLock,
  maskedZigbeeLock,
  startZigbeeWorld,
  type ZigbeeWorld,
} from '../support/zigbee-world.ts';

let world: ZigbeeWorld;
let client: BridgeClient;
let front: string;
let side: string;
let masked: string;

beforeAll(async () => {
  world = await startZigbeeWorld({
    locks: [
      goodZigbeeLock('Front', 20, { codes: { 1: '258013' } }),
      goodZigbeeLock('Side', 20),
      maskedZigbeeLock('Masked', 4, { codes: { 2: '13579' } }),
    ],
  });
  client = world.client;
  [front, side, masked] = [world.at('front'), world.at('side'), world.at('masked')];
  for (const lock of [front, side, masked]) await client.device(lock);
});
afterAll(() => world[Symbol.asyncDispose]());

/** How long the driver waits for the answer of a lock that has acknowledged its frame. */
const driverGivesUpMs = 10_000;

/** What a write costs the lock: the frames of our commands. */
const asked = (since: number): [string, number | undefined][] =>
  world.record.after(since, [...writes, 'read'], 'front').map((one) => [one.type, one.slot]);

test('a lock that joins again under another network address keeps its id and codes, and is not new', async () => {
  const id = await client.createCode(front, '1111');
  await client.codeSet(id);
  const device = await client.device(front);
  const before = await world.sim.lock('front');
  const after = client.lastSeq;
  await world.sim.rejoin('front');
  const now = await world.sim.lock('front');
  expect(now.network_address).not.toBe(before.network_address);
  const next = await client.createCode(front, '2222');
  expect(await client.codeSet(next)).toMatchObject({ device_id: device, errors: [] });
  expect(await client.device(front)).toBe(device);
  expect(await world.sim.codes('front')).toEqual({ 1: '258013', 2: '1111', 3: '2222' });
  const told = client.events.filter(({ seq }) => seq > after).map(({ event_type: type }) => type);
  expect(told).not.toContain('device.added');
  expect(told).not.toContain('device.removed');
  expect(told).not.toContain('lockstep.lock_reset');
});

test('a lock that answers after the timeout is read, and not written twice (FIELD-BUGS 16, 17)', async () => {
  const since = world.record.now;
  await world.sim.behaviour('front', { late_answers_ms: driverGivesUpMs + 1_500 });
  const id = await client.createCode(front, '3333');
  await world.record.next('front', 'set_applied', since);
  // What is asked from now on is answered in time.
  await world.sim.behaviour('front', { late_answers_ms: 0 });
  const { x_slot: slot } = await client.codeSet(id);
  // The late answer comes only now; it says nothing that anybody still waits for.
  await wait(2_000);
  expect(asked(since)).toEqual([
    ['set_received', slot],
    ['read', slot],
  ]);
  expect((await world.sim.codes('front'))[slot ?? 0]).toBe('3333');
  expect(client.code(id)).toMatchObject({ status: 'set', errors: [] });
}, 60_000);

test('an answer lost on its way: the slot is read, and the code not written again (FIELD-BUGS 8, 17, 24)', async () => {
  const since = world.record.now;
  // A lock that calls its own code in that very slot a duplicate, when the frame comes again.
  await world.sim.behaviour('front', { lose_answers: 1, duplicate_own_slot: true });
  const id = await client.createCode(front, '4444');
  const { x_slot: slot } = await client.codeSet(id);
  expect(asked(since).at(-1)).toEqual(['read', slot]);
  expect((await world.sim.codes('front'))[slot ?? 0]).toBe('4444');
  await world.sim.behaviour('front', { duplicate_own_slot: false });
}, 120_000);

test("a PIN that somebody else's code has, unseen, is refused with words, once, and no other slot is tried (FIELD-BUGS 8)", async () => {
  const since = world.record.now;
  const id = await client.createCode(masked, '13579');
  await client.until('the error', () =>
    client.code(id)?.errors.some((error) => error.error_code === 'duplicate_code_on_device'),
  );
  expect(world.record.after(since, ['set_received'], 'masked')).toHaveLength(1);
  expect(await world.sim.codes('masked')).toEqual({ 2: '13579' });
});

test('memory full is told as that (FIELD-BUGS 10)', async () => {
  await world.sim.behaviour('side', { full: true });
  const id = await client.createCode(side, '5555');
  await client.until('the error', () => {
    const errors = client.code(id)?.errors ?? [];
    return errors.some((error) => /full|no_space/.test(JSON.stringify(error)));
  });
  await world.sim.behaviour('side', { full: false });
  expect(await world.bridge.cli(['repair', 'Side', '--wait'])).toMatchObject({ code: 0 });
  await client.codeSet(id);
});

test('a lock off the air costs the others one attempt at most, and gets its work when it is back (FIELD-BUGS 11)', async () => {
  await world.sim.behaviour('front', { offline: true, expire_ms: 500 });
  const since = world.record.now;
  const away = await client.createCode(front, '6666');
  const here = [await client.createCode(side, '7777'), await client.createCode(side, '8888')];
  for (const id of here) await client.codeSet(id);
  await client.event('device.disconnected', { device_id: await client.device(front) });
  const operated = await client.ask('locks/unlock_door', {
    device_id: await client.device(front),
    sync: true,
  });
  expect(operated['action_attempt']).toMatchObject({
    status: 'error',
    error: { type: 'device_disconnected' },
  });
  await world.sim.behaviour('front', { offline: false });
  expect(await client.codeSet(away)).toMatchObject({ errors: [] });
  expect(world.record.after(since, ['set_received'], 'front')).toHaveLength(1);
  await client.event('device.connected', { device_id: await client.device(front) });
}, 120_000);
