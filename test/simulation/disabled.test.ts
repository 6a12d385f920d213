import { afterEach, describe, expect, test } from 'vitest';
import { House, lockSpec } from '../support/house.ts';

let house: House;
afterEach(() => house[Symbol.asyncDispose]());

const minute = 60_000;
const disable = (slot: number): void => {
  house.lock.manners.set(slot, { scheduled: false, enabled: false });
  house.driver.emit({ kind: 'slot', address: house.lock.spec.address, slot });
};
const writes = (): number => house.lock.exchanges.filter(({ kind }) => kind === 'set').length;

describe.each([false, true])('a code that somebody disables at the lock (masked: %s)', (masks) => {
  test('is told of as changed, put right, and not called set meanwhile (FIELD-BUGS 3, 28)', async () => {
    house = new House([lockSpec({ masks })]);
    await house.settle();
    const id = await house.create('4711');
    await house.settle(30 * minute);
    expect(await house.code(id)).toMatchObject({ status: 'set' });
    const before = house.events().length;
    house.lock.faults.refuses = 2;
    disable(1);
    await house.settle(2_000);
    expect(await house.code(id)).toMatchObject({ status: 'setting' });
    expect(house.events().slice(before)).toContain('access_code.modified_external_to_seam');
    await house.settle(10 * minute);
    expect(house.lock.isEnabled(1)).toBe(true);
    expect(await house.code(id)).toMatchObject({ status: 'set' });
    expect(house.store.unmanagedCodes({})).toEqual([]);
  });

  test('each time that it is enabled again, is written more and more rarely, and the reason is told', async () => {
    house = new House([lockSpec({ masks, traits: { alwaysDisables: true } })]);
    await house.settle();
    const id = await house.create('4711');
    await house.settle(60 * minute);
    expect(writes()).toBeGreaterThan(3);
    expect(writes()).toBeLessThan(20);
    expect(await house.code(id)).toMatchObject({ status: 'setting' });
    expect(JSON.stringify(await house.code(id))).toMatch(
      /failed_to_set_on_device.*disabled: it opens nothing/,
    );
    expect(house.store.unmanagedCodes({})).toEqual([]);
    await house.call('access_codes/delete', { access_code_id: id });
    await house.settle(30 * minute);
    expect([...house.lock.slots]).toEqual([]);
  });
});
