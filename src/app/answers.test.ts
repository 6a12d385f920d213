import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { House, lockSpec } from '../../test/support/house.ts';
import { LockAddress } from '../core/ids.ts';
import type { Answer, AnswerValue } from './answer.ts';
import { isList, isRecord } from './json.ts';

const [ours, next, theirs] = ['73059164', '40826173', '95174062'];
const backDoor = lockSpec({ address: LockAddress('simulated:2'), name: 'Back door' });

let house: House;
let id: string;
let unmanaged: string;
beforeEach(async () => {
  house = new House([lockSpec(), backDoor]);
  house.lock.slots.set(7, theirs);
  await house.settle();
  id = await house.create(ours);
  await house.settle();
  unmanaged = house.store.unmanagedCodes()[0]?.accessCodeId ?? '';
});
afterEach(async () => {
  await house[Symbol.asyncDispose]();
});

const body = (answer: Answer): Readonly<Record<string, AnswerValue>> => {
  if (!answer.ok) throw new Error(`${answer.error.type}: ${answer.error.message}`);
  return answer.body;
};
/** One property of each object in a list of an answer. */
const ids = (list: AnswerValue | undefined, key: string): (AnswerValue | undefined)[] => {
  if (!isList(list)) throw new Error('not a list');
  return list.map((one) => (isRecord(one) ? one[key] : undefined));
};

test('no answer of any route, success or refusal, holds the digits of a PIN (FIELD-BUGS 26)', async () => {
  house.driver.setRadio('lost');
  const device_id = house.deviceId;
  const calls: [string, object][] = [
    ['access_codes/update', { access_code_id: id, code: next }],
    ['access_codes/create', { device_id, code: next }],
    ['access_codes/create', { device_id, code: theirs }],
    ['access_codes/create', { device_id, code: `${ours}1` }],
    ['access_codes/create', { device_id, code: Number(ours) }],
    ['access_codes/create', { device_id: house.deviceIdOf(house.locks[1]!), code: ours }],
    ['access_codes/get', { access_code_id: id }],
    ['access_codes/get', { device_id, code: next }],
    ['access_codes/get', { device_id, code: '00000000' }],
    ['access_codes/list', {}],
    ['access_codes/list', { search: ours }],
    ['access_codes/create_multiple', { device_ids: [device_id] }],
    ['access_codes/create_multiple', { device_ids: [device_id], code: theirs }],
    ['access_codes/update_multiple', { common_code_key: 'nobody' }],
    ['access_codes/generate_code', { device_id }],
    ['access_codes/report_device_constraints', { device_id, min_code_length: 4, max_code_length: 8 }],
    ['access_codes/unmanaged/list', {}],
    ['access_codes/unmanaged/get', { access_code_id: unmanaged }],
    ['access_codes/unmanaged/get', { device_id, code: theirs }],
    ['access_codes/unmanaged/get', { device_id, code: ours }],
    ['access_codes/unmanaged/convert_to_managed', { access_code_id: unmanaged, x_code: next }],
    ['access_codes/unmanaged/update', { access_code_id: unmanaged, is_managed: true }],
    ['access_codes/unmanaged/delete', { access_code_id: unmanaged }],
    ['access_codes/pull_backup_access_code', { access_code_id: id }],
    ['devices/list', {}],
    ['devices/get', { device_id }],
    ['devices/update', { device_id, name: 'Front', backup_access_code_pool_enabled: true }],
    ['devices/report_provider_metadata', { devices: [{ device_id }] }],
    ['devices/list_device_providers', {}],
    ['devices/unmanaged/list', {}],
    ['devices/unmanaged/get', { device_id }],
    ['devices/unmanaged/update', { device_id, is_managed: true }],
    ['locks/get', { device_id }],
    ['locks/list', {}],
    ['locks/configure_auto_lock', { device_id, auto_lock_enabled: false }],
    ['action_attempts/get', { action_attempt_id: id }],
    ['action_attempts/list', {}],
    ['workspaces/get', {}],
    ['workspaces/list', {}],
    ['connected_accounts/get', { connected_account_id: id }],
    ['connected_accounts/list', {}],
    ['locks/lock_door', { device_id }],
    ['locks/unlock_door', { device_id }],
    ['lockstep/status', {}],
    ['lockstep/arrivals', {}],
    ['lockstep/doctor', {}],
    ['lockstep/clock', {}],
    ['lockstep/clock/trust', {}],
    ['lockstep/slots', { device_id }],
    ['lockstep/history', { device_id }],
    ['lockstep/keys/create', {}],
    ['lockstep/keys/list', {}],
    ['lockstep/keys/revoke', { api_key_id: id }],
    ['lockstep/events', {}],
    ['events/get', { device_id }],
    ['events/list', { device_id }],
    ['webhooks/create', { url: 'https://example.com/' }],
    ['webhooks/list', {}],
    ['webhooks/get', { webhook_id: id }],
    ['webhooks/update', { webhook_id: id, event_types: ['*'] }],
    ['webhooks/delete', { webhook_id: id }],
    ['lockstep/diff', { devices: [{ device_id, access_codes: [{ name: 'Anna', code: next }] }] }],
    ['lockstep/apply', { devices: [{ device_id, access_codes: [{ name: 'Ben', code: theirs }] }] }],
    ['lockstep/audit', { device_id }],
    ['lockstep/repair', { device_id }],
    ['lockstep/repair', { device_id, restore: true }],
    ['lockstep/certify', { device_id }],
    ['lockstep/certify/get', { certify_id: id }],
    ['lockstep/pairing/start', { radio: 'simulated', qr_code: ours, dsk_pin: ours.slice(0, 5) }],
    ['lockstep/pairing/get', { pairing_id: id }],
    ['lockstep/pairing/pin', { pairing_id: id, pin: ours.slice(0, 5) }],
    ['lockstep/pairing/abort', { pairing_id: id }],
    ['lockstep/devices/remove', { device_id }],
    [
      'lockstep/devices/replace',
      { old_device_id: device_id, new_device_id: house.deviceIdOf(house.locks[1]!) },
    ],
    ['access_codes/delete', { access_code_id: id }],
  ];
  expect([...new Set(calls.map(([route]) => route))].sort()).toEqual(
    house.app.routes.map(({ name }) => name).toSorted(),
  );
  let closed = 0;
  for (const [n, [route, params]] of calls.entries()) {
    const text = JSON.stringify(await house.call(route, params, `r${String(n)}`));
    for (const digits of [ours, next, theirs]) expect(text, route).not.toContain(digits);
    closed += text.split('[pin]').length - 1;
  }
  expect(closed, 'the PINs are there, closed').toBeGreaterThan(10);
  const stored = JSON.stringify([house.store.events(0, 1_000), house.logged]);
  for (const digits of [ours, next, theirs]) expect(stored).not.toContain(digits);
});

