import { expect, test } from 'vitest';
import { time } from '../parameters.ts';
import { Refusal } from '../problems.ts';
import { changedTimeFrame, isWithin, newTimeFrame } from './time-frame.ts';

const now = 1_000;
const refusal = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    if (error instanceof Refusal && error.error.type === 'invalid_input') return error.error.message;
    throw error;
  }
  throw new Error('not refused');
};

test('a new access code has both times, or none and is ongoing', () => {
  expect(newTimeFrame({}, now)).toBeUndefined();
  expect(newTimeFrame({ starts_at: null, ends_at: null }, now)).toBeUndefined();
  expect(newTimeFrame({ starts_at: 5, ends_at: 1_001 }, now)).toEqual({ startsAt: 5, endsAt: 1_001 });
  for (const one of [5, 2_000]) {
    expect(refusal(() => newTimeFrame({ starts_at: one }, now))).toMatch(/^ends_at: .*together/);
    expect(refusal(() => newTimeFrame({ starts_at: one, ends_at: null }, now))).toMatch(/^ends_at: /);
    expect(refusal(() => newTimeFrame({ ends_at: one }, now))).toMatch(/^starts_at: .*together/);
  }
});

test('times that are reversed, equal or over are refused by name', () => {
  expect(refusal(() => newTimeFrame({ starts_at: 2_001, ends_at: 2_000 }, now))).toMatch(/^ends_at: .*after/);
  expect(refusal(() => newTimeFrame({ starts_at: 2_000, ends_at: 2_000 }, now))).toMatch(/^ends_at: .*after/);
  expect(refusal(() => newTimeFrame({ starts_at: 5, ends_at: 1_000 }, now))).toMatch(/^ends_at: .*future/);
});

test('a change may give one of the times alone where the code has the other', () => {
  const timeFrame = { startsAt: 2_000, endsAt: 3_000 };
  expect(changedTimeFrame({ timeFrame }, {})).toBe(timeFrame);
  expect(changedTimeFrame({ timeFrame }, { type: 'time_bound' })).toBe(timeFrame);
  expect(changedTimeFrame({ timeFrame }, { ends_at: 4_000 })).toEqual({ startsAt: 2_000, endsAt: 4_000 });
  expect(changedTimeFrame({ timeFrame }, { starts_at: 2_500 })).toEqual({ startsAt: 2_500, endsAt: 3_000 });
  expect(refusal(() => changedTimeFrame({ timeFrame }, { ends_at: 2_000 }))).toMatch(/^ends_at: .*after/);
  expect(refusal(() => changedTimeFrame({ timeFrame }, { starts_at: 3_000 }))).toMatch(/^ends_at: .*after/);
});

test('an ongoing code becomes time-bound with both times, and back only by its type', () => {
  const ongoing = { timeFrame: undefined };
  const bound = { timeFrame: { startsAt: 2_000, endsAt: 3_000 } };
  const times = { starts_at: 4_000, ends_at: 5_000 };
  expect(changedTimeFrame(ongoing, {})).toBeUndefined();
  expect(changedTimeFrame(ongoing, { starts_at: null, ends_at: null })).toBeUndefined();
  expect(changedTimeFrame(ongoing, times)).toEqual({ startsAt: 4_000, endsAt: 5_000 });
  expect(changedTimeFrame(ongoing, { ...times, type: 'time_bound' })).toEqual({
    startsAt: 4_000,
    endsAt: 5_000,
  });
  for (const params of [{ starts_at: 4_000 }, { starts_at: 4_000, ends_at: null }])
    expect(refusal(() => changedTimeFrame(ongoing, params))).toMatch(/^ends_at: /);
  expect(refusal(() => changedTimeFrame(ongoing, { ends_at: 4_000 }))).toMatch(/^starts_at: /);
  expect(refusal(() => changedTimeFrame(ongoing, { type: 'time_bound' }))).toMatch(/^starts_at: /);
  expect(changedTimeFrame(bound, { type: 'ongoing' })).toBeUndefined();
  expect(changedTimeFrame(bound, { type: 'ongoing', starts_at: null, ends_at: null })).toBeUndefined();
  expect(refusal(() => changedTimeFrame(bound, { ends_at: null }))).toMatch(/^ends_at: .*ongoing/);
  expect(refusal(() => changedTimeFrame(bound, { starts_at: null, ends_at: null }))).toMatch(/^starts_at: /);
  expect(refusal(() => changedTimeFrame(bound, { type: 'ongoing', ends_at: 9_000 }))).toMatch(/^ends_at: /);
});

test('one time frame is within another, or not', () => {
  const frame = { startsAt: 10, endsAt: 20 };
  expect(isWithin(frame, undefined)).toBe(true);
  expect(isWithin(undefined, undefined)).toBe(true);
  expect(isWithin(undefined, frame)).toBe(false);
  expect(isWithin(frame, frame)).toBe(true);
  expect(isWithin({ startsAt: 9, endsAt: 20 }, frame)).toBe(false);
  expect(isWithin({ startsAt: 10, endsAt: 21 }, frame)).toBe(false);
});

test('an instant is read from ISO 8601 with its offset, to the millisecond', () => {
  for (const [text, at] of [
    ['2030-01-01T10:00:00Z', '2030-01-01T10:00:00.000Z'],
    ['2030-01-01t10:00:00z', '2030-01-01T10:00:00.000Z'],
    ['2030-01-01T10:00Z', '2030-01-01T10:00:00.000Z'],
    ['2030-01-01T10:00:00.5Z', '2030-01-01T10:00:00.500Z'],
    ['2030-01-01T10:00:00,123456Z', '2030-01-01T10:00:00.123Z'],
    ['2030-01-01T00:30:00+01:00', '2029-12-31T23:30:00.000Z'],
    ['2030-01-01T10:00:00-0330', '2030-01-01T13:30:00.000Z'],
    ['2030-01-01T10:00:00+02', '2030-01-01T08:00:00.000Z'],
    ['2032-02-29T23:59:59Z', '2032-02-29T23:59:59.000Z'],
  ] as const)
    expect(new Date(time.parse(text)).toISOString(), text).toBe(at);
  expect(time.safeParse('2031-02-29T23:59:59Z').success, 'no leap year').toBe(false);
});
