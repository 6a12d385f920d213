import { Security2CCPublicKeyReport } from '@zwave-js/cc';
import { CommandClasses, SecurityClass, securityClassOrder } from '@zwave-js/core';
import { afterEach, expect, test, vi } from 'vitest';
import { SecurityBootstrapFailure, UserIDStatus } from 'zwave-js';
import { type NetworkOptions, type SimulatedNetwork, startNetwork } from './network.ts';
import { type Hub, startHub } from './testing/hub.ts';
import { Installer, callControl, waitingAt } from './testing/installer.ts';
import { frontDoor, locks, sideDoor } from './testing/side-door.ts';

let network: SimulatedNetwork;
let hub: Hub;
let installer: Installer;
const begin = async (options: NetworkOptions): Promise<void> => {
  network = await startNetwork(options);
  hub = await startHub(network.serialUrl);
  installer = new Installer(hub);
};
afterEach(async () => {
  await hub.stop();
  await network.stop();
});

const call = (route: string, body?: object): Promise<unknown> => callControl(network.controlUrl, route, body);
const labelOf = async (id: string): Promise<{ dsk: string; pin: string }> => {
  const lock = (await waitingAt(network.controlUrl)).find((each) => each.id === id);
  return { dsk: lock?.dsk ?? '', pin: lock?.pin ?? '' };
};
const happened = (type: string): boolean => network.log.since(0).some((each) => each.type === type);
const eventually = (condition: () => void): Promise<void> => vi.waitFor(condition, { timeout: 30_000 });

test('a waiting lock joins with the PIN of its label, keeps what it holds and takes a code', async () => {
  await begin({ locks: locks(sideDoor) });
  const { dsk, pin } = await labelOf('side-door');
  expect(dsk).toMatch(/^(\d{5}-){7}\d{5}$/);
  expect(dsk.startsWith(`${pin}-`)).toBe(true);
  const added = installer.added();
  const sentKey = hub.driver.waitForCommand(
    (cc): cc is Security2CCPublicKeyReport => cc instanceof Security2CCPublicKeyReport,
    10_000,
    undefined,
    { consume: false },
  );
  await installer.listen(pin);
  expect(await call('/waiting/side-door/pair', {})).toEqual({ accepted: true, window_ms: 30_000 });
  const { node, lowSecurityReason } = await added;
  expect(lowSecurityReason).toBeUndefined();
  expect(installer.shown).toEqual([dsk.slice(5)]);
  // What the label says isn't sent.
  expect([...(await sentKey).publicKey.subarray(0, 2)]).toEqual([0, 0]);
  expect(node.id).toBe(2);
  expect(node.getHighestSecurityClass()).toBe(SecurityClass.S2_AccessControl);
  await installer.ready(node);
  expect(node.isFrequentListening).toBe('1000ms');
  expect(await node.commandClasses['User Code'].get(2)).toMatchObject({ userCode: '135790' });
  await node.commandClasses['User Code'].set(7, UserIDStatus.Enabled, '246800');
  expect(await call('/locks/2')).toMatchObject({
    id: 'side-door',
    has_keys: true,
    slots: [{ slot: 2 }, { slot: 7, code: '246800' }],
  });
  expect(await call('/waiting')).toEqual([]);
  expect(await call('/serial')).toMatchObject({ mode: 'idle' });
});

test('the PIN may take its time: the lock repeats itself until the hub can read it', async () => {
  await begin({ locks: locks({ ...sideDoor, security: 's2_authenticated' }) });
  const { pin } = await labelOf('side-door');
  await call('/waiting/side-door/pair', {});
  const added = installer.added();
  await installer.listen(pin, 1_300);
  const { node, lowSecurityReason } = await added;
  expect(lowSecurityReason).toBeUndefined();
  expect(node.getHighestSecurityClass()).toBe(SecurityClass.S2_Authenticated);
  await installer.ready(node);
});

test('after a wrong PIN the lock is a node without keys, tells little, and has to be excluded', async () => {
  await begin({ locks: locks(sideDoor) });
  const { dsk, pin } = await labelOf('side-door');
  const added = installer.added();
  await installer.listen(pin === '00001' ? '00002' : '00001');
  await call('/waiting/side-door/pair', {});
  const { node, lowSecurityReason } = await added;
  expect(lowSecurityReason).toBe(SecurityBootstrapFailure.S2IncorrectPIN);
  expect(await call('/locks/2')).toMatchObject({ has_keys: false });
  expect(node.supportsCC(CommandClasses['User Code'])).toBe(false);
  expect(await node.commandClasses.Version.getCCVersion(CommandClasses['User Code'])).toBe(2);

  const removed = installer.removed();
  await installer.listenForLeavers();
  await call('/locks/2/unpair', {});
  expect(await removed).toEqual({ node: 2, excluded: true });
  expect(await labelOf('side-door')).toEqual({ dsk, pin });
  const again = installer.added();
  await eventually(() => {
    expect(hub.driver.controller.inclusionState).toBe(0);
  });
  await installer.listen(pin);
  await call('/waiting/side-door/pair', {});
  const second = await again;
  expect(second.lowSecurityReason).toBeUndefined();
  await installer.ready(second.node);
});

