import { afterEach, describe, expect, test } from 'vitest';
import type { SimulatedLock, Traits } from '../../drivers/simulated/lock.ts';
import { LockAddress } from '../../src/core/ids.ts';
import type { Capabilities, TimeFrame } from '../../src/core/model.ts';
import { House, field, lockSpec } from '../support/house.ts';

// Guests enter their PINs at locks that enforce their schedules by clocks of their own, before, in and after their time. One
// house has a lock of each kind, and the same happens at all of them.

const minute = 60_000;
const hour = 60 * minute;

type Kind = readonly [name: string, traits: Traits, capabilities: Partial<Capabilities>];
const clock = { set: true, read: true } as const;
const first: Partial<Capabilities> = { yearDaySchedules: 1, scheduleOrder: 'schedule_first', clock };
const disabledFirst: Partial<Capabilities> = {
  yearDaySchedules: 1,
  scheduleOrder: 'code_disabled_first',
  codeManners: true,
  clock,
};

/** Locks that keep the time themselves. */
const natives: readonly Kind[] = [
  ['takes the schedule first', {}, first],
  ['takes the schedule first, is told what a code may do', {}, { ...first, codeManners: true }],
  ['shuts out a code whose schedule is erased', { erased: 'shuts' }, first],
  ['keeps summer time by itself', {}, { ...first, clock: { ...clock, dst: true } }],
  ['shows no seconds', { clock: { minutesOnly: true } }, first],
  ['refuses a schedule without its code', { schedules: 'need_code' }, disabledFirst],
  ['drops a schedule without its code', { schedules: 'drop_without_code' }, disabledFirst],
  ['drops a schedule as its code comes', { schedules: 'dropped_by_first_code' }, disabledFirst],
  ['takes either first', { erased: 'shuts' }, disabledFirst],
];

/** Locks on which a code stands only in its time. */
const deferring: readonly Kind[] = [
  ['has no schedules', {}, { clock }],
  ['order not known', {}, { yearDaySchedules: 1, codeManners: true, clock }],
  ['refuses a schedule before its code, against its claim', { schedules: 'need_code' }, first],
  ['drops a schedule before its code, against its claim', { schedules: 'drop_without_code' }, first],
  ['stores no schedule, against its claim', { schedules: 'not_stored' }, first],
  ['stores no schedule beside a disabled code', { schedules: 'not_stored' }, disabledFirst],
  ['its clock stays wrong', { clockOffsetMs: 5 * minute }, first],
];

/** Locks that open for a moment before their claim turns out to be wrong: until a look at the schedule and a removal. */
const forgetting: readonly Kind[] = [
  ['drops a schedule as its code comes, against its claim', { schedules: 'dropped_by_code' }, first],
  ['drops the schedule as the code is enabled', { schedules: 'dropped_by_enabling' }, disabledFirst],
  ['enables what it is told to disable', { alwaysEnables: true, schedules: 'need_code' }, disabledFirst],
];

let house: House;
let noon: number;
let kinds: readonly Kind[];
/** PINs that must not be let in, not even while the bridge is at work, and where that happened. */
let shutFor: Set<string>;
let slips: string[];
let ids: Record<string, string>;

const build = async (chosen: readonly Kind[], more: Partial<Capabilities> = {}): Promise<void> => {
  kinds = chosen;
  house = new House(
    chosen.map(([name, traits, capabilities], index) =>
      lockSpec(
        { address: LockAddress(`simulated:${index + 1}`), name, traits },
        { slots: { first: 1, last: 2 }, ...capabilities, ...more },
      ),
    ),
  );
  shutFor = new Set();
  slips = [];
  ids = {};
  for (const lock of house.locks)
    lock.onChange = () => {
      slips.push(...[...shutFor].filter((digits) => isOpen(lock, digits)).map(() => lock.spec.name));
    };
  await house.settle();
  noon = Math.ceil(house.clock.now() / hour) * hour;
  await until(0);
};
afterEach(async () => {
  const slipped = slips;
  await house[Symbol.asyncDispose]();
  expect(slipped, 'let in for a moment').toEqual([]);
});

