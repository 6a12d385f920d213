import { expect, test } from 'vitest';
import { nearestDay, shownAs } from './lock-clock.ts';

test("an instant is shown as this process's zone has it, as zwave-js understood the lock", () => {
  expect(shownAs(new Date(2027, 2, 4, 5, 6, 7))).toEqual({
    kind: 'clock',
    local: { year: 2027, month: 3, day: 4, hour: 5, minute: 6 },
    second: 7,
  });
});

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
