import { expect, test } from 'vitest';
import { House } from '../../../test/support/house.ts';
import { properties } from '../../../test/support/seeds.ts';
import { objectOf } from '../../../test/support/answers.ts';

/** What newer clients and ours know beyond the seeds. */
const beyond = ['display_status', 'x_slot'];
const notHere = ['dormakaba_oracode_metadata'];

test('an access code has every property of the model, and what nothing here can be is false', async () => {
  await using house = new House();
  await house.settle();
  const params = { device_id: house.deviceId, code: '0471', name: 'Anna' };
  const code = objectOf(await house.call('access_codes/create', params), 'access_code');
  const expected = [...properties.filter((name) => !notHere.includes(name)), ...beyond];
  expect(Object.keys(code).sort()).toEqual(expected.sort());
  expect(code).toMatchObject({
    device_id: house.deviceId,
    name: 'Anna',
    workspace_id: house.store.workspaceId,
    type: 'ongoing',
    status: 'setting',
    is_managed: true,
    is_backup: false,
    is_offline_access_code: false,
    is_waiting_for_code_assignment: false,
    is_scheduled_on_device: false,
  });
});
