import { believed } from '../support/believed.ts';
import { afterEach, expect, test, vi } from 'vitest';
import type { LockSpec } from '../../drivers/simulated/lock.ts';
import type { Capabilities } from '../../src/core/model.ts';
import { DeviceId, LockAddress } from '../../src/core/ids.ts';
import { lockTime } from '../../src/platform/lock-time.ts';
import { Controller } from '../../src/reconcile/controller.ts';
import { createChanges } from '../../src/ports/changes.ts';
import { House, lockSpec } from '../support/house.ts';

// What a hostile reading found, each first seen to go wrong.

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
  vi.restoreAllMocks();
  await house[Symbol.asyncDispose]();
});

const minute = 60_000;
const day = 24 * 60 * minute;
const kinds = (): string[] => house.lock.exchanges.map((one) => one.kind);

/** Reads of these slots are taken by the lock and never answered. */
const mute = (...slots: number[]): { readonly asked: () => number } => {
  const read = house.driver.readSlot.bind(house.driver);
  const spy = vi
    .spyOn(house.driver, 'readSlot')
    .mockImplementation(async (address, slot, signal) =>
      slots.includes(slot) ? { kind: 'failed', why: 'timeout' } : read(address, slot, signal),
    );
  return { asked: () => spy.mock.calls.length };
};

test('a slot that never answers does not hold up removals from other slots (FIELD-BUGS 15, 27)', async () => {
  await build();
  const leaving = await house.create('1111');
  await house.settle();
  mute(2);
  house.lock.faults.loseAnswers = 1;
  await house.create('2222');
  await house.settle(10_000);
  await house.call('access_codes/delete', { access_code_id: leaving });
  await house.settle(2 * minute);
  expect([...house.lock.slots.values()]).not.toContain('1111');
});

test('a slot that never answers keeps neither other slots from adoption nor codes from the lock (FIELD-BUGS 15)', async () => {
  house = new House();
  const { asked } = mute(1);
  await house.settle(5 * minute);
  const id = await house.create('1234');
  await house.settle(5 * minute);
  expect(await house.code(id)).toMatchObject({ status: 'set', x_slot: 2 });
  const before = asked();
  await house.settle(day);
  expect(asked() - before).toBeLessThan(15);
});

test('a checksum that is claimed and never answered is given up for reading', async () => {
  house = new House([lockSpec({}, { checksum: true })]);
  vi.spyOn(house.driver, 'checksum').mockResolvedValue({ kind: 'failed', why: 'timeout' });
  await house.settle(5 * minute);
  const ids = [await house.create('1234'), await house.create('2345')];
  await house.settle(5 * minute);
  for (const id of ids) expect(await house.code(id)).toMatchObject({ status: 'set' });
  expect(house.state().adopted).toBe(true);
});

test('a report for a slot outside the range (the master code) is not chased', async () => {
  await build();
  await house.create('1234');
  await house.settle();
  house.lock.exchanges.length = 0;
  house.driver.emit({ kind: 'slot', address: house.lock.spec.address, slot: 251 });
  await house.settle(60 * minute);
  expect(kinds()).toEqual([]);
});

test('a removal that timed out while the clock was years ahead is tried again, and is loud (FIELD-BUGS 33)', async () => {
  await build();
  const id = await house.create('1234');
  await house.settle();
  house.clock.step(5 * 365 * day);
  house.lock.faults.offline = true;
  await house.call('access_codes/delete', { access_code_id: id });
  await house.settle(5 * minute);
  house.clock.step(-5 * 365 * day);
  await house.settle(40 * minute);
  expect((await house.code(id))['errors']).toContainEqual(
    expect.objectContaining({ error_code: 'failed_to_remove_from_device' }),
  );
  house.lock.faults.offline = false;
  await house.settle(15 * minute);
  expect([...house.lock.slots]).toEqual([]);
});

