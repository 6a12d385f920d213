import { expect, test } from 'vitest';
import { earliest } from './earliest.ts';

test.each([
  [1, 2, 1],
  [2, 1, 1],
  [0, undefined, 0],
  [undefined, 3, 3],
  [undefined, undefined, undefined],
])('of %s and %s, the earlier is %s', (a, b, expected) => {
  expect(earliest(a, b)).toBe(expected);
});
