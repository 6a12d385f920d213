import { afterEach, expect, test, vi } from 'vitest';
import { testNetwork } from './network-file.ts';
import { type SimulatedNetwork, startNetwork } from './network.ts';
import { addressCapacity, writeAddress } from './nv-items.ts';
import { lockSpecsSchema } from './spec.ts';
import { callControl } from './testing/control.ts';
import { type Hub, type HubOptions, startHub } from './testing/hub.ts';
import type { Unit } from './unit.ts';

const door = {
  manufacturer: 'Lockstep',
  model: 'Door 1',
  manufacturer_code: 0x1234,
  slots: 5,
  code_length: { min: 4, max: 8 },
  codes: { 2: '135790' },
} as const;

let network: SimulatedNetwork;
let hub: Hub;
const unit = (id: string): Unit => network.neighbourhood.units.get(id)!;
const control = (route: string, body?: object): Promise<unknown> =>
  callControl(network.controlUrl, route, body);
const types = (): string[] => network.log.since(0).map(({ type, lock }) => `${lock}:${type}`);

const begin = async (locks: object[], options: HubOptions = {}): Promise<void> => {
  network = await startNetwork({ locks: lockSpecsSchema.parse(locks) });
  hub = await startHub(network.serialUrl, testNetwork, options);
};
afterEach(async () => {
  await hub.stop();
  await network.stop();
});
/** Resolves when the hub has interviewed a lock. */
const interviewed = (id: string): Promise<unknown> =>
  vi.waitFor(() => {
    expect(hub.controller.getDeviceByIeeeAddr(unit(id).device.ieee)?.interviewState).toBe('SUCCESSFUL');
  });
const known = (id: string): NonNullable<ReturnType<Hub['controller']['getDeviceByIeeeAddr']>> =>
  hub.controller.getDeviceByIeeeAddr(unit(id).device.ieee)!;

test('a lock whose button is pressed joins when joining is permitted, before or after', async () => {
  await begin([
    { ...door, name: 'Early', waiting: true },
    { ...door, name: 'Late', waiting: true },
    { ...door, name: 'Held', waiting: true, pairing_button: 'held' },
    { ...door, name: 'Idle', waiting: true },
  ]);
  expect(await control('/waiting/early/pair', {})).toEqual({ accepted: true, window_ms: 30_000 });
  expect(await control('/waiting/early')).toMatchObject({ looking: true, in_network: false });
  expect(types()).not.toContain('early:joined');
  await hub.controller.permitJoin(60);
  await control('/waiting/late/pair', {});
  for (const id of ['early', 'late', 'held']) await interviewed(id);
  expect(known('early')).toMatchObject({
    modelID: 'Door 1',
    networkAddress: network.neighbourhood.member(unit('early'))!.place.address,
  });
  expect(await control('/waiting')).toMatchObject([{ id: 'idle' }]);
  expect(await control('/locks/early')).toMatchObject({ in_network: true, looking: false });
  expect(await control('/locks/early/pair', {})).toEqual({ accepted: false, reason: 'in_a_network' });
  expect(unit('early').lock.slot(2)?.code).toBe('135790');
});

test('nobody joins while joining isn’t permitted, or once the window of the lock is over', async () => {
  await begin([{ ...door, name: 'Short', waiting: true, pairing_window_ms: 1 }]);
  await control('/waiting/short/pair', {});
  await vi.waitFor(async () => {
    expect(await control('/waiting/short')).toMatchObject({ looking: false });
  });
  await hub.controller.permitJoin(60);
  expect(types()).toEqual(expect.arrayContaining([':permit_join', 'short:looking']));
  await hub.controller.permitJoin(0);
  await control('/waiting/short/pair', {});
  expect(types()).not.toContain('short:joined');
});

