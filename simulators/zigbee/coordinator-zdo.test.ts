import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type CoordinatorBench, startBench } from './testing/coordinator-bench.ts';
import { MtClient, connect, octets } from './testing/mt-client.ts';
import { PlainDevice } from './testing/plain-device.ts';

const zdo = 5;
const util = 7;
const ieee = '0x00158d0000abcdef';
const ieeeOctets = [0xef, 0xcd, 0xab, 0x00, 0x00, 0x8d, 0x15, 0x00];

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

test('whoever has an address that is asked for answers, by its EUI-64 or by the address', async () => {
  bench.admit(new PlainDevice(ieee), 0x1001);
  await start();
  expect(await client.request(zdo, 0x00, [...ieeeOctets, 0, 0])).toEqual([0]);
  expect(await client.indication(zdo, 0x80)).toEqual([0, ...ieeeOctets, 0x01, 0x10, 0, 0]);
  expect(await client.request(zdo, 0x01, [0x01, 0x10, 0, 0])).toEqual([0]);
  expect(await client.indication(zdo, 0x81)).toEqual([0, ...ieeeOctets, 0x01, 0x10, 0, 0]);
});

test('descriptors of a device are those of the specification', async () => {
  bench.admit(new PlainDevice(ieee), 0x1001);
  await start();
  const about = [0x01, 0x10, 0x01, 0x10];
  await client.request(zdo, 0x02, about);
  expect(await client.indication(zdo, 0x82)).toEqual([
    ...[0x01, 0x10, 0, 0x01, 0x10],
    // End device, 2.4 GHz; mains, listens, takes an address; its maker; sizes; revision 22.
    ...[2, 0x40, 0x8c, 0x34, 0x12, 82, 128, 0, 0x00, 0x2c, 128, 0, 0],
  ]);
  await client.request(zdo, 0x03, about);
  expect((await client.indication(zdo, 0x83)).slice(5)).toEqual([0x10, 0xc1]);
  await client.request(zdo, 0x04, [...about, 1]);
  const simple = [1, 0x04, 0x01, 0x0a, 0x00, 0, 3, 0, 0, 1, 0, 1, 1, 1, 0x0a, 0];
  expect((await client.indication(zdo, 0x84)).slice(2)).toEqual([0, 0x01, 0x10, simple.length, ...simple]);
  await client.request(zdo, 0x04, [...about, 9]);
  expect((await client.indication(zdo, 0x84))[2]).toBe(0x83);
  await client.request(zdo, 0x05, about);
  expect((await client.indication(zdo, 0x85)).slice(2)).toEqual([0, 0x01, 0x10, 1, 1]);
  // An end device knows of no other.
  await client.request(zdo, 0x05, [0x01, 0x10, 0x02, 0x10]);
  expect((await client.indication(zdo, 0x85)).slice(2)).toEqual([0x81, 0x02, 0x10]);
});

test('bindings are made, listed, refused where the table is full, and taken away', async () => {
  const device = new PlainDevice(ieee);
  bench.admit(device, 0x1001);
  await start();
  const own = [0x7f, 0xda, 0x36, 0xf3, 0x90, 0x4b, 0x12, 0x00];
  const entry = (cluster: number): number[] => [...ieeeOctets, 1, cluster, 1, 3, ...own, 1];
  const bind = async (command: number, cluster: number): Promise<number[]> => {
    await client.request(zdo, command, [0x01, 0x10, ...entry(cluster)]);
    return client.indication(zdo, command | 0x80);
  };
  expect(await bind(0x21, 1)).toEqual([0x01, 0x10, 0]);
  await client.request(zdo, 0x33, [0x01, 0x10, 0]);
  expect(await client.indication(zdo, 0xb3)).toEqual([0x01, 0x10, 0, 1, 0, 1, ...entry(1)]);
  expect(await bind(0x21, 2)).toEqual([0x01, 0x10, 0]);
  expect(await bind(0x21, 3)).toEqual([0x01, 0x10, 0x8c]);
  expect(await bind(0x22, 1)).toEqual([0x01, 0x10, 0]);
  expect(await bind(0x22, 1)).toEqual([0x01, 0x10, 0x88]);
  // Another device's, or of an endpoint that it hasn't.
  const others = [...ieeeOctets.with(0, 0xee), 1, 1, 1, 3, ...own, 1];
  await client.request(zdo, 0x21, [0x01, 0x10, ...others]);
  expect(await client.indication(zdo, 0xa1)).toEqual([0x01, 0x10, 0x81]);
  await client.request(zdo, 0x21, [0x01, 0x10, ...ieeeOctets, 2, 1, 1, 3, ...own, 1]);
  expect(await client.indication(zdo, 0xa1)).toEqual([0x01, 0x10, 0x82]);
});

test('a device that is told to leave says yes, leaves, and the coordinator forgets it', async () => {
  const device = new PlainDevice(ieee);
  bench.admit(device, 0x1001);
  await start();
  expect(await client.request(util, 0x4a, [...ieeeOctets, 0, 0])).toEqual([0x01, 0x10, 0, 0, 2]);
  await client.request(zdo, 0x34, [0x01, 0x10, ...ieeeOctets, 0]);
  expect(await client.indication(zdo, 0xb4)).toEqual([0x01, 0x10, 0]);
  expect(await client.indication(zdo, 0xc9)).toEqual([0x01, 0x10, ...ieeeOctets, 0, 0, 0]);
  expect(device.send).toBeUndefined();
  expect(await client.request(util, 0x4a, [...ieeeOctets, 0, 0])).toEqual([0xfe, 0xff, 0xff, 0xff, 0xff]);
});

test('a device that is told to come back after leaving does so under another address', async () => {
  const member = bench.admit(new PlainDevice(ieee), 0x1001);
  await start();
  await client.request(zdo, 0x34, [0x01, 0x10, ...ieeeOctets, 0x80]);
  expect(await client.indication(zdo, 0xc9)).toEqual([0x01, 0x10, ...ieeeOctets, 0, 0, 1]);
  const { address } = member.place;
  expect(address).not.toBe(0x1001);
  const own = [address & 0xff, address >> 8];
  expect(await client.indication(zdo, 0xc1)).toEqual([...own, ...own, ...ieeeOctets, 0x8c]);
});

test('joining is permitted for as long as it was asked for, and the coordinator says when that ends', async () => {
  await start();
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  expect(await client.request(zdo, 0x36, [0x0f, 0xfc, 0xff, 60, 1])).toEqual([0]);
  expect(await client.indication(zdo, 0xcb)).toEqual([60]);
  expect(bench.radio.permittedSeconds).toBe(60);
  await vi.advanceTimersByTimeAsync(59_000);
  expect(bench.radio.permittedSeconds).toBe(1);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(await client.indication(zdo, 0xcb)).toEqual([0]);
  expect(bench.radio.permittedSeconds).toBe(0);
});

test('the whole network moves to another channel', async () => {
  const device = new PlainDevice(ieee);
  const member = bench.admit(device, 0x1001);
  await start();
  const request = octets()
    .u16(0xfffd)
    .u8(15)
    .u32(1 << 25)
    .u8(0xfe)
    .u8(0)
    .u16(0)
    .take();
  expect(await client.request(zdo, 0x37, request)).toEqual([0]);
  expect(await client.request(zdo, 0x50).then((info) => info.at(-1))).toBe(25);
  expect(bench.radio.hears(member)).toBe(true);
});
