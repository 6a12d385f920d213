import { afterEach, describe, expect, test } from 'vitest';
import { body, refused } from '../../../test/support/answers.ts';
import { House, lockSpec } from '../../../test/support/house.ts';
import { pin } from '../../../test/support/lock-states.ts';
import type { Answer } from '../answer.ts';

let house: House;
const build = async (...args: ConstructorParameters<typeof House>): Promise<void> => {
  house = new House(...args);
  await house.settle();
};
afterEach(async () => {
  await house[Symbol.asyncDispose]();
});

const update = (id: string, params: object): Promise<Answer> =>
  house.call('access_codes/update', { access_code_id: id, ...params });
const remove = (id: string, params: object = {}): Promise<Answer> =>
  house.call('access_codes/delete', { access_code_id: id, ...params });
const missing = '00000000-0000-4000-8000-000000000404';
/** A person sets a code at the keypad, and the lock reports it. */
const keypad = async (slot: number, digits: string): Promise<void> => {
  house.lock.slots.set(slot, digits);
  house.driver.emit({ kind: 'slot', address: house.lock.spec.address, slot });
  await house.settle();
};

describe('update', () => {
  test('of the name is an event with both names, and leaves the lock alone', async () => {
    await build();
    const id = await house.create('1357');
    await house.settle();
    house.lock.exchanges.length = 0;
    expect(body(await update(id, { name: 'Cleaner' }))).toEqual({});
    expect(await house.code(id)).toMatchObject({ name: 'Cleaner', status: 'set', pending_mutations: [] });
    expect(house.store.events(house.store.lastSeq() - 1, 1)[0]).toMatchObject({
      eventType: 'access_code.changed',
      payload: { changed_properties: [{ property: 'name', from: null, to: 'Cleaner' }] },
    });
    await update(id, { name: null });
    expect((await house.code(id))['name']).toBeNull();
    await house.settle();
    expect(house.lock.exchanges).toEqual([]);
  });

  test('of the code shows both PINs, closed, until the new one is proved', async () => {
    await build();
    const id = await house.create('1357');
    await house.settle();
    await update(id, { code: '2468' });
    const waiting = await house.code(id);
    expect(waiting).toMatchObject({
      code: pin('2468'),
      status: 'setting',
      pending_mutations: [
        { mutation_code: 'updating_code', from: { code: pin('1357') }, to: { code: pin('2468') } },
      ],
    });
    await update(id, { code: '3691' });
    expect(await house.code(id), 'what may still stand is the first').toMatchObject({
      pending_mutations: [{ from: { code: pin('1357') }, to: { code: pin('3691') } }],
    });
    await house.settle();
    expect(await house.code(id)).toMatchObject({ status: 'set', pending_mutations: [] });
    expect(house.lock.slots.get(1)).toBe('3691');
  });

  test('to what it is already changes nothing and is no event', async () => {
    await build();
    const id = await house.create('1357');
    await house.settle();
    const before = house.store.lastSeq();
    for (const params of [{}, { code: '1357' }, { name: null }, { type: 'ongoing', is_managed: true }])
      expect(body(await update(id, params))).toEqual({});
    expect(house.store.lastSeq()).toBe(before);
    expect(await house.code(id)).toMatchObject({ status: 'set' });
  });

  test('keeps to the rules of create for the new PIN', async () => {
    await build();
    const id = await house.create('1357');
    const other = await house.create('2468');
    expect(refused(await update(id, { code: '2468' }))).toMatchObject({
      type: 'duplicate_access_code',
      data: { managed_access_code_id: other },
    });
    expect(refused(await update(id, { code: '123456789' })).type).toBe('code_constraints_violated');
    expect((await house.code(id))['code']).toEqual(pin('1357'));
  });

  test('of a code that nobody knows, is on another lock, or is being removed, is refused', async () => {
    await build();
    const id = await house.create('1357');
    expect(refused(await update(missing, { name: 'x' }))).toMatchObject({
      type: 'access_code_not_found',
      status: 404,
    });
    expect(refused(await update(id, { device_id: missing, name: 'x' }))).toMatchObject({ status: 404 });
    await remove(id);
    expect(refused(await update(id, { name: 'x' }))).toMatchObject({
      type: 'access_code_being_removed',
      status: 400,
    });
  });

  test('gives a code that had failed for good a new chance (FIELD-BUGS 8)', async () => {
    await build([lockSpec({ masks: true })]);
    await keypad(9, '1357');
    const id = await house.create('1357');
    await house.settle();
    expect((await house.code(id))['errors']).not.toEqual([]);
    await update(id, { code: '2468' });
    expect(await house.code(id)).toMatchObject({ errors: [], warnings: [], status: 'setting' });
  });
});
