import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { body, recordOf, refused } from '../../../test/support/answers.ts';
import { House, lockSpec } from '../../../test/support/house.ts';
import { DeviceId, LockAddress } from '../../core/ids.ts';
import type { Device, DeviceWishes } from '../../core/model.ts';
import type { AnswerValue } from '../answer.ts';
import { isList } from '../json.ts';
import { deviceObject, unmanagedDeviceObject } from '../objects/device.ts';

const front = lockSpec({}, { names: { maxLength: 20 }, autoLock: true });
const back = lockSpec({ address: LockAddress('simulated:2'), name: 'Back door' }, { remoteLock: false });

let house: House;
let device_id: string;
let backId: string;
beforeEach(async () => {
  house = new House([front, back]);
  await house.settle();
  device_id = house.deviceId;
  backId = house.deviceIdOf(house.locks[1]!);
});
afterEach(async () => {
  await house[Symbol.asyncDispose]();
});

const get = async (params: object = { device_id }): Promise<Readonly<Record<string, AnswerValue>>> => {
  const device = recordOf(body(await house.call('devices/get', params))['device']);
  deviceObject.parse(device);
  return device;
};
const properties = async (): Promise<Readonly<Record<string, AnswerValue>>> =>
  recordOf((await get())['properties']);
const update = async (params: object): Promise<void> => {
  body(await house.call('devices/update', { device_id, ...params }));
  await house.clock.advance(0);
};
const listed = async (params: object, route = 'devices/list'): Promise<(AnswerValue | undefined)[]> => {
  const { devices } = body(await house.call(route, params));
  if (!isList(devices)) throw new Error('no list');
  return devices.map((one) => recordOf(one)['display_name']);
};
const put = (changes: Partial<Device>): void => {
  const device = house.store.device(DeviceId(device_id))!;
  house.store.putDevice({ ...device, ...changes });
};
const wishes = (): DeviceWishes | undefined => house.store.device(DeviceId(device_id))?.wishes;
const events = (): string[] => house.events().filter((type) => type.startsWith('device.'));

