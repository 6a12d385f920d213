import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { stateChanged } from './indications.ts';
import { testNetwork } from './network-file.ts';
import { type CoordinatorBench, startBench } from './testing/coordinator-bench.ts';
import { MtClient, connect, octets } from './testing/mt-client.ts';
import { PlainDevice } from './testing/plain-device.ts';

const sys = 1;
const af = 4;
const zdo = 5;
const util = 7;
const appConfig = 15;
const ieee = '0x00158d0000abcdef';

let bench: CoordinatorBench;
let client: MtClient;
const clients: MtClient[] = [];
const join = async (): Promise<MtClient> => {
  const joined = await connect(bench.port);
  clients.push(joined);
  return joined;
};
beforeEach(async () => {
  bench = await startBench();
  client = await join();
});
afterEach(async () => {
  vi.useRealTimers();
  for (const each of clients.splice(0)) each.end();
  await bench[Symbol.asyncDispose]();
});
const start = async (): Promise<void> => {
  await client.request(zdo, 0x40, [100, 0]);
  expect(await client.indication(zdo, 0xc0)).toEqual([9]);
};
const register = (endpoint: number): Promise<number[]> =>
  client.request(
    af,
    0x00,
    octets().u8(endpoint).u16(0x0104).u16(5).u8(0).u8(0).u8(1).u16(0x000a).u8(0).take(),
  );

test('a ping is answered with start, length, command, data and the exclusive or of all but the start', async () => {
  client.write(Uint8Array.of(0xfe, 0x00, 0x21, 0x01, 0x20));
  const { type, subsystem, command, data } = await client.next(() => true);
  expect([type, subsystem, command, [...data]]).toEqual([3, sys, 1, [0xf9, 0x01]]);
});

test('a frame with a wrong check octet, and noise around frames, are passed over', async () => {
  client.write(Uint8Array.of(0xef, 0x00, 0xfe, 0x00, 0x21, 0x01, 0x21));
  client.write(Uint8Array.of(0xfe, 0x00, 0x21));
  client.write(Uint8Array.of(0x02, 0x23));
  expect((await client.next(() => true)).command).toBe(2);
  expect(client.frames).toEqual([]);
});

test('commands it doesn’t know, and requests that end too early, get an RPC error that names them', async () => {
  expect(await client.request(sys, 0x7f)).toEqual([2, 0x21, 0x7f]);
  expect(await client.request(9, 0x01)).toEqual([1, 0x29, 0x01]);
  expect(await client.request(sys, 0x13, [0x21])).toEqual([4, 0x21, 0x13]);
});

test('two requests in one packet are answered one after the other', async () => {
  client.write(Uint8Array.of(0xfe, 0x00, 0x21, 0x01, 0x20, 0xfe, 0x00, 0x21, 0x02, 0x23));
  expect((await client.next(() => true)).command).toBe(1);
  expect((await client.next(() => true)).command).toBe(2);
});

test('NV items are created, written in parts, read from an offset and deleted by their length', async () => {
  expect(await client.request(sys, 0x13, [0x01, 0x04])).toEqual([0, 0]);
  expect(await client.request(sys, 0x1c, [0x01, 0x04, 0, 0])).toEqual([2, 0]);
  expect(await client.request(sys, 0x07, [0x01, 0x04, 4, 0, 2, 7, 8])).toEqual([9]);
  expect(await client.request(sys, 0x07, [0x01, 0x04, 4, 0, 2, 1, 1])).toEqual([0]);
  expect(await client.request(sys, 0x1d, [0x01, 0x04, 2, 0, 2, 0, 9, 10])).toEqual([0]);
  expect(await client.request(sys, 0x1d, [0x01, 0x04, 3, 0, 2, 0, 9, 10])).toEqual([12]);
  expect(await client.request(sys, 0x1c, [0x01, 0x04, 1, 0])).toEqual([0, 3, 8, 9, 10]);
  expect(await client.request(sys, 0x08, [0x01, 0x04, 3])).toEqual([0, 1, 10]);
  expect(await client.request(sys, 0x12, [0x01, 0x04, 3, 0])).toEqual([12]);
  expect(await client.request(sys, 0x12, [0x01, 0x04, 4, 0])).toEqual([0]);
  expect(await client.request(sys, 0x12, [0x01, 0x04, 4, 0])).toEqual([9]);
});

