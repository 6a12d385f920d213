import { afterEach, describe, expect, test } from 'vitest';
import { refused } from '../../test/support/answers.ts';
import { House, lockSpec } from '../../test/support/house.ts';
import { problem, ScriptedMembership } from '../../test/support/scripted-membership.ts';
import { DeviceId, LockAddress } from '../core/ids.ts';
import type { Change } from '../ports/changes.ts';
import { StoreError } from '../ports/errors.ts';
import type { Answer } from './answer.ts';

let house: House;
let membership: ScriptedMembership;
let changes: Change[];
let front: string;
let back: string;

const build = async (names: 'dsk' | 'place' | 'address' = 'dsk'): Promise<void> => {
  const second = lockSpec({ address: LockAddress('simulated:2'), name: 'Back door' });
  house = new House([lockSpec(), second]);
  membership = new ScriptedMembership(house.driver, [], names);
  await house.settle();
  [front, back] = [house.deviceIdOf(house.locks[0]!), house.deviceIdOf(house.locks[1]!)];
  changes = [];
  house.app.onChange((change) => changes.push(change));
};
afterEach(async () => {
  await house[Symbol.asyncDispose]();
});

const ask = (params: object = {}): Promise<Answer> =>
  house.call('lockstep/devices/remove', { device_id: front, ...params });
/** Begins a removal that must not be refused, and returns how to look at it. */
const begin = async (params: object = {}): Promise<() => Promise<Record<string, unknown>>> => {
  const answer = await ask(params);
  if (!answer.ok) throw new Error(`${answer.error.type}: ${answer.error.message}`);
  const { pairing_id } = answer.body['pairing'] as { pairing_id: string };
  return async () => {
    await house.settle(1_000);
    const now = await house.call('lockstep/pairing/get', { pairing_id });
    if (!now.ok) throw new Error(now.error.type);
    return { ...(now.body['pairing'] as Record<string, unknown>) };
  };
};
/** The lock leaves by its own unpairing mode. */
const leaves = (index = 0): void => {
  const lock = house.locks[index]!;
  membership.removal.hooks.onStep({ kind: 'listening' });
  membership.leave(lock);
  membership.removal.end({ kind: 'removed', address: lock.spec.address });
};
const devices = (): string[] => house.store.devices().map((one) => one.deviceId);
const device = () => house.store.device(DeviceId(front));

describe('removing a lock without access codes', () => {
  test('takes it out of the network and forgets it, codes of others included', async () => {
    await build();
    house.lock.slots.set(4, '8080');
    house.driver.emit({ kind: 'slot', address: house.lock.spec.address, slot: 4 });
    await house.settle();
    const [unmanaged] = house.store.unmanagedCodes();
    const look = await begin();
    expect(membership.removal).toMatchObject({ lock: house.lock.spec.address, how: 'exclude' });
    leaves();
    expect(await look()).toMatchObject({ kind: 'remove', state: 'done', device_id: front, error: null });
    expect(devices()).toEqual([back]);
    expect(house.store.unmanagedCodes()).toEqual([]);
    expect(house.store.lockState(DeviceId(front)).slots.size).toBe(0);
    const events = house.events();
    expect(events.slice(events.indexOf('device.removed'))).toEqual([
      'device.removed',
      'access_code.unmanaged.removed',
      'lockstep.pairing_done',
    ]);
    expect(changes).toEqual(
      expect.arrayContaining([
        { kind: 'device', id: front },
        { kind: 'slots', id: front },
        { kind: 'unmanaged_access_code', id: unmanaged?.accessCodeId },
      ]),
    );
    expect(refused(await house.call('devices/get', { device_id: front })).type).toBe('device_not_found');
    await house.restart();
    expect(devices()).toEqual([back]);
  });

  test('leaves it as it is where nobody comes, and where it is aborted', async () => {
    await build();
    const look = await begin();
    membership.removal.end(problem('nobody'));
    expect(await look()).toMatchObject({ state: 'failed', error: { type: 'nobody' }, device_id: front });
    const again = await begin();
    await house.call('lockstep/pairing/abort', { pairing_id: String((await again())['pairing_id']) });
    expect(await again()).toMatchObject({ state: 'failed', error: { type: 'aborted' } });
    expect(device()).toMatchObject({ online: true });
    await house.create('1357');
    await house.settle();
    expect(house.lock.slots.get(1)).toBe('1357');
  });

  test('that does not answer is refused, telling how to strike it off', async () => {
    await build();
    house.lock.faults.offline = true;
    house.driver.emit({ kind: 'locks' });
    await house.settle();
    expect(refused(await ask())).toMatchObject({
      type: 'device_disconnected',
      status: 409,
      message: expect.stringContaining('--gone') as string,
    });
    const look = await begin({ gone: true });
    expect(membership.removal.how).toBe('gone');
    membership.removal.end({ kind: 'removed', address: house.lock.spec.address });
    membership.leave(house.lock);
    expect(await look()).toMatchObject({ state: 'done' });
    expect(devices()).toEqual([back]);
  });

  test('as gone fails while it answers, and succeeds where the radio does not know it', async () => {
    await build();
    const look = await begin({ gone: true });
    membership.removal.end(problem('still_answers'));
    expect(await look()).toMatchObject({ state: 'failed', error: { type: 'still_answers' } });
    expect(devices()).toContain(front);
    const again = await begin({ gone: true });
    membership.removal.end(problem('unknown_lock'));
    expect(await again()).toMatchObject({ state: 'done' });
    expect(devices()).not.toContain(front);
  });
});

