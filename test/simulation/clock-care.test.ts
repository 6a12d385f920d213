import { afterEach, describe, expect, test, vi } from 'vitest';
import type { Traits } from '../../drivers/simulated/lock.ts';
import { isList, isRecord } from '../../src/app/json.ts';
import type { Capabilities, TimeFrame } from '../../src/core/model.ts';
import type { LockTime } from '../../src/ports/lock-time.ts';
import { lockTime } from '../../src/platform/lock-time.ts';
import { BookingDesk } from '../support/bookings.ts';
import { House, lockSpec } from '../support/house.ts';

// The care of a lock's own clock, and of codes that stand by it (DESIGN §5; FIELD-BUGS 25).

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

let house: House;
let desk: BookingDesk;
const build = async (
  zone: string,
  clock: NonNullable<Capabilities['clock']> = { set: true, read: true, dst: true },
  traits: Traits = {},
  options: ConstructorParameters<typeof House>[2] = {},
): Promise<void> => {
  const able = { yearDaySchedules: 1, scheduleOrder: 'schedule_first' as const, clock };
  house = new House([lockSpec({ traits }, able)], 1, options);
  house.zoneOf = () => zone;
  await house.settle();
  desk = new BookingDesk(house);
};
afterEach(async () => {
  await house[Symbol.asyncDispose]();
});

const until = (at: number): Promise<void> => house.settle(at - house.clock.now());
/** A machine that slept until then, or was off. */
const sleep = async (at: number): Promise<void> => {
  house.clock.suspend(at - house.clock.now());
  await house.settle();
};
const opens = (digits: string): boolean => house.lock.enter(digits) !== undefined;
const from = (begins: number, ends: number): TimeFrame => ({
  startsAt: house.clock.now() + begins,
  endsAt: house.clock.now() + ends,
});

/** What a clock of a place shows, as `Date.UTC` counts: by another way than the bridge's. */
const wallIn = (zone: string, at: number): number =>
  Date.parse(`${new Date(at).toLocaleString('sv-SE', { timeZone: zone }).replace(' ', 'T')}Z`);
const clockError = (zone: string): number =>
  Math.abs(house.lock.clock.local() - wallIn(zone, house.clock.now()));

/** Watches that these digits never leave the lock. */
const watch = (digits: string): (() => boolean) => {
  let isGone = false;
  const { slots } = house.lock;
  const gone = (): void => {
    if (![...slots.values()].includes(digits)) isGone = true;
  };
  const remove = slots.delete.bind(slots);
  slots.delete = (slot) => {
    const done = remove(slot);
    gone();
    return done;
  };
  return () => isGone;
};

const deviceWarnings = async (): Promise<unknown[]> => {
  const answer = await house.call('devices/get', { device_id: house.deviceId });
  const device = answer.ok ? answer.body['device'] : undefined;
  const warnings = isRecord(device) ? device['warnings'] : undefined;
  return isList(warnings) ? warnings.map((one) => (isRecord(one) ? one['warning_code'] : one)) : [];
};

