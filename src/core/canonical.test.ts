import fc from 'fast-check';
import { expect, test } from 'vitest';
import { canonical } from './canonical.ts';

test('equal values have one form whatever the order of their keys, and different ones have different forms', () => {
  const anyParams = fc.dictionary(fc.constantFrom('a', 'b', 'c'), fc.jsonValue({ maxDepth: 2 }), {
    noNullPrototype: true,
  });
  fc.assert(
    fc.property(anyParams, anyParams, (a, b) => {
      const shuffled = Object.fromEntries(Object.entries(a).reverse());
      expect(canonical(shuffled)).toBe(canonical(a));
      const round = (value: unknown): unknown => JSON.parse(JSON.stringify(value));
      let same = true;
      try {
        expect(round(a)).toEqual(round(b));
      } catch {
        same = false;
      }
      expect(canonical(a) === canonical(b)).toBe(same);
    }),
  );
  expect(canonical({ a: [1, 2] })).not.toBe(canonical({ a: [2, 1] }));
  expect(canonical({ code: '0042' })).not.toBe(canonical({ code: '42' }));
});
