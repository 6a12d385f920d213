import { expect, test } from 'vitest';
import { airWindowOf, scheduleOutcomeOf } from './schedules.ts';
import type { Answer } from './translate.ts';

const minute = (year: number, month: number, day: number, hour = 0, min = 0) =>
  ({ year, month, day, hour, minute: min }) as const;

test('a window is counted in seconds of the wall clock since 2000, whatever zone anybody lives in', () => {
  expect(airWindowOf({ start: minute(2000, 1, 1), stop: minute(2000, 1, 1, 0, 1) })).toEqual({
    start: 0,
    stop: 60,
  });
  expect(airWindowOf({ start: minute(2026, 7, 1, 15), stop: minute(2026, 7, 4, 11, 30) })).toEqual({
    start: 836_233_200,
    stop: 836_479_800,
  });
});

test('what cannot be said is refused before the radio', () => {
  expect(airWindowOf({ start: minute(1999, 12, 31), stop: minute(2000, 1, 2) })).toBeUndefined();
  expect(airWindowOf({ start: minute(2026, 1, 2), stop: minute(2026, 1, 2) })).toBeUndefined();
  expect(airWindowOf({ start: minute(2026, 1, 2), stop: minute(2137, 1, 2) })).toBeUndefined();
});

const fields = (values: object): Answer => ({
  kind: 'fields',
  fields: { scheduleid: 0, userid: 7, ...values },
});

test('a schedule is read as it was written', () => {
  const window = { start: minute(2026, 7, 1, 15), stop: minute(2026, 7, 4, 11, 30) };
  const told = { status: 0, zigbeelocalstarttime: 836_233_200, zigbeelocalendtime: 836_479_800 };
  expect(scheduleOutcomeOf(fields(told), 7)).toEqual({ kind: 'schedule', window });
});

test('"not found" says that there is none; no answer, or one of another user, says nothing', () => {
  const none = { kind: 'schedule', window: undefined };
  expect(scheduleOutcomeOf(fields({ status: 0x8b }), 7)).toEqual(none);
  expect(scheduleOutcomeOf({ kind: 'refused', status: 0x8b }, 7)).toEqual(none);
  const nothing = { kind: 'failed', why: 'timeout' };
  expect(scheduleOutcomeOf(undefined, 7)).toEqual(nothing);
  expect(scheduleOutcomeOf(fields({ status: 0x8b }), 8)).toEqual(nothing);
  expect(scheduleOutcomeOf(fields({ status: 0, scheduleid: 1 }), 7)).toEqual(nothing);
  // A success without its times, without one of them, or with one that has no value.
  const [start, end] = [{ zigbeelocalstarttime: 60 }, { zigbeelocalendtime: 120 }];
  for (const times of [{}, start, end, { ...start, zigbeelocalendtime: NaN }])
    expect(scheduleOutcomeOf(fields({ status: 0, ...times }), 7)).toEqual(nothing);
  expect(scheduleOutcomeOf(fields({ ...start, ...end }), 7)).toEqual(nothing);
});

test('a refusal is told as what it is', () => {
  expect(scheduleOutcomeOf({ kind: 'refused', status: 0x81 }, 7)).toEqual({
    kind: 'refused',
    why: 'unsupported',
  });
  expect(scheduleOutcomeOf(fields({ status: 0x85 }), 7)).toEqual({ kind: 'refused', why: 'format' });
});
