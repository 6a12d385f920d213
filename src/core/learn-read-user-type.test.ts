import { describe, expect, test } from 'vitest';
import {
  belief,
  circumstances,
  codeId,
  empty,
  intentFor,
  lockState,
  minuteMs,
  now,
  occupied,
  pin,
  standing,
} from '../../test/support/lock-states.ts';
import { learnRead } from './learn-read.ts';
import { beginIntent, learnWrite } from './learn-write.ts';
import type { LocalWindow, SlotBelief, UserType } from './model.ts';
import { droppedRestMs, isBound } from './native.ts';
import { beliefOf, holds } from './slots.ts';

const at = circumstances();
const code = codeId(1);
const window: LocalWindow = {
  start: { year: 2026, month: 11, day: 2, hour: 15, minute: 0 },
  stop: { year: 2026, month: 11, day: 4, hour: 11, minute: 0 },
};
const shown = (userType?: UserType, enabled = true) => ({
  ...occupied('1234', enabled),
  ...(userType === undefined ? {} : { userType }),
});
const after = (before: SlotBelief, reading: ReturnType<typeof shown>) => {
  const { state } = learnRead(lockState([before]), 1, reading, at);
  return { belief: beliefOf(state, 1), preloadAfter: state.preloadAfter };
};

describe('a code bound by its schedule', () => {
  const bound = (): SlotBelief => ({
    ...standing(1, code, '1234'),
    mayBeScheduled: true,
    schedule: { window, at: now - minuteMs, beside: true },
  });

  test.each([undefined, 'year_day'] as const)('stays bound where the lock says %s', (userType) => {
    const { belief: seen, preloadAfter } = after(bound(), shown(userType));
    expect(isBound(seen, window)).toBe(true);
    expect(preloadAfter).toBeUndefined();
  });

  test.each(['unrestricted', 'master'] as const)(
    'is not where the lock says %s: nothing is loaded there ahead for a while',
    (userType) => {
      const { belief: seen, preloadAfter } = after(bound(), shown(userType));
      expect(isBound(seen, window)).toBe(false);
      expect(preloadAfter).toBe(now + droppedRestMs);
    },
  );

  test.each(['week_day', 'non_access'] as const)('opens nothing where the lock says %s', (userType) => {
    expect(holds(after(bound(), shown(userType)).belief, pin('1234'))).toBe(false);
  });
});

describe('a code for all hours', () => {
  test.each([
    [undefined, true],
    ['unrestricted', true],
    ['master', true],
    ['year_day', false],
    ['week_day', false],
    ['non_access', false],
  ] as const)('that the lock says is %s opens: %s', (userType, opens) => {
    expect(holds(after(standing(1, code, '1234'), shown(userType)).belief, pin('1234'))).toBe(opens);
  });
});

describe('a code written disabled, until its schedule stands', () => {
  const intent = {
    ...intentFor(1, code, '1234'),
    manner: { scheduled: true, enabled: false },
    createdAt: now - 1_000,
  };
  const prior = belief(1, { owner: code, state: empty, grade: 'proved', evidenceAt: now - minuteMs });
  const written = learnWrite(
    beginIntent(lockState([prior]), intent),
    prior,
    intent,
    { kind: 'accepted' },
    at,
  ).state;

  test('is believed disabled, and a look that shows it so is no failure', () => {
    expect(beliefOf(written, 1).state).toMatchObject({ kind: 'occupied', enabled: false });
    const { state, learned } = learnRead(written, 1, shown('year_day', false), at);
    expect(state.attempts.size).toBe(0);
    expect(learned).toEqual([]);
    expect(beliefOf(state, 1)).toMatchObject({ owner: code, grade: 'proved', landed: 'yes' });
  });

  test('and shown enabled, is believed enabled, whatever its user type: the lock does not heed that', () => {
    const { state } = learnRead(written, 1, shown('year_day'), at);
    expect(beliefOf(state, 1).state).toMatchObject({ kind: 'occupied', enabled: true });
    expect(state.preloadAfter).toBe(now + droppedRestMs);
  });

  test('enabled later, it stands there whatever becomes of that write, also behind a mask', () => {
    const masked = { kind: 'occupied', pin: 'masked', enabled: false } as const;
    const seen = learnRead(written, 1, masked, at).state;
    const enabling = { ...intent, manner: { scheduled: true, enabled: true } };
    const begun = beginIntent(seen, enabling);
    const { state } = learnRead(begun, 1, { ...masked, enabled: true }, at);
    expect(holds(beliefOf(state, 1), pin('1234'))).toBe(true);
  });
});