describe('a lock at rest', () => {
  test.each([
    ['Europe/Berlin', true],
    ['America/Santiago', false],
    ['Asia/Kathmandu', true],
  ])(
    'has its clock told and read once a week in %s, and around each change, and no more',
    async (zone, isDst) => {
      await build(
        zone,
        { set: true, read: true, ...(isDst ? { dst: true } : {}) },
        { clock: { aheadMs: 5 * hour } },
      );
      expect(clockError(zone)).toBeLessThan(minute);
      const start = house.clock.now();
      // Awake for a minute twice a week: what would be asked more than weekly would be seen.
      for (let at = start; at < start + 365 * day; at += 84 * hour) {
        await sleep(at);
        expect(clockError(zone)).toBeLessThan(minute);
      }
      const changes = zone === 'Asia/Kathmandu' ? 0 : 2;
      expect(house.lock.clock.sets).toBeGreaterThanOrEqual(45);
      expect(house.lock.clock.sets).toBeLessThanOrEqual(53 + 2 * changes);
      expect(house.lock.clock.reads).toBeLessThanOrEqual(53 + 2 * changes);
      expect(await deviceWarnings()).toEqual([]);
    },
  );

  test('keeps summer time with us where it keeps none by itself: it is told within seconds', async () => {
    const zone = 'Pacific/Chatham';
    await build(zone, { set: true, read: true });
    const change = Date.parse('2027-04-03T14:00Z');
    await sleep(change - 2 * day);
    await until(change - 1);
    expect(clockError(zone)).toBeLessThan(minute);
    const before = house.lock.clock.sets;
    await until(change + 10_000);
    expect(house.lock.clock.sets).toBe(before + 1);
    expect(clockError(zone)).toBeLessThan(minute);
  });

  test('has its clock left alone by a restart', async () => {
    await build('Europe/Berlin');
    const before = house.state().clockCare;
    await house.restart();
    await house.settle(hour);
    expect(house.state().clockCare).toEqual(before);
    expect(house.lock.clock).toMatchObject({ sets: 1, reads: 1 });
  });

  test('is left alone where it was let go of, and told the time when it is taken back', async () => {
    await build('Europe/Berlin');
    const manage = async (isManaged: boolean): Promise<void> => {
      const route = isManaged ? 'devices/unmanaged/update' : 'devices/update';
      const params = { device_id: house.deviceId, is_managed: isManaged };
      expect(await house.call(route, params)).toMatchObject({ ok: true });
    };
    await manage(false);
    await sleep(house.clock.now() + 8 * day);
    expect(house.lock.clock).toMatchObject({ sets: 1, reads: 1 });
    await manage(true);
    await house.settle();
    expect(house.lock.clock).toMatchObject({ sets: 2, reads: 2 });
  });

  test('is judged by no time that is doubted while its answer is on its way', async () => {
    await build('UTC', { set: false, read: true }, {}, { system: { synchronised: true } });
    await house.settle(5 * minute);
    const before = house.state().clockSeen;
    expect(before?.offsetMs).toBe(0);
    const { clocks } = house.driver;
    const read = clocks.readClock.bind(clocks);
    vi.spyOn(clocks, 'readClock').mockImplementationOnce(async (...asked) => {
      const answer = await read(...asked);
      house.clock.step(-day);
      return answer;
    });
    await sleep(house.clock.now() + 7 * day);
    expect(house.state().clockSeen).toEqual(before);
    expect(house.logged.filter(({ message }) => message.startsWith('reconciling'))).toEqual([]);
    house.clock.step(day);
    await house.settle(5 * minute);
    expect(house.state().clockSeen?.at).toBeGreaterThan(before?.at ?? 0);
    expect(await deviceWarnings()).toEqual([]);
  });

  test('that somebody has set wrong is put right within a week, and the warning goes', async () => {
    await build('Europe/Berlin');
    house.lock.clock.step(40 * minute);
    await sleep(house.clock.now() + 6 * day);
    expect(await deviceWarnings()).toEqual([]);
    await sleep(house.clock.now() + day);
    expect(clockError('Europe/Berlin')).toBeLessThan(minute);
    expect(await deviceWarnings()).toEqual([]);
  });

  test('whose clock cannot be set is warned of while it is off, and its device is told of anew', async () => {
    await build('UTC', { set: false, read: true });
    const changes: string[] = [];
    house.app.onChange((change) => changes.push(change.kind));
    house.lock.clock.step(-3 * minute);
    await sleep(house.clock.now() + 7 * day);
    expect(await deviceWarnings()).toEqual(['lockstep_clock_off']);
    expect(changes).toContain('device');
    house.lock.clock.step(2 * minute);
    await sleep(house.clock.now() + day);
    expect(await deviceWarnings()).toEqual([]);
    expect(house.lock.clock.sets).toBe(0);
  });

  test('is neither told the time nor asked for it while the bridge does not know it', async () => {
    await build('Europe/Berlin', undefined, {}, { system: { synchronised: false } });
    await house.settle(hour);
    expect(house.lock.clock).toMatchObject({ sets: 0, reads: 0 });
    house.system.synchronised = true;
    await house.settle(5 * minute);
    expect(house.lock.clock).toMatchObject({ sets: 1, reads: 1 });
  });
});