const until = (hours: number, more = 0): Promise<void> =>
  house.settle(noon + hours * hour + more - house.clock.truth());
const frame = (from: number, to: number): TimeFrame => ({
  startsAt: noon + from * hour,
  endsAt: noon + to * hour,
});

/** What `ask` says of each lock, by its name. */
const everywhere = <T>(ask: (lock: SimulatedLock) => T): Record<string, T> =>
  Object.fromEntries(house.locks.map((lock) => [lock.spec.name, ask(lock)]));
const all = <T>(value: T): Record<string, T> => everywhere(() => value);

const isOpen = (lock: SimulatedLock, digits: string): boolean => lock.enter(digits) !== undefined;
const opens = (digits: string): Record<string, boolean> => everywhere((lock) => isOpen(lock, digits));
const emptied = (): void => {
  expect(everywhere(({ slots, schedules }) => slots.size + schedules.size)).toEqual(all(0));
};

const times = ({ startsAt, endsAt }: TimeFrame): object => ({
  starts_at: new Date(startsAt).toISOString(),
  ends_at: new Date(endsAt).toISOString(),
});
/** The same code at each lock. */
const book = async (digits: string, when: TimeFrame | 'always', more: object = {}): Promise<void> => {
  for (const lock of house.locks) {
    const answer = await house.call('access_codes/create', {
      device_id: house.deviceIdOf(lock),
      code: digits,
      ...(when === 'always' ? {} : times(when)),
      ...more,
    });
    if (!answer.ok) throw new Error(`${lock.spec.name}: ${answer.error.message}`);
    ids[lock.spec.name] = field(answer.body['access_code'], 'access_code_id');
  }
};
/** Asks for the same of each code that was booked last. */
const ask = async (route: string, params: object): Promise<void> => {
  for (const [name, id] of Object.entries(ids))
    expect([name, (await house.call(route, { access_code_id: id, ...params })).ok]).toEqual([name, true]);
};
const change = (when: TimeFrame | 'always'): Promise<void> =>
  ask('access_codes/update', when === 'always' ? { type: 'ongoing' } : times(when));
const codes = async (): Promise<Record<string, unknown>> => {
  const found = Object.entries(ids).map(async ([name, id]) => [name, await house.code(id)] as const);
  return Object.fromEntries(await Promise.all(found));
};

/** Enters the PIN around the time from `from` to `to`. */
const tryAround = async (digits: string, from: number, to: number): Promise<Record<string, boolean[]>> => {
  const tried = everywhere((): boolean[] => []);
  for (const [hours, more] of [
    [from, -61_000],
    [from, 1_000],
    [(from + to) / 2, 0],
    [to, -1_000],
    [to, 61_000],
  ] as const) {
    await until(hours, more);
    for (const lock of house.locks) tried[lock.spec.name]?.push(isOpen(lock, digits));
  }
  return tried;
};
const inItsTime = [false, true, true, true, false];

/** The guest is never shut out, and nobody has to wait, while the bridge is at work. */
const staysOpen = async (digits: string, hours: number): Promise<void> => {
  for (let more = 0; more < 6_000; more += 50) {
    await until(hours, more);
    expect(opens(digits), `after ${more} ms`).toEqual(all(true));
  }
};
const shutsAt = async (hours: number): Promise<void> => {
  await until(hours, -1_000);
  expect(opens('1234')).toEqual(all(true));
  await until(hours, 61_000);
  expect(opens('1234')).toEqual(all(false));
};
/** So long the work takes at all of the locks, one after another. */
const workMs = 10_000;

