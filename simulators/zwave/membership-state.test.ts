import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { UserIDStatus } from 'zwave-js';
import { type NetworkKeys, testKeys } from './keys.ts';
import { type SimulatedNetwork, startNetwork } from './network.ts';
import { type Hub, startHub } from './testing/hub.ts';
import { Installer, callControl, waitingAt } from './testing/installer.ts';
import { frontDoor, locks, sideDoor } from './testing/side-door.ts';

let folder: string;
let stateFile: string;
const running: { stop(): Promise<void> }[] = [];
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'zwave-membership-'));
  stateFile = path.join(folder, 'locks.json');
});
afterEach(async () => {
  for (const each of running.splice(0).reverse()) await each.stop();
  await rm(folder, { recursive: true, force: true });
});

/** Keys that the hub has made for itself: not those that the stick was started with. */
const ownKeys: NetworkKeys = {
  ...testKeys,
  S2_AccessControl: new Uint8Array(16).fill(0xa1),
  S2_Authenticated: new Uint8Array(16).fill(0xa2),
};
const startAll = async (...specs: object[]): Promise<{ network: SimulatedNetwork; hub: Hub }> => {
  const network = await startNetwork({ locks: locks(...specs), stateFile });
  running.push(network);
  const hub = await startHub(network.serialUrl, { cacheDir: folder, keys: ownKeys });
  running.push(hub);
  return { network, hub };
};
const stopAll = async (): Promise<void> => {
  for (const each of running.splice(0).reverse()) await each.stop();
};

test('a lock that has joined is a node with its own keys after a restart, and one that left waits', async () => {
  const first = await startAll(sideDoor, { ...sideDoor, name: 'Gate' });
  const installer = new Installer(first.hub);
  const label = (await waitingAt(first.network.controlUrl))[0];
  const added = installer.added();
  await installer.listen(label?.pin ?? '');
  await callControl(first.network.controlUrl, '/waiting/side-door/pair', {});
  const { node } = await added;
  await installer.ready(node);
  await node.commandClasses['User Code'].set(9, UserIDStatus.Enabled, '909090');
  await stopAll();

  const { network, hub } = await startAll(sideDoor, { ...sideDoor, name: 'Gate' });
  expect([...network.places.keys()]).toEqual([2]);
  expect((await waitingAt(network.controlUrl)).map(({ id }) => id)).toEqual(['gate']);
  const userCode = hub.node(2).commandClasses['User Code'];
  expect(await userCode.get(9)).toMatchObject({ userCode: '909090' });
  const leaving = new Installer(hub);
  const removed = leaving.removed();
  await leaving.listenForLeavers();
  await callControl(network.controlUrl, '/locks/2/unpair', {});
  await removed;
  await stopAll();

  const last = await startNetwork({ locks: locks(sideDoor, { ...sideDoor, name: 'Gate' }), stateFile });
  running.push(last);
  expect(last.places.size).toBe(0);
  expect(await waitingAt(last.controlUrl)).toMatchObject([
    { id: 'side-door', dsk: label?.dsk },
    { id: 'gate' },
  ]);
  expect(await callControl(last.controlUrl, '/waiting/side-door')).toMatchObject({
    slots: [{ slot: 2 }, { slot: 9, code: '909090' }],
  });
});

test('after a restart the stick still lists a lock that went silently, and an exchanged one stays exchanged', async () => {
  const options = { locks: locks(frontDoor, { ...frontDoor, name: 'Gate', node: 3 }), stateFile };
  const first = await startNetwork(options);
  running.push(first);
  await callControl(first.controlUrl, '/locks/2/factory_reset', { network: true });
  await callControl(first.controlUrl, '/locks/3/exchange', {});
  const exchanged = await callControl(first.controlUrl, '/locks/3');
  await stopAll();

  const network = await startNetwork({
    ...options,
    locks: locks(frontDoor, { ...frontDoor, name: 'Gate', node: 3 }),
  });
  running.push(network);
  expect(await callControl(network.controlUrl, '/locks/3')).toMatchObject({
    dsk: (exchanged as { dsk: string }).dsk,
    slots: [],
  });
  const hub = await startHub(network.serialUrl);
  running.push(hub);
  expect(await hub.node(2).ping()).toBe(false);
  expect(await hub.node(3).ping()).toBe(true);
  expect((await waitingAt(network.controlUrl)).map(({ id }) => id)).toEqual(['front-door']);
});

test('a file of a simulator that knew nothing of joining leaves the locks where their specs have them', async () => {
  const slots = { 4: { status: 'enabled', code: '4444' } };
  await writeFile(stateFile, JSON.stringify({ locks: { 2: { locked: true, battery: 50, slots } } }));
  const network = await startNetwork({ locks: locks(frontDoor, sideDoor), stateFile });
  running.push(network);
  expect(network.places.get(2)?.lock.slot(4)?.code).toBe('4444');
  expect((await waitingAt(network.controlUrl)).map(({ id }) => id)).toEqual(['side-door']);
});

test('a bad network section is named and left alone', async () => {
  const text = JSON.stringify({
    locks: {},
    network: { units: { 2: { generation: 0, node: 999 } }, ghosts: {} },
  });
  await writeFile(stateFile, text);
  await expect(startNetwork({ locks: locks(frontDoor), stateFile })).rejects.toThrow('network.units.2.node');
  expect(await readFile(stateFile, 'utf8')).toBe(text);
});

test('the keys of the locks are for the owner of the file alone', async () => {
  const network = await startNetwork({ locks: locks(frontDoor), stateFile });
  running.push(network);
  await callControl(network.controlUrl, '/locks/2/factory_reset', { network: true });
  expect((await stat(stateFile)).mode & 0o777).toBe(0o600);
  expect(JSON.parse(await readFile(stateFile, 'utf8'))).toMatchObject({
    network: { units: { 2: { node: null } }, ghosts: { 2: '2' } },
  });
});
