import { afterEach, describe, expect, test } from 'vitest';
import type { LockSpec } from '../../../drivers/simulated/lock.ts';
import { CodeLife, hour } from '../../../test/support/code-life.ts';
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

describe('a time-bound access code', () => {
  test('waits, is written shortly before it starts, is set, and goes when it is over', async () => {
    await build();
    const id = await life.create({
      code: '1234',
      name: 'Anna',
      starts_at: life.at(hour),
      ends_at: life.at(2 * hour),
    });
    const starts = house.clock.now() + hour;
    expect(await life.shown(id)).toMatchObject({
      type: 'time_bound',
      starts_at: new Date(starts).toISOString(),
      ends_at: new Date(starts + hour).toISOString(),
      status: 'unset',
      display_status: 'Scheduled',
      is_scheduled_on_device: false,
      pending_mutations: [
        { mutation_code: 'deferring_creation', scheduled_at: new Date(starts - 30_000).toISOString() },
      ],
      errors: [],
      warnings: [],
      x_slot: null,
    });
    await house.clock.advance(hour - 31_000);
    expect(house.lock.slots.size).toBe(0);
    await house.clock.advance(10_000);
    expect([...house.lock.slots.values()]).toEqual(['1234']);
    expect(await life.shown(id)).toMatchObject({ status: 'set', pending_mutations: [], x_slot: 1 });
    await house.clock.advance(hour + 30_000);
    expect(house.lock.slots.size).toBe(0);
    expect(life.told(id)).toEqual(['created', 'set_on_device', 'removed_from_device', 'deleted']);
  });

  test('whose time passes while its radio is away is removed first of all, and says so until then', async () => {
    await build();
    const id = await life.create({ code: '1234', starts_at: life.at(0), ends_at: life.at(hour) });
    await house.settle();
    house.driver.setRadio('lost');
    await house.settle(2 * hour);
    expect(await life.shown(id)).toMatchObject({
      status: 'removing',
      pending_mutations: [{ mutation_code: 'deleting' }],
      errors: [
        { error_code: 'hub_disconnected', is_device_error: true },
        { error_code: 'failed_to_remove_from_device', is_access_code_error: true },
      ],
      warnings: [{ warning_code: 'being_deleted' }],
    });
    house.driver.setRadio('ready');
    await house.settle();
    expect(house.lock.slots.size).toBe(0);
    expect(life.told(id)).toEqual([
      'created',
      'set_on_device',
      'delay_in_removing_from_device',
      'failed_to_remove_from_device',
      'removed_from_device',
      'deleted',
    ]);
  });

  test('moved later while it stands comes off the lock, and on again at its new time', async () => {
    await build();
    const id = await life.create({ code: '1234', starts_at: life.at(0), ends_at: life.at(hour) });
    await house.settle();
    house.lock.faults.offline = true;
    await life.update(id, { starts_at: life.at(2 * hour), ends_at: life.at(3 * hour) });
    await house.settle(1_000);
    expect(await life.shown(id)).toMatchObject({
      status: 'removing',
      pending_mutations: [
        { mutation_code: 'updating_time_frame', to: { starts_at: life.at(2 * hour - 1_000) } },
        { mutation_code: 'deferring_creation' },
      ],
    });
    house.lock.faults.offline = false;
    house.driver.emit({ kind: 'reachable', address: house.lock.spec.address });
    await house.settle();
    expect(house.lock.slots.size).toBe(0);
    expect(await life.shown(id)).toMatchObject({
      status: 'unset',
      x_slot: null,
      pending_mutations: [{ mutation_code: 'deferring_creation' }],
    });
    await house.settle(2 * hour);
    expect((await life.shown(id))['status']).toBe('set');
    expect(life.told(id)).toEqual([
      'created',
      'set_on_device',
      'changed',
      'removed_from_device',
      'set_on_device',
    ]);
  });
});

test('a set code is unknown while the radio is lost, and set again after it without a second event', async () => {
  await build();
  const id = await life.create({ code: '1234' });
  await house.settle();
  const waiting = await (async () => {
    house.driver.setRadio('lost');
    await house.settle();
    return life.create({ code: '5678' });
  })();
  await house.settle();
  expect(await life.shown(id)).toMatchObject({
    status: 'unknown',
    display_status: 'Unknown',
    code: '1234',
    pending_mutations: [],
    errors: [{ error_code: 'hub_disconnected', is_device_error: true }],
  });
  expect(await life.shown(waiting)).toMatchObject({
    status: 'setting',
    errors: [{ error_code: 'hub_disconnected' }],
    pending_mutations: [{ mutation_code: 'creating' }],
  });
  house.driver.setRadio('ready');
  await house.settle();
  for (const one of [id, waiting]) expect(await life.shown(one)).toMatchObject({ status: 'set', errors: [] });
  expect(life.told(id)).toEqual(['created', 'set_on_device']);
});

