import { afterEach, expect, test } from 'vitest';
import type { Capabilities, TimeFrame } from '../../src/core/model.ts';
import { BookingDesk } from '../support/bookings.ts';
import type { Booking } from '../support/bookings.ts';
import { House, lockSpec } from '../support/house.ts';

const minute = 60_000;
const hour = 60 * minute;

let house: House;
let desk: BookingDesk;
let noon: number;
const build = async (capabilities: Partial<Capabilities> = {}): Promise<void> => {
  const clock = { set: false, read: true };
  const native = { yearDaySchedules: 1, scheduleOrder: 'schedule_first', clock } as const;
  house = new House([lockSpec({}, { ...native, ...capabilities })]);
  await house.settle();
  desk = new BookingDesk(house);
  noon = Math.ceil(house.clock.now() / hour) * hour;
  await house.settle(noon - house.clock.now());
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
const events = ({ id }: Booking): string[] =>
  house.store
    .events(0, 10_000)
    .filter((one) => one.accessCodeId === id)
    .map((one) => one.eventType.replace('access_code.', ''));
const setOffline = (offline: boolean): void => {
  house.lock.faults.offline = offline;
  if (!offline) house.driver.emit({ kind: 'reachable', address: house.lock.spec.address });
};

test('a code that stands unbound and is moved to later is taken off before it is loaded for then', async () => {
  await build();
  const guest = desk.book('1234', frame(0, 5));
  await until(1);
  expect(house.lock.roundTheClock).toHaveLength(1);
  setOffline(true);
  desk.reframe(guest.id, frame(10, 12));
  await until(2);
  expect(desk.code(guest.id)).toMatchObject({ status: 'removing' });
  setOffline(false);
  await until(3);
  expect(house.lock.roundTheClock).toEqual([]);
  expect(desk.code(guest.id)).toMatchObject({ status: 'unset', isScheduledOnDevice: true, errors: [] });
});

test.each([
  ['to earlier', (): TimeFrame => frame(1, 12), 'setting'],
  ['to ongoing', () => undefined, 'setting'],
])(
  'a loaded code whose time is moved %s is not called set before its schedule has followed',
  async (_name, moved, status) => {
    await build();
    const guest = desk.book('1234', frame(10, 12));
    await until(1);
    setOffline(true);
    desk.reframe(guest.id, moved());
    await until(1, 2 * minute);
    expect(desk.code(guest.id)?.status).toBe(status);
    expect(events(guest)).not.toContain('set_on_device');
    setOffline(false);
    await until(1, 20 * minute);
    expect(desk.code(guest.id)?.status).toBe('set');
    expect(events(guest).filter((one) => one === 'set_on_device')).toHaveLength(1);
  },
);

test('a loaded code gives way to one with the same PIN whose time is before, and comes again after it', async () => {
  await build();
  const later = desk.book('1234', frame(10, 12));
  await until(1);
  const first = desk.book('1234', frame(3, 5), { preferNativeScheduling: false });
  await until(2);
  expect(desk.code(later.id)?.isScheduledOnDevice).toBe(true);
  await until(3, minute);
  expect(desk.code(first.id)?.status).toBe('set');
  house.lock.exchanges.length = 0;
  await until(4);
  expect(house.lock.exchanges).toEqual([]);
  await until(6);
  expect(desk.code(later.id)?.isScheduledOnDevice).toBe(true);
});

test('of two that are loaded with one PIN, the earlier is on the lock first', async () => {
  await build();
  desk.book('1234', frame(10, 12));
  await until(1);
  const first = desk.book('1234', frame(3, 5));
  await until(2);
  expect(desk.code(first.id)?.isScheduledOnDevice).toBe(true);
});

test('a lock that goes away for half a day in the middle of a load has the code in time when it is back', async () => {
  await build();
  const { schedules } = house.driver;
  const setSchedule = schedules.setSchedule.bind(schedules);
  schedules.setSchedule = async (...args) => {
    const outcome = await setSchedule(...args);
    setOffline(true);
    return outcome;
  };
  const guest = desk.book('1234', frame(15, 17));
  await until(14.5);
  schedules.setSchedule = setSchedule;
  setOffline(false);
  await until(15, minute);
  expect(desk.code(guest.id)?.status).toBe('set');
});

test('an allowed change of a loaded code is taken off until its time, and then written: nobody else deleted it', async () => {
  await build();
  const guest = desk.book('1234', frame(20, 22), { externalChangesAllowed: true });
  await until(1);
  house.lock.slots.set(1, '9876');
  house.driver.emit({ kind: 'slot', address: house.lock.spec.address, slot: 1 });
  await until(20, 2 * minute);
  expect([...house.lock.slots.values()]).toEqual(['9876']);
  expect(desk.code(guest.id)?.status).toBe('set');
  expect(events(guest)).not.toContain('deleted_external_to_seam');
});

/** The lock loses its schedules, and is out of reach from before the look of the day before until the code is due. */
const lostUnseen = async (): Promise<void> => {
  await until(5);
  setOffline(true);
  house.lock.schedules.clear();
  await until(30, -20_000);
  setOffline(false);
};

test('a schedule that is gone the day before is found then: its code is taken off at once, and comes when it is due', async () => {
  await build();
  const guest = desk.book('1234', frame(30, 32));
  await until(5);
  house.lock.schedules.clear();
  await until(6, -1);
  expect(house.lock.slots.size, 'nobody has looked').toBe(1);
  await until(6, minute);
  expect(house.lock.slots.size).toBe(0);
  expect(desk.code(guest.id)).toMatchObject({ status: 'unset', isScheduledOnDevice: false });
  await until(30, minute);
  expect([...house.lock.slots.values()]).toEqual(['1234']);
  expect(desk.code(guest.id)).toMatchObject({ status: 'set', errors: [] });
});

test('a schedule that is gone at the start leaves the code where it stands, unbound until its end', async () => {
  await build();
  const guest = desk.book('1234', frame(30, 32));
  await lostUnseen();
  house.lock.exchanges.length = 0;
  await until(30, 5 * minute);
  expect(house.lock.exchanges.map(({ kind }) => kind)).not.toContain('clear');
  expect(desk.code(guest.id)).toMatchObject({ status: 'set', isScheduledOnDevice: false });
  await until(32, minute);
  expect(house.lock.slots.size).toBe(0);
});

test('one that is told with the code that it has a schedule is written anew without, for it would open nothing', async () => {
  await build({ codeManners: true });
  const guest = desk.book('1234', frame(30, 32));
  await lostUnseen();
  await until(30, 5 * minute);
  expect(house.lock.manners.get(1)).toEqual({ scheduled: false, enabled: true });
  expect(desk.code(guest.id)?.status).toBe('set');
});

test.each(['refuses', 'lies'] as const)(
  'a lock that %s gets a code some times ahead, and again as if nothing had been when it is due',
  async (fault) => {
    await build();
    house.lock.faults[fault] = 1_000;
    const guest = desk.book('1234', frame(5, 7));
    await until(4);
    expect(house.lock.exchanges.filter(({ kind }) => kind === 'set')).toHaveLength(5);
    house.lock.faults[fault] = 0;
    await until(5, -5_000);
    expect([...house.lock.slots.values()]).toEqual(['1234']);
    await until(5, minute);
    expect(desk.code(guest.id)).toMatchObject({ status: 'set', errors: [] });
    expect(events(guest)).toEqual(['set_on_device']);
  },
);

test('a schedule that the lock never gets rid of in time keeps its slot, not its guest, out of use', async () => {
  await build();
  const { schedules } = house.driver;
  const timeout = { kind: 'failed', why: 'timeout', mayHaveLanded: true } as const;
  let told = 0;
  const tooSlow = (): Promise<typeof timeout> => {
    told += 1;
    return Promise.resolve(timeout);
  };
  Object.assign(schedules, { setSchedule: tooSlow, clearSchedule: tooSlow });
  const guest = desk.book('1234', frame(2, 30));
  await until(2, -minute);
  expect(house.lock.slots.size).toBe(0);
  await until(2, minute);
  expect([...house.lock.slots]).toEqual([[2, '1234']]);
  expect(desk.code(guest.id)).toMatchObject({ status: 'set', errors: [] });
  told = 0;
  await until(26);
  // Nobody waits for that slot any more: at last it is once a day.
  expect([1, 2]).toContain(told);
});