describe('codes that the lock keeps by its own clock', () => {
  test('have it looked at daily, and one that drifts is put right before it harms anybody', async () => {
    await build('Europe/Berlin');
    const guest = desk.book('1234', from(60 * hour, 90 * hour));
    await house.settle();
    expect(desk.code(guest.id)).toMatchObject({ isScheduledOnDevice: true });
    // Out of reach when it is asked, it has said nothing new of its clock.
    house.lock.faults.offline = true;
    await house.settle(25 * hour);
    expect(house.state().clockSeen?.offsetMs).toBe(0);
    house.lock.faults.offline = false;
    await house.settle(hour);
    house.lock.clock.step(50 * minute);
    const before = house.lock.clock.sets;
    await house.settle(25 * hour);
    expect(house.lock.clock.sets).toBe(before + 1);
    expect(clockError('Europe/Berlin')).toBeLessThan(minute);
    expect(desk.code(guest.id)).toMatchObject({ isScheduledOnDevice: true });
  });

  test('are taken off where it stays wrong, and written for all hours when they are due', async () => {
    await build('Europe/Berlin');
    const guest = desk.book('1234', from(30 * hour, 60 * hour));
    await house.settle();
    // From now on it takes no time any more.
    house.lock.clock.step(-50 * minute);
    house.lock.clock.tell = () => undefined;
    await house.settle(25 * hour);
    expect([...house.lock.slots.values()]).toEqual([]);
    expect([...house.lock.schedules]).toEqual([]);
    expect(desk.code(guest.id)).toMatchObject({ status: 'unset', isScheduledOnDevice: false });
    expect(await deviceWarnings()).toEqual(['lockstep_clock_off']);
    const { startsAt } = desk.code(guest.id)?.timeFrame ?? { startsAt: 0 };
    await until(startsAt + 1_000);
    expect(opens('1234')).toBe(true);
    expect(desk.code(guest.id)).toMatchObject({ status: 'set' });
  });

  test('and are due are written for all hours as soon as a wrong clock would shut their guests out', async () => {
    await build('UTC', { set: false, read: true });
    const frame = from(hour, 30 * hour);
    const guest = desk.book('1234', frame);
    await until(frame.startsAt + hour);
    expect(desk.code(guest.id)).toMatchObject({ status: 'set', isScheduledOnDevice: true });
    // Fast: by its clock the time is over at 29 hours and 40 minutes.
    house.lock.clock.step(20 * minute);
    await until(frame.endsAt - 21 * minute);
    expect([...house.lock.schedules.keys()]).toEqual([1]);
    expect(opens('1234')).toBe(true);
    house.lock.faults.offline = true;
    await until(frame.endsAt - 19 * minute);
    expect(desk.code(guest.id)).toMatchObject({ status: 'unknown' });
    house.lock.faults.offline = false;
    house.driver.emit({ kind: 'reachable', address: house.lock.spec.address });
    await house.settle();
    expect(desk.code(guest.id)).toMatchObject({ status: 'set', isScheduledOnDevice: false });
    expect(opens('1234')).toBe(true);
    expect([...house.lock.schedules]).toEqual([]);
    await until(frame.endsAt + minute);
    expect(opens('1234')).toBe(false);
    expect(desk.code(guest.id)).toBeUndefined();
  });

  test.each([
    [true, 'loaded'],
    [undefined, 'written when they are due'],
  ] as const)('and that a change of the clocks falls into are %s', async (dst, _how) => {
    await build('Pacific/Chatham', { set: true, read: true, ...(dst === undefined ? {} : { dst }) });
    const change = Date.parse('2027-04-03T14:00Z');
    await sleep(change - 20 * hour);
    const guest = desk.book('1234', { startsAt: change - 5 * hour, endsAt: change + 5 * hour });
    await house.settle(2 * minute);
    expect(desk.code(guest.id)).toMatchObject({ isScheduledOnDevice: dst === true });
    for (const at of [-5, -1, 0, 1, 4]) {
      await until(change + at * hour + minute);
      expect(opens('1234')).toBe(true);
    }
    await until(change + 5 * hour + minute);
    expect(opens('1234')).toBe(false);
  });
});