for (const backMs of [80_000, 60 * minute])
  test(`a clock set back by ${backMs / 1000} s leads to no loop of checksums`, async () => {
    await build({}, { checksum: true });
    await house.create('9999');
    await house.settle();
    house.clock.step(-backMs);
    house.lock.exchanges.length = 0;
    const ids = [await house.create('1234'), await house.create('2345')];
    await house.settle(30_000);
    for (const id of ids) expect(await house.code(id)).toMatchObject({ status: 'set' });
    expect(kinds().length).toBeLessThan(8);
  });

test('after a clock set back, a reported change on a masked lock is not taken for our echo', async () => {
  await build({ masks: true });
  await house.create('1234');
  await house.settle();
  house.clock.step(-day);
  house.lock.slots.set(1, '6666');
  house.driver.emit({ kind: 'slot', address: house.lock.spec.address, slot: 1 });
  await house.settle();
  expect(house.lock.slots.get(1)).toBe('1234');
});

test('a removal that the lock certainly refuses is tried with back-off, not in a loop', async () => {
  await build();
  const id = await house.create('1234');
  await house.settle();
  const clear = vi
    .spyOn(house.driver, 'clearSlot')
    .mockResolvedValue({ kind: 'refused', why: 'unsupported', certain: true });
  await house.call('access_codes/delete', { access_code_id: id });
  await house.settle(10 * minute);
  expect(clear.mock.calls.length).toBeLessThan(12);
  expect(clear.mock.calls.length).toBeGreaterThan(2);
});

test("a slot of ours that the lock says it doesn't have is not proof of removal", async () => {
  await build();
  const id = await house.create('1111');
  await house.settle();
  house.lock.faults.lies = 1;
  vi.spyOn(house.driver, 'readSlot').mockResolvedValue({ kind: 'unavailable' });
  await house.call('access_codes/delete', { access_code_id: id });
  await house.settle(5 * minute);
  expect(await house.code(id)).toMatchObject({ status: 'removing' });
  vi.restoreAllMocks();
  await house.settle(30 * minute);
  expect([...house.lock.slots]).toEqual([]);
});

test("on a masked lock, a slot filled long after our unacknowledged write is a person's, not ours", async () => {
  await build({ masks: true, duplicateCheck: false });
  house.lock.faults.offline = true;
  const id = await house.create('1234');
  await house.settle(60 * minute);
  house.lock.slots.set(1, '7777');
  house.lock.faults.offline = false;
  house.driver.emit({ kind: 'reachable', address: house.lock.spec.address });
  await house.settle();
  expect(house.lock.slots.get(1)).toBe('7777');
  expect(await house.code(id)).toMatchObject({ status: 'set', x_slot: 2 });
  await house.call('access_codes/delete', { access_code_id: id });
  await house.settle();
  expect([...house.lock.slots]).toEqual([[1, '7777']]);
});

test('on a masked lock, our write with a lost answer is still ours after a long silence of the radio', async () => {
  await build({ masks: true, duplicateCheck: false });
  house.lock.faults.loseAnswers = 1;
  const id = await house.create('1234');
  await house.clock.advance(100);
  house.driver.setRadio('lost');
  await house.settle(60 * minute);
  house.driver.setRadio('ready');
  await house.settle();
  expect([...house.lock.slots]).toEqual([[1, '1234']]);
  expect(await house.code(id)).toMatchObject({ status: 'set', x_slot: 1 });
});

test("a person's code in the slot that an accepted write went to is left alone", async () => {
  await build();
  const write = house.driver.writeSlot.bind(house.driver);
  vi.spyOn(house.driver, 'writeSlot').mockImplementationOnce(async (address, slot, pin, signal) => {
    const outcome = await write(address, slot, pin, signal);
    house.lock.slots.set(slot, '7777');
    return outcome;
  });
  const id = await house.create('1111');
  await house.settle();
  expect(house.lock.slots.get(1)).toBe('7777');
  expect(await house.code(id)).toMatchObject({ status: 'set', x_slot: 2 });
});

