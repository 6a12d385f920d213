import { House } from '../../../test/support/house.ts';
import { bad, testParameterRules } from '../../../test/support/parameter-rules.ts';

testParameterRules({
  group: 'keys',
  house: () => new House(),
  rules: {
    'lockstep/keys/create': { base: () => ({}), bad: { name: [...bad.name, null] } },
    'lockstep/keys/list': { base: () => ({}), bad: {} },
    'lockstep/keys/revoke': {
      base: () => ({ api_key_id: crypto.randomUUID() }),
      bad: { api_key_id: bad.uuid },
    },
  },
  world: (house) => house.store.apiKeys(),
});
