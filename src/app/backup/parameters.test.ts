import { House } from '../../../test/support/house.ts';
import { bad, testParameterRules } from '../../../test/support/parameter-rules.ts';

let codeId = '';

testParameterRules({
  group: 'backup',
  house: () => new House(),
  prepare: async (house) => {
    codeId = await house.create('4711');
  },
  rules: {
    'access_codes/pull_backup_access_code': {
      base: () => ({ access_code_id: codeId }),
      bad: { access_code_id: bad.uuid },
    },
  },
});