describe('a lock', () => {
  test('is shown with all that Seam has for it', async () => {
    put({ battery: 0.15, manufacturer: 'Allegion', model: 'BE469' });
    expect(await get()).toMatchObject({
      device_type: 'lockstep_lock',
      is_managed: true,
      space_ids: [],
      capabilities_supported: ['access_code', 'lock', 'battery'],
      can_remotely_lock: true,
      can_configure_auto_lock: true,
      can_simulate_removal: false,
      can_program_offline_access_codes: false,
      device_manufacturer: { display_name: 'Allegion' },
      location: { time_zone: 'Europe/Berlin' },
      errors: [],
      warnings: [],
      properties: {
        online: true,
        locked: true,
        name: 'Front door',
        appearance: { name: 'Front door' },
        battery: { level: 0.15, status: 'low' },
        battery_level: 0.15,
        has_direct_power: false,
        model: { display_name: 'BE469', manufacturer_display_name: 'Allegion', has_built_in_keypad: true },
        supported_code_lengths: [4, 5, 6, 7, 8],
        max_active_codes_supported: 10,
        code_constraints: [{ constraint_type: 'name_length', max_length: 20 }],
        supports_backup_access_code_pool: true,
        backup_access_code_pool_enabled: false,
        auto_lock_enabled: false,
      },
    });
    expect(await get({ device_id: backId })).toMatchObject({
      can_remotely_unlock: false,
      can_configure_auto_lock: false,
      capabilities_supported: ['access_code'],
      properties: { code_constraints: [] },
    });
  });

  test('whose capabilities nobody knows yet says nothing of them', async () => {
    put({ capabilities: undefined, locked: undefined });
    const shown = await get();
    expect(shown).toMatchObject({ can_unlock_with_code: false, capabilities_supported: [], x_slots: null });
    expect(shown['properties']).not.toHaveProperty('supported_code_lengths');
    expect(shown['properties']).not.toHaveProperty('locked');
  });

  test('out of reach, with its radio away, or both, says which, and since when', async () => {
    const errors = async (): Promise<unknown> => (await get())['errors'];
    house.lock.faults.offline = true;
    house.driver.emit({ kind: 'locks' });
    await house.settle();
    const silent = house.store.device(DeviceId(device_id))?.offlineSince;
    expect(await errors()).toMatchObject([
      {
        error_code: 'device_disconnected',
        created_at: new Date(silent ?? 0).toISOString(),
        is_device_error: true,
      },
    ]);
    const lostAt = new Date(house.clock.now()).toISOString();
    house.driver.setRadio('lost');
    await house.settle();
    expect(await errors()).toMatchObject([{ error_code: 'hub_disconnected', created_at: lostAt }]);
    expect(await properties()).toMatchObject({ online: false });
    house.lock.faults.offline = false;
    house.driver.setRadio('ready');
    await house.settle();
    expect(await errors()).toEqual([]);
    expect(await properties()).toMatchObject({ online: true });
  });

  test('is announced anew when its radio comes or goes', () => {
    const changes: string[] = [];
    house.app.onChange((change) => changes.push(`${change.kind} ${'id' in change ? change.id : ''}`));
    house.driver.setRadio('lost');
    expect(changes).toContain(`device ${device_id}`);
  });

  test('that is full says so, with its numbers', async () => {
    house.usable = { first: 1, last: 2 };
    expect((await get())['warnings']).toEqual([]);
    await house.create('1357');
    house.lock.slots.set(2, '86420');
    house.driver.emit({ kind: 'slot', address: house.lock.spec.address, slot: 2 });
    await house.settle();
    expect((await get())['warnings']).toMatchObject([
      {
        warning_code: 'max_access_codes_reached',
        active_access_code_count: 2,
        max_active_access_code_count: 2,
      },
    ]);
  });

  test('whose backup pool lacks codes, or to which somebody else writes, says so', async () => {
    const since = house.clock.now();
    put({
      poolLack: { kind: 'partial', since },
      foreignChanges: { count: 2, firstAt: since, lastAt: since },
    });
    expect((await get())['warnings']).toMatchObject([
      { warning_code: 'partial_backup_access_code_pool', created_at: new Date(since).toISOString() },
      { warning_code: 'third_party_integration_detected' },
    ]);
    put({ poolLack: { kind: 'empty', since } });
    expect((await get())['errors']).toMatchObject([{ error_code: 'empty_backup_access_code_pool' }]);
  });

  test.each([
    [{ set: false, read: true }, 22.4 * 60_000, /22 min fast.*cannot set it/],
    [{ set: true, read: true }, -3 * 86_400_000, /3 days slow.*bridge sets it/],
    [{ set: true, read: true }, undefined, /was wrong/],
  ])('whose clock is off says by how much, and what to do: %o', async (clock, offsetMs, words) => {
    const since = house.clock.now();
    put({ capabilities: { ...house.lock.capabilities, clock } });
    const before = house.state();
    const clockCare = { failures: 0, wrongSince: since };
    house.store.putLockState(before, { ...before, clockCare, clockSeen: { at: since, offsetMs } });
    expect((await get())['warnings']).toEqual([
      {
        warning_code: 'lockstep_clock_off',
        message: expect.stringMatching(words) as string,
        created_at: new Date(since).toISOString(),
      },
    ]);
  });

  test('that was removed says only that', async () => {
    put({ removedAt: house.clock.now(), online: false, poolLack: { kind: 'partial', since: 0 } });
    const { errors, warnings } = await get();
    expect(errors).toMatchObject([{ error_code: 'device_removed' }]);
    expect(warnings).toEqual([]);
  });
});

describe('the name of a lock', () => {
  test('that a caller gives beats the others, is told once, outlives what the driver says, and can be taken back', async () => {
    await update({ name: 'Haustür' });
    await update({ properties: { name: 'Haustür' } });
    expect(await get()).toMatchObject({
      display_name: 'Haustür',
      nickname: 'Haustür',
      properties: { name: 'Haustür', appearance: { name: 'Front door' } },
    });
    house.driver.emit({ kind: 'locks' });
    await house.settle();
    expect(await get({ name: 'Haustür' })).toMatchObject({ device_id });
    await update({ name: null });
    const shown = await get();
    expect(shown['display_name']).toBe('Front door');
    expect(shown).not.toHaveProperty('nickname');
    expect(
      house.store.events(0, 1000).filter(({ eventType }) => eventType === 'device.name_changed'),
    ).toMatchObject([
      { deviceId: device_id, payload: { device_name: 'Haustür' } },
      { deviceId: device_id, payload: { device_name: 'Front door' } },
    ]);
  });

  test('that is given twice, and not the same, changes nothing', async () => {
    const answer = await house.call('devices/update', {
      device_id,
      name: 'One',
      properties: { name: 'Other' },
      custom_metadata: { a: 'b' },
    });
    expect(refused(answer)).toMatchObject({
      type: 'invalid_input',
      message: expect.stringMatching(/^name: /) as string,
    });
    expect(wishes()).toBeUndefined();
  });
});

