import { afterEach, describe, expect, test } from 'vitest';
import type { LockSpec, Traits } from '../../drivers/simulated/lock.ts';
import { DeviceId, LockAddress } from '../../src/core/ids.ts';
import type { Capabilities } from '../../src/core/model.ts';
import { Crash, field, House, lockSpec } from '../support/house.ts';

let house: House;
const build = async (
  traits: Traits = {},
  capabilities: Partial<Capabilities> = {},
  changes: Partial<LockSpec> = {},
): Promise<House> => {
  house = new House([lockSpec({ traits, ...changes }, capabilities)]);
  await house.settle();
  return house;
};
afterEach(async () => {
  await house[Symbol.asyncDispose]();
});

const minute = 60_000;
const begin = async (quick = false): Promise<string> => {
  const answer = await house.call('lockstep/certify', { device_id: house.deviceId, quick });
  if (!answer.ok) throw new Error(`${answer.error.type}: ${answer.error.message}`);
  return field(answer.body['certification'], 'certify_id');
};
interface Row {
  readonly found: Record<string, unknown>;
}
interface View {
  readonly state: string;
  readonly row: Row | null;
  readonly error: { readonly message: string } | null;
  readonly steps: readonly { readonly name: string; readonly state: string; readonly result: string }[];
}
const look = async (certify_id: string): Promise<View> => {
  const answer = await house.call('lockstep/certify/get', { certify_id });
  if (!answer.ok) throw new Error(answer.error.type);
  return answer.body['certification'] as unknown as View;
};
const certify = async (quick = false): Promise<View> => {
  const id = await begin(quick);
  await house.settle(5 * minute);
  return look(id);
};
const found = async (quick = false): Promise<Record<string, unknown>> => {
  const view = await certify(quick);
  expect(view.error).toBeNull();
  return view.row?.found ?? {};
};
const device = (): ReturnType<House['store']['device']> => house.store.device(DeviceId(house.deviceId));
const nothingIsLeft = (): void => {
  expect([...house.lock.slots.values()]).toEqual([]);
  expect([...house.lock.schedules.keys()]).toEqual([]);
  expect(house.store.accessCodes()).toEqual([]);
  expect([...house.state().slots.values()].filter((one) => one.owner !== undefined)).toEqual([]);
};

