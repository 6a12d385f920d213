import { SecurityClass } from '@zwave-js/core';
import { afterEach, expect, test, vi } from 'vitest';
import { ProvisioningEntryStatus, QRCodeVersion, parseQRCodeString } from 'zwave-js';
import { type SimulatedNetwork, startNetwork } from './network.ts';
import { type Hub, startHub } from './testing/hub.ts';
import { Installer, callControl, waitingAt } from './testing/installer.ts';
import { frontDoor, locks, sideDoor } from './testing/side-door.ts';

let network: SimulatedNetwork;
let hub: Hub;
let installer: Installer;
const begin = async (...specs: object[]): Promise<void> => {
  network = await startNetwork({ locks: locks(...specs) });
  hub = await startHub(network.serialUrl);
  installer = new Installer(hub);
};
afterEach(async () => {
  await hub.stop();
  await network.stop();
});

const call = (route: string, body?: object): Promise<unknown> => callControl(network.controlUrl, route, body);
const qrOf = async (id: string): Promise<string> =>
  (await waitingAt(network.controlUrl)).find((each) => each.id === id)?.qr ?? '';
const provision = async (id: string): Promise<void> => {
  const { version, ...entry } = await parseQRCodeString(await qrOf(id));
  expect(version).toBe(QRCodeVersion.SmartStart);
  hub.driver.controller.provisionSmartStartNode({ ...entry, status: ProvisioningEntryStatus.Active });
};
const mode = (wanted: string): Promise<void> =>
  vi.waitFor(async () => {
    expect(await call('/serial')).toMatchObject({ mode: wanted });
  }, 30_000);

test('the QR code of a label says what the lock is and asks for', async () => {
  await begin(
    { ...sideDoor, manufacturer_id: 0x3b, product_type: 0x6349, product_id: 0x5044 },
    { ...sideDoor, name: 'Shed', security: 's2_authenticated', smart_start: false },
  );
  const [lock] = await waitingAt(network.controlUrl);
  expect(await parseQRCodeString(await qrOf('side-door'))).toMatchObject({
    version: QRCodeVersion.SmartStart,
    dsk: lock?.dsk,
    requestedSecurityClasses: [SecurityClass.S2_AccessControl],
    manufacturerId: 0x3b,
    productType: 0x6349,
    productId: 0x5044,
    genericDeviceClass: 0x40,
    specificDeviceClass: 0x03,
  });
  expect(await parseQRCodeString(await qrOf('shed'))).toMatchObject({
    version: QRCodeVersion.S2,
    requestedSecurityClasses: [SecurityClass.S2_Authenticated],
  });
});

test('a provisioned lock that is powered up joins by itself, and nobody is asked', async () => {
  await begin(frontDoor, sideDoor);
  const added = installer.added();
  await provision('side-door');
  await mode('smart_start');
  expect(await call('/waiting/side-door/power_up', {})).toEqual({ accepted: true });
  const { node, lowSecurityReason } = await added;
  expect(lowSecurityReason).toBeUndefined();
  expect(node.id).toBe(3);
  expect(node.getHighestSecurityClass()).toBe(SecurityClass.S2_AccessControl);
  expect(installer.shown).toEqual([]);
  await installer.ready(node);
});

test('a lock that was powered up first is heard when the stick begins to listen for it', async () => {
  await begin(sideDoor, { ...sideDoor, name: 'Stranger' });
  await call('/waiting/side-door/power_up', {});
  await call('/waiting/stranger/power_up', {});
  const added = installer.added();
  await provision('side-door');
  const { node } = await added;
  expect(await call(`/locks/${String(node.id)}`)).toMatchObject({ id: 'side-door' });
  await installer.ready(node);
  expect((await waitingAt(network.controlUrl)).map(({ id }) => id)).toEqual(['stranger']);
});

test('a lock whose key is not the one on the label leaves again by itself', async () => {
  await begin(sideDoor);
  const { dsk: real, securityClasses } = await parseQRCodeString(await qrOf('side-door'));
  // A label of which only the last groups, which the announcement is made of, belong to this lock.
  const dsk = `00001-00002${real.slice(11)}`;
  const status = ProvisioningEntryStatus.Active;
  hub.driver.controller.provisionSmartStartNode({ dsk, securityClasses, status });
  const removed = installer.removed();
  await call('/waiting/side-door/power_up', {});
  expect(await removed).toEqual({ node: 2, excluded: false });
  hub.driver.controller.unprovisionSmartStartNode(dsk);
  expect(await waitingAt(network.controlUrl)).toMatchObject([{ id: 'side-door', state: 'waiting' }]);
});

test('a lock without SmartStart does not announce itself', async () => {
  await begin({ ...sideDoor, smart_start: false }, { ...sideDoor, name: 'Gate', security: 'none' });
  expect(await call('/waiting/side-door/power_up', {})).toEqual({
    accepted: false,
    reason: 'no_smart_start',
  });
  expect(await call('/waiting/gate/power_up', {})).toEqual({ accepted: false, reason: 'no_smart_start' });
});
