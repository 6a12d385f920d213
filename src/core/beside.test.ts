import { describe, expect, test } from 'vitest';
import {
  capabilities,
  circumstances,
  codeId,
  emptySlot,
  lockState,
  minuteMs,
  now,
  standing,
} from '../../test/support/lock-states.ts';
import {
  beginSchedule,
  learnNaming,
  learnScheduleCleared,
  learnScheduleRead,
  learnScheduleWritten,
} from './beside.ts';
import type { LocalMinute, LocalWindow, LockState, SlotBelief } from './model.ts';
import { droppedRestMs, unseenRestMs } from './native.ts';
import { beliefOf } from './slots.ts';

const [a, b] = [codeId(1), codeId(2)];
const minute = (hour: number): LocalMinute => ({ year: 2026, month: 11, day: 2, hour, minute: 0 });
const window: LocalWindow = { start: minute(10), stop: minute(12) };
const other: LocalWindow = { start: minute(11), stop: minute(13) };
const at = circumstances();
/** The lock is told with a code what it may do. */
const told = circumstances({ capabilities: capabilities({ codeManners: true }) });
const neighbour = standing(2, b, '5678');
const stateOf = (changes: Partial<SlotBelief>): LockState =>
  lockState([{ ...standing(1, a, '1234'), ...changes }, neighbour], { seenToLie: true });
const seen = { window, at: now - minuteMs, beside: true };
const tried = { sideFailures: 2, sideAfter: now - 1 };
const slot1 = (state: LockState): SlotBelief => beliefOf(state, 1);
/** All that isn't said of slot 1 stays as it was. */
const expectRest = (after: LockState, before: LockState): void => {
  const { slots, preloadAfter, ...rest } = after;
  expect(preloadAfter ?? now).toBeGreaterThanOrEqual(now);
  expect(before).toMatchObject(rest);
  expect(slots.get(2)).toBe(neighbour);
  expect(slots.size).toBe(2);
};

describe('before a schedule leaves', () => {
  test('one may stand there, and nobody knows which; the slot is whose it was, or theirs for whom it is', () => {
    const before = stateOf({ schedule: seen, isScheduleFree: true });
    const after = beginSchedule(before, 1);
    expect(slot1(after)).toEqual({
      ...{ ...slot1(before), mayBeScheduled: true, isScheduleFree: undefined, schedule: undefined },
    });
    expect(slot1(beginSchedule(before, 1, b)).owner).toBe(b);
    expectRest(after, before);
  });
});

describe('a schedule that was written', () => {
  const before = stateOf({ ...tried, mayBeScheduled: true });
  const after = (
    found: LocalWindow | 'none' | undefined,
    here = at,
    from = before,
  ): { state: LockState; belief: SlotBelief } => {
    const state = learnScheduleWritten(from, 1, window, found, here);
    expectRest(state, from);
    return { state, belief: slot1(state) };
  };

  test('and is shown so binds the code beside it, and what failed before is forgotten', () => {
    const { state, belief } = after(window);
    expect(belief).toEqual({
      ...{ ...slot1(before), sideFailures: 0, sideAfter: undefined },
      schedule: { window, at: now, beside: true },
    });
    expect(state.preloadAfter).toBeUndefined();
    const free = lockState([{ ...emptySlot(1), owner: a }, neighbour], { seenToLie: true });
    const alone = after(window, at, free).belief;
    expect(alone.schedule?.beside, 'no code stands beside it').toBe(false);
    expect(alone.mayBeScheduled).toBe(true);
  });

  test('and is shown otherwise, or not at all, keeps codes from being loaded ahead for a week', () => {
    for (const found of [other, 'none'] as const) {
      const { state, belief } = after(found);
      expect(state.preloadAfter).toBe(now + droppedRestMs);
      expect(belief).toMatchObject({ schedule: undefined, sideFailures: 3 });
      expect(belief.mayBeScheduled).toBe(found !== 'none');
    }
    expect(after('none', told).belief.mayBeScheduled, 'told that it has one, the code opens nothing').toBe(
      true,
    );
    const empty = lockState([{ ...emptySlot(1), mayBeScheduled: true }, neighbour], { seenToLie: true });
    expect(after('none', told, empty).belief.mayBeScheduled).toBe(false);
  });

  test('of which nothing is seen keeps them for an hour', () => {
    const { state, belief } = after(undefined);
    expect(state.preloadAfter).toBe(now + unseenRestMs);
    expect(belief).toMatchObject({ schedule: undefined, mayBeScheduled: true, sideFailures: 3 });
  });
});

