import { afterAll, beforeAll, expect, test } from 'vitest';
import type { BridgeClient } from '../support/bridge-client.ts';
import { writes } from '../support/sim-record.ts';
import { until } from '../support/until.ts';
import { goodLock, lyingLock, maskedLock, startWorld, type World } from '../support/world.ts';

const [good, masked, liar, silent] = [2, 3, 4, 5];
let world: World;
let client: BridgeClient;
const slotOf = async (id: string): Promise<number> => (await client.codeSet(id)).x_slot ?? 0;

beforeAll(async () => {
  world = await startWorld({
    locks: [
      goodLock(good, 6),
      maskedLock(masked, 4, { codes: { 2: '13579' } }),
      lyingLock(liar, 4, 1, { behaviour: {} }),
      goodLock(silent, 4, { checksum: false, events: [], behaviour: { report_programming: false } }),
    ],
  });
  client = world.client;
  for (const node of [good, masked, liar, silent]) await client.device(node);
});
afterAll(() => world[Symbol.asyncDispose]());

test('a code added at the keypad becomes an unmanaged one, and is left alone', async () => {
  await world.sim.keypad(good, { action: 'add', slot: 1, code: '606060' });
  await client.event('access_code.unmanaged.created', { x_slot: 1, device_id: await client.device(good) });
  expect(await slotOf(await client.createCode(good, '112233'))).toBe(2);
  expect(await world.sim.codes(good)).toEqual({ 1: '606060', 2: '112233' });
  await world.sim.keypad(good, { action: 'delete', slot: 1 });
  await client.event('access_code.unmanaged.removed', { x_slot: 1 });
});

test('our code changed or deleted at the keypad is told of and put right', async () => {
  const id = await client.createCode(good, '445566');
  const slot = await slotOf(id);
  for (const [action, event] of [
    ['change', 'access_code.modified_external_to_seam'],
    ['delete', 'access_code.deleted_external_to_seam'],
  ] as const) {
    const after = client.lastSeq;
    await world.sim.keypad(good, { action, slot, ...(action === 'change' ? { code: '999999' } : {}) });
    await client.event(event, { access_code_id: id }, after);
    await client.event('access_code.set_on_device', { access_code_id: id }, after);
    expect((await world.sim.codes(good))[slot]).toBe('445566');
  }
});

test('all codes deleted at the keypad: nothing is set until somebody says so, then each comes back (FIELD-BUGS 31)', async () => {
  const before = await world.sim.codes(good);
  expect(Object.keys(before).length).toBeGreaterThanOrEqual(2);
  const after = client.lastSeq;
  const since = world.record.now;
  await world.sim.keypad(good, { action: 'delete_all' });
  await client.event('lockstep.lock_reset', { device_id: await client.device(good) }, after);
  const waiting = await client.createCode(good, '191919');
  const id = await client.ask('access_codes/get', { access_code_id: waiting });
  expect(JSON.stringify(id)).toContain('lockstep_lock_reset');
  expect(world.record.after(since, writes, good)).toEqual([]);
  const repaired = await world.bridge.cli(['repair', 'Lock 2', '--restore', '--wait']);
  expect(repaired).toMatchObject({ code: 0 });
  await client.codeSet(waiting);
  const now = await world.sim.codes(good);
  expect(now).toMatchObject(before);
  expect(Object.values(now)).toContain('191919');
});

test('a code entered at the door says whose it was', async () => {
  const id = await client.createCode(good, '778899');
  await client.codeSet(id);
  const after = client.lastSeq;
  await world.sim.keypad(good, { action: 'enter', code: '778899' });
  const event = await client.event('lock.unlocked', { access_code_id: id }, after);
  expect(event).toMatchObject({ method: 'keycode', device_id: await client.device(good) });
});

test('an audit finds what a silent lock has not reported (FIELD-BUGS 20)', async () => {
  const id = await client.createCode(silent, '121212');
  const slot = await slotOf(id);
  const after = client.lastSeq;
  await world.sim.keypad(silent, { action: 'change', slot, code: '989898' });
  expect((await world.bridge.cli(['audit', 'Lock 5'])).code).toBe(0);
  await client.event('access_code.modified_external_to_seam', { access_code_id: id }, after);
  await client.event('access_code.set_on_device', { access_code_id: id }, after);
  expect((await world.sim.codes(silent))[slot]).toBe('121212');
});

test('a lock that says success and stores nothing is not believed: set means it stands (FIELD-BUGS 7, 17)', async () => {
  const since = world.record.now;
  await world.sim.behaviour(liar, { lie: 1 });
  const id = await client.createCode(liar, '313131');
  await world.record.next(liar, 'set_dropped', since);
  const { x_slot: slot } = await client.codeSet(id);
  expect(await world.sim.codes(liar)).toEqual({ [slot ?? 0]: '313131' });
  expect(world.record.after(since, ['set_received'], liar)).toHaveLength(2);
});

test('a lock that masks its codes is set once, changed, cleared, and never rewritten (FIELD-BUGS 1, 2, 3)', async () => {
  const since = world.record.now;
  const id = await client.createCode(masked, '414141');
  expect(await slotOf(id)).toBe(1);
  expect(await world.sim.codes(masked)).toEqual({ 1: '414141', 2: '13579' });
  await client.ask('lockstep/audit', { device_id: await client.device(masked) });
  await until('the audit', () => world.record.after(since, ['read'], masked).length >= 3);
  expect(world.record.after(since, writes, masked).map(({ type, slot }) => [type, slot])).toEqual([
    ['set_received', 1],
  ]);
  const after = client.lastSeq;
  await client.ask('access_codes/update', { access_code_id: id, code: '424242' });
  await client.event('access_code.set_on_device', { access_code_id: id }, after);
  expect(await world.sim.codes(masked)).toEqual({ 1: '424242', 2: '13579' });
  await client.ask('access_codes/delete', { access_code_id: id });
  await client.event('access_code.deleted', { access_code_id: id });
  expect(await world.sim.codes(masked)).toEqual({ 2: '13579' });
});
