import { afterEach, describe, expect, test } from 'vitest';
import type { LockSpec } from '../../drivers/simulated/lock.ts';
import { DeviceId, LockAddress } from '../../src/core/ids.ts';
import type { Capabilities } from '../../src/core/model.ts';
import { House, lockSpec } from '../support/house.ts';

let house: House;
const build = async (
  changes: Partial<LockSpec> = {},
  capabilities: Partial<Capabilities> = {},
): Promise<House> => {
  house = new House([lockSpec(changes, capabilities)]);
  await house.settle();
  return house;
};
afterEach(async () => {
  await house[Symbol.asyncDispose]();
});

const minute = 60_000;
const sets = (): number => house.lock.exchanges.filter((one) => one.kind === 'set').length;
const errorCodes = async (id: string): Promise<unknown[]> =>
  ((await house.code(id))['errors'] as { error_code: string }[]).map((one) => one.error_code);
const hint = (slot: number | undefined, allDeleted?: true): void => {
  const { address } = house.lock.spec;
  house.driver.emit({ kind: 'slot', address, slot, ...(allDeleted === undefined ? {} : { allDeleted }) });
};
const pins = ['123456', '234567', '345678'];
const three = async (): Promise<string[]> => {
  const ids = await Promise.all(pins.map((one) => house.create(one)));
  await house.settle();
  expect([...house.lock.slots.values()].sort()).toEqual(pins);
  return ids;
};

