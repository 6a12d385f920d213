import fc from 'fast-check';
import { expect, test } from 'vitest';
import { attemptBackoff, backoffMs, lockBackoff } from './retry.ts';

const anyBounds = fc.constantFrom(attemptBackoff, lockBackoff);
const anyJitter = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

test('the wait lies between half of the nominal delay and the whole, which doubles up to its bound', () => {
  fc.assert(
    fc.property(anyBounds, fc.integer({ min: 1, max: 10_000 }), anyJitter, (bounds, failures, jitter) => {
      const nominal = Math.min(bounds.mostMs, bounds.firstMs * 2 ** (failures - 1));
      const wait = backoffMs(failures, jitter, bounds);
      expect(wait).toBeGreaterThanOrEqual(nominal / 2);
      expect(wait).toBeLessThanOrEqual(nominal);
      expect(Number.isInteger(wait)).toBe(true);
    }),
  );
});

test('locks that failed together do not come back together', () => {
  const waits = new Set([0, 0.25, 0.5, 0.75].map((jitter) => backoffMs(3, jitter, lockBackoff)));
  expect(waits.size).toBe(4);
});

test('the first wait is seconds, the longest minutes, and no number of failures overflows it', () => {
  expect(backoffMs(1, 0, lockBackoff)).toBe(1_000);
  expect(backoffMs(2, 0, lockBackoff)).toBe(2_000);
  expect(backoffMs(1_000_000, 0, lockBackoff)).toBe(5 * 60_000);
  expect(backoffMs(1, 0, attemptBackoff)).toBe(2_500);
  expect(backoffMs(1_000_000, 0.999, attemptBackoff)).toBeLessThanOrEqual(15 * 60_000);
});