test('the layout of its items is that of an aligning compiler', async () => {
  // ZCD_NV_NWKKEY and the network information base.
  expect(await client.request(sys, 0x13, [0x82, 0])).toEqual([24, 0]);
  expect(await client.request(sys, 0x13, [0x21, 0])).toEqual([116, 0]);
  const [, , ...panId] = await client.request(sys, 0x1c, [0x21, 0, 36, 0]);
  expect(panId[0]! | (panId[1]! << 8)).toBe(testNetwork.pan_id);
});

test('extended items are a table with an end', async () => {
  const entry = (index: number): number[] => [1, 1, 0, index, 0];
  expect(await client.request(sys, 0x32, entry(0))).toEqual([12, 0, 0, 0]);
  expect(await client.request(sys, 0x32, entry(48))).toEqual([0, 0, 0, 0]);
  expect(await client.request(sys, 0x30, [...entry(48), 12, 0, 0, 0])).toEqual([0]);
  expect(await client.request(sys, 0x34, [...entry(48), 1, 0, 2, 5, 6])).toEqual([0]);
  expect(await client.request(sys, 0x33, [...entry(48), 0, 0, 4])).toEqual([0, 4, 0, 5, 6, 0]);
  expect(await client.request(sys, 0x31, entry(48))).toEqual([0]);
  expect(await client.request(sys, 0x30, [...entry(48), 0xff, 0xff, 0xff, 0xff])).toEqual([12]);
});

test('after power has come it waits to be started, and a reset makes it wait again', async () => {
  const info = (): Promise<number[]> => client.request(util, 0x00);
  expect((await info()).slice(9)).toEqual([0xfe, 0xff, 7, 0, 0]);
  expect((await client.request(zdo, 0x50)).slice(0, 5)).toEqual([0xfe, 0xff, 0, 0xff, 0xff]);
  await start();
  expect((await info()).slice(9)).toEqual([0, 0, 7, 9, 0]);
  client.write(Uint8Array.of(0xfe, 0x01, 0x41, 0x00, 0x01, 0x41));
  expect((await client.indication(sys, 0x80))[1]).toBe(2);
  expect((await info())[12]).toBe(0);
});

test('start-up option 2 makes it forget its network, keys and devices at the next reset', async () => {
  bench.admit(new PlainDevice(ieee), 0x1001);
  await client.request(sys, 0x1d, [0x03, 0, 0, 0, 1, 0, 0x03]);
  client.write(Uint8Array.of(0xfe, 0x01, 0x41, 0x00, 0x01, 0x41));
  await client.indication(sys, 0x80);
  expect(await client.request(sys, 0x13, [0x21, 0])).toEqual([0, 0]);
  expect(await client.request(zdo, 0x40, [0, 0])).toEqual([1]);
  expect(await client.request(util, 0x48, [0, 0xff])).toEqual([0, 0]);
  expect((await client.request(sys, 0x1c, [0x3a, 0, 0, 0])).slice(2)).toEqual(Array(17).fill(0));
});

test('a network is formed as its items plan it', async () => {
  const write = (id: number, ...value: number[]): Promise<number[]> =>
    client.request(sys, 0x1d, octets().u16(id).u16(0).u16(value.length).raw(value).take());
  await write(0x83, 0x34, 0x12);
  await write(0x2d, 1, 2, 3, 4, 5, 6, 7, 8);
  await write(0x62, ...Uint8Array.from({ length: 16 }, () => 0x5a));
  expect(
    await client.request(
      appConfig,
      0x08,
      octets()
        .u8(1)
        .u32(1 << 20)
        .take(),
    ),
  ).toEqual([0]);
  expect(await client.request(appConfig, 0x05, [4])).toEqual([0]);
  expect(await client.indication(zdo, 0xc0)).toEqual([8]);
  expect(await client.indication(zdo, 0xc0)).toEqual([9]);
  expect(bench.radio.stick.network).toEqual({
    panId: 0x1234,
    extendedPanId: '0x0807060504030201',
    channel: 20,
    key: '5a'.repeat(16),
  });
});

