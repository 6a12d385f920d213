import { afterEach, beforeEach, expect, test } from 'vitest';
import { body, idOf, listOf, objectOf, refused } from '../../../test/support/answers.ts';
import { House, lockSpec } from '../../../test/support/house.ts';
import { LockAddress } from '../../core/ids.ts';
import { toJson } from '../json.ts';
import { unmanagedAccessCodeObject } from '../objects/unmanaged-access-code.ts';

let house: House;
beforeEach(async () => {
  const masking = { address: LockAddress('simulated:2'), name: 'Back door', masks: true };
  house = new House([lockSpec({}, { codeManners: true }), lockSpec(masking, { readBack: 'masked' })]);
  house.lock.slots.set(3, '0471').set(7, '4712').set(9, '95174062');
  house.lock.manners.set(7, { scheduled: false, enabled: false });
  house.locks[1]!.slots.set(1, '1111');
  await house.settle();
});
afterEach(async () => {
  await house[Symbol.asyncDispose]();
});

const list = async (params: object = {}): Promise<ReturnType<typeof listOf>> =>
  listOf(await house.call('access_codes/unmanaged/list', params), 'access_codes');
const slotsOf = async (params: object): Promise<unknown[]> =>
  (await list(params)).map((one) => one['x_slot']);

test('each unmanaged code has the shape of its object, whatever becomes of it', async () => {
  const [first, second] = (await list()).map((one) => idOf(one));
  house.driver.setRadio('lost');
  await house.call('access_codes/unmanaged/convert_to_managed', { access_code_id: first });
  await house.call('access_codes/unmanaged/delete', { access_code_id: second });
  await house.settle(40 * 60_000);
  const codes = await list();
  expect(codes).toHaveLength(4);
  for (const one of codes)
    expect(unmanagedAccessCodeObject.safeParse(toJson(one, true)).error).toBeUndefined();
  expect(codes.map((one) => toJson(one, true))).toMatchObject([
    { code: '0471', status: 'set', errors: [], x_pending: null },
    { code: '4712', status: 'unset', cannot_be_managed: true, x_pending: 'delete' },
    { code: '95174062', type: 'ongoing', starts_at: null, ends_at: null, name: null, is_managed: false },
    { code: null, status: 'set' },
  ]);
});

test('a list is narrowed by lock, ids, and part of an id or PIN; of other people’s things it has none', async () => {
  const [first, second] = (await list()).map((one) => idOf(one));
  expect(await slotsOf({ device_id: house.deviceIdOf(house.locks[1]!) })).toEqual([1]);
  expect(await slotsOf({ access_code_ids: [second?.toUpperCase()] })).toEqual([7]);
  expect(await slotsOf({ search: first?.slice(2, 10).toUpperCase() })).toEqual([3]);
  expect(await slotsOf({ search: '471' })).toEqual([3, 7]);
  expect(await slotsOf({ search: '1111' }), 'withheld').toEqual([]);
  const blind = { caller: 'mqtt', seesCodes: false, requestId: undefined, expiresAt: undefined };
  const search = { search: '95174062' };
  expect(listOf(await house.app.call('access_codes/unmanaged/list', search, blind), 'access_codes')).toEqual(
    [],
  );
  expect(await slotsOf({ user_identifier_key: 'somebody' })).toEqual([]);
  const missing = { device_id: '00000000-0000-4000-8000-000000000404' };
  expect(refused(await house.call('access_codes/unmanaged/list', missing)).status).toBe(404);
});

test('a list comes in pages that do not shift when a code goes; a cursor of another query is refused', async () => {
  const page = async (params: object): Promise<ReturnType<typeof body>> =>
    body(await house.call('access_codes/unmanaged/list', { limit: 2, ...params }));
  const first = await page({});
  expect(first['access_codes']).toMatchObject([{ x_slot: 3 }, { x_slot: 7 }]);
  const page_cursor = idOf(objectOf({ ok: true, body: first }, 'pagination'), 'next_page_cursor');
  house.lock.slots.delete(3);
  house.driver.emit({ kind: 'slot', address: house.lock.spec.address, slot: 3 });
  await house.settle();
  const second = await page({ page_cursor });
  expect(second['access_codes']).toMatchObject([{ x_slot: 9 }, { x_slot: 1 }]);
  expect(second['pagination']).toMatchObject({ has_next_page: false, next_page_cursor: null });
  const other = { page_cursor, limit: 2, search: '4' };
  expect(refused(await house.call('access_codes/unmanaged/list', other)).type).toBe(
    'mismatched_page_parameters',
  );
});

test('one is found by its lock and PIN, or its id, and both must fit', async () => {
  const get = (params: object): ReturnType<typeof house.call> =>
    house.call('access_codes/unmanaged/get', params);
  const { deviceId: device_id } = house;
  const found = objectOf(await get({ device_id, code: '0471' }), 'access_code');
  expect(found).toMatchObject({ x_slot: 3 });
  const access_code_id = idOf(found);
  expect((await get({ access_code_id: access_code_id.toUpperCase(), device_id })).ok).toBe(true);
  expect((await get({ access_code_id, code: '4712' })).ok).toBe(false);
  expect((await get({ access_code_id, device_id: house.deviceIdOf(house.locks[1]!) })).ok).toBe(false);
});
