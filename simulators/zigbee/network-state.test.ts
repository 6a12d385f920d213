import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { testNetwork } from './network-file.ts';
import { readAddresses, readFrameCounter } from './nv-items.ts';
import { type NetworkOptions, type SimulatedNetwork, startNetwork } from './network.ts';
import { lockSpecsSchema } from './spec.ts';
import { callControl } from './testing/control.ts';
import { startHub } from './testing/hub.ts';

const door = {
  manufacturer: 'Lockstep',
  model: 'Door 1',
  manufacturer_code: 0x1234,
  slots: 5,
  code_length: { min: 4, max: 8 },
} as const;
const locks = lockSpecsSchema.parse([
  { ...door, name: 'Front' },
  { ...door, name: 'Back', waiting: true },
]);

let folder: string;
let running: SimulatedNetwork | undefined;
const file = (): string => path.join(folder, 'state.json');
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'zigbee-state-'));
});
afterEach(async () => {
  await running?.stop();
  await rm(folder, { recursive: true, force: true });
});
const start = async (options: NetworkOptions = {}): Promise<SimulatedNetwork> => {
  await running?.stop();
  running = await startNetwork({ locks, stateFile: file(), ...options });
  return running;
};
const placeOf = (network: SimulatedNetwork, id: string): object | undefined =>
  network.neighbourhood.member(network.neighbourhood.units.get(id)!)?.place;

test('addresses, tables and frame counters survive a restart, and the hub finds its network', async () => {
  const first = await start();
  expect(placeOf(first, 'front')).toMatchObject({ counterSeen: 20_000 });
  const hub = await startHub(first.serialUrl, testNetwork);
  const done = new Promise<void>((resolve) => {
    hub.controller.on('deviceInterview', ({ status }) => {
      if (status === 'successful') resolve();
    });
  });
  await callControl(first.controlUrl, '/coordinator', { introduce: true });
  await done;
  await hub.stop();
  // Counters go into the file with the next change of who is where.
  await callControl(first.controlUrl, '/locks/front/rejoin', {});
  const { stick } = first.radio;
  const place = placeOf(first, 'front');
  const counter = readFrameCounter(stick.nv, stick.network!);
  expect(counter).toBeGreaterThan(20_000);
  const second = await start();
  expect(second.radio.stick.ieee).toBe(stick.ieee);
  expect(placeOf(second, 'front')).toEqual(place);
  expect(placeOf(second, 'back')).toBeUndefined();
  expect(readAddresses(second.radio.stick.nv)).toEqual(readAddresses(stick.nv));
  expect(second.radio.stick.network).toBeUndefined();
  const again = await startHub(second.serialUrl, testNetwork);
  expect(again.start).toBe('resumed');
  expect(readFrameCounter(second.radio.stick.nv, second.radio.stick.network!)).toBe(counter);
  await again.stop();
});

test('who has left, who has been replaced and which stick is in the port survive too', async () => {
  const first = await start();
  const { ieee } = first.radio.stick;
  await callControl(first.controlUrl, '/locks/front/leave', {});
  const replaced = await callControl(first.controlUrl, '/waiting/back/exchange', {});
  await callControl(first.controlUrl, '/coordinator', { exchange: 'blank' });
  const other = first.radio.stick.ieee;
  const second = await start();
  expect(second.radio.stick.ieee).toBe(other);
  expect(placeOf(second, 'front')).toBeUndefined();
  expect({ accepted: true, ieee: second.neighbourhood.units.get('back')?.device.ieee }).toEqual(replaced);
  await callControl(second.controlUrl, '/coordinator', { restore: true });
  const third = await start();
  expect(third.radio.stick.ieee).toBe(ieee);
});

test('the file is for its owner only, and one that isn’t a network’s is refused by the field', async () => {
  await start();
  expect((await stat(file())).mode & 0o777).toBe(0o600);
  const held = await readFile(file(), 'utf8');
  await running?.stop();
  await writeFile(file(), held.replace('"serial":0', '"serial":"none"'));
  await expect(start()).rejects.toThrow('network.stick.serial');
});
