import { afterEach, expect, test } from 'vitest';
import { House, lockSpec } from '../support/house.ts';

let house: House;
afterEach(async () => {
  await house[Symbol.asyncDispose]();
});

test('on a lock that can not be read only slots that the config names are written (FIELD-BUGS 15)', async () => {
  house = new House([lockSpec({}, { readBack: 'none' })]);
  house.lock.slots.set(1, '147036');
  await house.settle();
  await expect(house.create('1234')).rejects.toThrow('no_space_for_access_code_on_device');
  await house.settle();
  expect([...house.lock.slots]).toEqual([[1, '147036']]);

  house.usable = { first: 2, last: 3 };
  await house.create('1234');
  await house.settle();
  expect([...house.lock.slots]).toEqual([
    [1, '147036'],
    [2, '1234'],
  ]);
});
