import { House } from '../../../test/support/house.ts';
import { bad, testParameterRules } from '../../../test/support/parameter-rules.ts';

testParameterRules({
  group: 'action-attempts',
  house: () => new House(),
  rules: {
    'action_attempts/get': {
      base: () => ({ action_attempt_id: '11111111-2222-4333-8444-555555555555' }),
      bad: { action_attempt_id: bad.uuid },
    },
    'action_attempts/list': {
      base: () => ({}),
      bad: {
        action_attempt_ids: bad.uuids,
        device_id: bad.uuid,
        limit: bad.limit(500),
        page_cursor: bad.cursor,
      },
    },
  },
});
