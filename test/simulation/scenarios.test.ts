import { afterEach, expect, test } from 'vitest';
import type { LockSpec } from '../../drivers/simulated/lock.ts';
import type { Capabilities } from '../../src/core/model.ts';
import { Crash, House, lockSpec } from '../support/house.ts';

let house: House;
const build = async (
  changes: Partial<LockSpec> = {},
  capabilities: Partial<Capabilities> = {},
): Promise<House> => {
  house = new House([lockSpec(changes, capabilities)]);
  await house.settle();
  return house;
};
afterEach(async () => {
  await house[Symbol.asyncDispose]();
});

const minute = 60_000;
const kinds = (): string[] => house.lock.exchanges.map((one) => one.kind);

test('a code asked for stands in the lowest free slot, is proved, and says so once', async () => {
  await build();
  const id = await house.create('1234');
  await house.settle();
  expect(house.lock.slots.get(1)).toBe('1234');
  expect(await house.code(id)).toMatchObject({ status: 'set', x_slot: 1, errors: [], pending_mutations: [] });
  expect(house.events().filter((type) => type === 'access_code.set_on_device')).toHaveLength(1);
});

test('n sets on a lock with checksum, slots freshly proved empty, cost n sets and one checksum', async () => {
  await build({}, { checksum: true });
  house.lock.exchanges.length = 0;
  await Promise.all(['1111', '2345', '3456', '4567', '5678'].map((pin) => house.create(pin)));
  await house.settle();
  expect(kinds()).toEqual(['set', 'set', 'set', 'set', 'set', 'checksum']);
});

test('n sets without checksum cost a set and a read each', async () => {
  await build();
  house.lock.exchanges.length = 0;
  await Promise.all(['1111', '2345', '3456'].map((pin) => house.create(pin)));
  await house.settle();
  expect(kinds().sort()).toEqual(['read', 'read', 'read', 'set', 'set', 'set']);
});

test('a converged lock costs no radio for a day (FIELD-BUGS 2, 14)', async () => {
  await build({ masks: true }, {});
  await house.create('1234');
  await house.settle();
  house.lock.exchanges.length = 0;
  await house.settle(24 * 60 * minute);
  expect(kinds()).toEqual([]);
});

test('an empty lock with checksum is adopted in one exchange', async () => {
  await build({}, { checksum: true });
  expect(kinds()).toEqual(['checksum']);
  expect(house.state().adopted).toBe(true);
});

test('a slot proved longer than ten minutes ago is looked at before a new code goes in', async () => {
  await build();
  await house.settle(11 * minute);
  house.lock.exchanges.length = 0;
  await house.create('1234');
  await house.settle();
  expect(kinds()).toEqual(['read', 'set', 'read']);
});

test('a code found on the lock is unmanaged, and its slot is never written (FIELD-BUGS 4)', async () => {
  house = new House();
  house.lock.slots.set(1, '9999');
  await house.settle();
  await house.create('1234');
  await house.settle();
  expect([...house.lock.slots]).toEqual([
    [1, '9999'],
    [2, '1234'],
  ]);
  expect(house.events()).toContain('access_code.unmanaged.created');
});

test('a person who takes the slot between proof and write keeps it; ours goes to the next', async () => {
  await build({}, { reportsProgramming: true });
  house.lock.faults.offline = true;
  const id = await house.create('1234');
  await house.settle(5_000);
  house.lock.slots.set(1, '7777');
  house.lock.faults.offline = false;
  house.driver.emit({ kind: 'slot', address: house.lock.spec.address, slot: 1 });
  house.driver.emit({ kind: 'reachable', address: house.lock.spec.address });
  await house.settle();
  expect(house.lock.slots.get(1)).toBe('7777');
  expect(await house.code(id)).toMatchObject({ status: 'set', x_slot: 2 });
});

test('a masked lock is proved by status and never rewritten for it (FIELD-BUGS 1, 3)', async () => {
  await build({ masks: true });
  const id = await house.create('1234');
  await house.settle(30 * minute);
  expect(await house.code(id)).toMatchObject({ status: 'set' });
  expect(kinds().filter((kind) => kind === 'set')).toHaveLength(1);
});

test('a masked lock that is told a new PIN and loses the answer is written again, not believed', async () => {
  await build({ masks: true });
  const id = await house.create('1234');
  await house.settle();
  house.lock.faults.loseCommands = 1;
  await house.call('access_codes/update', { access_code_id: id, code: '4321' });
  await house.settle();
  expect(house.lock.slots.get(1)).toBe('4321');
  expect(await house.code(id)).toMatchObject({ status: 'set' });
});

test('success without storing is found out, and the code set again (FIELD-BUGS 17)', async () => {
  await build();
  house.lock.faults.lies = 2;
  const id = await house.create('1234');
  await house.settle(5_000);
  expect(await house.code(id)).toMatchObject({ status: 'setting' });
  await house.settle(5 * minute);
  expect(house.lock.slots.get(1)).toBe('1234');
  expect(await house.code(id)).toMatchObject({ status: 'set' });
});