describe('removing a lock with access codes', () => {
  test('is refused unless it is said what becomes of them, and saying both is', async () => {
    await build();
    await house.create('1357');
    const error = refused(await ask());
    expect(error).toMatchObject({ type: 'device_has_access_codes', status: 409, data: { access_codes: 1 } });
    expect(error.message).toContain('goes on holding their PINs');
    expect(refused(await ask({ keep_codes: true, forget_codes: true })).type).toBe('invalid_input');
    expect(membership.removals).toEqual([]);
  });

  test('and forgetting them ends them, and says that the lock may still hold them', async () => {
    await build();
    const id = await house.create('1357');
    await house.settle();
    const look = await begin({ forget_codes: true });
    leaves();
    expect((await look())['message']).toContain('may still hold the PINs');
    expect(house.store.accessCodes()).toEqual([]);
    expect(devices()).toEqual([back]);
    const events = house.store.events(0, 1000).filter((event) => event.accessCodeId === id);
    expect(events.at(-1)).toMatchObject({
      eventType: 'access_code.deleted',
      payload: { reason: 'device_removed', may_remain_on_device: true },
    });
    expect(events.map((event) => event.eventType)).not.toContain('access_code.removed_from_device');
    expect(changes).toContainEqual({ kind: 'access_code', id });
    expect(house.lock.slots.get(1), 'nobody wrote to it').toBe('1357');
  });

  test('a kept code whose time is over ends all the same', async () => {
    await build();
    const at = (fromNow: number): string => new Date(house.clock.now() + fromNow).toISOString();
    const ends = { starts_at: at(0), ends_at: at(2 * 60 * 60_000) };
    await house.call('access_codes/create', { device_id: house.deviceId, code: '1357', ...ends });
    const kept = await house.create('2468');
    await house.settle();
    const look = await begin({ keep_codes: true });
    leaves();
    await look();
    expect(house.store.accessCodes()).toHaveLength(2);
    await house.settle(2 * 60 * 60_000);
    expect(house.store.accessCodes().map((one) => one.accessCodeId)).toEqual([kept]);
    expect(house.events().at(-1)).toBe('access_code.deleted');
  });

  test('and keeping them keeps the lock as removed; codes say so, and nothing is sent to it', async () => {
    await build();
    const kept = await house.create('1357');
    const going = await house.create('2468');
    await house.settle();
    house.lock.faults.refuses = 99;
    await house.call('access_codes/delete', { access_code_id: going });
    const look = await begin({ keep_codes: true });
    leaves();
    await look();
    expect(device()).toMatchObject({ online: false, removedAt: expect.any(Number) as number });
    expect(house.store.accessCodes().map((one) => one.accessCodeId)).toEqual([kept]);
    for (const round of ['at once', 'after a restart']) {
      expect(await house.code(kept), round).toMatchObject({
        status: 'unknown',
        errors: [{ error_code: 'device_removed', is_device_error: true }],
      });
      const shown = await house.call('devices/get', { device_id: front });
      expect(shown).toMatchObject({
        body: {
          device: { x_removed_at: expect.any(String) as string, errors: [{ error_code: 'device_removed' }] },
        },
      });
      await house.restart();
      membership = new ScriptedMembership(house.driver, [house.lock]);
      await house.settle();
    }
    const refusals = [
      house.call('access_codes/create', { device_id: front, code: '3333' }),
      house.call('locks/lock_door', { device_id: front }),
      house.call('lockstep/audit', { device_id: front }),
    ];
    for (const answer of await Promise.all(refusals)) expect(refused(answer).type).toBe('device_removed');
    expect(refused(await ask({ keep_codes: true })).type).toBe('device_removed');
    expect(house.events().filter((type) => type === 'device.removed')).toHaveLength(1);
  });

  test('deleting the last kept code lets the record of the removed lock go', async () => {
    await build();
    const [one, two] = [await house.create('1357'), await house.create('2468')];
    await house.settle();
    const look = await begin({ keep_codes: true });
    leaves();
    await look();
    await house.call('access_codes/delete', { access_code_id: one });
    await house.settle(0);
    expect(house.store.accessCodes().map(({ accessCodeId }) => accessCodeId)).toEqual([two]);
    expect(devices()).toContain(front);
    await house.call('access_codes/delete', { access_code_id: two });
    await house.settle(0);
    expect(devices()).toEqual([back]);
  });

  test('kept codes can be given up later, with no radio', async () => {
    await build();
    await house.create('1357');
    const look = await begin({ keep_codes: true });
    leaves();
    await look();
    house.driver.setRadio('lost');
    const again = await begin({ forget_codes: true });
    expect(await again()).toMatchObject({ state: 'done' });
    expect(membership.removals).toHaveLength(1);
    expect(devices()).toEqual([back]);
    expect(house.store.accessCodes()).toEqual([]);
  });

  const nothing = (): void => undefined;
  const wiped = (): void => {
    house.lock.slots.clear();
  };
  test.each([
    ['still holding them', 'dsk', nothing],
    ['wiped by leaving', 'dsk', wiped],
    ['known by an address of its own', 'address', nothing],
  ] as const)(
    'paired again, %s, it is the same lock and gets its kept codes back',
    async (_what, names, wipe) => {
      await build(names);
      const id = await house.create('1357');
      await house.settle();
      const look = await begin({ keep_codes: true });
      leaves();
      await look();
      wipe();
      membership.join(house.lock);
      await house.settle(120_000);
      expect(device()).toMatchObject({ online: true, address: house.lock.spec.address });
      expect(device()?.removedAt).toBeUndefined();
      expect(await house.code(id)).toMatchObject({ status: 'set', errors: [], x_slot: 1 });
      expect([...house.lock.slots]).toEqual([[1, '1357']]);
      expect(house.state().adopted).toBe(true);
      expect(house.events().filter((type) => type === 'device.added')).toHaveLength(3);
      expect(house.events()).not.toContain('access_code.deleted_external_to_seam');
    },
  );
  test('frozen, removed and paired again, it is still frozen, and gets its kept codes when somebody says so', async () => {
    await build();
    const pins = ['1357', '2468', '3579'];
    const ids = await Promise.all(pins.map((digits) => house.create(digits)));
    await house.settle();
    house.lock.factoryReset();
    house.driver.emit({ kind: 'slot', address: house.lock.spec.address, slot: 2 });
    await house.settle();
    const look = await begin({ keep_codes: true });
    leaves();
    await look();
    for (const id of ids)
      expect(await house.code(id)).toMatchObject({ errors: [{ error_code: 'device_removed' }] });
    membership.join(house.lock);
    await house.settle(120_000);
    for (const id of ids)
      expect(await house.code(id)).toMatchObject({ errors: [{ error_code: 'lockstep_lock_reset' }] });
    expect([...house.lock.slots.values()]).toEqual([]);
    await house.call('lockstep/repair', { device_id: front, restore: true });
    await house.settle(120_000);
    expect([...house.lock.slots.values()].sort()).toEqual(pins);
    for (const id of ids) expect(await house.code(id)).toMatchObject({ status: 'set', errors: [] });
  });
});

