import { House } from '../../../test/support/house.ts';
import { bad, testParameterRules } from '../../../test/support/parameter-rules.ts';

const someId = '11111111-2222-4333-8444-555555555555';
const entry = (extra: object): unknown => [
  { device_id: someId, access_codes: [{ name: 'Anna', code: '4711', ...extra }] },
];
const each = (parameter: string, values: readonly unknown[]): unknown[] =>
  values.map((value) => entry({ [parameter]: value }));
const key = [7, true, {}, [], '', bad.long(201), 'a\nb'];
const devices = [
  ...[7, 'x', {}, null, [], [7], [null], [{}]],
  [{ device_id: someId }],
  [{ device_id: someId, access_codes: {} }],
  [{ device_id: someId, access_codes: [], colour: 'red' }],
  [{ device_id: someId, access_codes: Array.from({ length: 1_001 }, () => ({ name: 'x' })) }],
  Array.from({ length: 1_001 }, () => 7),
  ['', someId.toUpperCase()].map(() => ({ device_id: someId, access_codes: [] })),
  ...bad.uuid.map((id) => [{ device_id: id, access_codes: [] }]),
  [{ device_id: someId, access_codes: [{ code: '4711' }] }],
  [{ device_id: someId, access_codes: [{ name: null, code: '4711' }] }],
  ...each('access_code_id', bad.uuid),
  ...each('name', bad.name),
  ...each('code', bad.code),
  ...each('starts_at', bad.time),
  ...each('ends_at', bad.time),
  ...each('common_code_key', key),
  ...each('is_external_modification_allowed', bad.flag),
  ...each('is_one_time_use', bad.flag),
  ...each('colour', ['red']),
];
const base = (house: House): Record<string, unknown> => ({
  devices: [{ device_id: house.deviceId, access_codes: [{ name: 'Anna' }] }],
});

testParameterRules({
  group: 'apply',
  house: () => new House(),
  rules: {
    'lockstep/diff': { base, bad: { devices } },
    'lockstep/apply': {
      base,
      bad: { devices, expect: [...bad.text, '', 'x', bad.long(64), 'a'.repeat(63)] },
    },
  },
});