test('a lock seen to lie gets a second look, and a code gone by then is set again (FIELD-BUGS 7)', async () => {
  await build({ masks: false }, { reportsProgramming: false });
  house.lock.faults.lies = 1;
  const id = await house.create('1234');
  await house.settle(2 * minute);
  expect(await house.code(id)).toMatchObject({ status: 'set' });
  house.lock.slots.clear();
  await house.settle(11 * minute);
  expect(house.lock.slots.get(1)).toBe('1234');
  expect(house.events()).toContain('access_code.deleted_external_to_seam');
});

test('a timeout that landed is read, not written twice (FIELD-BUGS 17, 32)', async () => {
  await build();
  house.lock.faults.loseAnswers = 1;
  const id = await house.create('1234');
  await house.settle();
  expect(await house.code(id)).toMatchObject({ status: 'set' });
  expect(kinds().filter((kind) => kind === 'set')).toHaveLength(1);
});

test('a duplicate is read back once and then final, not retried for ever (FIELD-BUGS 8)', async () => {
  await build({ masks: true, duplicateCheck: true });
  house.lock.slots.set(9, '1234');
  house.driver.emit({ kind: 'slot', address: house.lock.spec.address, slot: 9 });
  await house.settle();
  const id = await house.create('1234');
  await house.settle(60 * minute);
  const code = await house.code(id);
  expect(code['errors']).toMatchObject([
    { error_code: 'duplicate_code_on_device' },
    { error_code: 'failed_to_set_on_device' },
  ]);
  expect(kinds().filter((kind) => kind === 'set')).toHaveLength(1);
  await house.call('access_codes/update', { access_code_id: id, code: '5678' });
  await house.settle();
  expect(await house.code(id)).toMatchObject({ status: 'set', errors: [] });
});

test('a duplicate answer to our own write that had landed is success (FIELD-BUGS 8)', async () => {
  await build();
  house.lock.faults.loseAnswers = 2;
  const id = await house.create('1234');
  await house.settle(5 * minute);
  expect(await house.code(id)).toMatchObject({ status: 'set', errors: [] });
});

test('a keypad change that is reported is put right, and told as external', async () => {
  await build();
  const id = await house.create('1234');
  await house.settle();
  house.lock.slots.set(1, '8888');
  house.driver.emit({ kind: 'slot', address: house.lock.spec.address, slot: 1 });
  await house.settle();
  expect(house.lock.slots.get(1)).toBe('1234');
  expect(house.events()).toContain('access_code.modified_external_to_seam');
  expect(await house.code(id)).toMatchObject({ status: 'set', errors: [] });
});

test('a keypad change on a masked lock that reports it is taken at its word', async () => {
  await build({ masks: true });
  await house.create('1234');
  await house.settle();
  house.lock.slots.set(1, '8888');
  house.driver.emit({ kind: 'slot', address: house.lock.spec.address, slot: 1 });
  await house.settle();
  expect(house.lock.slots.get(1)).toBe('1234');
});

test("the echo of our own write on a masked lock isn't taken for an outside change (FIELD-BUGS 28)", async () => {
  await build({ masks: true });
  await house.create('1234');
  await house.settle(1_000);
  house.driver.emit({ kind: 'slot', address: house.lock.spec.address, slot: 1 });
  await house.settle();
  expect(kinds().filter((kind) => kind === 'set')).toHaveLength(1);
  expect(house.events()).not.toContain('access_code.modified_external_to_seam');
});

for (const checksum of [true, false])
  test(`a keypad change that nothing reports is found by the audit, ${checksum ? 'with' : 'without'} checksum`, async () => {
    await build({}, { checksum, reportsProgramming: false });
    const id = await house.create('1234');
    await house.settle(20 * minute);
    house.lock.slots.delete(1);
    house.lock.slots.set(7, '4242');
    house.controller.auditAll();
    await house.settle();
    expect(house.lock.slots.get(1)).toBe('1234');
    expect(await house.code(id)).toMatchObject({ status: 'set', errors: [] });
    expect(house.events()).toContain('access_code.deleted_external_to_seam');
    if (checksum) expect(house.events()).toContain('access_code.unmanaged.created');
  });

test('a removal is done only when it is proved, and a lie about it is found (FIELD-BUGS 27)', async () => {
  await build();
  const id = await house.create('1234');
  await house.settle();
  house.lock.faults.lies = 1;
  await house.call('access_codes/delete', { access_code_id: id });
  await house.settle(2_000);
  expect(await house.code(id)).toMatchObject({
    status: 'removing',
    pending_mutations: [{ mutation_code: 'deleting' }],
  });
  await house.settle(5 * minute);
  expect([...house.lock.slots]).toEqual([]);
  const answer = await house.call('access_codes/get', { access_code_id: id });
  expect(answer).toMatchObject({ ok: false, error: { type: 'access_code_not_found' } });
  expect(house.events().slice(-2)).toEqual(['access_code.removed_from_device', 'access_code.deleted']);
});

