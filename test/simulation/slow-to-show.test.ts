import { afterEach, expect, test } from 'vitest';
import type { Capabilities } from '../../src/core/model.ts';
import { BookingDesk } from '../support/bookings.ts';
import { House, lockSpec } from '../support/house.ts';

// A lock that takes a code, says so, and for some seconds shows what was there before, which nobody has told the bridge of:
// what one look finds empty isn't given up with a code of ours in it, that nobody would ever take off.

const minute = 60_000;
const hour = 60 * minute;

let house: House;
const build = async (readBackDelayMs: number, capabilities: Partial<Capabilities> = {}): Promise<void> => {
  house = new House([lockSpec({ traits: { readBackDelayMs } }, capabilities)]);
  await house.settle();
};
afterEach(async () => {
  await house[Symbol.asyncDispose]();
});

test.each([300, 4_000, 9_000])('a code that is deleted %i ms after it came is taken off', async (ms) => {
  await build(20_000);
  const id = await house.create('1234');
  await house.settle(ms);
  expect([...house.lock.slots.values()]).toEqual(['1234']);
  expect(await house.call('access_codes/delete', { access_code_id: id })).toMatchObject({ ok: true });
  await house.settle(10 * minute);
  expect(house.lock.slots.size).toBe(0);
  expect(house.store.accessCodes()).toEqual([]);
});

test.each(['schedule_first', 'code_disabled_first'] as const)(
  'a code that is loaded ahead, %s, opens nothing before its time and nothing after it',
  async (scheduleOrder) => {
    const clock = { set: true, read: true };
    await build(2 * minute, { yearDaySchedules: 1, scheduleOrder, codeManners: true, clock });
    const start = house.clock.now();
    const { lock } = house;
    const slips: number[] = [];
    lock.onChange = () => {
      if (house.clock.now() < start + 9 * hour) slips.push(...lock.roundTheClock);
    };
    const desk = new BookingDesk(house);
    const guest = desk.book('1234', { startsAt: start + 10 * hour, endsAt: start + 20 * hour });
    const opens: boolean[] = [];
    for (const at of [0.1, 5, 10.1, 19.9, 20.1, 40]) {
      await house.settle(start + at * hour - house.clock.now());
      opens.push(lock.enter('1234') !== undefined);
    }
    expect(opens).toEqual([false, false, true, true, false, false]);
    expect(slips).toEqual([]);
    expect([lock.slots.size, lock.schedules.size]).toEqual([0, 0]);
    expect(desk.code(guest.id)).toBeUndefined();
    // Tried some times, not for ever.
    expect(lock.exchanges.length).toBeLessThan(80);
  },
);