describe('a lock whose codes are all gone at once (FIELD-BUGS 31)', () => {
  for (const shape of ['read', 'masked', 'checksum'] as const)
    test(`is frozen and told of, and nothing is set on it (${shape})`, async () => {
      await build({ masks: shape === 'masked' }, { checksum: shape === 'checksum' });
      const ids = await three();
      house.lock.factoryReset();
      house.lock.exchanges.length = 0;
      hint(2);
      await house.settle(24 * 60 * minute);
      expect(sets()).toBe(0);
      expect(house.state().reset).toMatchObject({ why: 'codes_gone' });
      expect(house.events().filter((type) => type === 'lockstep.lock_reset')).toHaveLength(1);
      for (const id of ids) expect(await errorCodes(id)).toContain('lockstep_lock_reset');
      const device = await house.call('devices/get', { device_id: house.deviceId });
      expect(device).toMatchObject({
        body: { device: { errors: [{ error_code: 'lockstep_lock_reset', is_device_error: true }] } },
      });
    });

  test('is known at the first look where the lock itself said so, with a single code', async () => {
    await build();
    await house.create('1234');
    await house.settle();
    house.lock.factoryReset();
    hint(undefined, true);
    await house.settle();
    expect(house.state().reset).toMatchObject({ why: 'all_deleted' });
    expect(house.lock.slots.size).toBe(0);
  });

  test('stays frozen over a restart, and counts codes of other people that are gone', async () => {
    house = new House();
    house.lock.slots.set(7, '9999');
    await house.settle();
    await house.create('1234');
    await house.settle();
    house.lock.factoryReset();
    hint(7);
    await house.settle();
    await house.restart();
    await house.settle(60 * minute);
    expect(house.state().reset).toBeDefined();
    expect(house.lock.slots.size).toBe(0);
  });

  test('lets removals end, once their slots were found empty', async () => {
    await build();
    const [first = ''] = await three();
    house.lock.factoryReset();
    hint(2);
    await house.settle();
    await house.call('access_codes/delete', { access_code_id: first });
    await house.settle();
    expect(house.events()).toContain('access_code.deleted');
    expect(house.lock.exchanges.map((one) => one.kind)).not.toContain('clear');
  });

  test('ends a removal only after another look: that the slot was empty once may have been a fault (FIELD-BUGS 27)', async () => {
    await build();
    const [first = ''] = await three();
    const before = new Map(house.lock.slots);
    const own = house.state();
    house.lock.factoryReset();
    hint(2);
    await house.settle();
    for (const [slot, digits] of before) house.lock.slots.set(slot, digits);
    await house.call('access_codes/delete', { access_code_id: first });
    await house.settle();
    expect(own.reset).toBeUndefined();
    expect([...house.lock.slots.values()]).not.toContain(pins[0]);
    expect(house.events()).toContain('access_code.deleted');
  });

  for (const shape of ['read', 'checksum'] as const)
    test(`gets no codes of ours, though its new owner has put some on it (${shape})`, async () => {
      for (const when of ['before', 'after'] as const) {
        await using sold = new House([lockSpec({}, { checksum: shape === 'checksum' })]);
        house = sold;
        await sold.settle();
        await three();
        await sold.settle(60 * minute);
        sold.lock.factoryReset();
        if (when === 'after') {
          sold.controller.auditAll();
          await sold.settle();
          expect(sold.state().reset).toBeDefined();
        }
        for (const slot of [1, 5]) {
          sold.lock.slots.set(slot, `${slot}999`);
          hint(slot);
          await sold.settle();
        }
        sold.lock.exchanges.length = 0;
        for (let night = 0; night < 3; night += 1) {
          sold.controller.auditAll();
          await sold.settle(24 * 60 * minute);
        }
        expect(sold.state().reset, when).toBeDefined();
        expect(sets(), when).toBe(0);
        expect([...sold.lock.slots.values()], when).toEqual(['1999', '5999']);
      }
      house = new House();
    });

  test('is found out before anything else is written: a new code is no sign that nothing happened', async () => {
    await build();
    await three();
    await house.settle(60 * minute);
    house.lock.factoryReset();
    await house.create('4567');
    await house.settle(60 * minute);
    house.controller.auditAll();
    await house.settle(60 * minute);
    expect(house.state().reset).toBeDefined();
    expect([...house.lock.slots.values()], 'nobody could know').toEqual(['4567']);
  });

  test('keeps codes waiting that are made meanwhile, with an error that says what to do', async () => {
    await build();
    await three();
    house.lock.factoryReset();
    hint(1);
    await house.settle();
    const id = await house.create('4567');
    await house.settle();
    expect(house.lock.slots.size).toBe(0);
    expect(await house.code(id)).toMatchObject({
      status: 'setting',
      errors: [{ error_code: 'lockstep_lock_reset', message: expect.stringContaining('repair') as string }],
    });
  });

  test('thaws by itself where the codes are there again, unchanged', async () => {
    await build();
    const ids = await three();
    const before = new Map(house.lock.slots);
    house.lock.factoryReset();
    hint(2);
    await house.settle();
    expect(house.state().reset).toBeDefined();
    for (const [slot, digits] of before) house.lock.slots.set(slot, digits);
    const written = sets();
    house.controller.auditAll();
    await house.settle(5 * minute);
    expect(house.state().reset).toBeUndefined();
    expect(sets(), 'nothing had to be written').toBe(written);
    for (const id of ids) expect(await house.code(id)).toMatchObject({ status: 'set', errors: [] });
    expect(house.events()).toContain('lockstep.lock_reset_over');
  });

  test('is not thought of one that another code still stands on: one deletion is put right, for one look', async () => {
    await build();
    await three();
    house.lock.slots.delete(2);
    house.lock.exchanges.length = 0;
    hint(2);
    await house.settle();
    expect(house.lock.exchanges.map((one) => [one.kind, one.slot])).toEqual([
      ['read', 2],
      ['read', 1],
      ['set', 2],
      ['read', 2],
    ]);
    expect(house.events()).not.toContain('lockstep.lock_reset');
  });

  test('with checksum, one exchange rules a reset out', async () => {
    await build({}, { checksum: true });
    await three();
    house.lock.slots.delete(2);
    house.lock.exchanges.length = 0;
    hint(2);
    await house.settle();
    expect(house.lock.exchanges.map((one) => one.kind)).toEqual(['read', 'checksum', 'set', 'read']);
    expect([...house.lock.slots.values()].sort()).toEqual(pins);
  });

  test('is not thought of a lock that gives no answer', async () => {
    await build();
    await three();
    house.lock.slots.delete(1);
    house.lock.faults.loseAnswers = 200;
    hint(undefined);
    await house.settle(60 * minute);
    house.lock.faults.loseAnswers = 0;
    await house.settle(60 * minute);
    expect(house.events()).not.toContain('lockstep.lock_reset');
    expect([...house.lock.slots.values()].sort()).toEqual(pins);
  });
});

