import { House } from '../../../test/support/house.ts';
import { bad, testParameterRules } from '../../../test/support/parameter-rules.ts';

const { long } = bad;
const ofTheLock = (house: House): Record<string, unknown> => ({ device_id: house.deviceId });
const foreignKey = [7, null, '', long(501)];
const deviceType = [7, null, '', 'Lockstep', long(65)];
const flags = ['x', ['x'], [7], {}, null];
const metadata = [
  7,
  null,
  [],
  'x',
  { '': 'x' },
  { 'a.b': 'x' },
  { [long(41)]: 'x' },
  { a: long(501) },
  { a: 7 },
  { a: {} },
  { 'a\nb': 'x' },
  Object.fromEntries(Array.from({ length: 51 }, (_, n) => [`k${String(n)}`, true])),
];
const narrowing = {
  connect_webview_id: bad.uuid,
  connected_account_id: bad.uuid,
  customer_key: foreignKey,
  device_type: deviceType,
  device_types: ['x', [7], ['X'], {}, null],
  manufacturer: [7, null, '', long(101)],
};
const listed = {
  ...narrowing,
  connected_account_ids: bad.uuids,
  created_before: [...bad.time, null],
  device_ids: bad.uuids,
  exclude_if: flags,
  include_if: flags,
  page_cursor: bad.cursor,
  search: bad.search,
};
const get = {
  base: ofTheLock,
  bad: { device_id: bad.uuid, name: [7, '', null, long(101)] },
};
const lock = '11111111-2222-4333-8444-555555555555';
const zone = (time_zone: unknown): unknown => [{ device_id: lock, schlage_metadata: { time_zone } }];

testParameterRules({
  group: 'devices',
  house: () => new House(),
  rules: {
    'devices/get': get,
    'devices/unmanaged/get': get,
    'devices/list': {
      base: () => ({}),
      bad: {
        ...listed,
        custom_metadata_has: metadata,
        limit: bad.limit(500),
        space_id: bad.uuid,
        unstable_location_id: bad.uuid.filter((one) => one !== null),
        user_identifier_key: foreignKey,
      },
    },
    'devices/unmanaged/list': { base: () => ({}), bad: { ...listed, limit: bad.limit(22_900) } },
    'devices/update': {
      base: ofTheLock,
      bad: {
        device_id: bad.uuid,
        backup_access_code_pool_enabled: bad.flag,
        custom_metadata: metadata,
        is_managed: bad.flag,
        name: bad.name,
        properties: [7, null, [], 'x', ...bad.name.map((name) => ({ name })), { colour: 'red' }],
      },
    },
    'devices/unmanaged/update': {
      base: ofTheLock,
      bad: { device_id: bad.uuid, custom_metadata: metadata, is_managed: [...bad.flag, false] },
    },
    'devices/report_provider_metadata': {
      base: (house) => ({ devices: [ofTheLock(house)] }),
      bad: {
        devices: [
          7,
          null,
          {},
          [],
          ['x'],
          [{}],
          [{ device_id: 'x' }],
          [{ device_id: lock, colour: 'red' }],
          [{ device_id: lock, schlage_metadata: 'Europe/Berlin' }],
          zone('Berlin'),
          zone('Europe/Atlantis'),
          zone('+01:00'),
          zone(''),
          zone(7),
          zone(null),
        ],
      },
    },
  },
});
