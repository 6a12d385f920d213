import net from 'node:net';
import { CommandClasses } from '@zwave-js/core';
import { afterEach, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { InclusionState, UserIDStatus } from 'zwave-js';
import { type NetworkOptions, type SimulatedNetwork, startNetwork } from './network.ts';
import { SerialFramer } from './serial-line.ts';
import { type Hub, listen, startHub } from './testing/hub.ts';
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
const eventually = (condition: () => void): Promise<void> => vi.waitFor(condition, { timeout: 30_000 });
const idle = (): Promise<void> =>
  eventually(() => {
    expect(hub.driver.controller.inclusionState).toBe(InclusionState.Idle);
  });
const backDoor = { ...frontDoor, name: 'Back door', node: 3, wipes_on_exclusion: true };

test('whoever presses the button leaves, meant or not, and keeps the codes unless it wipes them', async () => {
  await begin({ locks: locks(frontDoor, backDoor) });
  await installer.listenForLeavers();
  expect(await call('/serial')).toMatchObject({ mode: 'removing' });
  let removed = installer.removed();
  expect(await call('/locks/3/unpair', {})).toEqual({ accepted: true, window_ms: 30_000 });
  expect(await removed).toEqual({ node: 3, excluded: true });
  await idle();
  expect(await call('/serial')).toMatchObject({ mode: 'idle' });
  expect(await call('/waiting/back-door')).toMatchObject({ state: 'waiting', slots: [] });
  removed = installer.removed();
  await call('/locks/2/unpair', {});
  await installer.listenForLeavers();
  expect(await removed).toEqual({ node: 2, excluded: true });
  expect(await call('/waiting/front-door')).toMatchObject({ slots: [{ slot: 2, code: '135790' }] });
  expect(network.places.size).toBe(0);
});

test('an excluded lock joins again with the same label under another node id', async () => {
  await begin({ locks: locks(frontDoor, { ...frontDoor, name: 'Gate', node: 3 }, sideDoor) });
  const removed = installer.removed();
  await installer.listenForLeavers();
  await call('/locks/3/unpair', {});
  await removed;
  await idle();
  const labels = new Map((await waitingAt(network.controlUrl)).map((label) => [label.id, label]));
  let added = installer.added();
  await installer.listen(labels.get('side-door')?.pin ?? '');
  await call('/waiting/side-door/pair', {});
  const first = await added;
  expect(first.node.id).toBe(3);
  await installer.ready(first.node);
  await idle();
  added = installer.added();
  await installer.listen(labels.get('gate')?.pin ?? '');
  await call('/waiting/gate/pair', {});
  const second = await added;
  expect(second).toMatchObject({ lowSecurityReason: undefined });
  expect(second.node.id).toBe(4);
  expect(await call('/locks/4')).toMatchObject({ name: 'Gate', dsk: labels.get('gate')?.dsk });
  await installer.ready(second.node);
});

test('exclusion that nobody follows ends when the hub says so', async () => {
  await begin({ locks: locks(frontDoor, { ...sideDoor, pairing_button: 'held' }) });
  await installer.listenForLeavers();
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(await hub.driver.controller.stopExclusion()).toBe(true);
  expect(await call('/serial')).toMatchObject({ mode: 'idle' });
  expect([...network.places.keys()]).toEqual([2]);
});

test('a lock off the air is failed and can be struck off; it waits stranded until it is excluded', async () => {
  await begin({ locks: locks(frontDoor) });
  const { controller } = hub.driver;
  expect(await controller.isFailedNode(2)).toBe(false);
  await call('/locks/2/behaviour', { offline: true, no_ack_ms: 10 });
  expect(await controller.isFailedNode(2)).toBe(true);
  const removed = installer.removed();
  await controller.removeFailedNode(2);
  expect(await removed).toEqual({ node: 2, excluded: false });
  expect(await waitingAt(network.controlUrl)).toMatchObject([{ id: 'front-door', state: 'stranded' }]);

  await call('/waiting/front-door/behaviour', { offline: false });
  expect(await call('/waiting/front-door/pair', {})).toEqual({ accepted: false, reason: 'in_a_network' });
  await installer.listenForLeavers();
  await call('/waiting/front-door/unpair', {});
  await vi.waitFor(async () => {
    expect(await waitingAt(network.controlUrl)).toMatchObject([{ id: 'front-door', state: 'waiting' }]);
  }, 30_000);
  await idle();
  const [label] = await waitingAt(network.controlUrl);
  const added = installer.added();
  await installer.listen(label?.pin ?? '');
  await call('/waiting/front-door/pair', {});
  const { node, lowSecurityReason } = await added;
  expect(lowSecurityReason).toBeUndefined();
  await installer.ready(node);
});

/** Asks the stick itself to remove a failed node: zwave-js would ping three times in four seconds first. */
const strikeOff = async (nodeId: number): Promise<string> => {
  const request = [0x01, 0x05, 0x00, 0x61, nodeId, 0x07];
  const checksum = request.slice(1).reduce((sum, byte) => sum ^ byte, 0xff);
  const socket = net.connect(Number(new URL(network.serialUrl).port), '127.0.0.1');
  const framer = new SerialFramer();
  const frames: string[] = [];
  socket.write(Uint8Array.from([...request, checksum]));
  for await (const chunk of socket)
    for (const frame of framer.push(Uint8Array.from(z.instanceof(Buffer).parse(chunk)))) {
      if (frame.length === 1) continue;
      socket.write(Uint8Array.of(0x06));
      frames.push(Buffer.from(frame.slice(2, -1)).toString('hex'));
      // Not started: there is no callback to wait for.
      if (frames.length === 2 || frame[4] !== 0) return frames.join(' ');
    }
  return 'the line was cut';
};

test('the stick does not strike off a lock that answers, nor a node that it does not know', async () => {
  await begin({ locks: locks(frontDoor) });
  await hub.driver.destroy();
  // Response: started; callback 7: node is all right.
  expect(await strikeOff(2)).toBe('016100 00610700');
  // Response: not in the list.
  expect(await strikeOff(9)).toBe('016108');
  expect(network.places.has(2)).toBe(true);
});

test('a factory reset empties the lock and says so; in the network it goes on', async () => {
  await begin({ locks: locks(frontDoor) });
  const heard = listen(hub.node(2));
  await hub.node(2).commandClasses['User Code'].set(5, UserIDStatus.Enabled, '555555');
  expect(await call('/locks/2/factory_reset', {})).toEqual({ accepted: true });
  expect(await call('/locks/2')).toMatchObject({ slots: [], has_keys: true });
  await eventually(() => {
    expect(heard).toContainEqual({ event: 12, userId: undefined });
  });
  expect(await hub.node(2).commandClasses['User Code'].get(5)).toMatchObject({
    userIdStatus: UserIDStatus.Available,
  });
});

test('a lock reset together with its network goes silently; the stick still lists it', async () => {
  await begin({ locks: locks(frontDoor) });
  const before = await call('/locks/2');
  await call('/locks/2/factory_reset', { network: true });
  expect(network.places.size).toBe(0);
  expect(await hub.node(2).ping()).toBe(false);
  expect(await hub.driver.controller.isFailedNode(2)).toBe(true);
  const [label] = await waitingAt(network.controlUrl);
  expect(before).toMatchObject({ dsk: label?.dsk });
  const added = installer.added();
  await installer.listen(label?.pin ?? '');
  await call('/waiting/front-door/pair', {});
  const { node } = await added;
  expect(node.id).toBe(3);
  await installer.ready(node);
  await idle();
  await hub.driver.controller.removeFailedNode(2);
  expect(hub.driver.controller.nodes.has(2)).toBe(false);
});

test('an exchanged lock answers under the same node id, empty and with another label', async () => {
  await begin({ locks: locks(frontDoor) });
  const before = await call('/locks/2');
  await call('/locks/2/exchange', {});
  const after = await call('/locks/2');
  expect(after).toMatchObject({ slots: [], has_keys: true, name: 'Front door' });
  expect(after).not.toMatchObject({ dsk: (before as { dsk: string }).dsk });
  const userCode = hub.node(2).commandClasses['User Code'];
  expect(await userCode.get(2)).toMatchObject({ userIdStatus: UserIDStatus.Available });
  await userCode.set(3, UserIDStatus.Enabled, '333333');
  expect(network.places.get(2)?.lock.slot(3)?.code).toBe('333333');
  expect(hub.node(2).supportsCC(CommandClasses['User Code'])).toBe(true);
});
