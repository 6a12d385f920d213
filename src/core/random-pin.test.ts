import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SeededRandom } from '../../test/support/seeded-random.ts';
import { generatePin, isWeak } from './random-pin.ts';

test('a PIN is weak that is one digit repeated, a run up or down, or a year', () => {
  for (const digits of ['0000', '777777', '1234', '012345', '9876', '654321', '1987', '2026', '1900', '2099'])
    expect(isWeak(digits), digits).toBe(true);
  for (const digits of ['1235', '0987', '1212', '1899', '2100', '19871', '9012', '4711', '0042'])
    expect(isWeak(digits), digits).toBe(false);
});

test('a generated PIN has the length asked for, and is neither weak nor taken', () => {
  fc.assert(
    fc.property(fc.integer(), fc.integer({ min: 4, max: 12 }), fc.nat(9), (seed, length, digit) => {
      const pin = generatePin(new SeededRandom(seed), length, (one) =>
        one.reveal().startsWith(String(digit)),
      );
      expect(pin?.length).toBe(length);
      expect(pin?.reveal()).toMatch(/^\d+$/);
      expect(isWeak(pin?.reveal() ?? '')).toBe(false);
      expect(pin?.reveal().startsWith(String(digit))).toBe(false);
    }),
  );
});

test('every digit comes in every place, leading zeros included', () => {
  const random = new SeededRandom(7);
  const seen = [0, 1, 2, 3].map(() => new Set<string>());
  for (let n = 0; n < 400; n += 1) {
    const digits = generatePin(random, 4, () => false)?.reveal() ?? '';
    seen.forEach((set, place) => set.add(digits.charAt(place)));
  }
  expect(seen.map((set) => set.size)).toEqual([10, 10, 10, 10]);
});

test('a lock on which most PINs are taken gets another all the same', () => {
  let tries = 0;
  expect(generatePin(new SeededRandom(1), 4, () => (tries += 1) < 300)).toBeDefined();
});

test('where all are taken there is none, after a bounded number of tries', () => {
  let tries = 0;
  const pin = generatePin(new SeededRandom(1), 4, () => (tries += 1) > 0);
  expect(pin).toBeUndefined();
  expect(tries).toBeLessThanOrEqual(1_000);
});