describe('certify finds out', () => {
  test('of a plain lock what it claims, and leaves nothing behind', async () => {
    await build();
    expect(await found()).toEqual({
      read_back: 'full',
      read_back_delay_ms: 0,
      duplicate: { refused: true, answer: 'refused: duplicate' },
      code_lengths: { taken: [4, 5, 6, 7, 8], refused: [9, 10] },
      schedules: null,
      clock: null,
    });
    nothingIsLeft();
    expect(house.state().seenToLie, 'a trial makes nobody a liar').toBe(false);
  });

  for (const silent of [false, true])
    test(`masking, and what such a lock takes${silent ? ', though it says yes to everything' : ''} (FIELD-BUGS 1)`, async () => {
      const spec = { masks: true, duplicateCheck: silent };
      await build({ codeLengths: [4, 6, 8], silent }, {}, spec);
      expect(await found()).toMatchObject({
        read_back: 'masked',
        duplicate: silent
          ? { refused: true, answer: 'said yes and stored nothing' }
          : { refused: false, answer: 'accepted' },
        code_lengths: { taken: [4, 6, 8], refused: [5, 7, 9, 10] },
      });
      nothingIsLeft();
      expect(device()?.capabilities).toMatchObject({ readBack: 'masked', codeLengths: [4, 6, 8] });
      expect(house.state().seenToLie).toBe(false);
    });

  test('which claimed length to begin with, where the usual one is refused', async () => {
    await build({ codeLengths: [4, 6] });
    expect(await found()).toMatchObject({ code_lengths: { taken: [4, 6], refused: [5, 7, 8, 9, 10] } });
    nothingIsLeft();
  });

  test('how long the lock takes to show a code, and keeps to it from then on (FIELD-BUGS 17)', async () => {
    await build({ readBackDelayMs: 1_500 });
    expect(await found()).toMatchObject({ read_back_delay_ms: 2_000 });
    nothingIsLeft();
    expect(device()?.capabilities?.readBackDelayMs).toBe(2_000);
    const id = await house.create('123456');
    await house.settle();
    expect(await house.code(id)).toMatchObject({ status: 'set' });
    expect(house.state().seenToLie).toBe(false);
  });

  for (const [schedules, expected, order] of [
    ['kept', { without_code: 'kept', when_code_came: 'kept', order: 'schedule_first' }, 'schedule_first'],
    ['dropped_by_code', { without_code: 'kept', when_code_came: 'dropped', order: null }, undefined],
    ['need_code', { without_code: 'refused', with_code: 'kept', order: null }, undefined],
  ] as const)
    test(`the order in which schedules work: ${schedules} (FIELD-BUGS 29)`, async () => {
      await build({ schedules }, { yearDaySchedules: 1 });
      expect(await found(true)).toMatchObject({ schedules: expected });
      nothingIsLeft();
      expect(device()?.capabilities?.scheduleOrder).toBe(order);
    });

  test('that a claimed order does not work, which is not used from then on', async () => {
    await build({ schedules: 'dropped_by_code' }, { yearDaySchedules: 1, scheduleOrder: 'schedule_first' });
    await found(true);
    expect(device()?.capabilities?.scheduleOrder).toBeUndefined();
    house.driver.emit({ kind: 'locks' });
    await house.settle();
    expect(device()?.capabilities?.scheduleOrder, 'the claim comes again').toBeUndefined();
  });

  test("how far the lock's clock is off, in its own zone", async () => {
    // The simulated lock shows UTC, and the house stands in Berlin, an hour ahead in November.
    await build({ clockOffsetMs: 60 * minute - 90_000 }, { clock: { set: true, read: true } });
    expect(await found(true)).toMatchObject({ clock: { offset_s: -90, resolution: 'second' } });
  });

  test('nothing about lengths on a lock where they are a setting (FIELD-BUGS 6)', async () => {
    await build({}, { oneCodeLength: true, codeLengths: [6] });
    expect(await found()).toMatchObject({ code_lengths: null });
    nothingIsLeft();
  });
});

