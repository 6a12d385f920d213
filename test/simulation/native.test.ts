import { afterEach, describe, expect, test } from 'vitest';
import type { LockSpec, Traits } from '../../drivers/simulated/lock.ts';
import type { Capabilities, TimeFrame } from '../../src/core/model.ts';
import { BookingDesk } from '../support/bookings.ts';
import type { Booking } from '../support/bookings.ts';
import { Crash, House, lockSpec } from '../support/house.ts';

const minute = 60_000;
const hour = 60 * minute;

let house: House;
let desk: BookingDesk;
let noon: number;
/** A lock with year-day schedules, a clock that can be read, and a known order. */
const build = async (
  traits: Traits = {},
  capabilities: Partial<Capabilities> = {},
  changes: Partial<LockSpec> = {},
): Promise<House> => {
  house = new House([
    lockSpec(
      { traits, ...changes },
      {
        yearDaySchedules: 1,
        scheduleOrder: 'schedule_first',
        clock: { set: false, read: true },
        ...capabilities,
      },
    ),
  ]);
  await house.settle();
  desk = new BookingDesk(house);
  noon = Math.ceil(house.clock.now() / hour) * hour;
  await house.settle(noon - house.clock.now());
  return house;
};
afterEach(async () => {
  await house[Symbol.asyncDispose]();
});

/** From and until, hours from the start of the test. */
const frame = (from: number, until: number): TimeFrame => ({
  startsAt: noon + from * hour,
  endsAt: noon + until * hour,
});
const until = (hours: number, more = 0): Promise<void> =>
  house.settle(noon + hours * hour + more - house.clock.now());
const events = ({ id }: Booking): string[] =>
  house.store
    .events(0, 10_000)
    .filter((one) => one.accessCodeId === id)
    .map((one) => one.eventType.replace('access_code.', ''));
const local = (at: number): object => {
  const date = new Date(at);
  return {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    hour: date.getUTCHours(),
    minute: date.getUTCMinutes(),
  };
};
const window = ({ startsAt, endsAt }: TimeFrame): object => ({ start: local(startsAt), stop: local(endsAt) });

/** Notes as soon as a code opens the door at any hour before its time. */
const openEarly = (): (() => boolean) => {
  const { slots } = house.lock;
  let early = false;
  const set = slots.set.bind(slots);
  slots.set = (slot, digits) => {
    const done = set(slot, digits);
    if (!house.lock.schedules.has(slot)) early = true;
    return done;
  };
  return () => early;
};

describe('a code for a lock with schedules of its own', () => {
  test.each([
    ['that can be read', {}, {}],
    ['with a checksum', { checksum: true }, {}],
    ['that masks', {}, { masks: true }],
    ['that is told with the code what it may do', { codeManners: true as const }, {}],
    ['that is slow to show what it took', { readBackDelayMs: 3_000 }, { traits: { readBackDelayMs: 3_000 } }],
  ])(
    'stands on it ahead of its time, bound by its schedule: a lock %s',
    async (_name, capabilities, changes) => {
      await build({}, capabilities, changes);
      const isOpen = openEarly();
      const guest = desk.book('1234', frame(4, 6));
      await until(0, minute);
      expect([...house.lock.slots.values()]).toEqual(['1234']);
      expect([...house.lock.schedules.values()]).toEqual([window(frame(4, 6))]);
      expect(isOpen()).toBe(false);
      expect(desk.code(guest.id)).toMatchObject({ status: 'unset', isScheduledOnDevice: true, errors: [] });
      expect(events(guest)).toEqual(['scheduled_on_device']);
      await until(4, -1);
      expect(desk.code(guest.id)).toMatchObject({ status: 'unset' });
      await until(4, minute);
      expect(desk.code(guest.id)).toMatchObject({ status: 'set', isScheduledOnDevice: true });
      expect(house.lock.roundTheClock).toEqual([]);
      await until(6, minute);
      expect(house.lock.slots.size).toBe(0);
      expect(house.lock.schedules.size).toBe(0);
      expect(desk.code(guest.id)).toBeUndefined();
      expect(events(guest)).toEqual([
        'scheduled_on_device',
        'set_on_device',
        'removed_from_device',
        'deleted',
      ]);
    },
  );

  test('is not on it earlier than the settings say', async () => {
    await build();
    desk.book('1234', frame(74, 75));
    await until(2, -1);
    expect(house.lock.slots.size).toBe(0);
    await until(2, minute);
    expect([...house.lock.slots.values()]).toEqual(['1234']);
  });

  test('lets its guest in while the bridge is down', async () => {
    await build();
    desk.book('1234', frame(10, 20));
    await until(1);
    await house.controller.stop();
    expect([...house.lock.slots.values()]).toEqual(['1234']);
    expect([...house.lock.schedules.values()]).toEqual([window(frame(10, 20))]);
    await house.restart();
  });

  test('is called set at its start only by a look of the last 24 hours', async () => {
    await build();
    const guest = desk.book('1234', frame(30, 31));
    await until(1);
    house.lock.exchanges.length = 0;
    await until(6, -1);
    expect(house.lock.exchanges).toEqual([]);
    await until(30, minute);
    expect(house.lock.exchanges.map(({ kind }) => kind)).toEqual(['read']);
    expect(desk.code(guest.id)).toMatchObject({ status: 'set' });
  });

  test('is not called set where the lock does not answer at its start', async () => {
    await build();
    const guest = desk.book('1234', frame(30, 31));
    await until(5);
    house.lock.faults.offline = true;
    await until(30, minute);
    expect(desk.code(guest.id)?.status).toBe('setting');
    expect(events(guest)).not.toContain('set_on_device');
  });

  test('costs nothing once it is loaded', async () => {
    await build();
    desk.book('1234', frame(20, 22));
    await until(1);
    house.lock.exchanges.length = 0;
    await until(19);
    expect(house.lock.exchanges).toEqual([]);
  });
});