test('a code deleted before it ever reached the lock was never removed from it', async () => {
  await build();
  house.driver.setRadio('lost');
  const id = await house.create('1234');
  await house.call('access_codes/delete', { access_code_id: id });
  await house.settle();
  expect(house.events()).toContain('access_code.deleted');
  expect(house.events()).not.toContain('access_code.removed_from_device');
});

test('the same PIN in another slot waits until the one before is proved gone (FIELD-BUGS 9)', async () => {
  await build({ duplicateCheck: true });
  const first = await house.create('1234');
  await house.settle();
  await house.call('access_codes/delete', { access_code_id: first });
  const second = await house.create('1234');
  await house.settle();
  expect(await house.code(second)).toMatchObject({ status: 'set', errors: [] });
  const at = (kind: string): number => kinds().lastIndexOf(kind);
  expect(at('clear')).toBeLessThan(at('set'));
});

test('a removal that cannot be done is loud, and goes on for ever (FIELD-BUGS 27)', async () => {
  await build();
  const id = await house.create('1234');
  await house.settle();
  house.lock.faults.offline = true;
  await house.call('access_codes/delete', { access_code_id: id });
  await house.settle(31 * minute);
  expect((await house.code(id))['errors']).toMatchObject([{ error_code: 'failed_to_remove_from_device' }]);
  expect(house.events()).toContain('access_code.failed_to_remove_from_device');
  house.lock.faults.offline = false;
  await house.settle(15 * minute);
  expect([...house.lock.slots]).toEqual([]);
});

test('a lock off the air is tried less and less, and at once when it is heard', async () => {
  await build();
  house.lock.faults.offline = true;
  const id = await house.create('1234');
  await house.settle(24 * 60 * minute);
  expect((await house.code(id))['errors']).toMatchObject([{ error_code: 'failed_to_set_on_device' }]);
  house.lock.faults.offline = false;
  house.driver.emit({ kind: 'reachable', address: house.lock.spec.address });
  await house.settle(2_000);
  expect(await house.code(id)).toMatchObject({ status: 'set', errors: [] });
  expect(house.events().filter((type) => type === 'access_code.failed_to_set_on_device')).toHaveLength(1);
});

test('slots outside the configured range are never used, and no room there is refused at the request', async () => {
  house = new House();
  house.usable = { first: 4, last: 5 };
  await house.settle();
  await house.create('1234');
  await house.create('2345');
  await expect(house.create('3456')).rejects.toThrow('no_space_for_access_code_on_device');
  await house.settle();
  expect([...house.lock.slots.keys()]).toEqual([4, 5]);
});

test('a checksum that the lock computes in its own way is found out, and slots are read instead', async () => {
  await build({}, { checksum: true });
  house.lock.checksum = () => 4711;
  const ids = [await house.create('1234'), await house.create('2345')];
  await house.settle(5 * minute);
  for (const id of ids) expect(await house.code(id)).toMatchObject({ status: 'set' });
  house.lock.exchanges.length = 0;
  await house.create('3456');
  await house.settle();
  expect(kinds()).not.toContain('checksum');
});

const moments = ['intent_committed', 'answer_unread', 'belief_committed', 'event_unpublished'] as const;
for (const moment of moments)
  test(`a crash at ${moment} loses, doubles and touches nothing (FIELD-BUGS 12, 32)`, async () => {
    house = new House();
    house.lock.slots.set(1, '9999');
    await house.settle();
    const removed = await house.create('5555');
    await house.settle();
    house.onMoment = (at) => {
      if (at === moment) throw new Crash();
    };
    await house.create('1234');
    await house.call('access_codes/delete', { access_code_id: removed });
    await house.settle(1_000);
    house.onMoment = () => undefined;
    await house.restart();
    await house.settle();
    expect([...house.lock.slots].sort()).toEqual([
      [1, '9999'],
      [3, '1234'],
    ]);
    house.lock.exchanges.length = 0;
    await house.restart();
    await house.settle();
    expect(kinds(), 'a restart of a converged bridge asks nothing').toEqual([]);
  });

test('lock and unlock go before everything that waits (FIELD-BUGS 14)', async () => {
  await build();
  for (let n = 0; n < 8; n += 1) await house.create(`10${n}7`);
  const opened = house.call('locks/unlock_door', { device_id: house.deviceId });
  await house.clock.advance(100);
  expect(house.lock.locked).toBe(false);
  await house.clock.advance(60_000);
  expect(await opened).toMatchObject({ ok: true, body: { action_attempt: { status: 'success' } } });
});
