import { expect, test } from 'vitest';
import { nearestDay } from './lock-clock.ts';

// 3 March 2027 is a Wednesday.
const wednesday = Date.UTC(2027, 2, 3);

test.each([
  ['Wednesday', 3, 3, 3],
  ['Thursday', 4, 3, 4],
  ['Saturday', 6, 3, 6],
  ['Tuesday', 2, 3, 2],
  ['Sunday', 7, 2, 28],
  ['an unknown day', 0, 3, 3],
])('a clock that says only "%s" means the nearest one', (_, weekday, month, day) => {
  expect(nearestDay(weekday, wednesday)).toEqual({ year: 2027, month, day });
});