describe('a guest gets in from the minute the code begins until the minute it ends', () => {
  test('at locks that keep the time, and at those on which the code stands only then', async () => {
    await build([...natives, ...deferring]);
    shutFor.add('1234');
    await book('1234', frame(4, 6));
    await until(3.5);
    expect(opens('1234')).toEqual(all(false));
    shutFor.clear();
    expect(await tryAround('1234', 4, 6)).toEqual(all(inItsTime));
    await until(7);
    emptied();
  });

  test('and for a moment when it is loaded, at locks that turn out not to do as they claim', async () => {
    await build(forgetting);
    await book('1234', frame(4, 6));
    await until(0, minute);
    expect(opens('1234')).toEqual(all(false));
    expect(await tryAround('1234', 4, 6)).toEqual(all(inItsTime));
    // Once is enough.
    await book('5678', frame(10, 11));
    shutFor.add('5678');
    await until(9);
    shutFor.clear();
    expect(await tryAround('5678', 10, 11)).toEqual(all(inItsTime));
  });

  test('without the bridge, where the lock keeps the time', async () => {
    await build(natives);
    await book('1234', frame(4, 6));
    await until(1);
    expect(await codes()).toMatchObject(all({ status: 'unset', is_scheduled_on_device: true }));
    await house.controller.stop();
    expect(await tryAround('1234', 4, 6)).toEqual(all(inItsTime));
    await house.restart();
    await until(7);
    emptied();
    const removed = house.events().filter((type) => type === 'access_code.removed_from_device');
    expect(removed).toHaveLength(kinds.length);
  });

  test('by the bridge alone, where that is asked for', async () => {
    await build(natives);
    await book('1234', frame(4, 6), { prefer_native_scheduling: false });
    await until(3);
    emptied();
    const pending_mutations = [expect.objectContaining({ mutation_code: 'deferring_creation' })];
    expect(await codes()).toMatchObject(all({ is_scheduled_on_device: false, pending_mutations }));
    expect(await tryAround('1234', 4, 6)).toEqual(all(inItsTime));
  });

  test('by clocks that show the time of other zones', async () => {
    const zones = ['Pacific/Chatham', 'America/St_Johns', 'Pacific/Kiritimati', 'America/Santiago'];
    await build(zones.map((zone) => [zone, { clock: { zone } }, first]));
    house.zoneOf = (address) => zones[Number(address.split(':')[1]) - 1] ?? '';
    await book('1234', frame(4, 6));
    await until(1);
    await house.controller.stop();
    expect(await tryAround('1234', 4, 6)).toEqual(all(inItsTime));
  });

  test('over a change of summer time without the bridge only where the lock follows it by itself', async () => {
    const follows = { ...first, clock: { ...clock, dst: true as const } };
    await build([
      ['follows', {}, follows],
      ['stays', {}, first],
    ]);
    house.zoneOf = () => 'Europe/Berlin';
    noon = Date.UTC(2027, 2, 27, 12);
    house.clock.suspend(noon - house.clock.truth());
    await until(1);
    await book('1234', frame(18, 20));
    await until(6);
    await house.controller.stop();
    expect(await tryAround('1234', 18, 20)).toEqual({
      follows: inItsTime,
      stays: inItsTime.map(() => false),
    });
  });

  test('and where it begins or ends within a minute, for the whole of that minute', async () => {
    await build(natives);
    await book('1234', { startsAt: noon + 4 * hour + 42_000, endsAt: noon + 5 * hour + 17_000 });
    await until(1);
    await house.controller.stop();
    for (const [hours, more, isExpected] of [
      [4, -1, false],
      [4, 0, true],
      [5, 59_000, true],
      [5, minute, false],
    ] as const) {
      await until(hours, more);
      expect(opens('1234'), `${hours} h and ${more} ms`).toEqual(all(isExpected));
    }
  });
});