describe('lists', () => {
  test('say whether there is more than was asked for', async () => {
    await house.create('13579');
    await house.create('24680');
    for (const [limit, shown, more] of [
      [1, 1, true],
      [2, 2, true],
      [3, 3, false],
      [4, 3, false],
      [undefined, 3, false],
    ] as const) {
      const params = limit === undefined ? {} : { limit };
      const { access_codes, pagination } = body(await house.call('access_codes/list', params));
      expect(access_codes).toHaveLength(shown);
      expect(pagination).toEqual({
        has_next_page: more,
        next_page_cursor: more ? (expect.any(String) as string) : null,
        next_page_url: null,
      });
    }
    const devices = body(await house.call('devices/list', { limit: 1 }));
    expect(devices['devices']).toHaveLength(1);
    expect(devices['pagination']).toMatchObject({ has_next_page: true });
    expect(body(await house.call('devices/list', {}))['pagination']).toMatchObject({ has_next_page: false });
    house.lock.slots.set(8, '86420');
    house.driver.emit({ kind: 'slot', address: house.lock.spec.address, slot: 8 });
    await house.settle();
    const found = body(await house.call('access_codes/unmanaged/list', { limit: 1 }));
    expect(found['access_codes']).toHaveLength(1);
    expect(found['pagination']).toMatchObject({ has_next_page: true });
  });

  test('of locks are narrowed by ids and name; a name that two bear names none', async () => {
    const list = async (params: object): Promise<(AnswerValue | undefined)[]> =>
      ids(body(await house.call('devices/list', params))['devices'], 'display_name');
    expect(await list({ search: 'back' })).toEqual(['Back door']);
    expect(await list({ device_ids: [house.deviceId.toUpperCase()] })).toEqual(['Front door']);
    const get = (params: object): Promise<Answer> => house.call('devices/get', params);
    expect((await get({ name: 'Back door' })).ok).toBe(true);
    expect(await get({ name: 'Cellar' })).toMatchObject({ error: { type: 'device_not_found', status: 404 } });
    expect(await get({ device_id: house.deviceId, name: 'Back door' })).toMatchObject({
      error: { status: 404 },
    });
    for (const one of house.store.devices()) house.store.putDevice({ ...one, name: 'Door' });
    expect(await get({ name: 'Door' })).toMatchObject({ error: { type: 'invalid_input', status: 400 } });
  });

  test('of events are the newest, or those after a number, ascending', async () => {
    const seqs = async (params: object): Promise<(AnswerValue | undefined)[]> =>
      ids(body(await house.call('lockstep/events', params))['events'], 'seq');
    const last = house.store.lastSeq();
    expect(await seqs({ limit: 2 })).toEqual([last - 1, last]);
    expect(await seqs({ after: 1, limit: 2 })).toEqual([2, 3]);
    expect(await seqs({ after: last })).toEqual([]);
    expect(await seqs({ limit: 1_000 })).toEqual(Array.from({ length: last }, (_, n) => n + 1));
  });
});

