import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { deviceJoined } from './indications.ts';
import { testNetwork } from './network-file.ts';
import { type CoordinatorBench, anotherStick, startBench } from './testing/coordinator-bench.ts';
import { type Hub, type HubOptions, startHub } from './testing/hub.ts';
import { PlainDevice } from './testing/plain-device.ts';

const ieee = '0x00158d0000abcdef';
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});
const ends: (() => Promise<unknown>)[] = [];

const bench = async (...options: Parameters<typeof startBench>): Promise<CoordinatorBench> => {
  const started = await startBench(...options);
  ends.push(async () => {
    await started[Symbol.asyncDispose]();
  });
  return started;
};
const hub = async ({ url }: CoordinatorBench, options?: HubOptions, network = testNetwork): Promise<Hub> => {
  const started = await startHub(url, network, options);
  ends.push(() => started.stop());
  return started;
};
const folder = async (): Promise<string> => {
  const made = await mkdtemp(path.join(tmpdir(), 'zigbee-hub-'));
  ends.push(() => rm(made, { recursive: true, force: true }));
  return made;
};
/** The trust centre tells of a device, and the hub interviews it. */
const interviewed = async (
  { controller }: Hub,
  { coordinator }: CoordinatorBench,
  address: number,
): Promise<void> => {
  const done = new Promise<void>((resolve, reject) => {
    controller.on('deviceInterview', ({ status }) => {
      if (status === 'successful') resolve();
      if (status === 'failed') reject(new Error('interview failed'));
    });
  });
  coordinator.indicate(deviceJoined({ ieee, address }));
  await done;
};

test('a commissioned coordinator is resumed by a hub that knows its network: none is formed', async () => {
  const network = await bench();
  const { controller, start } = await hub(network);
  expect(start).toBe('resumed');
  expect(network.told).toContain('coordinator_started');
  expect(network.told).not.toContain('network_formed');
  expect(await controller.getNetworkParameters()).toMatchObject({ panID: testNetwork.pan_id, channel: 15 });
  expect(await controller.getCoordinatorVersion()).toMatchObject({ type: 'ZStack3x0' });
});

test('a device is interviewed, bound and read; each ZDO answer is its own', async () => {
  const network = await bench();
  const device = new PlainDevice(ieee);
  const { place } = network.admit(device);
  const started = await hub(network);
  await interviewed(started, network, place.address);
  const known = started.controller.getDeviceByIeeeAddr(ieee)!;
  expect(known).toMatchObject({
    type: 'EndDevice',
    manufacturerID: 0x1234,
    modelID: 'P1',
    manufacturerName: 'Plain',
  });
  expect(known.endpoints.map(({ ID, inputClusters }) => [ID, inputClusters])).toEqual([[1, [0, 1, 0x0101]]]);
  const endpoint = known.getEndpoint(1)!;
  const coordinator = started.controller.getDevicesByType('Coordinator')[0]!.getEndpoint(1)!;
  await endpoint.bind('closuresDoorLock', coordinator);
  expect(device.bindings).toEqual([
    { endpoint: 1, cluster: 0x0101, destination: network.radio.stick.ieee, destinationEndpoint: 1 },
  ]);
  await endpoint.unbind('closuresDoorLock', coordinator);
  expect(device.bindings).toEqual([]);
  // An end device keeps no neighbour table; the coordinator has it as its child.
  await expect(known.lqi()).rejects.toThrow('NOT_SUPPORTED');
  const neighbours = await started.controller.getDevicesByType('Coordinator')[0]!.lqi();
  expect(neighbours).toMatchObject([{ eui64: ieee, nwkAddress: place.address, lqi: 200, relationship: 1 }]);
});