test('a removal that was cut off before its end is tidied up at the next start', async () => {
  await build();
  house.store.putDevice({ ...device()!, removedAt: house.clock.now(), online: false });
  membership.leave(house.lock);
  await house.restart();
  expect(devices()).toEqual([back]);
});

test('a removal that cannot be stored is told, and can be made up for', async () => {
  await build();
  const look = await begin();
  const putDevice = house.store.putDevice.bind(house.store);
  house.store.putDevice = () => {
    throw new StoreError('the disk is full');
  };
  leaves();
  expect(await look()).toMatchObject({ state: 'failed', error: { type: 'store_failed' } });
  house.store.putDevice = putDevice;
  const again = await begin({ gone: true });
  membership.removal.end(problem('unknown_lock'));
  expect(await again()).toMatchObject({ state: 'done' });
  expect(devices()).toEqual([back]);
});

test('another lock that leaves instead is treated as removed, its codes kept, and the answer says so', async () => {
  await build();
  const other = await house.create('1357', house.locks[1]);
  await house.settle();
  const look = await begin();
  leaves(1);
  const ended = await look();
  expect(ended).toMatchObject({ state: 'failed', device_id: back, error: { type: 'another_device_left' } });
  expect(ended['message']).toMatch(/Back door.*kept.*hold their PINs.*Front door is still/);
  expect(house.store.device(DeviceId(back))?.removedAt).toBeDefined();
  expect(await house.code(other)).toMatchObject({ errors: [{ error_code: 'device_removed' }] });
  expect(device()).toMatchObject({ online: true });
});

test('a device that is no lock and leaves instead changes nothing here', async () => {
  await build();
  const look = await begin();
  membership.removal.end({ kind: 'removed', address: LockAddress('simulated:99') });
  expect(await look()).toMatchObject({ state: 'failed', error: { type: 'another_device_left' } });
  expect(devices()).toEqual([front, back]);
});

test('a new lock at a removed one’s place in the network is another lock', async () => {
  await build('place');
  const before = house.deviceIdOf(house.lock);
  const id = await house.create('1357');
  await house.settle();
  const look = await begin({ device_id: before, keep_codes: true });
  leaves();
  await look();
  house.lock.slots.clear();
  membership.join(house.lock);
  await house.settle();
  expect(house.deviceIdOf(house.lock)).not.toBe(before);
  expect(house.lock.slots.size, 'the kept code waits for a decision').toBe(0);
  expect(await house.code(id)).toMatchObject({
    device_id: before,
    errors: [{ error_code: 'device_removed' }],
  });
});
