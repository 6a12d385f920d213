import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { z } from 'zod';
import type { LockAddress } from '../../src/core/ids.ts';
import type { LocalWindow } from '../../src/core/model.ts';
import type { Hint, LockDriver } from '../../src/ports/lock-driver.ts';
import { realClock, temporaryHost } from '../../test/support/driver-host.ts';
import { offsetsOf, seasonAt } from '../shared/zone.ts';
import { never, pinOf, readyZigbee, zigbeeLocksOf } from '../../test/support/zigbee-driver.ts';
import { startZigbeeNetwork } from '../../test/support/zigbee-network.ts';
import type { ZigbeeSim } from '../../test/support/zigbee-sim.ts';

/** For what comes soon, on a machine that has much else to do. */
const patienceMs = 20_000;

const ordinary = {
  manufacturer: 'Lockworks',
  model: 'Time 1',
  manufacturer_code: 0x1337,
  power: 'mains',
  slots: 10,
  code_length: { min: 4, max: 8 },
};
const locks = [
  { ...ordinary, name: 'Local', schedules: {}, clock: { asks: 'local_time', server: true } },
  { ...ordinary, name: 'Far', schedules: {}, clock: { asks: 'utc', server: true } },
  { ...ordinary, name: 'Shut', schedules: {}, clock: { asks: 'local_time' } },
  { ...ordinary, name: 'Flat', clock: { asks: 'never', server: true, zoned: false } },
  { ...ordinary, name: 'Forgetful', clock: { asks: 'never', server: true, keeps_dst: false } },
  { ...ordinary, name: 'Many', schedules: { year_day: 3 }, clock: {} },
  { ...ordinary, name: 'Weekly', schedules: { week_day: 1 }, clock: { asks: 'never' } },
  { ...ordinary, name: 'Timeless' },
];
const ids = locks.map(({ name }) => name.toLowerCase());
/** Nine hours and more from where the tests run, and from each other. */
const zones: Record<string, string> = {
  local: 'Asia/Tokyo',
  far: 'America/Los_Angeles',
  shut: 'Asia/Tokyo',
  flat: 'America/St_Johns',
  forgetful: 'Pacific/Chatham',
};
let isKnown = true;

const cleanup = new AsyncDisposableStack();
let sim: ZigbeeSim;
let driver: LockDriver;
let hints: Hint[];
let lock: (id: string) => LockAddress;

beforeAll(async () => {
  sim = cleanup.use(await startZigbeeNetwork({ locks }));
  const { host } = cleanup.use(await temporaryHost(false));
  lock = await zigbeeLocksOf(sim, ids);
  const timeZoneOf = (address: LockAddress): string =>
    Object.entries(zones).find(([id]) => lock(id) === address)?.[1] ?? 'Europe/Berlin';
  ({ driver, hints } = await readyZigbee(
    sim,
    { ...host, timeZoneOf, timeToTell: () => (isKnown ? realClock.now() : undefined) },
    ids,
  ));
  cleanup.use(driver);
});
afterAll(() => cleanup.disposeAsync());

const window: LocalWindow = {
  start: { year: 2031, month: 7, day: 1, hour: 15, minute: 0 },
  stop: { year: 2031, month: 7, day: 4, hour: 11, minute: 30 },
};
const insideSchema = z.looseObject({
  schedules: z.array(
    z.looseObject({
      user: z.number(),
      enforced: z.boolean(),
      year_day: z.array(z.looseObject({ slot: z.number(), start: z.string(), stop: z.string() })),
    }),
  ),
});
const boltSchema = z.looseObject({ locked: z.boolean() });
const schedulesIn = async (id: string) => insideSchema.parse(await sim.lock(id)).schedules;

test('a schedule is set, read and erased; the lock holds it in its own local time', async () => {
  const radio = driver.schedules!;
  expect(await radio.readSchedule(lock('local'), 3, never)).toEqual({ kind: 'schedule', window: undefined });
  expect(await radio.setSchedule(lock('local'), 3, window, never)).toEqual({ kind: 'accepted' });
  expect(await schedulesIn('local')).toMatchObject([
    { user: 3, enforced: false, year_day: [{ start: '2031-07-01T15:00', stop: '2031-07-04T11:30' }] },
  ]);
  expect(await radio.readSchedule(lock('local'), 3, never)).toEqual({ kind: 'schedule', window });
  const manner = { scheduled: true, enabled: true };
  expect(await driver.writeSlot(lock('local'), 3, pinOf('3030'), never, manner)).toEqual({
    kind: 'accepted',
  });
  expect((await schedulesIn('local'))[0]?.enforced).toBe(true);
  expect(await radio.clearSchedule(lock('local'), 3, never)).toEqual({ kind: 'accepted' });
  expect(await radio.readSchedule(lock('local'), 3, never)).toEqual({ kind: 'schedule', window: undefined });
});

