import { House } from '../../../test/support/house.ts';
import { bad, testParameterRules } from '../../../test/support/parameter-rules.ts';

const ofTheLock = (house: House): Record<string, unknown> => ({ device_id: house.deviceId });
const foreignKey = [7, null, '', bad.long(501)];
const deviceType = [7, null, '', 'Lockstep', bad.long(65)];
const operate = { base: ofTheLock, bad: { device_id: bad.uuid, sync: bad.flag } };

testParameterRules({
  group: 'locks',
  house: () => new House(),
  rules: {
    'locks/get': { base: ofTheLock, bad: { device_id: bad.uuid, name: [7, '', null, bad.long(101)] } },
    'locks/list': {
      base: () => ({}),
      bad: {
        connect_webview_id: bad.uuid,
        connected_account_id: bad.uuid,
        customer_key: foreignKey,
        device_type: deviceType,
        device_types: ['x', [7], ['X'], {}, null],
        manufacturer: [7, null, '', bad.long(101)],
      },
    },
    'locks/lock_door': operate,
    'locks/unlock_door': operate,
    'locks/configure_auto_lock': {
      base: (house) => ({ ...ofTheLock(house), auto_lock_enabled: true, auto_lock_delay_seconds: 30 }),
      bad: {
        device_id: bad.uuid,
        auto_lock_enabled: bad.flag,
        auto_lock_delay_seconds: [...bad.number, 0, -1, 61],
      },
    },
  },
});
