import { afterEach, describe, expect, test } from 'vitest';
import { body, refused } from '../../../test/support/answers.ts';
import { field, House } from '../../../test/support/house.ts';
import { DeviceId } from '../../core/ids.ts';
import type { Answer } from '../answer.ts';

let house: House;
const build = async (...args: ConstructorParameters<typeof House>): Promise<void> => {
  house = new House(...args);
  await house.settle();
};
afterEach(async () => {
  await house[Symbol.asyncDispose]();
});

const remove = (id: string, params: object = {}): Promise<Answer> =>
  house.call('access_codes/delete', { access_code_id: id, ...params });
const missing = '00000000-0000-4000-8000-000000000404';
/** A person sets a code at the keypad, and the lock reports it. */
const keypad = async (slot: number, digits: string): Promise<void> => {
  house.lock.slots.set(slot, digits);
  house.driver.emit({ kind: 'slot', address: house.lock.spec.address, slot });
  await house.settle();
};

describe('delete', () => {
  test('asked twice is one removal, and the code is there until it is proved gone (FIELD-BUGS 27)', async () => {
    await build();
    const id = await house.create('1357');
    await house.settle();
    house.driver.setRadio('lost');
    const before = house.store.history({ deviceId: DeviceId(house.deviceId) }, 100).length;
    expect(body(await remove(id))).toEqual({});
    expect(body(await remove(id))).toEqual({});
    expect(house.store.history({ deviceId: DeviceId(house.deviceId) }, 100)).toHaveLength(before + 1);
    expect(await house.code(id)).toMatchObject({ status: 'removing' });
    house.driver.setRadio('ready');
    await house.settle();
    expect(refused(await remove(id))).toMatchObject({ type: 'access_code_not_found', status: 404 });
  });

  test('of a code that nobody knows or is on another lock is 404, and an unmanaged one is never deleted', async () => {
    await build();
    const id = await house.create('1357');
    await keypad(7, '9999');
    const [unmanaged] = house.store.unmanagedCodes();
    for (const [what, params] of [
      [missing, {}],
      [id, { device_id: missing }],
      [unmanaged?.accessCodeId ?? '', {}],
    ] as const)
      expect(refused(await remove(what, params))).toMatchObject({
        type: 'access_code_not_found',
        status: 404,
      });
    await house.settle();
    expect(house.lock.slots.get(7)).toBe('9999');
    expect(house.lock.slots.get(1)).toBe('1357');
  });

  test('leaves the history of the code to be read', async () => {
    await build();
    const id = await house.create('1357');
    await house.settle();
    await remove(id);
    await house.settle();
    const { entries } = body(await house.call('lockstep/history', { access_code_id: id }));
    const kinds = Array.isArray(entries) ? entries.map((one: unknown) => field(one, 'kind')) : [];
    expect(kinds.at(0)).toBe('ended');
    expect(kinds.at(-1)).toBe('created');
    expect(refused(await house.call('lockstep/history', { access_code_id: missing })).status).toBe(404);
  });
});
