import { expect, test } from 'vitest';
import { seededRandom } from '../shared/random.ts';
import { parametersOf, testNetwork } from './network-file.ts';
import {
  addressCapacity,
  countFrame,
  readAddresses,
  readFrameCounter,
  readNetwork,
  removeAddress,
  writeAddress,
  writeNetwork,
} from './nv-items.ts';
import { blankStick } from './sticks.ts';

const network = parametersOf(testNetwork);
const stick = (): ReturnType<typeof blankStick> =>
  blankStick({ seed: 1, serial: 0, devices: 0, random: seededRandom(1) });
const ieeeOf = (index: number): string => `0x00158d00${index.toString(16).padStart(8, '0')}`;

test('a stick has no network until one is written, and gives back what was written', () => {
  const { nv, ieee } = stick();
  expect(readNetwork(nv)).toBeUndefined();
  writeNetwork(nv, network, ieee);
  expect(readNetwork(nv)).toEqual(network);
});

test('the address table takes as many devices as it has room for', () => {
  const { nv } = stick();
  const room = addressCapacity(nv);
  for (let index = 0; index < room; index += 1)
    expect(writeAddress(nv, ieeeOf(index), 0x1000 + index, true)).toBe(true);
  expect(writeAddress(nv, ieeeOf(room), 0x2000, true)).toBe(false);
  // Whoever is in it may move.
  expect(writeAddress(nv, ieeeOf(3), 0x2003, true)).toBe(true);
  expect(readAddresses(nv)).toHaveLength(room);
  expect(readAddresses(nv)[3]).toEqual({ index: 3, ieee: ieeeOf(3), address: 0x2003, child: true });
  removeAddress(nv, ieeeOf(3));
  expect(writeAddress(nv, ieeeOf(room), 0x2000, false)).toBe(true);
  expect(readAddresses(nv)[3]).toEqual({ index: 3, ieee: ieeeOf(room), address: 0x2000, child: false });
});

test('frames are counted for the network whose key they are sent under', () => {
  const { nv, ieee } = stick();
  writeNetwork(nv, network, ieee, 41);
  expect(countFrame(nv, network)).toBe(42);
  expect(readFrameCounter(nv, network)).toBe(42);
  // A network that the table doesn't name is counted by the entry for any.
  expect(readFrameCounter(nv, { ...network, extendedPanId: '0x0000000000000001' })).toBe(41);
});

test('two sticks have different addresses, and the same one has the same again', () => {
  const other = blankStick({ seed: 1, serial: 1, devices: 0, random: seededRandom(1) });
  expect(stick().ieee).toBe(stick().ieee);
  expect(other.ieee).not.toBe(stick().ieee);
});
