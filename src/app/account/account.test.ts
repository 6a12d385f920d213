import { afterAll, beforeAll, expect, test } from 'vitest';
import { aBridge } from '../../../test/support/bridge-info.ts';
import { body } from '../../../test/support/answers.ts';
import { House } from '../../../test/support/house.ts';
import { createChanges } from '../../ports/changes.ts';
import { chosen } from '../devices/filter.ts';
import { show } from '../devices/show.ts';
import { connectedAccountObject } from '../objects/connected-account.ts';
import { deviceProviderObject } from '../objects/device-provider.ts';
import { workspaceObject } from '../objects/workspace.ts';

let house: House;
let sandbox: House;
beforeAll(async () => {
  house = new House();
  sandbox = new House(undefined, undefined, { simulates: true });
  await sandbox.settle();
});
afterAll(async () => {
  await house[Symbol.asyncDispose]();
  await sandbox[Symbol.asyncDispose]();
});

test('there is one workspace, the bridge; it is a sandbox where the locks are simulated', async () => {
  const { workspace } = body(await house.call('workspaces/get', {}));
  workspaceObject.parse(workspace);
  expect(workspace).toMatchObject({ workspace_id: house.store.workspaceId, name: 'test', is_sandbox: false });
  expect(body(await house.call('workspaces/list', {}))['workspaces']).toEqual([workspace]);
  expect(body(await sandbox.call('workspaces/get', {}))['workspace']).toMatchObject({ is_sandbox: true });
});

test('there is one connected account, found by its id and by no email', async () => {
  const id = house.store.connectedAccountId;
  const account = body(
    await house.call('connected_accounts/get', { connected_account_id: id.toUpperCase() }),
  )['connected_account'];
  connectedAccountObject.parse(account);
  expect(account).toMatchObject({ connected_account_id: id, display_name: 'test', errors: [] });
  for (const params of [
    { email: 'somebody@example.org' },
    { connected_account_id: id, email: 'somebody@example.org' },
    { connected_account_id: house.store.workspaceId },
  ])
    expect(await house.call('connected_accounts/get', params)).toMatchObject({
      error: { type: 'connected_account_not_found', status: 404 },
    });
});

test('the list of connected accounts is narrowed by each of its filters', async () => {
  const count = async (params: object): Promise<unknown> =>
    body(await house.call('connected_accounts/list', params))['connected_accounts'];
  const id = house.store.connectedAccountId;
  for (const params of [
    {},
    { search: 'TES' },
    { search: id.slice(0, 8) },
    { custom_metadata_has: { a: null } },
    { limit: 1 },
  ])
    expect(await count(params), JSON.stringify(params)).toHaveLength(1);
  for (const params of [
    { search: 'other' },
    { customer_key: 'x' },
    { user_identifier_key: 'x' },
    { space_id: id },
    { custom_metadata_has: { a: true } },
  ])
    expect(await count(params), JSON.stringify(params)).toEqual([]);
});

test('there is one provider of locks, in its categories', async () => {
  const providers = async (params: object): Promise<unknown> =>
    body(await house.call('devices/list_device_providers', params))['device_providers'];
  const [provider] = (await providers({})) as unknown[];
  deviceProviderObject.parse(provider);
  expect(provider).toMatchObject({ device_provider_name: 'lockstep', can_simulate_removal: false });
  expect(await providers({ provider_category: 'stable' })).toEqual([provider]);
  expect(await providers({ provider_category: 'thermostats' })).toEqual([]);
  expect(body(await sandbox.call('devices/list_device_providers', {}))['device_providers']).toMatchObject([
    { can_simulate_removal: true },
  ]);
});

test('clients that know only published types are answered with the closest one', () => {
  const { store, controller, clock, random, log } = sandbox;
  const bridge = { bridgeId: 'b', version: '0', startedAt: 0, timeZoneOf: () => 'UTC', ...aBridge(clock) };
  const parts = {
    ...{
      store,
      reconciler: controller,
      clock,
      clockTrust: sandbox.parts.clockTrust,
      random,
      log,
      changes: createChanges(),
    },
    bridge: { ...bridge, deviceType: 'smartthings_lock' as const },
  };
  const [device] = store.devices();
  expect(show(parts, device!)).toMatchObject({
    device_type: 'smartthings_lock',
    device_provider: { device_provider_name: 'smartthings' },
  });
  expect(chosen(parts, { device_type: 'smartthings_lock' }, 'managed')).toHaveLength(1);
  expect(chosen(parts, { device_type: 'lockstep_lock' }, 'managed')).toEqual([]);
});
