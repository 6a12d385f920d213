import { House } from '../../../test/support/house.ts';
import { bad, testParameterRules } from '../../../test/support/parameter-rules.ts';
import { DeviceId } from '../../core/ids.ts';

const found = (house: House): { readonly access_code_id: string } => ({
  access_code_id: house.store.unmanagedCodes()[0]?.accessCodeId ?? '',
});
const conversion = {
  access_code_id: bad.uuid,
  is_external_modification_allowed: bad.flag,
  allow_external_modification: bad.flag,
  force: bad.flag,
};

testParameterRules({
  group: 'unmanaged',
  house: () => {
    const house = new House();
    house.lock.slots.set(3, '4711');
    return house;
  },
  world: (house) => house.store.unmanagedWishes(DeviceId(house.deviceId)),
  rules: {
    'access_codes/unmanaged/list': {
      base: () => ({}),
      bad: {
        device_id: bad.uuid,
        access_code_ids: [...bad.uuids, Array.from({ length: 1_001 }, () => bad.long(36))],
        search: bad.search,
        user_identifier_key: [7, null, '', bad.long(501)],
        limit: bad.limit(300_000),
        page_cursor: bad.cursor,
      },
    },
    'access_codes/unmanaged/get': {
      base: found,
      bad: {
        access_code_id: bad.uuid,
        device_id: bad.uuid,
        code: [7, null, true, {}, [], '', '12a4', ' 1234', '1234\n', '-123', '１２３４', '1'.repeat(33)],
      },
    },
    'access_codes/unmanaged/convert_to_managed': {
      base: found,
      bad: { ...conversion, sync: bad.flag, x_code: bad.code, x_replace: bad.flag },
    },
    'access_codes/unmanaged/update': {
      base: (house) => ({ ...found(house), is_managed: true }),
      bad: { ...conversion, is_managed: [false, ...bad.flag] },
    },
    'access_codes/unmanaged/delete': {
      base: found,
      bad: { access_code_id: bad.uuid, sync: bad.flag },
    },
  },
});
