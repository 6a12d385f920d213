import { afterEach, describe, expect, test } from 'vitest';
import type { LockSpec } from '../../drivers/simulated/lock.ts';
import type { Capabilities, TimeFrame } from '../../src/core/model.ts';
import { defaultLeadMs } from '../../src/core/phase.ts';
import { BookingDesk } from '../support/bookings.ts';
import type { Booking } from '../support/bookings.ts';
import { Crash, House, lockSpec } from '../support/house.ts';

const minute = 60_000;
const hour = 60 * minute;

let house: House;
let desk: BookingDesk;
let noon: number;
const build = async (
  changes: Partial<LockSpec> = {},
  capabilities: Partial<Capabilities> = {},
): Promise<void> => {
  house = new House([lockSpec(changes, capabilities)]);
  await house.settle();
  desk = new BookingDesk(house);
  noon = house.clock.now();
};
afterEach(async () => {
  await house[Symbol.asyncDispose]();
});

/** From and until, hours from the start of the test. */
const frame = (from: number, until: number): TimeFrame => ({
  startsAt: noon + from * hour,
  endsAt: noon + until * hour,
});
/** Lets time pass until so many hours from the start of the test, and a little more. */
const until = (hours: number, more = 0): Promise<void> =>
  house.settle(noon + hours * hour + more - house.clock.now());
const onLock = (): string[] => [...house.lock.slots.values()].sort();
const events = ({ id }: Booking): string[] =>
  house.store
    .events(0, 10_000)
    .filter((one) => one.accessCodeId === id)
    .map((one) => one.eventType.replace('access_code.', ''));
const statusOf = ({ id }: Booking): string | undefined => desk.code(id)?.status;

describe('a time-bound code', () => {
  test('is on the lock from shortly before it starts until it ends, costs nothing before, and says so once', async () => {
    await build();
    house.lock.exchanges.length = 0;
    const guest = desk.book('1234', frame(2, 4));
    await until(2, -defaultLeadMs - 1);
    expect(house.lock.exchanges).toEqual([]);
    expect(statusOf(guest)).toBe('unset');
    await until(2);
    expect(onLock()).toEqual(['1234']);
    expect(statusOf(guest)).toBe('set');
    await until(4, -1);
    expect(onLock()).toEqual(['1234']);
    await until(4, 5_000);
    expect(onLock()).toEqual([]);
    expect(desk.code(guest.id)).toBeUndefined();
    expect(events(guest)).toEqual(['set_on_device', 'removed_from_device', 'deleted']);
  });

  test('that is deleted before its time never touches the lock', async () => {
    await build();
    const guest = desk.book('1234', frame(2, 4));
    await until(1);
    house.lock.exchanges.length = 0;
    desk.delete(guest.id);
    await until(5);
    expect(house.lock.exchanges).toEqual([]);
    expect(events(guest)).toEqual(['deleted']);
  });

  test('whose whole time has passed while the bridge was down is never written', async () => {
    await build();
    const guest = desk.book('1234', frame(2, 4));
    await until(1);
    house.lock.exchanges.length = 0;
    house.clock.step(5 * hour);
    await house.restart();
    await house.settle(10 * minute);
    expect(house.lock.exchanges.filter(({ kind }) => kind === 'set')).toEqual([]);
    expect(desk.code(guest.id)).toBeUndefined();
    expect(events(guest)).toEqual(['deleted']);
  });

  test('that ended while the bridge was down is taken off as soon as it is back', async () => {
    await build();
    const guest = desk.book('1234', frame(0, 4));
    await until(1);
    house.clock.step(5 * hour);
    await house.restart();
    await house.settle(10_000);
    expect(onLock()).toEqual([]);
    expect(events(guest)).toContain('removed_from_device');
    expect(desk.code(guest.id)).toBeUndefined();
  });

  test('that started while the bridge was down is written as soon as it is back', async () => {
    await build();
    const guest = desk.book('1234', frame(2, 9));
    await until(1);
    house.clock.step(2 * hour);
    await house.restart();
    await house.settle(10_000);
    expect(onLock()).toEqual(['1234']);
    expect(statusOf(guest)).toBe('set');
  });

  test('is removed when the wall clock jumps past its end, without waiting for a timer of hours', async () => {
    await build();
    desk.book('1234', frame(0, 400));
    await until(1);
    house.clock.step(400 * hour);
    await house.settle(minute + 5_000);
    expect(onLock()).toEqual([]);
  });
});