test('what somebody else left for the slot lets nobody in: all schedules of the user are ours, or gone', async () => {
  const radio = driver.schedules!;
  const of = async () =>
    (await schedulesIn('many'))
      .filter(({ user }) => user === 4)
      .flatMap(({ year_day }) => year_day.map(({ slot, start }) => [slot, start]));
  const stranger = { start: '2020-01-01T00:00', stop: '2099-01-01T00:00' };
  const leave = (slot: number) => sim.tell('/locks/many/schedule', { user: 4, slot, ...stranger });
  await leave(1);
  await leave(2);
  expect(await of()).toHaveLength(2);
  expect(await radio.setSchedule(lock('many'), 4, window, never)).toEqual({ kind: 'accepted' });
  expect(await of()).toEqual([[0, '2031-07-01T15:00']]);
  // One frame from then on, until it is erased.
  await sim.resetFrames();
  expect(await radio.setSchedule(lock('many'), 4, window, never)).toEqual({ kind: 'accepted' });
  expect((await sim.frames())['many']?.application.to_lock).toBe(1);
  await leave(2);
  expect(await radio.clearSchedule(lock('many'), 4, never)).toEqual({ kind: 'accepted' });
  expect(await of()).toEqual([]);
});

test('a week-day schedule that somebody else left binds no code of ours, whether it has a window or not', async () => {
  const [plain, bound] = [5, 6];
  // 7 July 2031 is a Monday; each may come on that day alone, by what was left.
  for (const user of [plain, bound])
    expect(
      await sim.tell('/locks/weekly/week_day_schedule', {
        user,
        slot: 0,
        days: [1],
        start: '00:00',
        stop: '23:00',
      }),
    ).toEqual({ accepted: true });
  const minute = (day: number) => ({ year: 2031, month: 7, day, hour: 0, minute: 0 });
  const tuesday = { start: minute(8), stop: minute(9) };
  expect(await driver.schedules!.setSchedule(lock('weekly'), bound, tuesday, never)).toMatchObject({
    kind: 'accepted',
  });
  expect(await driver.writeSlot(lock('weekly'), plain, pinOf('5050'), never)).toMatchObject({
    kind: 'accepted',
  });
  const manner = { scheduled: true, enabled: true };
  expect(await driver.writeSlot(lock('weekly'), bound, pinOf('6060'), never, manner)).toMatchObject({
    kind: 'accepted',
  });
  const opensAt = async (day: number, code: string): Promise<boolean> => {
    await sim.tell('/locks/weekly/clock', { local: `2031-07-0${day}T12:00:00` });
    await sim.tell('/locks/weekly/bolt', { locked: true });
    await sim.keypad('weekly', { action: 'enter', code });
    return !boltSchema.parse(await sim.lock('weekly')).locked;
  };
  expect([await opensAt(7, '5050'), await opensAt(8, '5050')]).toEqual([true, true]);
  expect([await opensAt(7, '6060'), await opensAt(8, '6060')]).toEqual([false, true]);
});

test('a window that cannot be said, and a slot that is not ours, are refused before the radio', async () => {
  const radio = driver.schedules!;
  await sim.resetFrames();
  const backwards = { start: window.stop, stop: window.start };
  expect(await radio.setSchedule(lock('local'), 3, backwards, never)).toMatchObject({ why: 'format' });
  expect(await radio.setSchedule(lock('local'), 11, window, never)).toMatchObject({ why: 'unsupported' });
  expect(await radio.setSchedule(lock('timeless'), 3, window, never)).toMatchObject({ why: 'unsupported' });
  expect(await radio.readSchedule(lock('timeless'), 3, never)).toEqual({
    kind: 'refused',
    why: 'unsupported',
  });
  const frames = await sim.frames();
  for (const id of ['local', 'timeless']) expect(frames[id]?.application.to_lock).toBe(0);
});

const clockSchema = z.looseObject({ clock: z.looseObject({ local: z.string() }) });
const shownAt = async (id: string): Promise<number> =>
  Date.parse(`${clockSchema.parse(await sim.lock(id)).clock.local}Z`);
/** What a clock on the wall shows there, as UTC counts it. */
const wallIn = (zone: string): number => {
  const text = new Date(realClock.now()).toLocaleString('sv-SE', { timeZone: zone });
  return Date.parse(`${text.replace(' ', 'T')}Z`);
};

test.each(['local', 'far', 'shut'])(
  '%s: a lock that asks for the time gets that of its own zone, not of this process (FIELD-BUGS 25)',
  async (id) => {
    await sim.tell(`/locks/${id}/clock`, { local: '2000-01-01T00:00:00' });
    await sim.tell(`/locks/${id}/clock`, { ask: true });
    await vi.waitFor(async () => {
      expect(Math.abs((await shownAt(id)) - wallIn(zones[id]!))).toBeLessThan(5_000);
    }, patienceMs);
  },
);

test.each(['local', 'far'])('%s: its clock is read as it shows it', async (id) => {
  await sim.tell(`/locks/${id}/clock`, { local: '2031-12-31T23:58:30' });
  const shown = await driver.clocks!.readClock(lock(id), never);
  expect(shown).toMatchObject({
    kind: 'clock',
    local: { year: 2031, month: 12, day: 31, hour: 23, minute: 58 },
  });
});