describe('custom metadata', () => {
  test('is added to what is there; null or an empty text takes a key away', async () => {
    await update({ custom_metadata: { room: '12', floor: '3', smoking: false } });
    await update({ custom_metadata: { room: '14', floor: null, smoking: '', key: true } });
    expect(await get()).toMatchObject({ custom_metadata: { room: '14', key: true } });
    expect(Object.keys(wishes()?.customMetadata ?? {})).toEqual(['room', 'key']);
  });

  test('of more than 50 keys, with those that are there, is refused', async () => {
    const keys = (from: number, to: number): object =>
      Object.fromEntries(Array.from({ length: to - from }, (_, n) => [`k${String(from + n)}`, true]));
    await update({ custom_metadata: keys(0, 50) });
    const answer = await house.call('devices/update', { device_id, custom_metadata: { more: true } });
    expect(refused(answer).message).toMatch(/^custom_metadata: /);
    await update({ custom_metadata: { k0: null, more: true } });
  });
});

describe('an unmanaged lock', () => {
  const unmanage = (): Promise<void> => update({ is_managed: false });

  test('is found among the unmanaged ones only, takes no commands and no codes, and can be taken back', async () => {
    await unmanage();
    expect(await listed({})).toEqual(['Back door']);
    expect(await listed({}, 'locks/list')).toEqual(['Back door']);
    expect(await listed({}, 'devices/unmanaged/list')).toEqual(['Front door']);
    for (const route of ['devices/get', 'locks/get', 'devices/update'])
      expect(refused(await house.call(route, { device_id }))).toMatchObject({
        type: 'device_not_found',
        status: 404,
      });
    const { device } = body(await house.call('devices/unmanaged/get', { device_id }));
    unmanagedDeviceObject.parse(device);
    expect(device).toMatchObject({ is_managed: false, properties: { online: true } });
    const operate = vi.spyOn(house.driver, 'operate');
    for (const route of ['locks/unlock_door', 'locks/lock_door'])
      expect(refused(await house.call(route, { device_id })).type).toBe('device_unmanaged');
    expect(operate).not.toHaveBeenCalled();
    expect((await house.call('access_codes/create', { device_id, code: '1357' })).ok).toBe(false);
    body(
      await house.call('devices/unmanaged/update', {
        device_id,
        is_managed: true,
        custom_metadata: { back: 'again' },
      }),
    );
    expect(await get()).toMatchObject({ is_managed: true, custom_metadata: { back: 'again' } });
    expect(events().slice(-2)).toEqual([
      'device.converted_to_unmanaged',
      'device.unmanaged.converted_to_managed',
    ]);
  });

  test('keeps its codes: they stand there as unmanaged ones', async () => {
    const id = await house.create('1357');
    await house.settle();
    await unmanage();
    await house.settle();
    expect([...house.lock.slots.values()]).toEqual(['1357']);
    expect(house.store.accessCodes()).toEqual([]);
    expect(house.store.unmanagedCodes()).toMatchObject([{ accessCodeId: id }]);
  });

  test('it does not become while a code of it is not proved to stand there, and nothing is changed then', async () => {
    await house.create('1357');
    await house.settle();
    house.driver.setRadio('lost');
    await house.create('2468');
    expect(
      refused(await house.call('devices/update', { device_id, is_managed: false, name: 'X' })).status,
    ).toBe(400);
    expect(wishes()).toBeUndefined();
    expect(house.store.accessCodes()).toHaveLength(2);
  });

  test('gets none of its spare codes left', async () => {
    await update({ backup_access_code_pool_enabled: true });
    await house.settle(5 * 60_000);
    expect(house.lock.slots.size).toBeGreaterThan(0);
    await unmanage();
    await house.settle(5 * 60_000);
    expect([...house.lock.slots]).toEqual([]);
    expect(house.store.accessCodes()).toEqual([]);
    body(await house.call('devices/unmanaged/update', { device_id, is_managed: true }));
    expect(await properties()).toMatchObject({ backup_access_code_pool_enabled: false });
  });

  test('a managed lock is not found among them', async () => {
    expect(refused(await house.call('devices/unmanaged/get', { device_id })).type).toBe('device_not_found');
    expect(refused(await house.call('devices/unmanaged/update', { device_id })).type).toBe(
      'device_not_found',
    );
  });
});

describe('the backup pool', () => {
  test('is turned on and off', async () => {
    await update({ backup_access_code_pool_enabled: true });
    expect(await properties()).toMatchObject({ backup_access_code_pool_enabled: true });
    await update({ backup_access_code_pool_enabled: false });
    expect(await properties()).toMatchObject({ backup_access_code_pool_enabled: false });
  });

  test('is not turned on for a lock that is let go of', async () => {
    const params = { device_id, is_managed: false, backup_access_code_pool_enabled: true };
    expect(refused(await house.call('devices/update', params)).message).toMatch(
      /^backup_access_code_pool_enabled: /,
    );
    expect(wishes()).toBeUndefined();
  });
});