describe('certify', () => {
  test('shows its steps, and a row without secrets', async () => {
    await build();
    const view = await certify();
    expect(view.steps.map((step) => [step.name, step.state])).toEqual([
      ['spare_slot', 'done'],
      ['read_back', 'done'],
      ['duplicate_check', 'done'],
      ['code_lengths', 'done'],
      ['schedule_order', 'skipped'],
      ['clock', 'skipped'],
      ['clean_up', 'done'],
    ]);
    const text = JSON.stringify([view, house.store.history({}, 1_000), house.logged]);
    expect(text).not.toContain('simulated:1');
    expect(text).not.toMatch(/"\d{4,10}"/);
    expect(house.events()).toContain('lockstep.lock_certified');
  });

  test('touches no slot that holds a code, ours or not, and passes over those it finds taken', async () => {
    await build();
    const id = await house.create('1234');
    await house.settle();
    house.lock.slots.set(2, '9999');
    house.lock.exchanges.length = 0;
    expect(await certify(true)).toMatchObject({ state: 'done' });
    await house.settle();
    const written = house.lock.exchanges.filter((one) => one.kind === 'set' || one.kind === 'clear');
    // The lowest, like any new code: the highest are often the lock's own (master code, tags).
    expect(new Set(written.map((one) => one.slot))).toEqual(new Set([3, 4]));
    expect(await house.code(id)).toMatchObject({ status: 'set' });
    expect(house.lock.slots.get(2)).toBe('9999');
  });

  test('with one free slot leaves out what takes two', async () => {
    house = new House();
    for (let slot = 1; slot < 10; slot += 1) house.lock.slots.set(slot, `${slot}0777`);
    await house.settle();
    const view = await certify(true);
    expect(view).toMatchObject({ state: 'done', row: { found: { duplicate: null } } });
    expect(house.lock.slots.size).toBe(9);
  });

  test('keeps the results of the last twenty trials', async () => {
    await build();
    const ids: string[] = [];
    for (let n = 0; n < 22; n += 1) {
      ids.push(await begin(true));
      await house.settle();
    }
    const known = await Promise.all(ids.map((id) => house.call('lockstep/certify/get', { certify_id: id })));
    expect(known.map((answer) => answer.ok)).toEqual(ids.map((_, n) => n >= 2));
  });

  test('lets removals through while it lasts', async () => {
    await build();
    const id = await house.create('1234');
    await house.settle();
    await begin();
    await house.clock.advance(100);
    await house.call('access_codes/delete', { access_code_id: id });
    await house.clock.advance(400);
    expect([...house.lock.slots.values()]).not.toContain('1234');
    await house.settle(5 * minute);
    nothingIsLeft();
  });

  test('is given up after a quarter of an hour on a bad link, and the codes that waited for it get there', async () => {
    await build();
    const { driver } = house;
    let calls = 0;
    /** Only every third is answered, however long it is waited for. */
    const slow =
      <A extends unknown[], T>(work: (...args: A) => Promise<T>) =>
      (...args: A): Promise<T> =>
        (calls += 1) % 3 === 0 ? work(...args) : new Promise<T>(() => undefined);
    const slowly = {
      readSlot: slow(driver.readSlot.bind(driver)),
      writeSlot: slow(driver.writeSlot.bind(driver)),
      clearSlot: slow(driver.clearSlot.bind(driver)),
    };
    Object.assign(driver, slowly);
    const id = await begin();
    const waiting = await house.create('4321');
    await house.clock.advance(14 * minute);
    expect(await look(id)).toMatchObject({ state: 'running' });
    expect(house.controller.stuck()).toBeUndefined();
    await house.clock.advance(3 * minute);
    for (const name of Object.keys(slowly)) Reflect.deleteProperty(driver, name);
    expect(await look(id)).toMatchObject({
      state: 'failed',
      error: { message: expect.stringContaining('more than a quarter of an hour') as string },
    });
    await house.settle(60 * minute);
    expect(await house.code(waiting)).toMatchObject({ status: 'set' });
    expect([...house.lock.slots.values()]).toEqual(['4321']);
  });

  test('holds up no other lock, no bolt, and codes for this one only until it is over', async () => {
    house = new House([lockSpec(), lockSpec({ address: LockAddress('simulated:2'), name: 'Back door' })]);
    await house.settle();
    await begin();
    await house.clock.advance(50);
    const here = await house.create('4321');
    const there = await house.create('4321', house.locks[1]);
    const opened = house.call('locks/unlock_door', { device_id: house.deviceId });
    await house.clock.advance(300);
    expect(await house.code(there)).toMatchObject({ status: 'set' });
    expect(await opened).toMatchObject({ body: { action_attempt: { status: 'success' } } });
    expect(await house.code(here)).toMatchObject({ status: 'setting' });
    await house.settle(5 * minute);
    expect(await house.code(here)).toMatchObject({ status: 'set', x_slot: 1 });
    expect(house.store.accessCodes()).toHaveLength(2);
  });

  test('is refused with the reason where it cannot begin', async () => {
    house = new House();
    await house.clock.advance(50);
    await expect(begin()).rejects.toThrow('device_not_ready');
    await house.settle();
    await begin();
    await expect(begin()).rejects.toThrow('being tried out already');
    await house.settle(5 * minute);
    house.lock.faults.offline = true;
    house.driver.emit({ kind: 'locks' });
    await house.settle();
    await expect(begin()).rejects.toThrow('device_offline');
    house.lock.faults.offline = false;
    house.driver.emit({ kind: 'locks' });
    house.usable = { first: 1, last: 1 };
    await house.create('1234');
    await house.settle();
    await expect(begin()).rejects.toThrow('takes a free slot');
  });

  test('is refused on a lock that was reset, and on one that cannot be read', async () => {
    await build();
    await house.create('111117');
    await house.create('222227');
    await house.settle();
    house.lock.factoryReset();
    house.driver.emit({ kind: 'slot', address: house.lock.spec.address, slot: 1 });
    await house.settle();
    await expect(begin()).rejects.toThrow('repair LOCK --restore');
    await house[Symbol.asyncDispose]();
    await build({}, { readBack: 'none' });
    await expect(begin()).rejects.toThrow('device_not_ready');
  });

  test('sets nothing more on a lock that is reset while it lasts (FIELD-BUGS 31)', async () => {
    await build();
    await house.create('111117');
    await house.create('222227');
    await house.settle();
    const id = await begin();
    await house.clock.advance(200);
    house.lock.factoryReset();
    const { address } = house.lock.spec;
    house.driver.emit({ kind: 'slot', address, slot: undefined, allDeleted: true });
    await house.clock.advance(50);
    house.lock.exchanges.length = 0;
    await house.settle(5 * minute);
    expect(await look(id)).toMatchObject({ state: 'failed' });
    expect(house.lock.exchanges.map((one) => one.kind)).not.toContain('set');
    expect(house.state().reset).toBeDefined();
    expect(house.store.accessCodes()).toHaveLength(2);
  });

  test('that loses its lock half-way fails with the reason, and its code is taken off later', async () => {
    await build();
    const id = await begin();
    await house.clock.advance(100);
    house.lock.faults.offline = true;
    await house.settle(5 * minute);
    expect(await look(id)).toMatchObject({ state: 'failed', error: { type: 'certify_failed' } });
    expect(house.lock.slots.size).toBe(1);
    house.lock.faults.offline = false;
    house.driver.emit({ kind: 'reachable', address: house.lock.spec.address });
    await house.settle(5 * minute);
    nothingIsLeft();
  });

  const trialHouse = async (): Promise<House> => {
    house = new House([
      lockSpec({ traits: { schedules: 'kept' } }, { yearDaySchedules: 1, slots: { first: 1, last: 4 } }),
    ]);
    house.lock.slots.set(1, '9999');
    await house.settle();
    return house;
  };
  const onlyTheirs = (when: string): void => {
    expect([...house.lock.slots], when).toEqual([[1, '9999']]);
    expect([...house.lock.schedules], when).toEqual([]);
    expect(house.store.accessCodes(), when).toEqual([]);
    expect(house.store.intents(DeviceId(house.deviceId)), when).toEqual([]);
    const touched = house.lock.exchanges.filter((one) => one.slot === 1 && one.kind !== 'read');
    expect(touched, when).toEqual([]);
  };

  test('killed between any two of its steps leaves nothing, and touches no slot of others (FIELD-BUGS 32)', async () => {
    let moments = 0;
    {
      await using whole = await trialHouse();
      whole.onMoment = () => {
        moments += 1;
      };
      await begin(true);
      await whole.settle();
    }
    expect(moments).toBeGreaterThan(20);
    for (let kill = 0; kill < moments; kill += 1) {
      await using killed = await trialHouse();
      let left = kill;
      killed.onMoment = () => {
        left -= 1;
        if (left < 0) throw new Crash();
      };
      await begin(true);
      await killed.settle(30_000);
      killed.onMoment = () => undefined;
      await killed.restart();
      await killed.settle(30 * minute);
      onlyTheirs(`killed at moment ${kill}`);
    }
    house = new House();
  }, 180_000);

  test('ended with the bridge, on the air or not, leaves nothing behind', async () => {
    for (let ms = 0; ms < 1_500; ms += 70) {
      await using ended = await trialHouse();
      await begin(true);
      await ended.clock.advance(ms);
      const stopping = ended.restart();
      await ended.clock.advance(1_000);
      await stopping;
      await ended.settle(30 * minute);
      onlyTheirs(`ended after ${ms} ms`);
    }
    house = new House();
  }, 180_000);
});