describe('a code is written only when it is due', () => {
  const deferred = async (guest: Booking, from: number): Promise<void> => {
    await until(from, -2 * minute);
    expect(house.lock.slots.size).toBe(0);
    expect(house.lock.schedules.size).toBe(0);
    expect(desk.code(guest.id)).toMatchObject({ status: 'unset', isScheduledOnDevice: false, errors: [] });
    await until(from, 2 * minute);
    expect([...house.lock.slots.values()]).toEqual(['1234']);
    expect(desk.code(guest.id)?.status).toBe('set');
  };

  test.each<[string, Traits, Partial<Capabilities>]>([
    ['that has no schedules', {}, { yearDaySchedules: 0 }],
    ['that needs the code first, and cannot disable it', {}, { scheduleOrder: 'code_disabled_first' }],
    ['whose clock cannot be read', {}, { clock: { set: true, read: false } }],
    ['whose clock is off', { clockOffsetMs: 3 * minute }, {}],
    ['whose schedules are refused', { schedules: 'need_code' }, {}],
    ['whose schedules are not stored', { schedules: 'not_stored' }, {}],
  ])('on a lock %s', async (_name, traits, changes) => {
    await build(traits, changes);
    await deferred(desk.book('1234', frame(3, 4)), 3);
  });

  test('where it is not wanted otherwise', async () => {
    await build();
    const guest = desk.book('1234', frame(3, 4), { preferNativeScheduling: false });
    await deferred(guest, 3);
  });
});

test.each(['dropped_by_code', 'dropped_by_first_code'] as const)(
  'a lock that turns out to drop the schedule as the code comes (%s) has the code taken off at once, until it is due',
  async (schedules) => {
    await build({ schedules });
    const guest = desk.book('1234', frame(10, 12));
    let openMs = 0;
    for (let step = 0; step < 600; step += 1) {
      await house.settle(20);
      if (house.lock.roundTheClock.length > 0) openMs += 20;
    }
    // The time that a look at the schedule and the removal take.
    expect(openMs).toBeLessThanOrEqual(120);
    house.lock.exchanges.length = 0;
    await until(10, -minute);
    expect(house.lock.exchanges).toEqual([]);
    expect(house.lock.slots.size).toBe(0);
    await until(10, minute);
    expect([...house.lock.slots.values()]).toEqual(['1234']);
    expect(desk.code(guest.id)?.status).toBe('set');
  },
);

