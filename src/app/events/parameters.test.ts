import { House } from '../../../test/support/house.ts';
import { bad, testParameterRules } from '../../../test/support/parameter-rules.ts';

const notType = [
  ...bad.text,
  '',
  'unlocked',
  'lock.opened',
  'access_code.set',
  'Lock.unlocked',
  'x'.repeat(101),
];
const notTypes = [
  'lock.unlocked',
  [7],
  ['lock.opened'],
  {},
  null,
  Array.from({ length: 101 }, () => 'lock.locked'),
];
const many = Array.from({ length: 101 }, () => '00000000-0000-4000-8000-000000000000');
const ids = [...bad.uuids, many];
const foreign = [7, null, '', 'x', {}];
const since = '2026-11-01T12:00:00Z';

testParameterRules({
  group: 'events',
  house: () => new House(),
  rules: {
    'events/get': {
      base: ({ deviceId }) => ({ device_id: deviceId }),
      bad: { event_id: bad.uuid, device_id: bad.uuid, event_type: notType },
    },
    'events/list': {
      base: ({ deviceId }) => ({ device_id: deviceId }),
      bad: {
        since: [...bad.time, null],
        between: [
          since,
          [since],
          [since, since],
          [since, since, since],
          ['2026-11-02T12:00:00Z', since],
          [since, 'x'],
          null,
        ],
        event_type: notType,
        event_types: notTypes,
        device_id: bad.uuid,
        device_ids: ids,
        access_code_id: bad.uuid,
        access_code_ids: ids,
        event_ids: bad.uuids,
        connected_account_id: bad.uuid,
        customer_key: [7, null, '', 'x'.repeat(501)],
        limit: bad.limit(1000),
        unstable_offset: [...bad.number, -1, 100_001],
        ...Object.fromEntries(
          [
            'access_grant_id',
            'access_method_id',
            'acs_access_group_id',
            'acs_credential_id',
            'acs_encoder_id',
            'acs_entrance_id',
            'acs_system_id',
            'acs_user_id',
            'connect_webview_id',
            'space_id',
            'user_identity_id',
          ].map((name) => [name, foreign]),
        ),
        ...Object.fromEntries(
          ['access_grant_ids', 'access_method_ids', 'acs_system_ids', 'space_ids'].map((name) => [name, ids]),
        ),
      },
    },
  },
});
