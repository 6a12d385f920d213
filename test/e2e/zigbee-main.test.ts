import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { BridgeClient } from '../support/bridge-client.ts';
import { writes } from '../support/sim-record.ts';
import { until } from '../support/until.ts';
import {
  goodZigbeeLock,
  maskedZigbeeLock,
  startZigbeeWorld,
  type ZigbeeWorld,
} from '../support/zigbee-world.ts';

let world: ZigbeeWorld;
let client: BridgeClient;
let front: string;
let masked: string;
let silent: string;

beforeAll(async () => {
  world = await startZigbeeWorld({
    locks: [
      goodZigbeeLock('Front', 7, { codes: { 1: '258013' } }),
      maskedZigbeeLock('Masked', 4, { codes: { 2: '13579' } }),
      goodZigbeeLock('Silent', 4, { behaviour: { report_programming: false } }),
    ],
  });
  client = world.client;
  [front, masked, silent] = [world.at('front'), world.at('masked'), world.at('silent')];
  for (const lock of [front, masked, silent]) await client.device(lock);
});
afterAll(() => world[Symbol.asyncDispose]());

const setCode = async (lock: string, pin: string): Promise<{ id: string; slot: number }> => {
  const id = await client.createCode(lock, pin);
  return { id, slot: (await client.codeSet(id)).x_slot ?? 0 };
};

test('a code asked for, its leading zeros kept, stands in the lock, and is told so (FIELD-BUGS 18)', async () => {
  const { id, slot } = await setCode(front, '004711');
  expect(slot).toBe(2);
  expect(await world.sim.codes('front')).toEqual({ 1: '258013', 2: '004711' });
  const created = await client.event('access_code.created', { access_code_id: id });
  const set = await client.event('access_code.set_on_device', { access_code_id: id });
  expect(set.seq).toBeGreaterThan(created.seq);
  const slots = await until('slot 2 to be shown as ours', async () => {
    const now = await client.slots(front);
    return now[1]?.owner === 'lockstep' && now;
  });
  expect(slots.map((one) => [one.slot, one.owner, one.state])).toEqual([
    [1, 'unmanaged', 'occupied'],
    [2, 'lockstep', 'occupied'],
    [3, null, 'empty'],
    [4, null, 'empty'],
    [5, null, 'empty'],
    [6, null, 'empty'],
    [7, null, 'empty'],
  ]);
});

test('a changed PIN replaces the old one in its slot; deleted, it leaves the lock before its end is told (FIELD-BUGS 27)', async () => {
  const { id, slot } = await setCode(front, '0815');
  const after = client.lastSeq;
  await client.ask('access_codes/update', { access_code_id: id, code: '81500' });
  await client.event('access_code.set_on_device', { access_code_id: id }, after);
  expect((await world.sim.codes('front'))[slot]).toBe('81500');
  await client.ask('access_codes/delete', { access_code_id: id });
  await client.event('access_code.deleted', { access_code_id: id });
  expect(await world.sim.codes('front')).not.toHaveProperty(String(slot));
});

test('the lock is told of with what it is and can do', async () => {
  const { device } = await client.ask('devices/get', { device_id: await client.device(front) });
  expect(device).toMatchObject({
    x_address: front,
    x_slots: { first: 1, last: 7 },
    x_checksum: false,
    can_remotely_unlock: true,
    properties: { online: true, manufacturer: 'Lockworks', supported_code_lengths: [4, 5, 6, 7, 8] },
  });
});

test.each([
  ['unlock', false],
  ['lock', true],
])('%s moves the bolt, and is told once', async (action, locked) => {
  const after = client.lastSeq;
  const answer = await client.ask(`locks/${action}_door`, { device_id: await client.device(front) });
  expect(answer['action_attempt']).toMatchObject({ status: 'success' });
  expect((await world.sim.lock('front')).locked).toBe(locked);
  await client.event(`lock.${action}ed`, { method: 'remote' }, after);
  await client.until('the lock state', () => client.deviceNow(front)?.properties.locked === locked);
  expect(
    client.events.filter(({ seq, event_type: type }) => seq > after && type.startsWith('lock.')),
  ).toHaveLength(1);
});

test('a code added at the keypad becomes an unmanaged one, and is left alone', async () => {
  const after = client.lastSeq;
  await world.sim.keypad('front', { action: 'add', slot: 3, code: '606060' });
  await client.event('access_code.unmanaged.created', { x_slot: 3 }, after);
  const { slot } = await setCode(front, '112233');
  expect(slot).toBe(4);
  expect(await world.sim.codes('front')).toMatchObject({ 3: '606060', 4: '112233' });
  await world.sim.keypad('front', { action: 'delete', slot: 3 });
  await client.event('access_code.unmanaged.removed', { x_slot: 3 }, after);
});