test('a lock that joins again under another number is looked at, and found reset (FIELD-BUGS 31)', async () => {
  await build();
  await three();
  const device = house.store.device(DeviceId(house.deviceId))!;
  house.store.putDevice({ ...device, address: LockAddress('simulated:7') });
  house.lock.factoryReset();
  house.driver.emit({ kind: 'locks' });
  await house.settle();
  expect(house.deviceId).toBe(device.deviceId);
  expect(house.state().reset).toBeDefined();
  expect(house.lock.slots.size).toBe(0);
});

describe('a lock with one code length (FIELD-BUGS 6)', () => {
  const change = (codeLengths: readonly number[]): void => {
    house.lock.capabilities = { ...house.lock.capabilities, codeLengths };
    house.driver.emit({ kind: 'locks' });
  };

  test('whose length changes is looked at, and found wiped', async () => {
    await build({}, { codeLengths: [6], oneCodeLength: true });
    const [id = ''] = await three();
    house.lock.factoryReset();
    change([4]);
    await house.settle();
    expect(house.state().reset).toMatchObject({ why: 'code_length' });
    expect(await house.code(id)).toMatchObject({ status: 'setting' });
    const failed = ((await house.code(id))['errors'] as { error_code: string; message: string }[]).find(
      (one) => one.error_code === 'failed_to_set_on_device',
    );
    expect(failed?.message).toContain('takes PINs of 4 digits, and this one has 6');
  });

  test('whose codes are still there after the change is left as it is', async () => {
    await build({}, { codeLengths: [6], oneCodeLength: true });
    await three();
    house.lock.exchanges.length = 0;
    change([4]);
    await house.settle(60 * minute);
    expect(sets()).toBe(0);
    expect(house.lock.exchanges.length).toBeLessThanOrEqual(3);
    expect(house.state().reset).toBeUndefined();
  });

  test('takes the code of another length once it is given another PIN', async () => {
    await build({}, { codeLengths: [6], oneCodeLength: true });
    const id = await house.create('123456');
    await house.settle();
    house.lock.slots.clear();
    change([4]);
    await house.settle(60 * minute);
    expect(sets()).toBe(1);
    await house.call('lockstep/repair', { device_id: house.deviceId, restore: true });
    await house.call('access_codes/update', { access_code_id: id, code: '1234' });
    await house.settle();
    expect(await house.code(id)).toMatchObject({ status: 'set', errors: [] });
  });
});

test('another lock at the same place is told of, with what to do (FIELD-BUGS 31)', async () => {
  await build();
  const describe = house.driver.locks.bind(house.driver);
  let dsk = 'A';
  house.driver.locks = () =>
    describe().map((lock) => ({ ...lock, identities: [`simulated:dsk:${dsk}`, ...lock.identities] }));
  house.driver.emit({ kind: 'locks' });
  await house.settle();
  const before = house.deviceId;
  await house.create('1234');
  await house.settle();
  dsk = 'B';
  house.driver.emit({ kind: 'locks' });
  await house.settle();
  expect(house.store.device(DeviceId(before))?.online).toBe(false);
  expect(house.events()).toContain('lockstep.lock_displaced');
  const device = await house.call('devices/get', { device_id: before });
  expect(device).toMatchObject({ body: { device: { errors: [{ error_code: 'lockstep_lock_displaced' }] } } });
});
