import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { checkEvents } from '../../../test/support/event-check.ts';
import { House, field, lockSpec } from '../../../test/support/house.ts';
import { LockAddress } from '../../core/ids.ts';
import { createApp } from '../index.ts';
import { eventObjects } from '../objects/event.ts';
import { isEventType } from './types.ts';

const minutes = 60_000;

/** All that has happened, which must be as its types' schemas want it; their types. */
const checked = (house: House): Set<string> => {
  checkEvents(house.parts);
  const events = house.store.events(0, 10_000);
  expect(new Set(events.map(({ eventId }) => eventId)).size).toBe(house.store.lastSeq());
  return new Set(events.map(({ eventType }) => eventType));
};

const call = async (
  house: House,
  route: string,
  params: object,
): Promise<Readonly<Record<string, unknown>>> => {
  const answer = await house.call(route, params);
  if (!answer.ok) throw new Error(`${route}: ${answer.error.message}`);
  return answer.body;
};

const twoLocks = (): House =>
  new House([
    lockSpec({}, { autoLock: true, reportsUse: true }),
    lockSpec({ address: LockAddress('simulated:2'), name: 'Back door' }),
  ]);

/** What happens to the access codes of a lock in its life. */
const codesLive = async (house: House): Promise<void> => {
  const device_id = house.deviceId;
  const code = await house.create('482913');
  // Others stand beside it: the lock isn't taken for one that was reset.
  for (const beside of ['314159', '577215']) await house.create(beside);
  await house.settle();
  await call(house, 'access_codes/update', { access_code_id: code, code: '482914', name: 'Anna' });
  await house.settle();
  const slot = [...house.lock.slots].find(([, digits]) => digits === '482914')?.[0] ?? 0;
  const { address } = house.lock.spec;
  for (const digits of ['999111', '888222', undefined]) {
    if (digits === undefined) house.lock.slots.delete(slot);
    else house.lock.slots.set(slot, digits);
    house.driver.emit({ kind: 'slot', address, slot });
    // Hours apart: not one sitting of one person.
    await house.settle(120 * minutes);
  }
  for (const action of ['unlocked', 'locked'] as const)
    house.driver.emit({ kind: 'access', address, action, method: 'keycode', slot });
  house.driver.emit({ kind: 'access', address, action: 'locked', method: 'manual', slot: undefined });
  house.driver.emit({ kind: 'keypad_lockout', address });
  house.driver.emit({ kind: 'tampered', address });
  const startsAt = house.clock.now() + 60 * minutes;
  const frame = await call(house, 'access_codes/create', {
    device_id,
    code: '271828',
    starts_at: new Date(startsAt).toISOString(),
    ends_at: new Date(startsAt + 60 * minutes).toISOString(),
  });
  const timed = field(frame['access_code'], 'access_code_id');
  await call(house, 'access_codes/update', {
    access_code_id: timed,
    ends_at: new Date(startsAt + 30 * minutes).toISOString(),
  });
  await house.settle(100 * minutes);
  house.lock.faults.offline = true;
  house.driver.emit({ kind: 'locks' });
  await house.create('161803');
  await call(house, 'access_codes/delete', { access_code_id: code });
  await house.settle(40 * minutes);
  house.lock.faults.offline = false;
  house.driver.emit({ kind: 'locks' });
  house.driver.emit({ kind: 'reachable', address });
  await house.settle(40 * minutes);
};

