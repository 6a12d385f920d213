import { House } from '../../../test/support/house.ts';
import { bad, testParameterRules } from '../../../test/support/parameter-rules.ts';

const someId = '11111111-2222-4333-8444-555555555555';
const { long } = bad;
const labelPin = [...bad.text, 4711, '', '4711', '047110', '0471a', '04711\n'];
const ofTheLock = (house: House): Record<string, unknown> => ({ device_id: house.deviceId });
const device = { base: ofTheLock, bad: { device_id: bad.uuid } };
const pairing = { base: () => ({ pairing_id: someId }), bad: { pairing_id: bad.uuid } };

testParameterRules({
  group: 'lockstep',
  house: () => new House(),
  rules: {
    'lockstep/status': { base: () => ({}), bad: {} },
    'lockstep/doctor': { base: () => ({}), bad: {} },
    'lockstep/slots': device,
    'lockstep/history': {
      base: ofTheLock,
      bad: { device_id: bad.uuid, access_code_id: bad.uuid, limit: bad.limit(1_000) },
    },
    'lockstep/events': { base: () => ({}), bad: { after: [...bad.number, -1], limit: bad.limit(1_000) } },
    'lockstep/audit': device,
    'lockstep/repair': {
      base: ofTheLock,
      bad: { device_id: bad.uuid, slot: [...bad.number, 0, -1, 77], restore: bad.flag },
    },
    'lockstep/certify': { base: ofTheLock, bad: { device_id: bad.uuid, quick: bad.flag } },
    'lockstep/certify/get': { base: () => ({ certify_id: someId }), bad: { certify_id: bad.uuid } },
    'lockstep/pairing/start': {
      base: () => ({ radio: 'simulated' }),
      bad: {
        radio: [...bad.text, '', 'Z-Wave!', long(33)],
        qr_code: [...bad.text, '', long(1_025)],
        dsk_pin: labelPin,
      },
    },
    'lockstep/pairing/get': pairing,
    'lockstep/pairing/pin': {
      base: () => ({ pairing_id: someId, pin: '04711' }),
      bad: { pairing_id: bad.uuid, pin: labelPin },
    },
    'lockstep/pairing/abort': pairing,
    'lockstep/devices/remove': {
      base: ofTheLock,
      bad: { device_id: bad.uuid, gone: bad.flag, keep_codes: bad.flag, forget_codes: bad.flag },
    },
    'lockstep/devices/replace': {
      base: (house) => ({ old_device_id: house.deviceId, new_device_id: someId }),
      bad: { old_device_id: bad.uuid, new_device_id: bad.uuid },
    },
  },
});