describe('a loaded code whose time changes', () => {
  test('gets the new window while it is ahead of its time', async () => {
    await build();
    const isOpen = openEarly();
    const guest = desk.book('1234', frame(10, 12));
    await until(1);
    desk.reframe(guest.id, frame(11, 13));
    await until(2);
    expect([...house.lock.schedules.values()]).toEqual([window(frame(11, 13))]);
    expect([...house.lock.slots.values()]).toEqual(['1234']);
    expect(desk.code(guest.id)).toMatchObject({ isScheduledOnDevice: true, timeFrameBefore: undefined });
    expect(isOpen()).toBe(false);
    await until(13, minute);
    expect(house.lock.slots.size + house.lock.schedules.size).toBe(0);
  });

  test('gets a later end without a moment off the lock', async () => {
    await build();
    const guest = desk.book('1234', frame(2, 4));
    await until(3);
    house.lock.exchanges.length = 0;
    desk.reframe(guest.id, frame(2, 6));
    await until(3.5);
    expect([...house.lock.schedules.values()]).toEqual([window(frame(2, 6))]);
    expect(house.lock.exchanges.map(({ kind }) => kind)).toEqual(['schedule']);
    await until(6, minute);
    expect(house.lock.slots.size + house.lock.schedules.size).toBe(0);
  });

  test('to ongoing stands unbound', async () => {
    await build();
    const guest = desk.book('1234', frame(10, 12));
    await until(1);
    desk.reframe(guest.id, undefined);
    await until(2);
    expect(house.lock.roundTheClock).toHaveLength(1);
    expect(desk.code(guest.id)).toMatchObject({ status: 'set', isScheduledOnDevice: false });
  });

  test('to beyond the three days is taken off again', async () => {
    await build();
    const guest = desk.book('1234', frame(10, 12));
    await until(1);
    desk.reframe(guest.id, frame(200, 201));
    await until(2);
    expect(house.lock.slots.size + house.lock.schedules.size).toBe(0);
    expect(desk.code(guest.id)).toMatchObject({ status: 'unset', isScheduledOnDevice: false });
  });

  test('or that is deleted leaves neither code nor schedule', async () => {
    await build();
    const guest = desk.book('1234', frame(10, 12));
    await until(1);
    desk.delete(guest.id);
    await until(2);
    expect(house.lock.slots.size + house.lock.schedules.size).toBe(0);
    expect(desk.code(guest.id)).toBeUndefined();
  });
});

test('a code loaded ahead makes room for one whose time it is, and comes when it is due', async () => {
  await build({}, { slots: { first: 1, last: 1 } });
  const later = desk.book('1234', frame(10, 12));
  await until(1);
  const now = desk.book('5678', frame(1, 9));
  await until(1, minute);
  expect([...house.lock.slots.values()]).toEqual(['5678']);
  expect(desk.code(now.id)?.status).toBe('set');
  expect(desk.code(later.id)).toMatchObject({ status: 'unset', isScheduledOnDevice: false });
  await until(9, minute);
  expect([...house.lock.slots.values()]).toEqual(['1234']);
  expect(desk.code(later.id)?.isScheduledOnDevice).toBe(true);
  await until(10, minute);
  expect(desk.code(later.id)?.status).toBe('set');
});

test('killed between any two of its steps, a load ends as it should, and the code never opens the door early', async () => {
  let moments = 0;
  await build();
  house.onMoment = () => {
    moments += 1;
  };
  desk.book('1234', frame(10, 12));
  await until(1);
  await house[Symbol.asyncDispose]();
  expect(moments).toBeGreaterThan(4);
  for (let kill = 0; kill < moments; kill += 1) {
    await build();
    const isOpen = openEarly();
    let left = kill;
    house.onMoment = () => {
      left -= 1;
      if (left < 0) throw new Crash();
    };
    const guest = desk.book('1234', frame(10, 12));
    await until(0.5);
    house.onMoment = () => undefined;
    await house.restart();
    await until(1);
    expect(desk.code(guest.id)).toMatchObject({ status: 'unset', isScheduledOnDevice: true });
    expect(isOpen(), `killed at moment ${kill}`).toBe(false);
    await until(12, minute);
    expect(house.lock.slots.size + house.lock.schedules.size).toBe(0);
    if (kill < moments - 1) await house[Symbol.asyncDispose]();
  }
});
