import { ScheduleEntryLockWeekday } from '@zwave-js/cc';
import { SupervisionStatus } from '@zwave-js/core';
import { UserIDStatus } from 'zwave-js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { memorySchema } from './lock-memory.ts';
import type { SimulatedLock } from './lock.ts';
import { type SimulatedNetwork, startNetwork } from './network.ts';
import { ScheduleBook, type ScheduleTraits } from './schedule-book.ts';
import { lockSpecSchema } from './spec.ts';
import { type Hub, startHub } from './testing/hub.ts';

const { Friday, Saturday, Wednesday } = ScheduleEntryLockWeekday;
const user = 3;
/** July 2026; the first is a Wednesday. */
const july = (day: number, hour = 0, minute = 0): number => Date.UTC(2026, 6, day, hour, minute);
const traits: ScheduleTraits = {
  year_day_slots: 1,
  week_day_slots: 2,
  daily_repeating_slots: 2,
  needs_code: 'no',
  erase_restores_full_access: false,
};
const bookOf = (more: Partial<ScheduleTraits> = {}): ScheduleBook => new ScheduleBook({ ...traits, ...more });
const officeHours = { weekday: Wednesday, startHour: 9, startMinute: 30, stopHour: 17, stopMinute: 0 };
const nights = {
  weekdays: [Friday, Saturday],
  startHour: 22,
  startMinute: 0,
  durationHour: 8,
  durationMinute: 30,
};
const aDay = {
  startYear: 26,
  startMonth: 7,
  startDay: 2,
  startHour: 0,
  startMinute: 0,
  stopYear: 26,
  stopMonth: 7,
  stopDay: 3,
  stopHour: 0,
  stopMinute: 0,
};

test('schedules of every kind go through the state file as they are', () => {
  const book = bookOf();
  book.store('year_day', user, 1, aDay, true);
  book.store('week_day', user, 1, officeHours, true);
  book.store('daily_repeating', user, 2, nights, true);
  const { memory } = book;
  expect(memory[user]).toMatchObject({ week_day: { 1: officeHours }, daily_repeating: { 2: nights } });
  expect(memorySchema.parse({ locked: true, slots: {}, schedules: memory }).schedules).toEqual(memory);
});

describe('what a schedule lets in', () => {
  test('a week-day schedule: on its day, from its first minute until before its last', () => {
    const book = bookOf();
    expect(book.store('week_day', user, 1, officeHours, true)).toBe('stored');
    const opens = [july(1, 9, 30), july(1, 17) - 1, july(8, 12)];
    const shut = [july(1, 9, 30) - 1, july(1, 17), july(2, 12), july(7, 12)];
    expect(opens.map((ms) => book.admits(user, ms))).toEqual([true, true, true]);
    expect(shut.map((ms) => book.admits(user, ms))).toEqual([false, false, false, false]);
  });

  test('a daily repeating one: on its days, over midnight too', () => {
    const book = bookOf();
    expect(book.store('daily_repeating', user, 1, nights, true)).toBe('stored');
    // Friday night, Saturday night: the 3rd and the 4th.
    const opens = [july(3, 22), july(4, 6, 30) - 1, july(4, 22), july(5, 6, 29)];
    const shut = [july(3, 22) - 1, july(4, 6, 30), july(5, 6, 30), july(5, 22), july(3, 3)];
    expect(opens.map((ms) => book.admits(user, ms))).toEqual([true, true, true, true]);
    expect(shut.map((ms) => book.admits(user, ms))).toEqual([false, false, false, false, false]);
  });

  test('neither one over midnight in a single day of the week, nor one of no day, is stored', () => {
    const book = bookOf();
    expect(book.store('week_day', user, 1, { ...officeHours, stopHour: 9, stopMinute: 30 }, true)).toBe(
      'refused',
    );
    expect(book.store('daily_repeating', user, 1, { ...nights, weekdays: [] }, true)).toBe('refused');
    expect(book.memory).toEqual({});
  });
});