describe('an hour that the clocks show twice', () => {
  const change = Date.parse('2027-04-03T14:00Z');
  test('is kept exactly by a code that is not loaded yet: it is written when it is due', async () => {
    await build('Pacific/Chatham');
    await sleep(change - 20 * hour);
    desk.book('1234', { startsAt: change - 30 * minute, endsAt: change + 5 * hour });
    await until(change - 31 * minute);
    expect([...house.lock.slots]).toEqual([]);
    await until(change - 30 * minute);
    expect(opens('1234')).toBe(true);
    expect([...house.lock.schedules]).toEqual([]);
  });

  test('is taken in whole by a code that is moved into it while its guest is in, with a warning', async () => {
    await build('Pacific/Chatham');
    await sleep(change - 20 * hour);
    const guest = desk.book('1234', { startsAt: change - 10 * hour, endsAt: change - 2 * hour });
    await until(change - 9 * hour);
    const isGone = watch('1234');
    expect(desk.code(guest.id)).toMatchObject({ status: 'set', isScheduledOnDevice: true, warnings: [] });
    desk.reframe(guest.id, { startsAt: change - 10 * hour, endsAt: change + 30 * minute });
    await house.settle();
    expect(desk.code(guest.id)).toMatchObject({
      status: 'set',
      isScheduledOnDevice: true,
      warnings: [{ code: 'schlage_access_code_ambiguous_timezone_dst_risk' }],
    });
    for (const at of [-61, -31, -29, -1, 0, 29]) {
      await until(change + at * minute);
      expect(opens('1234')).toBe(true);
    }
    expect(isGone()).toBe(false);
    await until(change + 31 * minute);
    expect(opens('1234')).toBe(false);
  });

  test('is no concern of a code that is moved out of it again: the warning goes', async () => {
    await build('Pacific/Chatham');
    await sleep(change - 20 * hour);
    const guest = desk.book('1234', { startsAt: change - 10 * hour, endsAt: change - 2 * hour });
    await until(change - 9 * hour);
    desk.reframe(guest.id, { startsAt: change - 10 * hour, endsAt: change + 30 * minute });
    await house.settle();
    desk.reframe(guest.id, { startsAt: change - 10 * hour, endsAt: change + 3 * hour });
    await house.settle();
    expect(desk.code(guest.id)).toMatchObject({ status: 'set', isScheduledOnDevice: true, warnings: [] });
  });
});

describe('where a zone reads otherwise than before', () => {
  /** Two codes, one whose guest is in and one for tomorrow; returns a check that both are kept by the zone that is now. */
  const guests = async (): Promise<(zone: string) => void> => {
    const frames = { now: from(hour, 40 * hour), later: from(20 * hour, 50 * hour) };
    const [here, later] = [desk.book('1111', frames.now), desk.book('2222', frames.later)];
    await until(frames.now.startsAt + minute);
    const shows = (zone: string): void => {
      const local = (at: number): string => new Date(wallIn(zone, at)).toISOString().slice(0, 16);
      const windows = [...house.lock.schedules.values()].map(({ start, stop }) =>
        [start, stop].map(({ year, month, day: date, hour: hours, minute: minutes }) =>
          new Date(Date.UTC(year, month - 1, date, hours, minutes)).toISOString().slice(0, 16),
        ),
      );
      expect(windows.sort()).toEqual(
        [frames.now, frames.later].map(({ startsAt, endsAt }) => [local(startsAt), local(endsAt)]).sort(),
      );
      expect(clockError(zone)).toBeLessThan(minute);
      expect([opens('1111'), opens('2222')]).toEqual([true, false]);
      for (const { id } of [here, later]) expect(desk.code(id)).toMatchObject({ isScheduledOnDevice: true });
      expect(desk.code(here.id)).toMatchObject({ status: 'set', errors: [], warnings: [] });
    };
    return shows;
  };

  test('since somebody has moved the lock, its clock and the windows follow; no guest is locked out', async () => {
    await build('Europe/Berlin');
    house.zoneOf = (address) =>
      house.store.devices().find((one) => one.address === address)?.wishes?.timeZone ?? 'Europe/Berlin';
    const shows = await guests();
    shows('Europe/Berlin');
    const isGone = watch('1111');
    const moved = await house.call('devices/report_provider_metadata', {
      devices: [{ device_id: house.deviceId, ultraloq_metadata: { time_zone: 'Australia/Lord_Howe' } }],
    });
    expect(moved).toMatchObject({ ok: true });
    await house.settle();
    shows('Australia/Lord_Howe');
    expect(isGone()).toBe(false);
  });

  test('since the time zone database was renewed, they follow at the next start', async () => {
    /** Africa/Lagos by the law of somewhere else. */
    const byLawOf = (other: string): LockTime => ({
      windowIn: (frame) => lockTime.windowIn(frame, other),
      rulesAt: (now) => {
        const { signature, ...rules } = lockTime.rulesAt(now, other);
        return { ...rules, signature: signature.replace(other, 'Africa/Lagos') };
      },
    });
    await build('Africa/Abidjan');
    house.lockTime = byLawOf('Africa/Abidjan');
    await house.restart();
    const shows = await guests();
    shows('Africa/Abidjan');
    house.zoneOf = () => 'Africa/Maputo';
    house.lockTime = byLawOf('Africa/Maputo');
    const isGone = watch('1111');
    await house.restart();
    await house.settle();
    shows('Africa/Maputo');
    expect(isGone()).toBe(false);
  });
});
