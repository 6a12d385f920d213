import { House } from '../../../test/support/house.ts';
import { bad, testParameterRules } from '../../../test/support/parameter-rules.ts';

const foreignKey = [7, null, '', bad.long(501)];

testParameterRules({
  group: 'account',
  house: () => new House(),
  rules: {
    'workspaces/get': { base: () => ({}), bad: {} },
    'workspaces/list': { base: () => ({}), bad: {} },
    'connected_accounts/get': {
      base: (house) => ({ connected_account_id: house.store.connectedAccountId }),
      bad: {
        connected_account_id: bad.uuid,
        email: [7, null, '', 'x', 'a@', '@b.example', `${bad.long(250)}@b.example`],
      },
    },
    'connected_accounts/list': {
      base: () => ({}),
      bad: {
        custom_metadata_has: [7, null, [], 'x', { '': 'x' }, { a: 7 }],
        customer_key: foreignKey,
        limit: bad.limit(11_000),
        page_cursor: bad.cursor,
        search: bad.search,
        space_id: bad.uuid,
        user_identifier_key: foreignKey,
      },
    },
    'devices/list_device_providers': {
      base: () => ({}),
      bad: { provider_category: [7, null, '', 'locks'] },
    },
  },
});
