import { House } from '../../../test/support/house.ts';
import { bad, testParameterRules } from '../../../test/support/parameter-rules.ts';

const ofTheLock = (house: House): Record<string, unknown> => ({ device_id: house.deviceId });
const plain = { base: ofTheLock, bad: { device_id: bad.uuid } };

testParameterRules({
  group: 'simulate',
  house: () => new House(undefined, undefined, { simulates: true }),
  rules: {
    'devices/simulate/connect': plain,
    'devices/simulate/disconnect': plain,
    'devices/simulate/connect_to_hub': plain,
    'devices/simulate/disconnect_from_hub': plain,
    'devices/simulate/remove': plain,
    'devices/simulate/paid_subscription': {
      base: (house) => ({ ...ofTheLock(house), is_expired: true }),
      bad: { device_id: bad.uuid, is_expired: bad.flag },
    },
    'locks/simulate/keypad_code_entry': {
      base: (house) => ({ ...ofTheLock(house), code: '4711' }),
      bad: { device_id: bad.uuid, code: bad.code },
    },
    'locks/simulate/manual_lock_via_keypad': plain,
    'access_codes/simulate/create_unmanaged_access_code': {
      base: (house) => ({ ...ofTheLock(house), code: '4711', name: 'Old tenant' }),
      bad: { device_id: bad.uuid, code: [...bad.code, '123456789'], name: [...bad.name, null] },
    },
  },
});
