import { expect, test } from 'vitest';
import { lockState, now } from '../../test/support/lock-states.ts';
import { clockFreshMs, clockMostOffMs, isClockRight } from './native.ts';

const rules = { signature: 'UTC 0', offsetMs: 0 };

test.each<[string, number, number | undefined, string, boolean]>([
  ['seen right a day ago', clockFreshMs, 0, 'UTC 0', true],
  ['seen right longer ago', clockFreshMs + 1, 0, 'UTC 0', false],
  ['seen in the future', -1, 0, 'UTC 0', false],
  ['a minute ahead', 0, clockMostOffMs, 'UTC 0', true],
  ['further ahead', 0, clockMostOffMs + 1, 'UTC 0', false],
  ['further behind', 0, -clockMostOffMs - 1, 'UTC 0', false],
  ['that gave no answer', 0, undefined, 'UTC 0', false],
  ['judged by another zone', 0, 0, 'Europe/Berlin 60', false],
])('for codes ahead of their time, a clock %s', (_name, ageMs, offsetMs, seenIn, isRight) => {
  const state = {
    ...lockState([]),
    clockSeen: { at: now - ageMs, offsetMs },
    clockCare: { failures: 0, seenIn },
  };
  expect(isClockRight(state, rules, now)).toBe(isRight);
  expect(isClockRight(state, undefined, now)).toBe(false);
});
