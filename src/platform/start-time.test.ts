import { expect, test } from 'vitest';
import { startTime } from './start-time.ts';

const hour = 3_600_000;
const clockOf = (): { wall: number; ran: number; isTrusted: boolean } & Parameters<typeof startTime>[0] => ({
  wall: 5 * hour,
  ran: 4 * hour + 0.25,
  isTrusted: true,
  now() {
    return this.wall;
  },
  monotonic() {
    return this.ran;
  },
  after: () => () => undefined,
});

test('a start is when it was, whatever the clock does afterwards', () => {
  const clock = clockOf();
  const startedAt = startTime(clock);
  clock.wall += hour;
  clock.isTrusted = false;
  expect(startedAt()).toBe(5 * hour);
  clock.isTrusted = true;
  expect(startedAt()).toBe(5 * hour);
});

test("a start at which the time wasn't known is dated once it is, and for good", () => {
  const clock = clockOf();
  clock.isTrusted = false;
  const startedAt = startTime(clock);
  clock.ran += 60_000.5;
  clock.wall += 60_000;
  expect(startedAt()).toBe(5 * hour);
  // A time server has been heard: it is three days later than the floor.
  clock.isTrusted = true;
  clock.wall += 72 * hour;
  expect(startedAt()).toBe(77 * hour - 1);
  clock.wall += hour;
  expect(startedAt()).toBe(77 * hour - 1);
});