describe('kinds of one user', () => {
  const noon = [july(1, 12), july(2, 12)];
  const opens = (book: ScheduleBook): boolean[] => noon.map((ms) => book.admits(user, ms));

  test('one at a time: the one that was set last counts, and erasing it leaves its user to it', () => {
    const book = bookOf();
    book.store('week_day', user, 1, officeHours, true);
    expect(opens(book)).toEqual([true, false]);
    book.set(user, 1, aDay, true);
    expect(opens(book)).toEqual([false, true]);
    book.erase(user, 1, 'week_day');
    expect(opens(book)).toEqual([false, true]);
    book.store('week_day', user, 2, officeHours, true);
    book.erase(user, 2, 'week_day');
    expect(book.get(user, 1)).toEqual(aDay);
    expect(opens(book)).toEqual([false, false]);
  });

  test('all at once, where the lock has them so', () => {
    const book = bookOf({ kinds_at_once: 'all' });
    book.store('week_day', user, 1, officeHours, true);
    book.set(user, 1, aDay, true);
    expect(opens(book)).toEqual([true, true]);
    book.erase(user, 1);
    expect(opens(book)).toEqual([true, false]);
  });

  test('with the last that counts gone, the code opens at all hours, where the lock is such', () => {
    const book = bookOf({ erase_restores_full_access: true });
    book.set(user, 1, aDay, true);
    book.store('week_day', user, 1, officeHours, true);
    book.erase(user, 1);
    expect(opens(book)).toEqual([true, false]);
    book.erase(user, 1, 'week_day');
    expect(opens(book)).toEqual([true, true]);
  });

  test('what is kept over a power cut binds as before', () => {
    const before = bookOf();
    before.set(user, 1, aDay, true);
    before.store('daily_repeating', user, 2, nights, true);
    const after = new ScheduleBook(traits, before.memory);
    expect(after.memory).toEqual(before.memory);
    expect([july(2, 12), july(3, 23)].map((ms) => after.admits(user, ms))).toEqual([false, true]);
  });
});

describe('on the air', () => {
  const node = 2;
  const lockSpec = {
    node,
    name: 'Weekly',
    product_id: 0x41,
    security: 'none' as const,
    supervision: true,
    power: 'mains' as const,
    user_code_version: 1 as const,
    slots: 4,
    code_length: { min: 4, max: 8 },
    events: [],
    schedules: {
      week_day_slots: 2,
      daily_repeating_slots: 1,
      can_disable: false,
      left_behind: { 2: { week_day: { 1: { weekday: 5, start: '09:00', stop: '10:30' } } } },
    },
    clock: {},
  };
  const success = { status: SupervisionStatus.Success };
  const fail = { status: SupervisionStatus.Fail };
  let network: SimulatedNetwork;
  let hub: Hub;
  const lock = (): SimulatedLock => network.places.get(node)!.lock;
  const opensAt = (local: number, code: string): boolean => {
    lock().clock?.setLocal(local);
    return lock().enter(code).opens;
  };

  beforeAll(async () => {
    network = await startNetwork({ locks: [lockSpecSchema.parse(lockSpec)] });
    hub = await startHub(network.serialUrl);
  });
  afterAll(async () => {
    await hub.stop();
    await network.stop();
  });

  test('they are counted, set, read back, enforced and erased', async () => {
    const { 'Schedule Entry Lock': schedules, 'User Code': codes } = hub.node(node).commandClasses;
    expect(await schedules.getNumSlots()).toEqual({
      numWeekDaySlots: 2,
      numYearDaySlots: 1,
      numDailyRepeatingSlots: 1,
    });
    const which = { userId: user, slotId: 1 };
    await codes.set(user, UserIDStatus.Enabled, '3333');
    expect(await schedules.setWeekDaySchedule(which, officeHours)).toEqual(success);
    expect(await schedules.getWeekDaySchedule(which)).toEqual(officeHours);
    expect([july(1, 12), july(2, 12)].map((ms) => opensAt(ms, '3333'))).toEqual([true, false]);
    expect(await schedules.setDailyRepeatingSchedule(which, nights)).toEqual(success);
    expect(await schedules.getDailyRepeatingSchedule(which)).toEqual(nights);
    expect([july(1, 12), july(3, 23)].map((ms) => opensAt(ms, '3333'))).toEqual([false, true]);
    expect(await schedules.setDailyRepeatingSchedule(which)).toEqual(success);
    expect(await schedules.getDailyRepeatingSchedule(which)).toBeUndefined();
    expect(opensAt(july(2, 12), '3333')).toBe(true);
    expect(await schedules.setEnabled(false, user)).toEqual(fail);
  });

  test('what another hub has left shows inside the lock, and binds the code that comes there', async () => {
    const inside = await (await fetch(`${network.controlUrl}/locks/${node}`)).json();
    expect(inside).toMatchObject({
      schedules: [
        {
          user: 2,
          enforced: true,
          kind: 'week_day',
          year_day: [],
          week_day: [{ slot: 1, weekday: 5, start: '09:00', stop: '10:30' }],
        },
        { user },
      ],
    });
    lock().program(2, 'enabled', '2222');
    expect([july(3, 10), july(3, 11)].map((ms) => opensAt(ms, '2222'))).toEqual([true, false]);
  });

  test.each([
    ['daily repeating schedules before version 3', { version: 2, daily_repeating_slots: 1 }],
    ['a time of day that there is not', { left_behind: { 1: { week_day: { 1: { weekday: 1 } } } } }],
  ])('a spec with %s is refused', (_, schedules) => {
    expect(lockSpecSchema.safeParse({ ...lockSpec, schedules }).success).toBe(false);
    expect(lockSpecSchema.safeParse(lockSpec).success).toBe(true);
  });
});
