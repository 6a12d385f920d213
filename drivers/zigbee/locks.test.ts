import { expect, test } from 'vitest';
import { LockAddress } from '../../src/core/ids.ts';
import { addressOf, batteryFrom, ieeeOf, lockedFrom } from './locks.ts';

const battery = (told: Record<number, number>, inPercent = false) =>
  batteryFrom((attribute) => told[attribute], inPercent);

test('an address names a lock by its EUI-64, and nothing else is one', () => {
  const address = addressOf('0x00124B00ABCDEF01');
  expect(address).toBe('zigbee:0x00124b00abcdef01');
  expect(ieeeOf(address)).toBe('0x00124b00abcdef01');
  for (const other of ['zwave:2', 'zigbee:0x00124b', 'zigbee:replaced', 'zigbee:0x00124b00abcdef0g'])
    expect(ieeeOf(LockAddress(other)), other).toBeUndefined();
});

test('the battery counts in half percents, on some models in whole ones', () => {
  expect(battery({ 0x21: 150 })).toBe(0.75);
  expect(battery({ 0x21: 75 }, true)).toBe(0.75);
  expect(battery({ 0x21: 254 })).toBe(1);
});

test('a voltage tells something only with the number of cells and what they should have', () => {
  const cells = { 0x33: 4, 0x34: 15 };
  expect(battery({ 0x20: 60, ...cells })).toBe(1);
  expect(battery({ 0x20: 50, ...cells })).toBeCloseTo(0.5);
  expect(battery({ 0x20: 38, ...cells })).toBe(0);
  expect(battery({ 0x20: 60 })).toBeUndefined();
  expect(battery({})).toBeUndefined();
});

test('half locked is open', () => {
  expect([0, 1, 2, 0xff, undefined].map(lockedFrom)).toEqual([false, true, false, undefined, undefined]);
});
