import { expect, test } from 'vitest';
import { lockTime } from './lock-time.ts';

const at = (text: string): number => Date.parse(text);
const berlin = 'Europe/Berlin';

test('a time frame is told in minutes of the wall clock, widened to whole ones', () => {
  const frame = { startsAt: at('2026-07-01T10:00:59.999Z'), endsAt: at('2026-12-31T23:30:00.001Z') };
  expect(lockTime.windowIn(frame, berlin)).toEqual({
    start: { year: 2026, month: 7, day: 1, hour: 12, minute: 0 },
    stop: { year: 2027, month: 1, day: 1, hour: 0, minute: 31 },
  });
});

test('a time that the clock shows twice is told as none', () => {
  const hour = (from: string, until: string): unknown =>
    lockTime.windowIn({ startsAt: at(from), endsAt: at(until) }, berlin);
  // The clock goes back from 3:00 to 2:00 at 1:00 UTC.
  expect(hour('2026-10-25T00:30:00Z', '2026-10-25T12:00:00Z')).toBeUndefined();
  expect(hour('2026-10-24T12:00:00Z', '2026-10-25T01:30:00Z')).toBeUndefined();
  expect(hour('2026-10-24T12:00:00Z', '2026-10-25T02:00:00Z')).toMatchObject({ stop: { hour: 3 } });
  expect(hour('2026-03-29T00:59:00Z', '2026-03-29T01:00:00Z')).toMatchObject({
    start: { hour: 1, minute: 59 },
    stop: { hour: 3, minute: 0 },
  });
});

test('clocks are steady where they are not put forward or back in between', () => {
  const [summer, later, winter] = [at('2026-10-20T12:00Z'), at('2026-10-23T12:00Z'), at('2026-10-26T12:00Z')];
  expect(lockTime.isSteady([summer, later], berlin)).toBe(true);
  expect(lockTime.isSteady([summer, later, winter], berlin)).toBe(false);
  expect(lockTime.isSteady([summer, winter], 'UTC')).toBe(true);
});

test('what was converted once is remembered, for each look at a lock asks again', () => {
  const frame = { startsAt: at('2026-07-01T10:00Z'), endsAt: at('2026-07-02T10:00Z') };
  const [first, again] = [lockTime.windowIn(frame, berlin), lockTime.windowIn(frame, berlin)];
  expect(again?.start).toBe(first?.start);
  expect(lockTime.windowIn(frame, 'UTC')).toMatchObject({ start: { hour: 10 } });
});