test('an endpoint is registered once, and nothing is sent from one that isn’t', async () => {
  await start();
  const request = octets().u16(0x1001).u8(1).u8(1).u16(0x0101).u8(7).u8(0).u8(30).u8(3).raw([0, 1, 2]).take();
  expect(await client.request(af, 0x01, request)).toEqual([2]);
  expect(await register(1)).toEqual([0]);
  expect(await register(1)).toEqual([0xb8]);
  expect(await client.request(zdo, 0x05, [0, 0, 0, 0])).toEqual([0]);
  expect(await client.indication(zdo, 0x85)).toEqual([0, 0, 0, 0, 0, 1, 1]);
});

test('a frame is confirmed with its transaction, then the device has it, and its own come in', async () => {
  const device = new PlainDevice(ieee);
  bench.admit(device, 0x1001);
  await start();
  await register(1);
  const read = [0x10, 0x33, 0x00, 0x05, 0x00];
  const request = octets().u16(0x1001).u8(1).u8(1).u16(0).u8(9).u8(0).u8(30).u8(read.length).raw(read).take();
  expect(await client.request(af, 0x01, request)).toEqual([0]);
  expect(await client.indication(af, 0x80)).toEqual([0, 1, 9]);
  const incoming = await client.indication(af, 0x81);
  // Group, cluster, sender and its endpoint, our endpoint, no broadcast, link quality, no APS security.
  expect(incoming.slice(0, 11)).toEqual([0, 0, 0, 0, 0x01, 0x10, 1, 1, 0, 200, 0]);
  const payload = [0x18, 0x33, 0x01, 0x05, 0x00, 0x00, 0x42, 2, 0x50, 0x31];
  expect(incoming.slice(15)).toEqual([1, payload.length, ...payload, 0x01, 0x10, 29]);
  expect(device.received).toMatchObject([{ profile: 0x0104, cluster: 0, sourceEndpoint: 1, endpoint: 1 }]);
  // The second is the second.
  await client.request(af, 0x01, request);
  expect((await client.indication(af, 0x81))[15]).toBe(2);
});

test('a frame of a device for an endpoint that nobody registered comes to nobody', async () => {
  const device = new PlainDevice(ieee);
  bench.admit(device, 0x1001);
  await start();
  await register(2);
  const frame = { profile: 0x0104, cluster: 0x0101, sourceEndpoint: 1, payload: Uint8Array.of(9, 1, 0x20) };
  device.send?.({ ...frame, endpoint: 1 });
  device.send?.({ ...frame, endpoint: 2 });
  const { data } = await client.next(({ subsystem }) => subsystem === af);
  expect([data[7], client.frames]).toEqual([2, []]);
});

test('what a client was to be told that has gone is told to nobody', async () => {
  const device = new PlainDevice(ieee);
  bench.admit(device, 0x1001);
  await start();
  await register(1);
  device.deliveries.push({ status: 0, afterMs: 20 });
  const request = octets().u16(0x1001).u8(1).u8(1).u16(0x0101).u8(9).u8(0).u8(30).u8(3).raw([1, 1, 1]).take();
  await client.request(af, 0x01, request);
  const next = await join();
  await client.closed;
  while (device.received.length === 0) await new Promise(setImmediate);
  next.write(Uint8Array.of(0xfe, 0x00, 0x21, 0x01, 0x20));
  expect(await next.next(() => true)).toMatchObject({ subsystem: sys, command: 0x01 });
});

test('what doesn’t fit into one frame is refused, as nobody cuts it into pieces', async () => {
  bench.admit(new PlainDevice(ieee), 0x1001);
  await start();
  await register(1);
  const request = (length: number): Uint8Array =>
    octets().u16(0x1001).u8(1).u8(1).u16(0).u8(9).u8(0).u8(30).u8(length).raw(new Uint8Array(length)).take();
  expect(await client.request(af, 0x01, request(129))).toEqual([0xe5]);
  expect(await client.request(af, 0x01, request(128))).toEqual([0]);
});