describe('one code', () => {
  test('is found by its lock and PIN; a managed one is not unmanaged, nor the other way round', async () => {
    const device_id = house.deviceId;
    const found = async (route: string, params: object): Promise<boolean> =>
      (await house.call(route, params)).ok;
    expect(await found('access_codes/get', { device_id, code: ours })).toBe(true);
    expect(await found('access_codes/get', { device_id, code: theirs })).toBe(false);
    expect(await found('access_codes/get', { access_code_id: unmanaged })).toBe(false);
    expect(await found('access_codes/unmanaged/get', { device_id, code: theirs })).toBe(true);
    expect(await found('access_codes/unmanaged/get', { device_id, code: ours })).toBe(false);
    expect(await found('access_codes/unmanaged/get', { access_code_id: id })).toBe(false);
    const elsewhere = house.deviceIdOf(house.locks[1]!);
    expect(await found('access_codes/get', { device_id: elsewhere, code: ours })).toBe(false);
    expect(await found('access_codes/get', { device_id: elsewhere, access_code_id: id })).toBe(false);
  });

  test('that is masked at the lock has no PIN to show', async () => {
    const state = house.state();
    const slot = state.slots.get(7)!;
    const masked = { ...slot, state: { kind: 'occupied', pin: 'masked', enabled: true } as const };
    house.store.putLockState(state, { ...state, slots: new Map(state.slots).set(7, masked) });
    const answer = await house.call('access_codes/unmanaged/get', { access_code_id: unmanaged });
    expect(body(answer)['access_code']).toMatchObject({ code: null, x_slot: 7, is_managed: false });
  });
});

test('an unlock that comes to nothing is an answer, with what is known of it', async () => {
  const unlock = async (): Promise<AnswerValue | undefined> => {
    const answer = house.call('locks/unlock_door', { device_id: house.deviceId });
    await house.clock.advance(30_000);
    return body(await answer)['action_attempt'];
  };
  expect(await unlock()).toMatchObject({ action_type: 'UNLOCK_DOOR', status: 'success', error: null });
  house.lock.faults.offline = true;
  expect(await unlock()).toMatchObject({
    status: 'error',
    result: null,
    error: { type: 'device_disconnected' },
  });
  house.lock.faults.offline = false;
  house.lock.faults.loseAnswers = 1;
  expect(await unlock()).toMatchObject({ status: 'error', error: { type: 'timeout' } });
  house.driver.setRadio('lost');
  expect(await unlock()).toMatchObject({ status: 'error', error: { type: 'hub_disconnected' } });
});

test('a lock that cannot be operated by radio says so before anything is sent', async () => {
  const device = house.store.devices().find((one) => one.deviceId === house.deviceId)!;
  house.store.putDevice({ ...device, capabilities: { ...device.capabilities!, remoteLock: false } });
  for (const route of ['locks/lock_door', 'locks/unlock_door'])
    expect(await house.call(route, { device_id: house.deviceId })).toMatchObject({
      ok: false,
      error: { type: 'unsupported', status: 400 },
    });
  expect(house.lock.locked).toBe(true);
});

test('the slot map shows whose each slot is and what is on its way, with no PIN', async () => {
  house.driver.setRadio('lost');
  await house.call('access_codes/update', { access_code_id: id, code: next });
  const slots = async (): Promise<AnswerValue | undefined> =>
    body(await house.call('lockstep/slots', { device_id: house.deviceId }))['slots'];
  const shown = await slots();
  expect(shown).toHaveLength(10);
  expect(shown).toMatchObject({
    0: {
      slot: 1,
      state: 'occupied',
      owner: 'lockstep',
      access_code_id: id,
      pending: 'set',
      drift: 'different',
    },
    1: { slot: 2, state: 'empty', owner: null, access_code_id: null, pending: null, drift: null },
    6: { slot: 7, state: 'occupied', owner: 'unmanaged', access_code_id: unmanaged, pending: null },
  });
  await house.call('access_codes/delete', { access_code_id: id });
  expect(await slots()).toMatchObject({ 0: { pending: 'clear', drift: null } });
});
