import { afterEach, expect, test } from 'vitest';
import { BookingDesk } from '../support/bookings.ts';
import { House, lockSpec } from '../support/house.ts';

// Locks that lose the time with their batteries, while codes stand on them that they let in by it.

const minute = 60_000;
const hour = 60 * minute;

let house: House;
afterEach(async () => {
  await house[Symbol.asyncDispose]();
});

const describeAnew = (): void => {
  house.driver.emit({ kind: 'locks' });
};

test.each<[string, () => Promise<void>]>([
  [
    'it tells that they are new',
    () => {
      house.lock.battery = 1;
      describeAnew();
      return house.settle(0);
    },
  ],
  [
    'it was out of reach meanwhile',
    async () => {
      house.lock.faults.offline = true;
      describeAnew();
      await house.settle(minute);
      house.lock.faults.offline = false;
      describeAnew();
    },
  ],
  [
    'somebody asks for a look at it (lockstep audit)',
    async () => {
      await house.call('lockstep/audit', { device_id: house.deviceIdOf(house.lock) });
    },
  ],
])('the time is told again where %s, before the guest comes', async (_name, changed) => {
  const clock = { set: true, read: true };
  const traits = { clock: { lostOnPowerCut: true } };
  house = new House([lockSpec({ traits }, { yearDaySchedules: 1, scheduleOrder: 'schedule_first', clock })]);
  house.lock.battery = 0.3;
  await house.settle();
  const start = house.clock.now();
  new BookingDesk(house).book('1234', { startsAt: start + 10 * hour, endsAt: start + 40 * hour });
  await house.settle(9 * hour);
  const { reads } = house.lock.clock;
  // What comes and goes within its bounds is no battery.
  house.lock.battery = 0.4;
  describeAnew();
  await house.settle(minute);
  expect(house.lock.clock.reads).toBe(reads);
  house.lock.clock.cutPower();
  await changed();
  await house.settle(minute);
  expect(Math.abs(house.lock.clock.local() - house.clock.now())).toBeLessThan(minute);
  await house.settle(hour);
  expect(house.lock.enter('1234')).toBe(1);
  expect(house.lock.exchanges.filter(({ kind }) => kind === 'set')).toHaveLength(1);
});