describe('a one-time code', () => {
  const use = (slot: number, action: 'locked' | 'unlocked' = 'unlocked'): void => {
    house.driver.emit({
      kind: 'access',
      address: house.lock.spec.address,
      action,
      method: 'keycode',
      slot,
    });
  };

  test('is removed at once after its first use; others stay', async () => {
    await build({ reportsUse: true });
    const once = await life.create({ code: '1234', is_one_time_use: true });
    const often = await life.create({ code: '5678' });
    await house.settle();
    expect(await life.shown(once)).toMatchObject({ status: 'set', is_one_time_use: true });
    use(1, 'locked');
    use(2);
    await house.settle(10_000);
    expect([...house.lock.slots.values()]).toEqual(['1234', '5678']);
    use(1);
    // In the same turn, with the event: a crash right after leaves no used code wanted.
    expect(house.store.accessCodes().find((one) => one.accessCodeId === once)?.deletingSince).toBeDefined();
    await house.settle(10_000);
    expect([...house.lock.slots.values()]).toEqual(['5678']);
    expect(life.told(once)).toEqual([
      'created',
      'set_on_device',
      'lock.locked',
      'lock.unlocked',
      'removed_from_device',
      'deleted',
    ]);
    expect((await life.shown(often))['status']).toBe('set');
  });

  test('used twice is wanted off the lock since its first use', async () => {
    await build({ reportsUse: true });
    const once = await life.create({ code: '1234', is_one_time_use: true });
    await house.settle();
    house.lock.faults.offline = true;
    use(1);
    const [pending] = (await life.shown(once))['pending_mutations'] as unknown[];
    await house.settle();
    use(1);
    expect((await life.shown(once))['pending_mutations']).toEqual([pending]);
  });
});

test('a lock that cannot be read: set on its word with a warning, and told to be removed', async () => {
  await build({ readBack: 'none' }, {}, { first: 1, last: 5 });
  const id = await life.create({ code: '1234' });
  await house.settle();
  expect(await life.shown(id)).toMatchObject({
    status: 'set',
    warnings: [{ warning_code: 'kwikset_unable_to_confirm_code' }],
  });
  await life.remove(id);
  await house.settle();
  expect(life.told(id)).toEqual(['created', 'set_on_device', 'removed_from_device', 'deleted']);
});

test('the name on the lock is its appearance, and a new name is pending until it is there', async () => {
  await build({ names: { maxLength: 6 } });
  const id = await life.create({ code: '1234', name: 'Annabel' });
  await house.settle();
  expect(await life.shown(id)).toMatchObject({ name: 'Annabel', appearance: { name: 'Annabe' } });
  await life.update(id, { name: 'Bert' });
  expect((await life.shown(id))['pending_mutations']).toMatchObject([
    { mutation_code: 'updating_name', from: { name: 'Annabel' }, to: { name: 'Bert' } },
  ]);
  await house.settle();
  expect(await life.shown(id)).toMatchObject({ appearance: { name: 'Bert' }, pending_mutations: [] });
  expect(house.lock.names.get(1)).toBe('Bert');
});

describe('wishes that change while the frame is on the air end in the last of them', () => {
  test('a new PIN while the first is being set', async () => {
    await build();
    const id = await life.create({ code: '1234' });
    await house.clock.advance(25);
    expect(house.controller.inFlight(house.store.devices()[0]!.deviceId)?.kind).toBeDefined();
    await life.update(id, { code: '4321' });
    expect((await life.shown(id))['pending_mutations']).toMatchObject([
      { mutation_code: 'updating_code', from: { code: '1234' }, to: { code: '4321' } },
    ]);
    await house.settle();
    expect([...house.lock.slots.values()]).toEqual(['4321']);
    expect(life.told(id)).toEqual(['created', 'changed', 'set_on_device']);
  });

  test('deleted while it is being set', async () => {
    await build();
    const id = await life.create({ code: '1234' });
    for (let ms = 0; house.lock.slots.size === 0 && ms < 500; ms += 5) await house.clock.advance(5);
    await life.remove(id);
    await house.settle();
    expect(house.lock.slots.size).toBe(0);
    expect(life.told(id).at(-1)).toBe('deleted');
    expect(life.told(id).filter((type) => type === 'set_on_device')).toEqual([]);
  });

  test('deleted, and another one with the same PIN made at once', async () => {
    await build();
    const first = await life.create({ code: '1234' });
    await house.settle();
    await life.remove(first);
    const second = await life.create({ code: '1234' });
    await house.settle();
    expect([...house.lock.slots.values()]).toEqual(['1234']);
    expect(life.told(first).slice(-2)).toEqual(['removed_from_device', 'deleted']);
    expect(await life.shown(second)).toMatchObject({ status: 'set' });
    const order = house.store.events(0, 1_000).map((event) => [event.accessCodeId, event.eventType]);
    expect(order.findIndex(([id, type]) => id === first && type === 'access_code.deleted')).toBeLessThan(
      order.findIndex(([id, type]) => id === second && type === 'access_code.set_on_device'),
    );
  });
});
