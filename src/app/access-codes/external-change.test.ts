import { afterEach, describe, expect, test } from 'vitest';
import type { LockSpec } from '../../../drivers/simulated/lock.ts';
import { CodeLife, hour, minute } from '../../../test/support/code-life.ts';
import type { House } from '../../../test/support/house.ts';
import type { Capabilities } from '../../core/model.ts';

let life: CodeLife;
let house: House;
const build = async (
  ...like: readonly [Partial<Capabilities>?, Partial<LockSpec>?, { first: number; last: number }?]
): Promise<void> => {
  life = await CodeLife.build(...like);
  ({ house } = life);
};
afterEach(() => life[Symbol.asyncDispose]());

describe('a code that somebody changes at the lock', () => {
  test('is written again, with errors until it stands', async () => {
    await build();
    const id = await life.create({ code: '1234' });
    await house.settle(20 * minute);
    house.lock.faults.refuses = 1;
    await life.person(1, '9999');
    expect(await life.shown(id)).toMatchObject({
      status: 'setting',
      errors: [
        {
          error_code: 'code_modified_external_to_seam',
          change_type: 'modified',
          modified_fields: [{ field: 'code', from: null, to: null }],
        },
        { error_code: 'replaced_by_newer_access_code' },
      ],
    });
    await house.settle(20 * minute);
    expect(house.lock.slots.get(1)).toBe('1234');
    expect(await life.shown(id)).toMatchObject({ status: 'set', errors: [], warnings: [] });
    expect(life.told(id)).toEqual(['created', 'set_on_device', 'modified_external_to_seam', 'set_on_device']);
  });

  test('is left so where that is allowed: the new PIN is taken over, and nothing is written', async () => {
    await build();
    const id = await life.create({ code: '1234', is_external_modification_allowed: true });
    await house.settle(20 * minute);
    const before = house.lock.exchanges.length;
    await life.person(1, '9999');
    await house.settle(hour);
    expect(await life.shown(id)).toMatchObject({
      status: 'set',
      code: '9999',
      is_external_modification_allowed: true,
      errors: [],
      warnings: [{ warning_code: 'code_modified_external_to_seam', change_type: 'modified' }],
      pending_mutations: [],
    });
    expect(house.lock.exchanges.slice(before).filter(({ kind }) => kind !== 'read')).toEqual([]);
    expect(life.told(id)).toEqual(['created', 'set_on_device', 'modified_external_to_seam']);
    await life.update(id, { code: '4321' });
    await house.settle();
    expect(await life.shown(id)).toMatchObject({ status: 'set', code: '4321', warnings: [] });
    expect([...house.lock.slots]).toEqual([[1, '4321']]);
  });

  test('a PIN that another code of the lock has is never taken over', async () => {
    await build({}, { duplicateCheck: false });
    const id = await life.create({ code: '1234', is_external_modification_allowed: true });
    await life.create({ code: '5678' });
    await house.settle(20 * minute);
    await life.person(1, '5678');
    await house.settle(20 * minute);
    expect(await life.shown(id)).toMatchObject({ status: 'set', code: '1234' });
    expect([...house.lock.slots.values()]).toEqual(['1234', '5678']);
  });

  test('deleted where that is allowed, it is left off the lock until it is changed', async () => {
    await build();
    const id = await life.create({ code: '1234', is_external_modification_allowed: true });
    await life.create({ code: '5678' });
    await house.settle(20 * minute);
    await life.person(1, undefined);
    await house.settle(hour);
    expect(house.lock.slots.has(1)).toBe(false);
    expect(await life.shown(id)).toMatchObject({
      status: 'unset',
      errors: [],
      warnings: [{ warning_code: 'code_modified_external_to_seam', change_type: 'removed' }],
    });
    expect(life.told(id)).toEqual(['created', 'set_on_device', 'deleted_external_to_seam']);
    await life.update(id, { code: '4321' });
    await house.settle();
    expect(await life.shown(id)).toMatchObject({ status: 'set', warnings: [] });
    await life.remove(id);
    await house.settle();
    expect(life.told(id).slice(-2)).toEqual(['removed_from_device', 'deleted']);
  });

  test('and is not allowed any more, is put right', async () => {
    await build();
    const id = await life.create({ code: '1234', is_external_modification_allowed: true });
    await life.create({ code: '5678' });
    await house.settle(20 * minute);
    await life.person(1, undefined);
    await house.settle(minute);
    expect(house.lock.slots.has(1)).toBe(false);
    await life.update(id, { is_external_modification_allowed: false });
    await house.settle(minute);
    expect(house.lock.slots.get(1)).toBe('1234');
    expect(await life.shown(id)).toMatchObject({ status: 'set', warnings: [] });
  });

  test('on a lock that masks its codes nobody knows the PIN now: unknown, and left so', async () => {
    await build({ readBack: 'masked' }, { masks: true });
    const id = await life.create({ code: '1234', is_external_modification_allowed: true });
    await life.create({ code: '5678' });
    await house.settle(20 * minute);
    const before = house.lock.exchanges.length;
    await life.person(1, '9999');
    await house.settle(hour);
    expect(await life.shown(id)).toMatchObject({
      status: 'unknown',
      code: null,
      warnings: [{ warning_code: 'code_modified_external_to_seam' }],
    });
    expect(house.lock.exchanges.slice(before).filter(({ kind }) => kind !== 'read')).toEqual([]);
    await life.person(1, undefined);
    await house.settle(hour);
    expect(await life.shown(id)).toMatchObject({ status: 'unset', warnings: [{ change_type: 'removed' }] });
    expect(life.told(id)).toEqual([
      'created',
      'set_on_device',
      'modified_external_to_seam',
      'deleted_external_to_seam',
    ]);
  });

  test('twice within a day is a third party at work: a warning on the lock’s codes, an event, over after a week', async () => {
    await build();
    const id = await life.create({ code: '1234' });
    const other = await life.create({ code: '5678' });
    await house.settle(20 * minute);
    await life.person(1, '9999');
    await house.settle(20 * minute);
    expect(house.events()).not.toContain('device.third_party_integration_detected');
    await life.person(1, '8888');
    await house.settle(20 * minute);
    for (const one of [id, other])
      expect((await life.shown(one))['warnings']).toMatchObject([
        { warning_code: 'third_party_integration_detected' },
      ]);
    expect(house.events().filter((type) => type === 'device.third_party_integration_detected')).toHaveLength(
      1,
    );
    await house.settle(7 * 24 * hour);
    expect((await life.shown(other))['warnings']).toEqual([]);
    expect(house.events().at(-1)).toBe('device.third_party_integration_no_longer_detected');
    expect(house.events().filter((type) => type.startsWith('device.third_party'))).toHaveLength(2);
  });
});

test('a stranger’s code with the same PIN is told, with its id, also while ours stands', async () => {
  await build({}, { duplicateCheck: false });
  const id = await life.create({ code: '1234' });
  await house.settle(20 * minute);
  await life.person(7, '1234');
  const [stranger] = house.store.unmanagedCodes();
  expect(await life.shown(id)).toMatchObject({
    status: 'set',
    errors: [{ error_code: 'duplicate_code_on_device', unmanaged_access_code_id: stranger?.accessCodeId }],
  });
  await life.person(7, undefined);
  await house.settle(minute);
  expect((await life.shown(id))['errors']).toEqual([]);
});