test('another lock under the same node number is another device, and gets none of the codes', async () => {
  await build();
  const locks = house.driver.locks.bind(house.driver);
  let dsk = 'A';
  vi.spyOn(house.driver, 'locks').mockImplementation(() =>
    locks().map((lock) => ({ ...lock, identities: [`simulated:dsk:${dsk}`, ...lock.identities] })),
  );
  house.driver.emit({ kind: 'locks' });
  await house.settle();
  const before = house.deviceId;
  await house.create('1234');
  await house.settle();
  dsk = 'B';
  house.lock.slots.clear();
  house.driver.emit({ kind: 'locks' });
  await house.settle(60 * minute);
  expect(house.deviceId).not.toBe(before);
  expect([...house.lock.slots]).toEqual([]);
  expect(house.store.device(DeviceId(before))?.online).toBe(false);
});

test('with its radio missing from the start, an overdue removal is still told (FIELD-BUGS 27)', async () => {
  await build();
  const id = await house.create('1234');
  await house.settle();
  house.driver.setRadio('lost');
  vi.spyOn(house.driver, 'locks').mockReturnValue([]);
  await house.restart();
  await house.call('access_codes/delete', { access_code_id: id });
  await house.settle(31 * minute);
  expect((await house.code(id))['errors']).toMatchObject([
    { error_code: 'hub_disconnected' },
    { error_code: 'failed_to_remove_from_device' },
  ]);
});

test('a full disk while hints come in ends nothing, and an unlock that worked is answered so', async () => {
  await build();
  const full = (): never => {
    throw new Error('disk full');
  };
  const put = vi.spyOn(house.store, 'putLockState').mockImplementation(full);
  const event = vi.spyOn(house.store, 'appendEvent').mockImplementation(full);
  house.lock.faults.offline = true;
  house.driver.emit({ kind: 'slot', address: house.lock.spec.address, slot: 1 });
  house.driver.emit({ kind: 'reachable', address: house.lock.spec.address });
  house.driver.emit({ kind: 'locks' });
  house.driver.emit({ kind: 'keypad_lockout', address: house.lock.spec.address });
  await house.clock.advance(1_000);
  house.lock.faults.offline = false;
  const answer = house.call('locks/unlock_door', { device_id: house.deviceId });
  await house.clock.advance(1_000);
  expect(await answer).toMatchObject({ ok: true, body: { action_attempt: { status: 'success' } } });
  put.mockRestore();
  event.mockRestore();
  const id = await house.create('1234');
  await house.settle(5 * minute);
  expect(await house.code(id)).toMatchObject({ status: 'set' });
});

test('an unlock whose time is over when the radio comes free is not carried out', async () => {
  await build();
  const read = vi.spyOn(house.driver, 'readSlot').mockImplementation(
    () =>
      new Promise((resolve) => {
        house.clock.after(20_000, () => {
          resolve({ kind: 'read', reading: { kind: 'empty' } });
        });
      }),
  );
  house.driver.emit({ kind: 'slot', address: house.lock.spec.address, slot: 1 });
  await house.clock.advance(10);
  expect(read).toHaveBeenCalledTimes(1);
  const expiresAt = house.clock.now() + 2_000;
  const answer = house.app.call(
    'locks/unlock_door',
    { device_id: house.deviceId, sync: true },
    { caller: 'test', requestId: undefined, expiresAt },
  );
  await house.clock.advance(30_000);
  expect(await answer).toMatchObject({
    ok: true,
    body: { action_attempt: { status: 'error', error: { type: 'request_expired' } } },
  });
  expect(house.lock.locked).toBe(true);
});

test('a removal overtakes the audits of other locks, also when its own lock was waiting with one', async () => {
  const specs = Array.from({ length: 12 }, (_, n) =>
    lockSpec({ address: LockAddress(`simulated:${n + 1}`), name: `Door ${n}` }),
  );
  house = new House(specs);
  await house.settle(5 * minute);
  const last = house.locks[11]!;
  const id = await house.create('1234', last);
  for (const lock of house.locks.slice(0, 11)) await house.create('4321', lock);
  await house.settle(5 * minute);
  const order: string[] = [];
  const slow = house.driver.readSlot.bind(house.driver);
  vi.spyOn(house.driver, 'readSlot').mockImplementation(async (address, slot, signal) => {
    order.push(`read ${address}`);
    return slow(address, slot, signal);
  });
  const clear = house.driver.clearSlot.bind(house.driver);
  vi.spyOn(house.driver, 'clearSlot').mockImplementation(async (address, slot, signal) => {
    order.push('clear');
    return clear(address, slot, signal);
  });
  house.controller.auditAll();
  await house.clock.advance(10);
  await house.call('access_codes/delete', { access_code_id: id });
  await house.settle(5 * minute);
  expect(order.indexOf('clear')).toBeLessThan(3);
  expect([...last.slots]).toEqual([]);
});

