import { describe, expect, test } from 'vitest';
import { offsetsOf } from '../shared/zone.ts';
import { minuteOf, wallIn, zoneWordsAt } from './zone-words.ts';
import type { ZoneWords } from './zone-words.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** How a lock understands it, which keeps no year: summer from one day of the year until another. */
const toldLock = ({ standardOffset, dstOffset, dstStart, dstEnd }: ZoneWords): ((utc: number) => number) => {
  const order = (date: Date): number =>
    (date.getUTCMonth() * 31 + date.getUTCDate()) * 24 * 60 + date.getUTCHours() * 60 + date.getUTCMinutes();
  const [start, end] = [order(dstStart), order(dstEnd)];
  return (utc) => {
    const standard = utc + standardOffset * 60_000;
    const summer = utc + dstOffset * 60_000;
    const hasBegun = order(new Date(standard)) >= start;
    const isBeforeEnd = order(new Date(summer)) < end;
    return (start < end ? hasBegun && isBeforeEnd : hasBegun || isBeforeEnd) ? summer : standard;
  };
};

/** By the formatter's own fields, not its name of the offset. */
const wallBy = (zone: string): ((utc: number) => number) => {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    calendar: 'gregory',
    numberingSystem: 'latn',
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  return (utc) => {
    const part = Object.fromEntries(
      format.formatToParts(utc).map(({ type, value }) => [type, Number(value)]),
    );
    const { year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0 } = part;
    return Date.UTC(year, month - 1, day, hour, minute, second);
  };
};

describe('a lock that was told its zone shows its time then, and after the next change', () => {
  test.each([
    // zwave-js says "no summer time" of the first two for 55 and 109 days of the year (facts page).
    ['Europe/Berlin', 1],
    ['America/New_York', 1],
    ['America/Santiago', 5],
    ['Pacific/Auckland', 5],
    ['Australia/Lord_Howe', 5],
    ['Australia/Adelaide', 11],
    ['America/St_Johns', 11],
    ['Africa/Casablanca', 5],
    ['Antarctica/Troll', 11],
    ['Asia/Beirut', 11],
    ['Asia/Kathmandu', 90],
    ['Pacific/Marquesas', 90],
    ['Pacific/Kiritimati', 90],
    ['Pacific/Pago_Pago', 90],
    ['Etc/GMT+12', 90],
    ['UTC', 90],
  ])('%s', (zone, stepDays) => {
    const offsetAt = offsetsOf(zone);
    const wall = wallBy(zone);
    for (let now = Date.UTC(2024, 0, 1, 0, 30); now < Date.UTC(2025, 0, 1); now += stepDays * dayMs) {
      const lock = toldLock(zoneWordsAt(now, offsetAt));
      // It is told anew after each change, and once a week.
      for (const ahead of [0, 11 * hourMs, 7 * dayMs])
        expect(lock(now + ahead) - wall(now + ahead), `told ${new Date(now).toISOString()}`).toBe(0);
    }
  });

  test('in Chatham all but the three quarters of an hour around a change that no hour can say', () => {
    const zone = 'Pacific/Chatham';
    const now = Date.UTC(2026, 8, 20);
    const lock = toldLock(zoneWordsAt(now, offsetsOf(zone)));
    const change = Date.UTC(2026, 8, 26, 14);
    for (const utc of [now, change - 60_000, change + hourMs])
      expect(lock(utc) - wallBy(zone)(utc), new Date(utc).toISOString()).toBe(0);
  });
});

test('a wall clock shows the minute of its own zone, months counted from 1', () => {
  const wall = wallIn(Date.UTC(2026, 11, 31, 23, 30), () => 14 * hourMs);
  expect(minuteOf(wall)).toEqual({ year: 2027, month: 1, day: 1, hour: 13, minute: 30 });
});

test('both changes are told by the clock of the zone before it changes', () => {
  expect(zoneWordsAt(Date.UTC(2027, 6, 1), offsetsOf('Europe/Berlin'))).toMatchObject({
    standardOffset: 60,
    dstOffset: 120,
    dstStart: new Date(Date.UTC(2027, 2, 28, 2)),
    dstEnd: new Date(Date.UTC(2027, 9, 31, 3)),
  });
});

test('in the days after a change the last one is told: the next of its kind may be on a later day of its year', () => {
  // Summer time ended on 25 October 2026, and ends on 31 October 2027.
  const words = zoneWordsAt(Date.UTC(2026, 9, 28), offsetsOf('Europe/Berlin'));
  expect(words.dstEnd).toEqual(new Date(Date.UTC(2026, 9, 25, 3)));
});

test('a zone about to change for good is told the change, and no summer time before', () => {
  const change = Date.UTC(2026, 5, 1);
  const lock = toldLock(zoneWordsAt(Date.UTC(2026, 4, 20), (at) => (at < change ? 5 : 6) * hourMs));
  for (const [utc, offset] of [
    [Date.UTC(2026, 4, 20), 5],
    [change - 1, 5],
    [change, 6],
    [Date.UTC(2026, 11, 1), 6],
  ] as const)
    expect(lock(utc) - utc, new Date(utc).toISOString()).toBe(offset * hourMs);
});

test.each([
  [5, 6],
  [6, 5],
])('changes most of a year apart, from %i to %i hours, are told of this side of the next', (here, there) => {
  const [last, now, next] = [Date.UTC(2025, 7, 20), Date.UTC(2026, 5, 1), Date.UTC(2027, 1, 10)];
  const lock = toldLock(zoneWordsAt(now, (at) => (at >= last && at < next ? here : there) * hourMs));
  expect(lock(now) - now).toBe(here * hourMs);
  expect(lock(next - 1) - next + 1).toBe(here * hourMs);
  expect(lock(next) - next).toBe(there * hourMs);
});

test('a change on this day of the next year is not told yet: without its year it would seem to be now', () => {
  const change = Date.UTC(2027, 5, 1, 12);
  const now = Date.UTC(2026, 5, 1, 13);
  const lock = toldLock(zoneWordsAt(now, (at) => (at < change ? 5 : 6) * hourMs));
  for (const utc of [now, now + 7 * dayMs]) expect(lock(utc) - utc).toBe(5 * hourMs);
});

test('a zone without changes is told dates all the same, for there are fields for them', () => {
  const { dstStart, dstEnd } = zoneWordsAt(Date.UTC(2026, 4, 20), offsetsOf('Asia/Kathmandu'));
  for (const date of [dstStart, dstEnd]) expect(date.getTime()).not.toBeNaN();
});

test('what the fields do not hold is told as the offset of the day', () => {
  const change = Date.UTC(2026, 5, 1);
  const told = (before: number, after: number): ZoneWords =>
    zoneWordsAt(Date.UTC(2026, 4, 20), (at) => (at < change ? before : after) * 60_000);
  expect(told(-600, 840)).toMatchObject({ standardOffset: -600, dstOffset: -600 });
  expect(told(-60, 67)).toMatchObject({ standardOffset: -60, dstOffset: 67 });
  expect(told(-60, 68)).toMatchObject({ standardOffset: -60, dstOffset: -60 });
});

test('offsets are told to the nearest minute, changes to the nearest hour', () => {
  const change = Date.UTC(2026, 5, 1, 1, 10);
  const words = zoneWordsAt(Date.UTC(2026, 4, 20), (at) => (at < change ? 0 : 3_600_000) + 20_000);
  expect(words).toMatchObject({
    standardOffset: 0,
    dstOffset: 60,
    dstStart: new Date(Date.UTC(2026, 5, 1, 1)),
  });
});