const zoneSchema = z.looseObject({
  clock: z.looseObject({ zone: z.record(z.string(), z.number()) }),
});
const clockIn = async (id: string) => (await driver.capabilities(lock(id), never))?.clock;
const setClock = (id: string) => driver.clocks!.setClock!(lock(id), never);
const isRight = async (id: string): Promise<boolean> =>
  Math.abs((await shownAt(id)) - wallIn(zones[id]!)) < 5_000;
const to = async (id: string): Promise<number> => (await sim.frames())[id]?.application.to_lock ?? 0;

test('a lock that only asks cannot be told the time, and says so; one without a clock too', async () => {
  expect(await clockIn('shut')).toEqual({ set: false, read: false });
  expect(await clockIn('timeless')).toBeUndefined();
  await sim.resetFrames();
  for (const id of ['shut', 'timeless'])
    expect(await setClock(id)).toEqual({ kind: 'refused', why: 'unsupported', certain: true });
  expect(await driver.clocks!.readClock(lock('shut'), never)).toEqual({
    kind: 'refused',
    why: 'unsupported',
  });
  expect([await to('shut'), await to('timeless')]).toEqual([0, 0]);
});

test('a lock with a Time server is told time, zone and summer time, and is then known to keep it', async () => {
  expect(await clockIn('far')).toEqual({ set: true, read: true });
  await sim.tell('/locks/far/clock', { local: '2000-01-01T00:00:00' });
  expect(await setClock('far')).toEqual({ kind: 'accepted' });
  expect(await isRight('far')).toBe(true);
  const { zone } = zoneSchema.parse(await sim.lock('far')).clock;
  expect(zone).toMatchObject({ offset_s: -28_800, dst_shift_s: 3_600 });
  const season = seasonAt(realClock.now(), offsetsOf('America/Los_Angeles'));
  const epoch = Date.UTC(2000, 0);
  expect(zone['dst_start_s']).toBe((season.dst!.from - epoch) / 1_000);
  expect(zone['dst_end_s']).toBe((season.dst!.until - epoch) / 1_000 - 1);
  expect(await clockIn('far')).toEqual({ set: true, read: true, dst: true });
  expect(hints).toContainEqual({ kind: 'locks' });
  // Known by now: one frame.
  await sim.resetFrames();
  expect(await setClock('far')).toEqual({ kind: 'accepted' });
  expect(await to('far')).toBe(1);
});

test('a lock whose Time server knows no zone is told its wall time, and never said to keep summer time', async () => {
  for (const zone of ['UTC', 'America/St_Johns', 'Pacific/Kiritimati']) {
    zones['flat'] = zone;
    expect(await setClock('flat')).toEqual({ kind: 'accepted' });
    expect(await isRight('flat'), zone).toBe(true);
    const shown = await driver.clocks!.readClock(lock('flat'), never);
    expect(shown).toMatchObject({ kind: 'clock', local: { day: new Date(wallIn(zone)).getUTCDate() } });
    expect(await clockIn('flat')).toEqual({ set: true, read: true });
  }
  await sim.resetFrames();
  await setClock('flat');
  expect(await to('flat')).toBe(1);
});

test('in a zone without summer time it does not show whether a lock would keep it', async () => {
  expect(await setClock('local')).toEqual({ kind: 'accepted' });
  expect(await isRight('local')).toBe(true);
  expect(await clockIn('local')).toEqual({ set: true, read: true });
});

test('a lock that takes the changes of its zone and does not keep them is never said to keep summer time', async () => {
  // It is summer in one of them.
  for (const zone of ['Pacific/Chatham', 'America/New_York', 'Pacific/Chatham']) {
    zones['forgetful'] = zone;
    expect(await setClock('forgetful')).toEqual({ kind: 'accepted' });
    expect(await clockIn('forgetful')).toEqual({ set: true, read: true });
    // In summer it is told the summer's offset.
    expect(await isRight('forgetful')).toBe(true);
  }
});

test('while the bridge does not know the time, nothing is sent and no question is answered', async () => {
  isKnown = false;
  for (const id of ['local', 'far', 'shut', 'flat'])
    await sim.tell(`/locks/${id}/clock`, { local: '2001-01-01T00:00:00' });
  await sim.resetFrames();
  for (const id of ['local', 'far', 'flat'])
    expect(await setClock(id)).toEqual({ kind: 'refused', why: 'unspecified', certain: true });
  for (const id of ['local', 'far', 'shut']) await sim.tell(`/locks/${id}/clock`, { ask: true });
  // What was asked before this is answered before it, if at all.
  for (const id of ['local', 'far', 'flat'])
    expect(await driver.clocks!.readClock(lock(id), never)).toMatchObject({ local: { year: 2001 } });
  expect(new Date(await shownAt('shut')).getUTCFullYear()).toBe(2001);
  expect([await to('local'), await to('far'), await to('shut'), await to('flat')]).toEqual([1, 1, 0, 1]);
  isKnown = true;
  await sim.tell('/locks/shut/clock', { ask: true });
  await vi.waitFor(async () => {
    expect(await isRight('shut')).toBe(true);
  }, patienceMs);
});