test('a driver that ignores its abort signal holds up its lock for 30 s, not for ever', async () => {
  await build();
  vi.spyOn(house.driver, 'readSlot').mockImplementationOnce(() => new Promise(() => undefined));
  house.driver.emit({ kind: 'slot', address: house.lock.spec.address, slot: 1 });
  await house.settle(2 * minute);
  const id = await house.create('1234');
  await house.settle();
  expect(await house.code(id)).toMatchObject({ status: 'set' });
});

test('a lock that its radio no longer knows is offline', async () => {
  await build();
  const id = house.deviceId;
  vi.spyOn(house.driver, 'locks').mockReturnValue([]);
  house.driver.emit({ kind: 'locks' });
  await house.settle();
  expect(house.store.device(DeviceId(id))?.online).toBe(false);
  expect(house.events()).toContain('device.disconnected');
});

test('an audit that was missed because the bridge was off is made up for at the start', async () => {
  await build({}, { reportsProgramming: false });
  const id = await house.create('1234');
  await house.settle();
  await house.controller.stop();
  house.lock.slots.delete(1);
  house.clock.step(2 * day);
  const controller = new Controller({
    store: house.store,
    clock: house.clock,
    random: house.random,
    log: house.log,
    changes: createChanges(),
    deviceIdOf: DeviceId,
    settingsOf: () => undefined,
    pace: { adoptBurst: 8, adoptRestMs: 1_000 },
    ...{ leadMs: 30_000, preloadMs: 0, arrivalNoticeMs: 0 },
    lockTime,
    timeZoneOf: () => 'UTC',
    clockTrust: believed(house.clock),
    auditWakeups: 2,
    auditOverdueMs: 26 * 60 * minute,
    moment: () => undefined,
  });
  controller.start([house.driver]);
  await house.settle();
  await controller.stop();
  expect(house.lock.slots.get(1)).toBe('1234');
  expect(await house.code(id)).toMatchObject({ status: 'set' });
});

test('news of one lock makes nobody look at the others', async () => {
  house = new House([lockSpec(), lockSpec({ address: LockAddress('simulated:2'), name: 'Back door' })]);
  await house.settle();
  const looked = vi.spyOn(house.store, 'intents');
  house.lock.locked = false;
  house.driver.emit({ kind: 'locks' });
  await house.clock.advance(1_000);
  expect(new Set(looked.mock.calls.map(([device]) => device))).toEqual(new Set([house.deviceId]));
});

test('an audit while a write is in doubt does not pass for proof of its removal', async () => {
  await build({}, { checksum: true });
  const id = await house.create('1234');
  await house.clock.advance(10);
  await house.call('access_codes/delete', { access_code_id: id });
  house.lock.faults.loseAnswers = 2;
  await house.clock.advance(700);
  house.controller.auditAll();
  await house.settle();
  expect([...house.lock.slots]).toEqual([]);
});

test('a lock not yet known to mask is not believed to have taken a second PIN because its slot is occupied', async () => {
  await build({ masks: true, duplicateCheck: false });
  const read = vi.spyOn(house.driver, 'readSlot').mockResolvedValueOnce({ kind: 'failed', why: 'timeout' });
  const id = await house.create('1234');
  await house.clock.advance(100);
  expect(read).toHaveBeenCalledTimes(1);
  house.lock.faults.lies = 1;
  await house.call('access_codes/update', { access_code_id: id, code: '5678' });
  await house.settle(5 * minute);
  expect([...house.lock.slots]).toEqual([[1, '5678']]);
  expect(await house.code(id)).toMatchObject({ status: 'set' });
});
