import { afterEach, expect, test } from 'vitest';
import type { LockSpec, Traits } from '../../drivers/simulated/lock.ts';
import type { Capabilities, TimeFrame } from '../../src/core/model.ts';
import { BookingDesk } from '../support/bookings.ts';
import { Crash, House, lockSpec } from '../support/house.ts';

// Locks that take a schedule only for a user who has a code: the code first, disabled; the schedule; both read back; and
// then enabled (DESIGN §5, `code_disabled_first`).

const minute = 60_000;
const hour = 60 * minute;

let house: House;
let desk: BookingDesk;
let noon: number;
let opened: number[];

/** Notes each write after which a code opens the door at any hour. */
const watch = (): void => {
  const { lock } = house;
  const store = lock.store.bind(lock);
  lock.store = (slot, digits, now, manner) => {
    store(slot, digits, now, manner);
    opened.push(...lock.roundTheClock);
  };
};

const build = async (
  traits: Traits,
  changes: Partial<LockSpec> = {},
  capabilities: Partial<Capabilities> = {},
): Promise<void> => {
  opened = [];
  house = new House([
    lockSpec(
      { traits, ...changes },
      {
        yearDaySchedules: 1,
        scheduleOrder: 'code_disabled_first',
        codeManners: true,
        clock: { set: false, read: true },
        ...capabilities,
      },
    ),
  ]);
  await house.settle();
  desk = new BookingDesk(house);
  noon = Math.ceil(house.clock.now() / hour) * hour;
  await house.settle(noon - house.clock.now());
  watch();
};
afterEach(async () => {
  await house[Symbol.asyncDispose]();
});

const frame = (from: number, until: number): TimeFrame => ({
  startsAt: noon + from * hour,
  endsAt: noon + until * hour,
});
const until = (hours: number, more = 0): Promise<void> =>
  house.settle(noon + hours * hour + more - house.clock.now());
const bound = { scheduled: true, enabled: true };

test.each<[string, Traits, Partial<LockSpec>, Partial<Capabilities>?]>([
  ['refuses a schedule for a user without a code', { schedules: 'need_code' }, {}],
  ['drops a schedule that comes before its code', { schedules: 'dropped_by_first_code' }, {}],
  ['masks its codes', { schedules: 'need_code' }, { masks: true }],
  ['is slow to show what it took', { schedules: 'need_code', readBackDelayMs: 0 }, { duplicateCheck: false }],
])('a lock that %s is loaded ahead, and never open before', async (_name, traits, changes) => {
  await build(traits, changes);
  const guest = desk.book('1234', frame(4, 6));
  await until(0, 2 * minute);
  expect([...house.lock.slots.values()]).toEqual(['1234']);
  expect([...house.lock.manners.values()]).toEqual([bound]);
  expect([...house.lock.schedules.keys()]).toEqual([...house.lock.slots.keys()]);
  expect(desk.code(guest.id)).toMatchObject({ status: 'unset', isScheduledOnDevice: true, errors: [] });
  await until(4, minute);
  expect(desk.code(guest.id)).toMatchObject({ status: 'set', isScheduledOnDevice: true });
  expect(opened).toEqual([]);
  await until(6, minute);
  expect([house.lock.slots.size, house.lock.schedules.size]).toEqual([0, 0]);
  expect(desk.code(guest.id)).toBeUndefined();
});

test.each<[string, Traits]>([
  ['drops the schedule as the code is enabled', { schedules: 'dropped_by_enabling' }],
  ['enables every code, whatever it is told', { schedules: 'need_code', alwaysEnables: true }],
])('a lock that %s has the code taken off at once, until it is due', async (_name, traits) => {
  await build(traits);
  const guest = desk.book('1234', frame(4, 6));
  await until(1);
  expect(house.lock.slots.size).toBe(0);
  expect(opened.length).toBeLessThanOrEqual(1);
  house.lock.exchanges.length = 0;
  await until(3);
  expect(house.lock.exchanges).toEqual([]);
  await until(4, minute);
  expect(desk.code(guest.id)).toMatchObject({ status: 'set', isScheduledOnDevice: false });
  expect([...house.lock.slots.values()]).toEqual(['1234']);
});

test.each([1, 4])('nor does it open where %i answers to that were lost', async (answers) => {
  await build({ schedules: 'not_stored', alwaysEnables: true });
  const { lock } = house;
  const store = lock.store.bind(lock);
  let left = 1;
  lock.store = (...args) => {
    store(...args);
    if ((left -= 1) === 0) lock.faults.loseAnswers = answers;
  };
  desk.book('1234', frame(40, 42));
  await until(1);
  expect(opened.length).toBeGreaterThan(0);
  expect([...lock.slots.values()]).toEqual([]);
  await until(40, minute);
  expect(lock.enter('1234')).toBeDefined();
});

test('a lock that disables every code is given it anew when it is due', async () => {
  await build({ schedules: 'need_code', alwaysDisables: true });
  const guest = desk.book('1234', frame(4, 6));
  await until(4, 5 * minute);
  expect(desk.code(guest.id)).toMatchObject({ status: 'setting' });
  expect(desk.code(guest.id)?.warnings.map(({ code }) => code)).toContain('ultraloq_access_code_disabled');
});

test.each<[string, string, object]>([
  ['deleted', 'access_codes/delete', {}],
  [
    'moved to much later',
    'access_codes/update',
    { starts_at: '2026-11-21T12:00:00Z', ends_at: '2026-11-22T12:00:00Z' },
  ],
])('a code that is %s while it stands disabled is taken off', async (_name, route, params) => {
  await build({ schedules: 'not_stored' });
  const guest = desk.book('1234', frame(4, 6));
  await until(0, 2 * minute);
  expect(desk.code(guest.id)).toMatchObject({ status: 'unset', isScheduledOnDevice: false });
  expect([...house.lock.manners.values()]).toEqual([{ scheduled: true, enabled: false }]);
  expect((await house.call(route, { access_code_id: guest.id, ...params })).ok).toBe(true);
  await until(0, 4 * minute);
  expect(house.lock.slots.size).toBe(0);
});

test('a PIN that is changed while the old one stands disabled is the one that is enabled', async () => {
  await build({ schedules: 'need_code' });
  const guest = desk.book('1234', frame(4, 6));
  let isChanged = false;
  house.onMoment = (moment) => {
    if (isChanged || moment !== 'belief_committed' || house.lock.slots.size === 0) return;
    isChanged = true;
    void house.call('access_codes/update', { access_code_id: guest.id, code: '5678' });
  };
  await until(0, 3 * minute);
  expect([...house.lock.slots.values()]).toEqual(['5678']);
  expect(desk.code(guest.id)).toMatchObject({ isScheduledOnDevice: true });
  expect(opened).toEqual([]);
});

test('wherever a power cut ends it, the code is loaded once and never open before', async () => {
  for (let after = 0; after < 14; after += 1) {
    await build({ schedules: 'need_code' });
    let left = after;
    house.onMoment = () => {
      left -= 1;
      if (left < 0) throw new Crash();
    };
    const guest = desk.book('1234', frame(4, 6));
    await until(0, minute);
    house.onMoment = () => undefined;
    await house.restart();
    await until(1);
    expect(opened, `after ${after} moments`).toEqual([]);
    expect([...house.lock.slots.values()], `after ${after} moments`).toEqual(['1234']);
    expect([...house.lock.manners.values()], `after ${after} moments`).toEqual([bound]);
    expect(desk.code(guest.id)).toMatchObject({ isScheduledOnDevice: true });
    if (after < 13) await house[Symbol.asyncDispose]();
  }
});
