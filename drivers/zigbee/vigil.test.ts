import { expect, test } from 'vitest';
import { handClock } from '../../test/support/driver-host.ts';
import { isOverdue, keepVigil, longestSilenceMs } from './vigil.ts';

const hour = 3_600_000;
const device = (lastSeen: number | undefined, checkinInterval?: number, configured = true) => ({
  meta: { lockstep: { configured } },
  lastSeen,
  checkinInterval,
});

test('a lock that reports its bolt every hour may miss one report, not three', () => {
  const lock = device(0);
  expect(longestSilenceMs(lock)).toBe(hour);
  expect(isOverdue(lock, 2 * hour)).toBe(false);
  expect(isOverdue(lock, 3 * hour)).toBe(true);
});

test('a check-in that comes sooner is what a lock is measured by', () => {
  expect(longestSilenceMs(device(0, 600))).toBe(600_000);
  expect(longestSilenceMs(device(0, 7_200))).toBe(hour);
  expect(longestSilenceMs(device(0, 7_200, false))).toBe(2 * hour);
});

test('one that owes no sign of life, or was never heard, is not asked for any', () => {
  expect(longestSilenceMs(device(0, undefined, false))).toBeUndefined();
  expect(isOverdue(device(0, undefined, false), 1_000 * hour)).toBe(false);
  expect(isOverdue(device(undefined), 1_000 * hour)).toBe(false);
});

test('the vigil looks every ten minutes until it ends', () => {
  const { clock, pass, armed } = handClock();
  let looks = 0;
  const end = keepVigil(clock, () => {
    looks += 1;
  });
  for (let minute = 0; minute < 60; minute += 1) pass(60_000);
  expect(looks).toBe(6);
  end();
  expect(armed()).toBe(0);
});