test('a secure lock does not answer in clear', async () => {
  await begin({ locks: locks(frontDoor) });
  const node = hub.node(2);
  expect(await node.commandClasses['User Code'].get(2)).toMatchObject({ userCode: '135790' });
  // A hub that has forgotten which keys it gave out.
  for (const each of securityClassOrder) node.setSecurityClass(each, false);
  const { frames } = network.places.get(2)!;
  frames.reset();
  expect(await node.commandClasses['User Code'].get(2)).toBeUndefined();
  expect(frames.snapshot().application).toEqual({ to_lock: 1, from_lock: 0, total: 1 });
});

test('nobody joins who has not pressed the button, or pressed it too long ago', async () => {
  await begin({ locks: locks({ ...sideDoor, pairing_window_ms: 20 }) });
  await call('/waiting/side-door/pair', {});
  await new Promise((resolve) => setTimeout(resolve, 40));
  await installer.listen('00000');
  expect(await call('/serial')).toMatchObject({ mode: 'adding' });
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(happened('joined')).toBe(false);
  expect(await hub.driver.controller.stopInclusion()).toBe(true);
  expect(await call('/serial')).toMatchObject({ mode: 'idle' });
  expect(network.places.size).toBe(0);
});

test('a lock whose button is held joins as soon as the stick listens, and gives way again without keys', async () => {
  await begin({ locks: locks({ ...sideDoor, pairing_button: 'held' }) });
  const { pin } = await labelOf('side-door');
  const added = installer.added();
  await installer.listen(pin === '00001' ? '00002' : '00001');
  expect((await added).lowSecurityReason).toBe(SecurityBootstrapFailure.S2IncorrectPIN);
  const removed = installer.removed();
  await installer.listenForLeavers();
  expect(await removed).toEqual({ node: 2, excluded: true });
  await eventually(() => {
    expect(hub.driver.controller.inclusionState).toBe(0);
  });
  const again = installer.added();
  await installer.listen(pin);
  const { node, lowSecurityReason } = await again;
  expect(lowSecurityReason).toBeUndefined();
  await installer.ready(node);
  await installer.listenForLeavers();
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(network.places.has(2)).toBe(true);
});

test('a lock without security joins as it is, under the lowest free node id', async () => {
  await begin({
    locks: locks(
      frontDoor,
      { ...frontDoor, name: 'Gate', node: 4 },
      { ...sideDoor, security: 'none', supervision: false },
    ),
  });
  expect(await waitingAt(network.controlUrl)).toMatchObject([{ dsk: null, pin: null, qr: null }]);
  const added = installer.added();
  await installer.listen('00000');
  await call('/waiting/side-door/pair', {});
  const { node } = await added;
  expect(node.id).toBe(3);
  await installer.ready(node);
  expect(node.isSecure).toBe(false);
  expect(await node.commandClasses['User Code'].get(2)).toMatchObject({ userCode: '135790' });
});

test('two locks at the button: one joins, the other waits for the next time', async () => {
  await begin({ locks: locks(sideDoor, { ...sideDoor, name: 'Side door' }) });
  const { pin } = await labelOf('side-door');
  const added = installer.added();
  await installer.listen(pin);
  await Promise.all([call('/waiting/side-door/pair', {}), call('/waiting/side-door-2/pair', {})]);
  await added;
  expect((await waitingAt(network.controlUrl)).map(({ id }) => id)).toEqual(['side-door-2']);
  const [other] = await waitingAt(network.controlUrl);
  expect(other?.pin).not.toBe(pin);
});

test('a lock off the air does not join', async () => {
  await begin({ locks: locks(sideDoor) });
  await call('/waiting/side-door/behaviour', { offline: true });
  await call('/waiting/side-door/pair', {});
  await installer.listen('00000');
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(happened('joined')).toBe(false);
  expect(await call('/waiting/side-door')).toMatchObject({ online: false, slots: [{ code: '135790' }] });
});

test('an S0 lock gets its key in the S0 way, and nobody is asked', async () => {
  await begin({ locks: locks({ ...sideDoor, security: 's0', supervision: false }) });
  const added = installer.added();
  await installer.listen('00000');
  await call('/waiting/side-door/pair', {});
  const { node, lowSecurityReason } = await added;
  expect(lowSecurityReason).toBeUndefined();
  expect(node.getHighestSecurityClass()).toBe(SecurityClass.S0_Legacy);
  expect(installer.shown).toEqual([]);
  await installer.ready(node);
  expect(await node.commandClasses['User Code'].get(2)).toMatchObject({ userCode: '135790' });
  expect(await call('/locks/2')).toMatchObject({ has_keys: true });
  expect(happened('keys_granted')).toBe(true);
});