test('our code changed or deleted at the keypad is told of and put right', async () => {
  // One each: a code that is lost again and again is put back less and less eagerly.
  for (const [action, event, pin] of [
    ['change', 'access_code.modified_external_to_seam', '445566'],
    ['delete', 'access_code.deleted_external_to_seam', '446655'],
  ] as const) {
    const { id, slot } = await setCode(front, pin);
    const after = client.lastSeq;
    const code = action === 'change' ? { code: '999999' } : {};
    await world.sim.keypad('front', { action, slot, ...code });
    await client.event(event, { access_code_id: id }, after);
    await client.event('access_code.set_on_device', { access_code_id: id }, after);
    expect((await world.sim.codes('front'))[slot]).toBe(pin);
  }
});

test('a code entered at the door says whose it was', async () => {
  const { id } = await setCode(front, '778899');
  const after = client.lastSeq;
  await world.sim.keypad('front', { action: 'enter', code: '778899' });
  const event = await client.event('lock.unlocked', { access_code_id: id }, after);
  expect(event).toMatchObject({ method: 'keycode', device_id: await client.device(front) });
});

test('an audit finds what a silent lock has not reported (FIELD-BUGS 20)', async () => {
  const { id, slot } = await setCode(silent, '121212');
  const after = client.lastSeq;
  await world.sim.keypad('silent', { action: 'change', slot, code: '989898' });
  expect(await world.bridge.cli(['audit', 'Silent'])).toMatchObject({ code: 0 });
  await client.event('access_code.modified_external_to_seam', { access_code_id: id }, after);
  await client.event('access_code.set_on_device', { access_code_id: id }, after);
  expect((await world.sim.codes('silent'))[slot]).toBe('121212');
});

test('a lock that says success and stores nothing is not believed: set means it stands (FIELD-BUGS 7, 17)', async () => {
  const since = world.record.now;
  await world.sim.behaviour('silent', { lie: 1 });
  const { slot } = await setCode(silent, '313131');
  expect((await world.sim.codes('silent'))[slot]).toBe('313131');
  expect(world.record.after(since, ['set_received'], 'silent')).toHaveLength(2);
});

test('a lock that masks its codes is set once, changed, cleared, and never rewritten (FIELD-BUGS 1, 2, 3, 4)', async () => {
  const since = world.record.now;
  const { id, slot } = await setCode(masked, '414141');
  expect(slot).toBe(1);
  expect(await world.sim.codes('masked')).toEqual({ 1: '414141', 2: '13579' });
  await client.ask('lockstep/audit', { device_id: await client.device(masked) });
  await until('the audit', () => world.record.after(since, ['read', 'status_read'], 'masked').length >= 3);
  expect(world.record.after(since, writes, 'masked').map((one) => [one.type, one.slot])).toEqual([
    ['set_received', 1],
  ]);
  const after = client.lastSeq;
  await client.ask('access_codes/update', { access_code_id: id, code: '424242' });
  await client.event('access_code.set_on_device', { access_code_id: id }, after);
  expect(await world.sim.codes('masked')).toEqual({ 1: '424242', 2: '13579' });
  await client.ask('access_codes/delete', { access_code_id: id });
  await client.event('access_code.deleted', { access_code_id: id });
  expect(await world.sim.codes('masked')).toEqual({ 2: '13579' });
});

test('a set costs one question and its proof another; a lock in step costs nothing (FIELD-BUGS 13)', async () => {
  await world.sim.resetFrames();
  await setCode(front, '565656');
  const asked = { set_pin_code: 1, get_pin_code: 1 };
  const { front: cost } = await world.sim.frames();
  expect(cost?.by_command).toMatchObject(asked);
  // The lock also tells of what was done to it by radio.
  expect(cost?.application.total).toBeLessThanOrEqual(6);
  // Reading what the bridge knows is no reason to ask the locks; a second in which nothing may happen.
  await world.sim.resetFrames();
  await client.ask('lockstep/status', {});
  expect((await world.bridge.cli(['slots', 'Front'])).code).toBe(0);
  await wait(1_000);
  expect(Object.values(await world.sim.frames()).map((one) => one.total)).toEqual([0, 0, 0]);
});

test('all codes deleted at the keypad: nothing is set until somebody says so, then each comes back (FIELD-BUGS 31)', async () => {
  const before = await world.sim.codes('front');
  expect(Object.keys(before).length).toBeGreaterThanOrEqual(3);
  const after = client.lastSeq;
  const since = world.record.now;
  await world.sim.keypad('front', { action: 'delete_all' });
  await client.event('lockstep.lock_reset', { device_id: await client.device(front) }, after);
  expect(world.record.after(since, writes, 'front')).toEqual([]);
  expect(await world.bridge.cli(['repair', 'Front', '--restore', '--wait'])).toMatchObject({ code: 0 });
  const { 1: theirs, ...ours } = before;
  expect(theirs).toBe('258013');
  expect(await world.sim.codes('front')).toEqual(ours);
});

test('SIGTERM ends it cleanly', async () => {
  expect(await world.bridge.end('SIGTERM')).toEqual({ code: 0, signal: null });
});
