import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { deviceJoined } from './indications.ts';
import { testNetwork } from './network-file.ts';
import { readFrameCounter } from './nv-items.ts';
import { anotherStick, startBench } from './testing/coordinator-bench.ts';
import { type Hub, startHub } from './testing/hub.ts';
import { PlainDevice } from './testing/plain-device.ts';

const ieee = '0x00158d0000abcdef';

const ping = (hub: Hub): Promise<void> => hub.controller.getDeviceByIeeeAddr(ieee)!.ping();

test('on a blank coordinator a hub forms the network of its configuration, which devices of the old one don’t hear', async () => {
  await using network = await startBench({ blank: true });
  const device = new PlainDevice(ieee);
  const { place } = network.admit(device);
  const hub = await startHub(network.url, testNetwork);
  try {
    expect(hub.start).toBe('reset');
    expect(network.told).toContain('network_formed');
    expect(network.radio.stick.network).toEqual({
      panId: testNetwork.pan_id,
      extendedPanId: `0x${testNetwork.extended_pan_id}`,
      channel: testNetwork.channel,
      key: testNetwork.network_key,
    });
    // Same key, but a frame counter that starts again: to them that is somebody's recording.
    const confirmed = await new Promise<number>((resolve) => {
      const frame = {
        profile: 0x0104,
        cluster: 0,
        sourceEndpoint: 1,
        endpoint: 1,
        payload: Uint8Array.of(0, 1, 0),
      };
      network.radio.send(place.address, frame, resolve);
    });
    expect(confirmed).toBe(0);
    expect(device.received).toEqual([]);
  } finally {
    await hub.stop();
  }
});

test('a backup restored to another stick takes the network there, and devices answer it', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'zigbee-hub-'));
  await using network = await startBench();
  try {
    const { place } = network.admit(new PlainDevice(ieee));
    const first = await startHub(network.url, testNetwork, { folder });
    const { controller } = first;
    const done = new Promise<void>((resolve) => {
      controller.on('deviceInterview', ({ status }) => {
        if (status === 'successful') resolve();
      });
    });
    network.coordinator.indicate(deviceJoined({ ieee, address: place.address }));
    await done;
    await controller.backup();
    await first.stop();
    const backup: unknown = JSON.parse(await readFile(path.join(folder, 'coordinator_backup.json'), 'utf8'));
    expect(backup).toMatchObject({
      coordinator_ieee: network.radio.stick.ieee.slice(2),
      pan_id: testNetwork.pan_id.toString(16),
      extended_pan_id: testNetwork.extended_pan_id,
      channel: testNetwork.channel,
      network_key: { key: testNetwork.network_key },
      devices: [
        {
          ieee_address: ieee.slice(2),
          nwk_address: place.address.toString(16).padStart(4, '0'),
          is_child: true,
        },
      ],
    });
    const { nv, ieee: before } = network.radio.stick;
    const counter = readFrameCounter(nv, network.radio.stick.network!);
    const blank = anotherStick(1);
    await network.coordinator.exchange(blank);
    const second = await startHub(network.url, testNetwork, { folder });
    expect(second.start).toBe('restored');
    expect(blank.ieee).toBe(before);
    expect(readFrameCounter(blank.nv, blank.network!)).toBeGreaterThanOrEqual(counter);
    await ping(second);
    await second.stop();
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