describe('the next tenant of a slot inherits nothing', () => {
  const oneSlot = { slots: { first: 1, last: 1 } };

  test('and comes and goes at all hours', async () => {
    await build(natives, oneSlot);
    await book('1234', frame(1, 2));
    await until(2, minute);
    await book('5678', 'always');
    for (const hours of [2.1, 3, 24, 200]) {
      await until(hours);
      expect([opens('5678'), opens('1234')]).toEqual([all(true), all(false)]);
    }
  });

  test('or within times of its own', async () => {
    await build(natives, oneSlot);
    await book('1234', frame(20, 22));
    await until(1);
    await ask('access_codes/delete', {});
    await until(1, minute);
    shutFor.add('5678');
    await book('5678', frame(3, 5));
    await until(2);
    shutFor.clear();
    expect(await tryAround('5678', 3, 5)).toEqual(all(inItsTime));
    expect(opens('1234')).toEqual(all(false));
  });

  test('though the lock was out of reach when the one before it left', async () => {
    await build(natives, oneSlot);
    await book('1234', frame(1, 2));
    await until(1.5);
    for (const lock of house.locks) lock.faults.offline = true;
    await until(2, minute);
    expect(opens('1234')).toEqual(all(false));
    await until(3);
    for (const lock of house.locks) {
      lock.faults.offline = false;
      house.driver.emit({ kind: 'reachable', address: lock.spec.address });
    }
    await until(3, 20 * minute);
    await book('5678', 'always');
    await until(4);
    expect([opens('5678'), opens('1234')]).toEqual([all(true), all(false)]);
  });
});

describe('a changed time frame', () => {
  const both = [...natives, ...deferring.slice(0, 2)];

  test('of a code that is still to come', async () => {
    await build(both);
    shutFor.add('1234');
    await book('1234', frame(4, 6));
    await until(1);
    await change(frame(8, 9));
    await until(2);
    await change(frame(7, 9));
    await until(4.5);
    expect(opens('1234')).toEqual(all(false));
    shutFor.clear();
    expect(await tryAround('1234', 7, 9)).toEqual(all(inItsTime));
  });

  test('brought forward to now', async () => {
    await build(both);
    await book('1234', frame(40, 60));
    await until(1);
    expect(opens('1234')).toEqual(all(false));
    await change(frame(1, 3));
    await until(1, workMs);
    expect(opens('1234')).toEqual(all(true));
    await shutsAt(3);
  });

  test('put off while it opens the door', async () => {
    await build(both);
    await book('1234', frame(1, 3));
    await until(2);
    expect(opens('1234')).toEqual(all(true));
    await change(frame(5, 6));
    await until(2, workMs);
    expect(opens('1234')).toEqual(all(false));
    shutFor.add('1234');
    await until(4);
    shutFor.clear();
    expect(await tryAround('1234', 5, 6)).toEqual(all(inItsTime));
  });

  test('prolonged while it opens the door, which it does all the time', async () => {
    await build(both);
    await book('1234', frame(1, 3));
    await until(2);
    await change(frame(1, 5));
    await staysOpen('1234', 2);
    await shutsAt(5);
  });

  test('that is over ends the code at once', async () => {
    await build(both);
    await book('1234', frame(1, 3));
    await until(2);
    await change(frame(1, 1.5));
    await until(2, workMs);
    emptied();
    expect(house.store.accessCodes()).toEqual([]);
  });

  test('taken away, so that it opens for good, and given again', async () => {
    await build(both);
    await book('1234', frame(20, 30));
    await until(1);
    await change('always');
    await until(1, workMs);
    expect(opens('1234')).toEqual(all(true));
    await until(15);
    expect(opens('1234')).toEqual(all(true));
    await change(frame(20, 21));
    await until(15, workMs);
    expect(opens('1234')).toEqual(all(false));
    shutFor.add('1234');
    await until(19);
    shutFor.clear();
    expect(await tryAround('1234', 20, 21)).toEqual(all(inItsTime));
  });

  test('given to a code that has stood for good, whose time it is', async () => {
    await build(both);
    await book('1234', 'always');
    await until(1);
    await change(frame(1, 3));
    await staysOpen('1234', 1);
    await shutsAt(3);
  });
});