describe('a window that changes', () => {
  test('to later, under a code that stands, takes it off the lock, keeps it, and writes it when it is due', async () => {
    await build();
    const guest = desk.book('1234', frame(0, 4));
    await until(0.5);
    desk.reframe(guest.id, frame(2, 6));
    await until(0.6);
    expect(onLock()).toEqual([]);
    expect(desk.code(guest.id)).toMatchObject({ status: 'unset', timeFrameBefore: undefined });
    const other = desk.book('5678', undefined);
    await until(2);
    expect(onLock()).toEqual(['1234', '5678']);
    expect(statusOf(guest)).toBe('set');
    expect(statusOf(other)).toBe('set');
    await until(6, 5_000);
    expect(onLock()).toEqual(['5678']);
    expect(events(guest)).toEqual([
      'set_on_device',
      'removed_from_device',
      'set_on_device',
      'removed_from_device',
      'deleted',
    ]);
  });

  test('to earlier brings the code at once', async () => {
    await build();
    const guest = desk.book('1234', frame(20, 40));
    await until(1);
    desk.reframe(guest.id, frame(0, 2));
    await until(1, 5_000);
    expect(onLock()).toEqual(['1234']);
    expect(desk.code(guest.id)).toMatchObject({ status: 'set', timeFrameBefore: undefined });
    await until(2, 5_000);
    expect(onLock()).toEqual([]);
  });

  test('while it is early, or only in its end, changes nothing on the lock', async () => {
    await build();
    const early = desk.book('1234', frame(20, 40));
    const due = desk.book('5678', frame(0, 3));
    await until(1);
    house.lock.exchanges.length = 0;
    desk.reframe(early.id, frame(30, 40));
    desk.reframe(due.id, frame(0, 2));
    await until(1.5);
    expect(house.lock.exchanges).toEqual([]);
    for (const { id } of [early, due]) expect(desk.code(id)?.timeFrameBefore).toBeUndefined();
    await until(2, 5_000);
    expect(onLock()).toEqual([]);
  });

  test('to the past removes the code at once', async () => {
    await build();
    const guest = desk.book('1234', frame(0, 4));
    await until(1);
    desk.reframe(guest.id, frame(0, 0.5));
    await until(1, 5_000);
    expect(onLock()).toEqual([]);
    expect(events(guest)).toEqual(['set_on_device', 'removed_from_device', 'deleted']);
  });

  test('to ongoing and back follows', async () => {
    await build();
    const guest = desk.book('1234', frame(5, 6));
    await until(1);
    desk.reframe(guest.id, undefined);
    await until(9);
    expect(onLock()).toEqual(['1234']);
    desk.reframe(guest.id, frame(10, 11));
    await until(9.5);
    expect(onLock()).toEqual([]);
    await until(10);
    expect(onLock()).toEqual(['1234']);
    await until(11, 5_000);
    expect(onLock()).toEqual([]);
  });

  test('back to now, while its removal is on the way, leaves it on the lock', async () => {
    await build();
    const guest = desk.book('1234', frame(0, 4));
    await until(1);
    house.lock.faults.loseAnswers = 1;
    desk.reframe(guest.id, frame(2, 6));
    await house.settle(30);
    desk.reframe(guest.id, frame(0, 4));
    await until(1.2);
    expect(onLock()).toEqual(['1234']);
    expect(statusOf(guest)).toBe('set');
  });
});

describe('guests who follow each other without a gap', () => {
  const specs: [string, Partial<LockSpec>, Partial<Capabilities>][] = [
    ['a lock that can be read', {}, {}],
    ['a lock with a checksum', {}, { checksum: true }],
    ['a lock that masks', { masks: true }, {}],
    ['a lock that cannot be read', {}, { readBack: 'none', reportsProgramming: false }],
    ['a lock that checks no duplicates', { duplicateCheck: false }, {}],
  ];
  test.each(specs)('share a slot and a PIN on %s', async (_name, changes, capabilities) => {
    await build(changes, { slots: { first: 1, last: 1 }, ...capabilities });
    house.usable = { first: 1, last: 1 };
    const first = desk.book('1234', frame(0, 2));
    const second = desk.book('1234', frame(2, 4));
    await until(2, -1);
    expect(onLock()).toEqual(['1234']);
    expect(statusOf(first)).toBe('set');
    expect(statusOf(second)).not.toBe('set');
    expect(desk.code(second.id)?.errors).toEqual([]);
    await until(2, 10_000);
    expect(onLock()).toEqual(['1234']);
    expect(desk.code(first.id)).toBeUndefined();
    expect(statusOf(second)).toBe('set');
    await until(4, 10_000);
    expect(onLock()).toEqual([]);
  });

  test.each([
    ['lies about the removal', { lies: 1 }],
    ['loses the command', { loseCommands: 1 }],
    ['loses the answer', { loseAnswers: 1 }],
  ])('never have one PIN in two slots, even where the lock %s', async (_name, faults) => {
    await build({ duplicateCheck: false });
    desk.book('1234', frame(0, 2));
    desk.book('1234', frame(2, 4));
    await until(2, -1);
    Object.assign(house.lock.faults, faults);
    for (let second = 0; second < 60; second += 1) {
      await house.settle(1_000);
      expect(onLock().filter((one) => one === '1234').length).toBeLessThanOrEqual(1);
    }
    expect(onLock()).toEqual(['1234']);
  });

  test('wait for a lock that is out of reach, and the second never comes before the first has gone', async () => {
    await build();
    const first = desk.book('1234', frame(0, 2));
    const second = desk.book('1234', frame(2, 8));
    await until(1);
    house.lock.faults.offline = true;
    await until(4);
    expect(statusOf(first)).toBe('removing');
    expect(house.events()).toContain('access_code.failed_to_remove_from_device');
    house.lock.faults.offline = false;
    house.driver.emit({ kind: 'reachable', address: house.lock.spec.address });
    await until(4.5);
    expect(desk.code(first.id)).toBeUndefined();
    expect(statusOf(second)).toBe('set');
    expect(onLock()).toEqual(['1234']);
  });
});

test.each(['intent_committed', 'answer_unread', 'belief_committed', 'event_unpublished'] as const)(
  'a bridge that dies at the end of a window (%s) takes the code off when it is back, and tells of it once',
  async (moment) => {
    await build();
    const guest = desk.book('1234', frame(0, 2));
    await until(2, -1);
    let died = false;
    house.onMoment = (now) => {
      if (died || now !== moment) return;
      died = true;
      throw new Crash();
    };
    await until(2, 30);
    await house.restart();
    await until(2, 10 * minute);
    expect(died).toBe(true);
    expect(onLock()).toEqual([]);
    expect(desk.code(guest.id)).toBeUndefined();
    expect(events(guest)).toEqual(['set_on_device', 'removed_from_device', 'deleted']);
  },
);