/** What happens to a lock itself. */
const lockLives = async (house: House): Promise<void> => {
  const device_id = house.deviceId;
  for (const battery of [1, 0.5, 0.15, 0.05]) {
    house.lock.battery = battery;
    house.driver.emit({ kind: 'locks' });
    await house.settle();
  }
  for (const route of ['locks/lock_door', 'locks/unlock_door']) {
    const moved = call(house, route, { device_id });
    await house.settle();
    await moved;
  }
  house.lock.faults.offline = true;
  const inVain = call(house, 'locks/lock_door', { device_id });
  await house.settle();
  await inVain;
  house.lock.faults.offline = false;
  await house.settle(40 * minutes);
  await call(house, 'devices/update', {
    device_id,
    name: 'Main entrance',
    custom_metadata: { floor: '1' },
  });
  await call(house, 'devices/update', { device_id, is_managed: false });
  for (const offline of [true, false]) {
    house.lock.faults.offline = offline;
    house.driver.emit({ kind: 'locks' });
    await house.settle();
  }
  await call(house, 'devices/unmanaged/update', { device_id, is_managed: true });
};

test('every event of the life of a lock and its codes has all that its type has, and nothing else', async () => {
  await using house = twoLocks();
  house.lock.slots.set(7, '5555');
  house.lock.slots.set(8, '6666');
  await house.settle();
  await codesLive(house);
  const [first, second] = house.store.unmanagedCodes();
  await call(house, 'access_codes/unmanaged/convert_to_managed', { access_code_id: first?.accessCodeId });
  await call(house, 'access_codes/unmanaged/delete', { access_code_id: second?.accessCodeId });
  await house.settle();
  await lockLives(house);
  expect([...checked(house)].sort()).toEqual([
    'access_code.changed',
    'access_code.created',
    'access_code.delay_in_removing_from_device',
    'access_code.delay_in_setting_on_device',
    'access_code.deleted',
    'access_code.deleted_external_to_seam',
    'access_code.failed_to_remove_from_device',
    'access_code.failed_to_set_on_device',
    'access_code.modified_external_to_seam',
    'access_code.removed_from_device',
    'access_code.set_on_device',
    'access_code.unmanaged.converted_to_managed',
    'access_code.unmanaged.created',
    'access_code.unmanaged.removed',
    'action_attempt.lock_door.failed',
    'action_attempt.lock_door.succeeded',
    'action_attempt.unlock_door.succeeded',
    'device.added',
    'device.battery_status_changed',
    'device.connected',
    'device.converted_to_unmanaged',
    'device.disconnected',
    'device.low_battery',
    'device.name_changed',
    'device.tampered',
    'device.third_party_integration_detected',
    'device.unmanaged.connected',
    'device.unmanaged.converted_to_managed',
    'device.unmanaged.disconnected',
    'lock.access_denied',
    'lock.locked',
    'lock.unlocked',
    'lockstep.lock_adopted',
  ]);
});

test('every type that can be emitted can be asked for', () => {
  for (const type of eventObjects.keys()) expect(isEventType(type), type).toBe(true);
});

test('in the vocabulary of 2026 the events that it has beside the old ones are as it wants them', async () => {
  await using house = twoLocks();
  await house.settle();
  const bridge = { ...house.parts.bridge, vocabulary: 'current' as const };
  house.parts = { ...house.parts, bridge };
  house.app = createApp(house.parts);
  await codesLive(house);
  const types = checked(house);
  for (const type of ['name_changed', 'code_changed', 'time_frame_changed', 'mutations_requested'])
    expect(types).toContain(`access_code.${type}`);
});

test('the docs name every type that can be emitted, and no other', () => {
  const page = readFileSync(join(import.meta.dirname, '../../../docs/events.md'), 'utf8');
  const types = page.slice(page.indexOf('## Types'));
  const named = new Set(
    [...types.matchAll(/`((?:access_code|lock|device|lockstep)\.[a-z_.]+)`/g)].map(([, type]) => type),
  );
  const emitted = [...eventObjects.keys()].filter((type) => !type.startsWith('action_attempt.'));
  expect([...named].sort()).toEqual(emitted.sort());
  for (const action of [
    'lock_door',
    'unlock_door',
    'simulate_keypad_code_entry',
    'simulate_manual_lock_via_keypad',
  ])
    expect(types).toContain(action);
});
