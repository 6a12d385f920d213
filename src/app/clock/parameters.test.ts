import { House } from '../../../test/support/house.ts';
import { bad, testParameterRules } from '../../../test/support/parameter-rules.ts';

testParameterRules({
  group: 'clock',
  house: () => new House(),
  rules: {
    'lockstep/clock': { base: () => ({}), bad: {} },
    'lockstep/clock/trust': { base: () => ({}), bad: { set_floor: bad.flag } },
  },
});