test('a frame on its way to a device that leaves meanwhile reaches nobody', async () => {
  const device = new PlainDevice(ieee);
  const member = bench.admit(device, 0x1001);
  await start();
  await register(1);
  device.deliveries.push({ status: 0, afterMs: 20 });
  const request = octets().u16(0x1001).u8(1).u8(1).u16(0x0101).u8(9).u8(0).u8(30).u8(3).raw([1, 1, 1]).take();
  await client.request(af, 0x01, request);
  bench.radio.expel(member);
  expect(await client.indication(af, 0x80)).toEqual([0, 1, 9]);
  expect(device.received).toEqual([]);
});

test('in a jammed channel nothing gets through; a coordinator without room refuses at once', async () => {
  const device = new PlainDevice(ieee);
  bench.admit(device, 0x1001);
  await start();
  await register(1);
  const request = octets().u16(0x1001).u8(1).u8(1).u16(0x0101).u8(9).u8(0).u8(30).u8(3).raw([1, 1, 1]).take();
  bench.radio.jammed = true;
  expect(await client.request(af, 0x01, request)).toEqual([0]);
  expect(await client.indication(af, 0x80)).toEqual([0xe1, 1, 9]);
  device.send?.({
    profile: 0x0104,
    cluster: 0x0101,
    sourceEndpoint: 1,
    endpoint: 1,
    payload: Uint8Array.of(9, 1, 0x20),
  });
  bench.radio.jammed = false;
  bench.radio.stick.overloaded = 1;
  expect(await client.request(af, 0x01, request)).toEqual([0x11]);
  expect(device.received).toEqual([]);
  expect(client.frames).toEqual([]);
  expect(await client.request(af, 0x01, request)).toEqual([0]);
  expect(await client.indication(af, 0x80)).toEqual([0, 1, 9]);
});

test('it takes what has its network’s key and a frame counter that grows, and nothing else', async () => {
  const device = new PlainDevice(ieee);
  const member = bench.admit(device, 0x1001);
  await start();
  await register(1);
  const send = async (): Promise<number[]> => {
    const request = octets()
      .u16(0x1001)
      .u8(1)
      .u8(1)
      .u16(0x0101)
      .u8(9)
      .u8(0)
      .u8(30)
      .u8(3)
      .raw([1, 1, 1])
      .take();
    await client.request(af, 0x01, request);
    return client.indication(af, 0x80);
  };
  await send();
  const seen = member.place.counterSeen;
  await send();
  expect(member.place.counterSeen).toBe(seen + 1);
  expect(device.received).toHaveLength(2);
  member.place = { ...member.place, counterSeen: seen + 100 };
  // Its radio acknowledges the frame all the same.
  expect(await send()).toEqual([0, 1, 9]);
  expect(device.received).toHaveLength(2);
  member.place = {
    ...member.place,
    counterSeen: 0,
    network: { ...member.place.network, key: '0'.repeat(32) },
  };
  expect(await send()).toEqual([0, 1, 9]);
  expect(device.received).toHaveLength(2);
  member.place = { ...member.place, network: { ...member.place.network, channel: 25 } };
  // A child whom the coordinator knows, and who doesn't answer.
  expect(await send()).toEqual([0xe9, 1, 9]);
});

test('mute, the line is open and nothing is answered; unplugged, nobody can connect', async () => {
  const { line } = bench.coordinator;
  line.mute(true);
  client.write(Uint8Array.of(0xfe, 0x00, 0x21, 0x01, 0x20));
  await vi.waitFor(() => {
    expect(line.swallowed).toBe(5);
  });
  bench.coordinator.indicate(stateChanged(9));
  line.mute(false);
  client.write(Uint8Array.of(0xfe, 0x00, 0x21, 0x02, 0x23));
  expect(await client.next(() => true)).toMatchObject({ subsystem: sys, command: 2 });
  await bench.coordinator.plug(false);
  await client.closed;
  await expect(connect(bench.port)).rejects.toThrow('ECONNREFUSED');
  await bench.coordinator.plug(true);
  const again = await join();
  expect((await again.request(util, 0x00))[12]).toBe(0);
});
