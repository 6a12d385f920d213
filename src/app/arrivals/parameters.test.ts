import { House } from '../../../test/support/house.ts';
import { bad, testParameterRules } from '../../../test/support/parameter-rules.ts';

testParameterRules({
  group: 'arrivals',
  house: () => new House(),
  rules: {
    'lockstep/arrivals': {
      base: () => ({}),
      bad: {
        hours: [...bad.number, 0, -1, 1.5, 169],
        device_id: bad.uuid,
        limit: bad.limit(1_000),
      },
    },
  },
});