describe('a schedule that is looked at beside its code', () => {
  const read = (
    found: LocalWindow | 'none' | 'no_answer',
    changes: Partial<SlotBelief>,
    here = at,
  ): { state: LockState; belief: SlotBelief } => {
    const before = stateOf({ ...tried, mayBeScheduled: true, ...changes });
    const state = learnScheduleRead(before, 1, found, here);
    expectRest(state, before);
    return { state, belief: slot1(state) };
  };
  const unsure = { schedule: { ...seen, beside: false } };

  test('and is there binds it', () => {
    const { state, belief } = read(window, unsure);
    expect(belief).toMatchObject({ schedule: { window, at: now, beside: true }, sideFailures: 0 });
    expect([belief.sideAfter, state.preloadAfter]).toEqual([undefined, undefined]);
    expect(read(window, { ...unsure, mayBeScheduled: false }).belief.mayBeScheduled).toBe(true);
  });

  test('and gives no answer counts on where it was seen to bind this code, and is asked again in its time', () => {
    const { state, belief } = read('no_answer', { schedule: seen });
    expect(belief).toMatchObject({ schedule: seen, sideFailures: 3 });
    expect(belief.sideAfter).toBeGreaterThan(now);
    expect(state.preloadAfter).toBeUndefined();
    const never = read('no_answer', unsure);
    expect(never.belief).toMatchObject({ schedule: undefined, mayBeScheduled: true });
    expect(never.state.preloadAfter).toBe(now + unseenRestMs);
  });

  test('and is another or gone binds nothing any more, though it was seen to', () => {
    for (const found of [other, 'none'] as const) {
      const { state, belief } = read(found, { schedule: seen });
      expect(belief).toMatchObject({ schedule: undefined, mayBeScheduled: found !== 'none' });
      expect(state.preloadAfter).toBe(now + droppedRestMs);
    }
    const isLeft = (changes: Partial<SlotBelief>): boolean =>
      read('none', changes, told).belief.mayBeScheduled;
    expect(isLeft({}), 'told that it has one, the code opens nothing').toBe(true);
    expect(isLeft({ mayBeScheduled: false })).toBe(false);
    expect(isLeft({ state: { kind: 'empty' } })).toBe(false);
  });
});

describe('a schedule that was to be erased', () => {
  const before = stateOf({ ...tried, mayBeScheduled: true, schedule: seen });

  test('and is leaves none', () => {
    const after = learnScheduleCleared(before, 1, true, at);
    expect(slot1(after)).toEqual({
      ...{ ...slot1(before), sideFailures: 0, sideAfter: undefined, schedule: undefined },
      ...{ mayBeScheduled: false, isScheduleFree: true },
    });
    expectRest(after, before);
  });

  test('and is not stands as before, and is tried again ever later, like a name', () => {
    const after = learnScheduleCleared(before, 1, false, at);
    const { sideAfter, ...belief } = slot1(after);
    expect({ ...belief, sideAfter: tried.sideAfter }).toEqual({ ...slot1(before), sideFailures: 3 });
    expectRest(after, before);
    const named = learnNaming(before, 1, 'Anna', false, at);
    expect(slot1(named).sideFailures).toBe(3);
    expect((slot1(named).sideAfter ?? 0) - now, 'nobody waits for a name').toBeGreaterThan(
      (sideAfter ?? 0) - now,
    );
  });

  test('is tried less often where no code waits for its slot', () => {
    const waits = (owner: SlotBelief['owner']): number => {
      const failing = learnScheduleCleared(stateOf({ ...tried, owner, mayBeScheduled: true }), 1, false, at);
      return (slot1(failing).sideAfter ?? 0) - now;
    };
    expect(waits(undefined)).toBeGreaterThan(waits(a));
  });
});