test('nobody joins a coordinator that has no room for another device', async () => {
  await begin([{ ...door, name: 'Front', waiting: true, pairing_button: 'held' }]);
  const { nv } = network.radio.stick;
  for (let index = 0; index < addressCapacity(nv); index += 1)
    writeAddress(nv, `0x00158d00${index.toString(16).padStart(8, '0')}`, 0x1000 + index, true);
  await hub.controller.permitJoin(60);
  expect(types()).not.toContain('front:joined');
  expect(await control('/waiting/front')).toMatchObject({ looking: true });
});

test('a lock under another network address is lost to the hub until it announces itself', async () => {
  await begin([{ ...door, name: 'Front', waiting: true, pairing_button: 'held', power: 'mains' }]);
  await hub.controller.permitJoin(60);
  await interviewed('front');
  const before = known('front').networkAddress;
  await control('/locks/front/rejoin', {});
  await vi.waitFor(() => {
    expect(known('front').networkAddress).not.toBe(before);
  });
  await known('front').ping();
  await control('/locks/front/rejoin', { announce: false });
  await expect(known('front').ping()).rejects.toThrow();
  const { address } = network.neighbourhood.member(unit('front'))!.place;
  await control('/locks/front/announce', {});
  await vi.waitFor(() => {
    expect(known('front').networkAddress).toBe(address);
  });
  await known('front').ping();
  expect(unit('front').lock.slot(2)?.code).toBe('135790');
});

test('a lock leaves when the hub says so, and can join again with its codes', async () => {
  await begin([{ ...door, name: 'Front', waiting: true }]);
  await hub.controller.permitJoin(60);
  await control('/waiting/front/pair', {});
  await interviewed('front');
  await known('front').removeFromNetwork();
  expect(await control('/waiting')).toMatchObject([{ id: 'front', looking: false }]);
  expect(types()).toContain('front:left');
  expect(hub.controller.getDeviceByIeeeAddr(unit('front').device.ieee)).toBeUndefined();
  await control('/waiting/front/pair', {});
  await interviewed('front');
  expect(unit('front').lock.slot(2)?.code).toBe('135790');
});

test('a lock that ignores the leave request says yes, and stays', async () => {
  await begin([{ ...door, name: 'Front', waiting: true, behaviour: { ignores_leave: true } }]);
  await hub.controller.permitJoin(60);
  await control('/waiting/front/pair', {});
  await interviewed('front');
  await known('front').removeFromNetwork();
  expect(await control('/waiting')).toEqual([]);
  expect(network.neighbourhood.member(unit('front'))).toBeDefined();
  expect(types()).not.toContain('front:left');
});

test('a lock that leaves by itself tells the hub, or doesn’t', async () => {
  await begin([
    { ...door, name: 'Loud', waiting: true, pairing_button: 'held' },
    { ...door, name: 'Quiet', waiting: true },
  ]);
  await hub.controller.permitJoin(60);
  await control('/waiting/quiet/pair', {});
  await interviewed('quiet');
  await interviewed('loud');
  await control('/locks/loud/leave', {});
  await control('/locks/quiet/leave', { announce: false });
  await vi.waitFor(() => {
    expect(hub.controller.getDeviceByIeeeAddr(unit('loud').device.ieee)).toBeUndefined();
  });
  expect(known('quiet')).toBeDefined();
  expect(network.neighbourhood.member(unit('quiet'))).toBeUndefined();
});

test('a hub that accepts nobody sends a lock away that comes in all the same', async () => {
  await begin([{ ...door, name: 'Front' }], { accept: () => false });
  await control('/coordinator', { introduce: true });
  await vi.waitFor(() => {
    expect(network.neighbourhood.member(unit('front'))).toBeUndefined();
  });
});

test('another unit in the place of a lock has another address, waits, and knows no code', async () => {
  await begin([{ ...door, name: 'Front' }]);
  const { ieee } = unit('front').device;
  expect(await control('/locks/front/exchange', {})).toMatchObject({ accepted: true });
  expect(unit('front').device.ieee).not.toBe(ieee);
  expect(await control('/waiting/front')).toMatchObject({ in_network: false, slots: [] });
});
