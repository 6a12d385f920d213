import { Temporal } from 'temporal-polyfill';
import { expect, test } from 'vitest';
import { offsetsOf, seasonAt } from './zone.ts';
import type { Season } from './zone.ts';

const hourMs = 3_600_000;
const at = (iso: string): number => Date.parse(iso);
const seasonOf = (zone: string, iso: string): Season => seasonAt(at(iso), offsetsOf(zone));

/** mulberry32: the same instants in every run. */
const instants = function* (seed: number, count: number): Generator<number> {
  const [first, last] = [Date.UTC(2024, 0), Date.UTC(2036, 0)];
  let state = seed;
  for (let n = 0; n < count; n += 1) {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    yield first + (((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * (last - first);
  }
};

/** A lock's own sum [ZCL 3.12]. */
const offsetBy = ({ standardMs, dst }: Season, instant: number): number =>
  standardMs + (dst !== undefined && dst.from <= instant && instant < dst.until ? dst.shiftMs : 0);

test('every zone of the tables has, at any instant, the offset that Temporal gives it', () => {
  Intl.supportedValuesOf('timeZone').forEach((zone, index) => {
    const offsetAt = offsetsOf(zone);
    for (const instant of instants(index + 1, 40)) {
      const { offsetNanoseconds } = Temporal.Instant.fromEpochMilliseconds(
        Math.floor(instant),
      ).toZonedDateTimeISO(zone);
      expect(offsetAt(instant), `${zone} ${instant}`).toBe(offsetNanoseconds / 1e6);
    }
  });
});

test("every zone's next change is the one that Temporal finds, to the second", () => {
  Intl.supportedValuesOf('timeZone').forEach((zone, index) => {
    const offsetAt = offsetsOf(zone);
    for (const instant of instants(index + 7_000, 2)) {
      const now = Math.floor(instant);
      const next = Temporal.Instant.fromEpochMilliseconds(now)
        .toZonedDateTimeISO(zone)
        .getTimeZoneTransition('next')?.epochMilliseconds;
      const { nextChange } = seasonAt(now, offsetAt);
      // Temporal also tells of changes that only rename the offset, and of those years ahead.
      const expected =
        next === undefined || next - now > 371 * 24 * hourMs || offsetAt(next) === offsetAt(next - 1_000)
          ? undefined
          : next;
      if (expected !== undefined || next === undefined) expect(nextChange, `${zone} ${now}`).toBe(expected);
    }
  });
});

test.each([
  'Europe/Berlin',
  'America/New_York',
  'America/Santiago',
  'America/St_Johns',
  'Africa/Casablanca',
  'Antarctica/Troll',
  'Asia/Kathmandu',
  'Australia/Lord_Howe',
  'Europe/Dublin',
  'Pacific/Apia',
  'Pacific/Auckland',
  'Pacific/Chatham',
  'Pacific/Kiritimati',
  'Pacific/Marquesas',
])('%s: what is said of its summer time gives the right offset for as long as it holds', (zone) => {
  const offsetAt = offsetsOf(zone);
  for (const instant of instants(zone.length, 12)) {
    const season = seasonAt(instant, offsetAt);
    const end = season.validUntil ?? instant + 300 * 24 * hourMs;
    const edges = [season.dst?.from, season.dst?.until, season.nextChange, end]
      .filter((edge) => edge !== undefined)
      .flatMap((edge) => [edge - 1_000, edge - 1, edge, edge + 1_000]);
    const steps = Array.from({ length: 40 }, (_, n) => instant + ((end - instant) * n) / 40);
    for (const when of [...edges, ...steps].filter((one) => one >= instant && one < end))
      expect(offsetBy(season, when), new Date(when).toISOString()).toBe(offsetAt(when));
  }
});

test('summer in Berlin', () => {
  expect(seasonOf('Europe/Berlin', '2026-07-01T12:00:00Z')).toEqual({
    offsetMs: 2 * hourMs,
    standardMs: hourMs,
    dst: { from: at('2026-03-29T01:00:00Z'), until: at('2026-10-25T01:00:00Z'), shiftMs: hourMs },
    nextChange: at('2026-10-25T01:00:00Z'),
    validUntil: at('2026-10-25T01:00:00Z'),
  });
});

test('winter tells of the summer to come, over the turn of the year', () => {
  expect(seasonOf('Europe/Berlin', '2026-12-01T12:00:00Z')).toEqual({
    offsetMs: hourMs,
    standardMs: hourMs,
    dst: { from: at('2027-03-28T01:00:00Z'), until: at('2027-10-31T01:00:00Z'), shiftMs: hourMs },
    nextChange: at('2027-03-28T01:00:00Z'),
    validUntil: at('2027-10-31T01:00:00Z'),
  });
});

test('the instant of a change belongs to what comes after it', () => {
  const last = seasonOf('Europe/Berlin', '2026-03-29T00:59:59.999Z');
  const first = seasonOf('Europe/Berlin', '2026-03-29T01:00:00Z');
  expect(last).toMatchObject({ offsetMs: hourMs, nextChange: at('2026-03-29T01:00:00Z') });
  expect(first).toMatchObject({ offsetMs: 2 * hourMs, nextChange: at('2026-10-25T01:00:00Z') });
  expect(first.dst).toEqual(last.dst);
});

test('Morocco sets its clocks back for Ramadan: the month is its winter, the rest its summer', () => {
  const [start, end] = ['2025-02-23T02:00:00Z', '2025-04-06T02:00:00Z'].map(at);
  const before = seasonOf('Africa/Casablanca', '2025-01-01T00:00:00Z');
  expect(before).toMatchObject({ offsetMs: hourMs, standardMs: 0, dst: { until: start, shiftMs: hourMs } });
  expect(before.nextChange).toBe(start);
  const within = seasonOf('Africa/Casablanca', '2025-03-01T00:00:00Z');
  expect(within).toMatchObject({ offsetMs: 0, standardMs: 0, dst: { from: end, shiftMs: hourMs } });
});

test('Lord Howe shifts by half an hour, Troll by two; Kiritimati and Kathmandu never', () => {
  expect(seasonOf('Australia/Lord_Howe', '2026-12-01T00:00:00Z')).toMatchObject({
    standardMs: 10.5 * hourMs,
    dst: { shiftMs: hourMs / 2 },
  });
  expect(seasonOf('Antarctica/Troll', '2026-07-01T00:00:00Z')).toMatchObject({
    standardMs: 0,
    dst: { shiftMs: 2 * hourMs },
  });
  for (const [zone, hours] of [
    ['Pacific/Kiritimati', 14],
    ['Asia/Kathmandu', 5.75],
    ['Pacific/Marquesas', -9.5],
  ] as const)
    expect(seasonOf(zone, '2026-07-01T00:00:00Z')).toEqual({
      offsetMs: hours * hourMs,
      standardMs: hours * hourMs,
      dst: undefined,
      nextChange: undefined,
      validUntil: undefined,
    });
});

test('a zone that changes for good has no summer time, and what is said of it holds until then', () => {
  // Kazakhstan's single zone: Almaty went from +6 to +5 on 1 March 2024, for good.
  const change = at('2024-02-29T18:00:00Z');
  expect(seasonOf('Asia/Almaty', '2024-01-01T00:00:00Z')).toEqual({
    offsetMs: 6 * hourMs,
    standardMs: 6 * hourMs,
    dst: undefined,
    nextChange: change,
    validUntil: change,
  });
});

test('a zone that does not exist is a bug that is told', () => {
  expect(() => offsetsOf('Middle/Earth')).toThrow(RangeError);
});
