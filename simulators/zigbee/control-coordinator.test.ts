import { once } from 'node:events';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { testNetwork } from './network-file.ts';
import { type SimulatedNetwork, startNetwork } from './network.ts';
import { preset } from './presets.ts';
import { callControl } from './testing/control.ts';
import { type Hub, startHub } from './testing/hub.ts';
import { connect } from './testing/mt-client.ts';

let network: SimulatedNetwork;
let hub: Hub;
const control = (route: string, body?: object): Promise<unknown> =>
  callControl(network.controlUrl, route, body);

beforeEach(async () => {
  network = await startNetwork({ locks: preset('one') ?? [] });
  hub = await startHub(network.serialUrl, testNetwork);
});
afterEach(async () => {
  await hub.stop();
  await network.stop();
});

test('the coordinator’s state has all but the key', async () => {
  const state = z.looseObject({ frame_counter: z.int() }).parse(await control('/coordinator'));
  // The hub may have sent a frame already.
  expect(state.frame_counter).toBeGreaterThanOrEqual(20_000);
  expect(state).toEqual({
    ieee: network.radio.stick.ieee,
    running: true,
    network: { pan_id: testNetwork.pan_id, extended_pan_id: testNetwork.extended_pan_id, channel: 15 },
    frame_counter: state.frame_counter,
    permit_join_seconds: 0,
    children: 1,
    connected: true,
    clients: 1,
    accepting: true,
    muted: false,
    jammed: false,
  });
  expect(JSON.stringify(state)).not.toContain(testNetwork.network_key);
});

test('a line that is cut leaves the coordinator running; one that is pulled out has to be started again', async () => {
  const lost = once(hub.controller, 'adapterDisconnected');
  expect(await control('/coordinator', { drop: true })).toMatchObject({ connected: false, running: true });
  await lost;
  await hub.stop();
  hub = await startHub(network.serialUrl, testNetwork);
  expect(await control('/coordinator', { accept: false })).toMatchObject({
    accepting: false,
    running: false,
  });
  await expect(connect(network.coordinator.line.port)).rejects.toThrow('ECONNREFUSED');
  expect(await control('/coordinator', { accept: true })).toMatchObject({ accepting: true, running: false });
  await hub.stop();
  hub = await startHub(network.serialUrl, testNetwork);
  expect(await control('/coordinator')).toMatchObject({ running: true, clients: 3 });
});

test('a coordinator that hangs takes the hub’s requests and answers none', async () => {
  await hub.stop();
  const client = await connect(network.coordinator.line.port);
  expect(await control('/coordinator', { mute: true })).toMatchObject({ muted: true, connected: true });
  const ping = Uint8Array.of(0xfe, 0x00, 0x21, 0x01, 0x20);
  client.write(ping);
  await vi.waitFor(() => {
    expect(network.coordinator.line.swallowed).toBe(ping.length);
  });
  expect(client.frames).toEqual([]);
  // What came while it hung is lost for good.
  await control('/coordinator', { mute: false });
  expect(await client.request(1, 0x02)).toHaveLength(9);
  client.end();
});

test('a coordinator that restarts by itself says so, and has forgotten all that needs power', async () => {
  await hub.stop();
  const client = await connect(network.coordinator.line.port);
  expect(await client.request(5, 0x36, [0x0f, 0xfc, 0xff, 60, 1])).toEqual([0]);
  expect(await control('/coordinator')).toMatchObject({ running: true, permit_join_seconds: 60 });
  await control('/coordinator', { overload: 3 });
  expect(network.radio.stick.overloaded).toBe(3);
  const state = await control('/coordinator', { restart: true });
  expect(state).toMatchObject({ running: false, connected: true, permit_join_seconds: 0 });
  expect((await client.indication(1, 0x80))[0]).toBe(2);
  expect(network.radio.stick.endpoints.size).toBe(0);
  expect(network.radio.stick.overloaded).toBe(0);
  client.end();
});

test('another stick in the port has another address; the first one comes back as it was', async () => {
  const { ieee } = network.radio.stick;
  const [lock] = [...network.neighbourhood.units.keys()];
  const blank = await control('/coordinator', { exchange: 'blank' });
  expect(blank).toMatchObject({ accepted: true, network: null, running: false, children: 0 });
  expect(blank).not.toMatchObject({ ieee });
  const foreign = {
    pan_id: 0x3333,
    extended_pan_id: '0102030405060708',
    channel: 25,
    network_key: 'ab'.repeat(16),
  };
  await control('/coordinator', { exchange: foreign });
  await hub.stop();
  hub = await startHub(network.serialUrl, foreign);
  expect(hub.start).toBe('resumed');
  expect(await control('/coordinator')).toMatchObject({
    network: { pan_id: 0x3333, channel: 25 },
    children: 0,
  });
  expect(await control(`/locks/${lock ?? ''}`)).toMatchObject({ in_network: false });
  await control('/coordinator', { introduce: true });
  await hub.controller.coordinatorCheck();
  expect([...hub.controller.getDevicesIterator()].map(({ type }) => type)).toEqual(['Coordinator']);
  expect(await control('/coordinator', { restore: true })).toMatchObject({
    accepted: true,
    ieee,
    children: 1,
  });
  expect(await control('/coordinator', { restore: true })).toEqual({
    accepted: false,
    reason: 'nothing_on_the_shelf',
  });
});

test('what the control interface can’t do is refused with the field that is wrong', async () => {
  await expect(control('/coordinator', { exchange: 'other' })).rejects.toThrow('exchange');
  await expect(control('/coordinator', { pull: true })).rejects.toThrow('pull');
});
