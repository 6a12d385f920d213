import { afterEach, beforeEach, expect, test } from 'vitest';
import { body } from '../../../test/support/answers.ts';
import { House, lockSpec } from '../../../test/support/house.ts';
import { ScriptedMembership } from '../../../test/support/scripted-membership.ts';
import { AccessCodeId, DeviceId, LockAddress } from '../../core/ids.ts';
import { isSpare, poolSize } from '../../core/pool.ts';
import { startPool } from './pool.ts';

const minute = 60_000;

let house: House;
let front: DeviceId;
let back: DeviceId;
beforeEach(async () => {
  house = new House([lockSpec(), lockSpec({ address: LockAddress('simulated:2'), name: 'Back door' })]);
  await house.settle();
  [front, back] = [DeviceId(house.deviceId), DeviceId(house.deviceIdOf(house.locks[1]!))];
});
afterEach(async () => {
  await house[Symbol.asyncDispose]();
});

const start = async (): Promise<string> => {
  startPool(house.parts, house.store.device(front)!);
  const id = await house.create('1357');
  await house.settle(5 * minute);
  expect(house.store.accessCodes({ deviceId: front }).filter(isSpare)).toHaveLength(poolSize);
  return id;
};

test('a replaced lock’s codes move without its spares, and its successor keeps a pool of its own', async () => {
  const id = await start();
  const spares = house.store.accessCodes({ deviceId: front }).filter(isSpare);
  body(await house.call('lockstep/devices/replace', { old_device_id: front, new_device_id: back }));
  await house.settle(5 * minute);
  expect(house.store.accessCode(AccessCodeId(id))?.deviceId).toBe(back);
  expect(house.lock.slots.size).toBe(0);
  const there = house.store.accessCodes({ deviceId: back }).filter(isSpare);
  expect(there).toHaveLength(poolSize);
  for (const { accessCodeId } of spares)
    expect(there.map((one) => one.accessCodeId)).not.toContain(accessCodeId);
});

test('a removed lock’s spares end with it, and what was asked for codes of others there is given up', async () => {
  house.lock.slots.set(9, '95174062');
  house.driver.emit({ kind: 'slot', address: house.lock.spec.address, slot: 9 });
  await house.settle();
  const id = await start();
  const membership = new ScriptedMembership(house.driver);
  const unmanaged = house.store.unmanagedCodes()[0]?.accessCodeId;
  const asked = { device_id: front, keep_codes: true };
  body(await house.call('lockstep/devices/remove', asked));
  house.lock.faults.offline = true;
  const convert = 'access_codes/unmanaged/convert_to_managed';
  body(await house.call(convert, { access_code_id: unmanaged }));
  membership.leave(house.lock);
  membership.removal.end({ kind: 'removed', address: house.lock.spec.address });
  await house.settle();
  expect(house.store.accessCodes().map(({ accessCodeId }) => accessCodeId)).toEqual([id]);
  expect(house.store.unmanagedWishes(front)).toEqual([]);
  expect(house.events()).toContain('access_code.unmanaged.failed_to_convert_to_managed');
});