test('a device joins while that is permitted, moves to another address, and leaves when it is told to', async () => {
  const network = await bench();
  const device = new PlainDevice(ieee);
  const started = await hub(network);
  const { controller } = started;
  await controller.permitJoin(60);
  expect(network.told).toContain('permitted 60');
  expect(network.radio.permittedSeconds).toBeGreaterThan(50);
  await controller.permitJoin(0);
  expect(network.radio.permittedSeconds).toBe(0);
  const member = network.admit(device);
  await interviewed(started, network, member.place.address);
  const moved = once(controller, 'deviceNetworkAddressChanged');
  network.radio.readdress(member, true);
  await moved;
  const known = controller.getDeviceByIeeeAddr(ieee)!;
  expect(known.networkAddress).toBe(member.place.address);
  await known.ping();
  const left = once(controller, 'deviceLeave');
  await known.removeFromNetwork();
  await left;
  expect(network.told.at(-1)).toBe(`left ${ieee}`);
  expect(network.radio.members.size).toBe(0);
  expect(device.send).toBeUndefined();
});

test('a hub that refuses a device sends it away at once', async () => {
  const network = await bench();
  const { coordinator, radio } = network;
  await hub(network, { accept: () => false });
  const { announced } = network.admit(new PlainDevice(ieee));
  coordinator.indicate(deviceJoined(announced));
  await vi.waitFor(() => {
    expect(radio.members.size).toBe(0);
  });
});

test('how a frame fared reaches the hub in the words of the stack', async () => {
  const network = await bench();
  const device = new PlainDevice(ieee);
  const { place } = network.admit(device);
  const started = await hub(network);
  await interviewed(started, network, place.address);
  const endpoint = started.controller.getDeviceByIeeeAddr(ieee)!.getEndpoint(1)!;
  const read = (): Promise<object> =>
    endpoint.read('genBasic', ['modelId'], {
      sendPolicy: 'immediate',
      disableRecovery: true,
      timeout: 2_000,
    });
  for (const status of [0xe9, 0xf0, 0xb7, 0xcd]) {
    device.deliveries.push({ status, afterMs: 1 });
    await expect(read()).rejects.toMatchObject({ code: status });
  }
  device.received.length = 0;
  device.deliveries.push({ status: 0xe9, afterMs: 0, arrives: true });
  await expect(read()).rejects.toMatchObject({ code: 0xe9 });
  expect(device.received).toHaveLength(1);
  expect(await read()).toEqual({ modelId: 'P1' });
});

test('a line that breaks is told at once, and a second start finds everything as it was', async () => {
  const network = await bench();
  const device = new PlainDevice(ieee);
  const { place } = network.admit(device);
  const kept = await folder();
  const first = await hub(network, { folder: kept });
  await interviewed(first, network, place.address);
  const broken = once(first.controller, 'adapterDisconnected');
  network.coordinator.line.drop();
  await broken;
  await first.stop();
  const second = await hub(network, { folder: kept });
  expect(second.start).toBe('resumed');
  await second.controller.getDeviceByIeeeAddr(ieee)!.ping();
});

test('a coordinator in whose place another one stands reaches none of the devices', async () => {
  const network = await bench();
  const device = new PlainDevice(ieee);
  const { place } = network.admit(device);
  const kept = await folder();
  const first = await hub(network, { folder: kept });
  await interviewed(first, network, place.address);
  await first.stop();
  const own = network.radio.stick;
  const other = { ...testNetwork, pan_id: 0x2222, network_key: '00112233445566778899aabbccddeeff' };
  await network.coordinator.exchange(anotherStick(1, other));
  await rm(path.join(kept, 'coordinator_backup.json'));
  const stranger = await hub(network, { folder: kept }, other);
  expect(stranger.start).toBe('resumed');
  await expect(stranger.controller.getDeviceByIeeeAddr(ieee)!.ping()).rejects.toMatchObject({ code: 0xcd });
  await stranger.stop();
  await network.coordinator.exchange(own);
  await rm(path.join(kept, 'coordinator_backup.json'));
  const again = await hub(network, { folder: kept });
  await again.controller.getDeviceByIeeeAddr(ieee)!.ping();
});
