import { House } from '../../../test/support/house.ts';
import { bad, testParameterRules } from '../../../test/support/parameter-rules.ts';

let codeId = '';
const [before, after] = ['2099-12-24T15:00:00+01:00', '2099-12-24T15:00:00.001+01:00'];
const past = '2020-12-24T15:00:00Z';
/** False and null ask for nothing. */
const absent = [true, 1, 'x', {}];
const key = [7, true, {}, [], '', bad.long(201), 'a\nb'];
const lengths = [7, 'x', {}, null, [], [3], [21], ['4'], [4.5], Array.from({ length: 18 }, () => 6)];
const length = [...bad.number, 3, 21, -4];

const wish = {
  name: bad.name,
  code: bad.code,
  preferred_code_length: bad.number,
  attempt_for_offline_device: bad.flag,
  prefer_native_scheduling: bad.flag,
  use_backup_access_code_pool: [...bad.flag, true],
  is_one_time_use: bad.flag,
  is_offline_access_code: absent,
  max_time_rounding: [...absent, '1hour', '1d'],
  allow_external_modification: bad.flag,
  is_external_modification_allowed: bad.flag,
};

testParameterRules({
  group: 'access-codes',
  house: () => new House(),
  prepare: async (house) => {
    codeId = await house.create('4711');
  },
  rules: {
    'access_codes/create': {
      base: (house) => ({ device_id: house.deviceId, code: '2580' }),
      bad: {
        device_id: bad.uuid,
        ...wish,
        starts_at: bad.time,
        ends_at: bad.time,
        use_offline_access_code: absent,
        common_code_key: key,
        sync: bad.flag,
      },
    },
    'access_codes/create_multiple': {
      base: (house) => ({ device_ids: [house.deviceId], starts_at: before, ends_at: after, code: '2580' }),
      bad: {
        device_ids: [...bad.uuids, [], ['a', 'a'], Array.from({ length: 1_001 }, () => bad.long(36))],
        behavior_when_code_cannot_be_shared: [...bad.text, 'share', 'THROW'],
        ...wish,
        use_backup_access_code_pool: bad.flag,
        starts_at: bad.time,
        ends_at: [...bad.time, before, past],
      },
    },
    'access_codes/get': {
      base: () => ({ access_code_id: codeId }),
      bad: { access_code_id: bad.uuid, device_id: bad.uuid, code: bad.code },
    },
    'access_codes/list': {
      base: () => ({}),
      bad: {
        device_id: bad.uuid,
        access_code_ids: [...bad.uuids, Array.from({ length: 1_001 }, () => bad.long(36))],
        search: bad.search,
        access_grant_id: bad.uuid,
        access_grant_key: [...bad.text, '', bad.long(501)],
        access_method_id: bad.uuid,
        customer_key: [...bad.text, ''],
        user_identifier_key: [...bad.text, ''],
        limit: bad.limit(55_000),
        page_cursor: bad.cursor,
      },
    },
    'access_codes/update': {
      base: () => ({ access_code_id: codeId }),
      bad: {
        access_code_id: bad.uuid,
        device_id: bad.uuid,
        ...wish,
        use_backup_access_code_pool: bad.flag,
        type: [null, 1, 'forever', ''],
        starts_at: bad.time,
        ends_at: bad.time,
        use_offline_access_code: absent,
        is_managed: bad.flag,
        sync: bad.flag,
      },
    },
    'access_codes/update_multiple': {
      base: () => ({ common_code_key: 'x' }),
      bad: { common_code_key: key, name: bad.name, starts_at: bad.time, ends_at: bad.time },
    },
    'access_codes/delete': {
      base: () => ({ access_code_id: codeId }),
      bad: { access_code_id: bad.uuid, device_id: bad.uuid, sync: bad.flag },
    },
    'access_codes/generate_code': {
      base: (house) => ({ device_id: house.deviceId }),
      bad: { device_id: bad.uuid },
    },
    'access_codes/report_device_constraints': {
      base: (house) => ({ device_id: house.deviceId }),
      bad: {
        device_id: bad.uuid,
        supported_code_lengths: lengths,
        min_code_length: length,
        max_code_length: length,
      },
    },
  },
});
