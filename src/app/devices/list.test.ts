import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { body, recordOf, refused } from '../../../test/support/answers.ts';
import { House, lockSpec } from '../../../test/support/house.ts';
import { DeviceId, LockAddress } from '../../core/ids.ts';
import type { Device, DeviceWishes } from '../../core/model.ts';
import type { Answer, AnswerValue } from '../answer.ts';
import { isList } from '../json.ts';
import { deviceObject } from '../objects/device.ts';

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

describe('the list of locks', () => {
  test('is narrowed by each of its filters', async () => {
    await update({ custom_metadata: { room: 'Gartenzimmer', vip: true } });
    put({ manufacturer: 'Allegion' });
    const account = house.store.connectedAccountId;
    const other = '11111111-2222-4333-8444-555555555555';
    const created = house.store.device(DeviceId(device_id))!.createdAt;
    const [both, first, second, none] = [['Front door', 'Back door'], ['Front door'], ['Back door'], []];
    const cases: [object, string[]][] = [
      [{}, both],
      [{ device_ids: [backId.toUpperCase()] }, second],
      [{ device_ids: [] }, none],
      [{ search: 'FRONT' }, first],
      [{ search: 'garten' }, first],
      [{ search: device_id.slice(0, 4) }, both],
      [{ search: device_id.slice(0, 3) }, none],
      [{ search: account }, both],
      [{ connected_account_id: account.toUpperCase() }, both],
      [{ connected_account_id: other }, none],
      [{ connected_account_ids: [other, account] }, both],
      [{ connected_account_ids: [other] }, none],
      [{ created_before: new Date(created).toISOString() }, none],
      [{ created_before: new Date(house.clock.now() + 1).toISOString() }, both],
      [{ custom_metadata_has: { vip: true } }, first],
      [{ custom_metadata_has: { vip: true, room: 'x' } }, none],
      [{ custom_metadata_has: { vip: null } }, second],
      [{ custom_metadata_has: { toString: null } }, both],
      [{ custom_metadata_has: { vip: '' } }, both],
      [{ device_type: 'lockstep_lock' }, both],
      [{ device_type: 'august_lock' }, none],
      [{ device_types: ['august_lock', 'lockstep_lock'] }, both],
      [{ device_types: ['august_lock'] }, none],
      [{ manufacturer: 'allegion' }, first],
      [{ manufacturer: 'yale' }, none],
      [{ include_if: ['can_remotely_unlock', 'can_configure_auto_lock'] }, first],
      [{ exclude_if: ['can_remotely_unlock', 'can_hvac_heat'] }, second],
      [{ include_if: ['can_simulate_removal'] }, none],
      [{ customer_key: 'x' }, none],
      [{ user_identifier_key: 'x' }, none],
      [{ space_id: other }, none],
      [{ connect_webview_id: other }, none],
      [{ unstable_location_id: other }, none],
      [{ unstable_location_id: null }, both],
    ];
    for (const [params, expected] of cases)
      expect(await listed(params), JSON.stringify(params)).toEqual(expected);
    expect(await listed({ manufacturer: 'allegion' }, 'locks/list')).toEqual(first);
    expect(await listed({ device_type: 'august_lock' }, 'locks/list')).toEqual(none);
  });

  test('comes in pages', async () => {
    const first = body(await house.call('devices/list', { limit: 1 }));
    expect(first['pagination']).toMatchObject({ has_next_page: true });
    const page_cursor = recordOf(first['pagination'])['next_page_cursor'];
    expect(await listed({ limit: 1, page_cursor })).toEqual(['Back door']);
    expect(refused(await house.call('devices/list', { limit: 2, page_cursor })).type).toBe(
      'mismatched_page_parameters',
    );
  });

  test('of locks/get and locks/list has the older keys too', async () => {
    const one = body(await house.call('locks/get', { device_id }));
    expect(one['lock']).toEqual(await get());
    expect(one['device']).toEqual(one['lock']);
    const all = body(await house.call('locks/list', {}));
    expect(all['locks']).toEqual(all['devices']);
    expect(all['devices']).toHaveLength(2);
  });
});

describe('provider metadata', () => {
  const report = (devices: object[]): Promise<Answer> =>
    house.call('devices/report_provider_metadata', { devices });

  test('sets time zones, whichever brand it is called', async () => {
    body(
      await report([
        { device_id, ultraloq_metadata: { time_zone: 'America/New_York' } },
        { device_id: backId, schlage_metadata: {} },
      ]),
    );
    expect(await get()).toMatchObject({ location: { time_zone: 'America/New_York' } });
    expect(await get({ device_id: backId })).toMatchObject({ location: { time_zone: 'Europe/Berlin' } });
  });

  test('is all taken or none of it', async () => {
    const zone = { omnitec_metadata: { time_zone: 'Asia/Tokyo' } };
    const unknown = '11111111-2222-4333-8444-555555555555';
    expect(
      refused(
        await report([
          { device_id, ...zone },
          { device_id: unknown, ...zone },
        ]),
      ).status,
    ).toBe(404);
    expect(
      refused(await report([{ device_id, ...zone, schlage_metadata: { time_zone: 'Europe/Rome' } }])).message,
    ).toMatch(/^devices: two time zones/);
    expect(wishes()).toBeUndefined();
  });
});
