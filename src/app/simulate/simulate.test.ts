import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { House, lockSpec } from '../../../test/support/house.ts';
import { DeviceId, LockAddress } from '../../core/ids.ts';
import type { Answer, AnswerValue } from '../answer.ts';
import { actionAttemptObject } from '../objects/action-attempt.ts';

let house: House;
beforeEach(async () => {
  house = new House([lockSpec({}, { reportsUse: true })], undefined, { simulates: true });
  await house.settle();
});
afterEach(async () => {
  await house[Symbol.asyncDispose]();
});

const ask = async (route: string, params: object = {}): Promise<Answer> => {
  const answer = house.call(route, { device_id: house.deviceId, ...params });
  await house.clock.advance(25_000);
  return answer;
};
const value = (answer: Answer, key: string): AnswerValue | undefined => {
  if (!answer.ok) throw new Error(`${answer.error.type}: ${answer.error.message}`);
  return answer.body[key];
};
const attempt = async (route: string, params: object = {}): Promise<unknown> =>
  actionAttemptObject.parse(value(await ask(route, params), 'action_attempt'));
const device = async (): Promise<AnswerValue | undefined> => value(await ask('devices/get'), 'device');
const since = (count: number): string[] => house.events().slice(count);

test('where locks are real there is nothing to simulate', async () => {
  const real = new House();
  const names = real.app.routes.map(({ name }) => name);
  const more = house.app.routes.map(({ name }) => name).filter((name) => !names.includes(name));
  await real[Symbol.asyncDispose]();
  expect(names.filter((name) => name.includes('/simulate/'))).toEqual([]);
  expect(more).toHaveLength(9);
  expect(more.every((name) => name.includes('/simulate/'))).toBe(true);
  expect(await device()).toMatchObject({
    can_simulate_connection: true,
    can_simulate_disconnection: true,
    can_simulate_hub_connection: true,
    can_simulate_hub_disconnection: true,
    can_simulate_removal: true,
    can_simulate_paid_subscription: false,
  });
});

test('a lock goes out of reach and comes back', async () => {
  await house.create('1357');
  await house.settle();
  const before = house.events().length;
  const look = vi.spyOn(house.controller, 'audit');
  value(await ask('devices/simulate/disconnect'), 'ok');
  expect(look, 'a lock that nobody speaks with is not missed').toHaveBeenCalledWith(house.deviceId);
  expect(await device()).toMatchObject({
    properties: { online: false },
    errors: [{ error_code: 'device_disconnected' }],
  });
  value(await ask('devices/simulate/connect'), 'ok');
  expect(await device()).toMatchObject({ properties: { online: true }, errors: [] });
  expect(since(before)).toEqual(['device.disconnected', 'device.connected']);
});

test('its hub goes and comes back', async () => {
  value(await ask('devices/simulate/disconnect_from_hub'), 'ok');
  expect(await device()).toMatchObject({ errors: [{ error_code: 'hub_disconnected' }] });
  value(await ask('devices/simulate/connect_to_hub'), 'ok');
  expect(await device()).toMatchObject({ errors: [] });
});

test('somebody enters codes: one that the lock has opens it, another does not', async () => {
  const id = await house.create('1357');
  await house.settle();
  const before = house.events().length;
  expect(await attempt('locks/simulate/keypad_code_entry', { code: '1357' })).toMatchObject({
    action_type: 'SIMULATE_KEYPAD_CODE_ENTRY',
    status: 'success',
    result: {},
  });
  expect(house.lock.locked).toBe(false);
  expect(since(before)).toEqual(['lock.unlocked', 'action_attempt.simulate_keypad_code_entry.succeeded']);
  expect(house.store.events(before, 1)).toMatchObject([{ accessCodeId: id, payload: { method: 'keycode' } }]);
  expect(await attempt('locks/simulate/manual_lock_via_keypad')).toMatchObject({ status: 'success' });
  expect(house.lock.locked).toBe(true);
  expect(await attempt('locks/simulate/keypad_code_entry', { code: '9999' })).toMatchObject({
    status: 'error',
    error: { type: 'access_denied' },
  });
  expect(house.lock.locked).toBe(true);
  expect(since(before).slice(2)).toEqual([
    'lock.locked',
    'action_attempt.simulate_manual_lock_via_keypad.succeeded',
    'action_attempt.simulate_keypad_code_entry.failed',
  ]);
  expect(JSON.stringify([house.store.history({}, 100), house.logged])).not.toMatch(/1357|9999/);
});

test('somebody adds a code at the keypad: the answer is what the bridge has found', async () => {
  const params = { code: '86420', name: 'Old tenant' };
  const route = 'access_codes/simulate/create_unmanaged_access_code';
  expect(value(await ask(route, params), 'access_code')).toMatchObject({ is_managed: false, status: 'set' });
  expect([...house.lock.slots]).toEqual([[1, '86420']]);
  expect(house.events().at(-1)).toBe('access_code.unmanaged.created');
  for (const code of ['86420', '123'])
    expect(await ask(route, { ...params, code })).toMatchObject({ ok: false, error: { status: 400 } });
  expect(house.store.unmanagedCodes()).toHaveLength(1);
});

test('what has no meaning here, and what a radio cannot do, is refused', async () => {
  expect(await ask('devices/simulate/paid_subscription', { is_expired: true })).toMatchObject({
    error: { type: 'unsupported', status: 400 },
  });
  // This radio in memory takes no locks out.
  expect(await ask('devices/simulate/remove')).toMatchObject({ error: { type: 'unsupported', status: 400 } });
  expect(house.lock.faults.offline, 'as it was').toBe(false);
});

test('a lock of which the simulation knows nothing is left alone', async () => {
  const known = house.store.device(DeviceId(house.deviceId))!;
  const other = DeviceId('11111111-2222-4333-8444-555555555555');
  house.store.putDevice({
    ...known,
    deviceId: other,
    identities: ['simulated:x'],
    address: LockAddress('simulated:9'),
  });
  expect(await house.call('devices/simulate/disconnect', { device_id: other })).toMatchObject({
    error: { type: 'unsupported' },
  });
  expect(house.lock.faults.offline).toBe(false);
});
