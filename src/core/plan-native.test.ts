import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  anyPlanInput,
  attempt,
  capabilities,
  circumstances,
  codeId,
  emptySlot,
  lockState,
  minuteMs,
  now,
  occupied,
  pin,
  planInput,
  standing,
  wantedCode,
} from '../../test/support/lock-states.ts';
import { beginSchedule, learnScheduleCleared, learnScheduleRead, learnScheduleWritten } from './beside.ts';
import { beginIntent } from './learn-write.ts';
import { learnRead } from './learn-read.ts';
import type { LocalMinute, LocalWindow, LockState, SlotBelief, WantedCode } from './model.ts';
import { canPreload, droppedRestMs, hasSchedule, isBound } from './native.ts';
import { plan, priorities } from './plan.ts';
import type { PlanInput } from './plan.ts';
import { beliefOf, slotOwnedBy } from './slots.ts';

const [a, b] = [codeId(1), codeId(2)];
const at = (hour: number): LocalMinute => ({ year: 2026, month: 11, day: 2, hour, minute: 0 });
const window: LocalWindow = { start: at(10), stop: at(12) };
const other: LocalWindow = { start: at(11), stop: at(13) };
const able = capabilities({
  yearDaySchedules: 1,
  scheduleOrder: 'schedule_first',
  clock: { set: false, read: true },
});
const clockSeen = { at: now - minuteMs, offsetMs: 0 };
const guest = wantedCode(a, '1234', { wanted: 'preload', window, neededAt: now + 60 * minuteMs });
const bound: SlotBelief = {
  ...standing(1, a, '1234'),
  mayBeScheduled: true,
  schedule: { window, at: now - minuteMs, beside: true },
};

const act = (
  slots: readonly SlotBelief[],
  wanted: readonly WantedCode[],
  changes: Partial<LockState> = {},
  more: Partial<PlanInput> = {},
): unknown =>
  plan(planInput(lockState(slots, { clockSeen, ...changes }), wanted, { capabilities: able, ...more }))
    .action;

test('a code ahead of its time gets its schedule, then stands, then has its schedule looked at beside it', () => {
  const free = emptySlot(1);
  expect(act([free], [guest])).toMatchObject({ kind: 'schedule', slot: 1, code: a, window });
  const held = { ...free, owner: a, mayBeScheduled: true };
  expect(act([{ ...held, schedule: { window, at: now, beside: false } }], [guest])).toMatchObject({
    kind: 'set',
    slot: 1,
    code: a,
  });
  const unsure = { ...bound, schedule: { window, at: now, beside: false } };
  expect(act([unsure], [guest])).toMatchObject({ kind: 'read_schedule', priority: priorities.removal });
  expect(act([bound], [guest])).toBeUndefined();
});

test('a lock that is told with the code what it may do is told that this one is scheduled', () => {
  const held: SlotBelief = { ...emptySlot(1), owner: a, mayBeScheduled: true };
  const scheduled = { ...held, schedule: { window, at: now, beside: false } };
  const manners = { capabilities: { ...able, codeManners: true as const } };
  expect(act([scheduled], [guest], {}, manners)).toMatchObject({
    manner: { scheduled: true, enabled: true },
  });
  expect(act([emptySlot(1)], [wantedCode(a, '1234')], {}, manners)).not.toHaveProperty('manner');
});

test('a code ahead of its time that is not known to be bound is taken off at once', () => {
  const clear = { kind: 'clear', slot: 1, code: a, priority: priorities.removal };
  expect(act([{ ...bound, schedule: undefined }], [guest])).toEqual(clear);
  expect(act([{ ...bound, schedule: { window: other, at: now, beside: true } }], [guest])).toEqual(clear);
  expect(act([bound], [{ ...guest, pin: pin('5678') }])).toEqual(clear);
});

test('under a code whose time it is a window is overwritten, and only where that fails the code is written anew', () => {
  const due = { ...guest, wanted: 'present', neededAt: now - minuteMs } as const;
  const old = { ...bound, schedule: { window: other, at: now, beside: true } };
  expect(act([bound], [due])).toBeUndefined();
  expect(act([old], [due])).toMatchObject({ kind: 'schedule', window });
  expect(act([{ ...old, schedule: undefined, sideFailures: 1 }], [due])).toMatchObject({ kind: 'clear' });
  expect(act([old], [{ ...due, window: undefined }])).toMatchObject({ kind: 'clear' });
  // Cleared, the schedule goes before the code comes back.
  const cleared = { ...emptySlot(1), owner: a, mayBeScheduled: true };
  expect(act([cleared], [{ ...due, window: undefined }])).toMatchObject({ kind: 'clear_schedule' });
});

test('nothing is loaded by a clock that was not seen right lately, and that is not asked all the time', () => {
  const seen = (ageMs: number, offsetMs: number | undefined): unknown =>
    act([emptySlot(1)], [guest], { clockSeen: { at: now - ageMs, offsetMs } });
  const clock = { kind: 'clock', priority: priorities.audit };
  expect(act([emptySlot(1)], [guest], { clockSeen: undefined })).toEqual(clock);
  expect(seen(minuteMs, 60_000)).toMatchObject({ kind: 'schedule' });
  expect(seen(minuteMs, 60_001)).toBeUndefined();
  expect(seen(minuteMs, undefined)).toBeUndefined();
  expect(seen(61 * minuteMs, -90_000)).toEqual(clock);
  expect(seen(25 * 60 * minuteMs, 0)).toEqual(clock);
});

test('a slot is left to codes that are due, and given up for one whose time it is', () => {
  const due = wantedCode(b, '2345', { neededAt: now });
  const waits = new Map([[b, attempt(b, { notBefore: now + 10_000 })]]);
  expect(act([emptySlot(1)], [guest, due], { attempts: waits }, { usable: [1] })).toBeUndefined();
  expect(act([bound], [guest, due], {}, { usable: [1] })).toMatchObject({ kind: 'clear', slot: 1, code: a });
  // Not where a slot is about to be free.
  const leaving = wantedCode(codeId(3), '3456', { wanted: 'absent' });
  expect(
    act([bound, standing(2, codeId(3), '3456')], [guest, due, leaving], {}, { usable: [1, 2] }),
  ).toMatchObject({ kind: 'clear', slot: 2 });
});

/** Written disabled, until it has its schedule. */
const disabled: SlotBelief = {
  ...standing(1, a, '1234'),
  confirmed: false,
  mayBeScheduled: true,
  state: occupied('1234', false),
};
const parks = {
  usable: [1],
  capabilities: { ...able, scheduleOrder: 'code_disabled_first' as const, codeManners: true as const },
};

test('a code that stands disabled makes room for one whose time it is', () => {
  expect(act([disabled], [guest], {}, parks)).toMatchObject({ kind: 'schedule' });
  const due = wantedCode(b, '5678');
  expect(act([disabled], [guest, due], {}, parks)).toMatchObject({ kind: 'clear', slot: 1, code: a });
});

test('a code that stands disabled is enabled once it and its schedule were both read back', () => {
  const beside = (isBeside: boolean) => ({ ...disabled, schedule: { window, at: now, beside: isBeside } });
  expect(act([beside(false)], [guest], {}, parks)).toMatchObject({ kind: 'read_schedule' });
  expect(act([beside(true)], [guest], {}, parks)).toMatchObject({
    kind: 'set',
    manner: { scheduled: true, enabled: true },
  });
  const unseen: SlotBelief = {
    ...beside(true),
    grade: 'accepted',
    source: 'write',
    lookAfter: now + minuteMs,
  };
  expect(act([unseen], [guest], {}, parks)).toBeUndefined();
});

test('every write beside a schedule, and every code that goes, casts doubt on it', () => {
  const { state } = { state: lockState([bound]) };
  const intent = (kind: 'set' | 'clear') => ({
    id: 'i',
    deviceId: state.deviceId,
    slot: 1,
    kind,
    accessCodeId: a,
    pin: kind === 'set' ? pin('1234') : undefined,
    createdAt: now,
  });
  expect(beliefOf(beginIntent(state, intent('set')), 1).schedule).toMatchObject({ window, beside: false });
  expect(beliefOf(beginIntent(state, intent('clear')), 1).schedule).toBeUndefined();
  const gone = learnRead(state, 1, { kind: 'empty' }, circumstances()).state;
  expect(beliefOf(gone, 1).schedule).toBeUndefined();
  const changed = learnRead(state, 1, occupied('9999'), circumstances()).state;
  expect(isBound(beliefOf(changed, 1), window)).toBe(false);
  expect(beliefOf(beginSchedule(state, 1, a), 1)).toMatchObject({
    mayBeScheduled: true,
    schedule: undefined,
  });
});

test('a lock that lost a schedule as its code came is not trusted with the next one for a week', () => {
  const here = circumstances();
  const unsure = lockState([{ ...bound, schedule: { window, at: now, beside: false } }]);
  const lost = learnScheduleRead(unsure, 1, 'none', here);
  expect(lost.preloadAfter).toBe(now + droppedRestMs);
  expect(act([emptySlot(1)], [guest], { preloadAfter: lost.preloadAfter })).toBeUndefined();
  expect(learnScheduleRead(unsure, 1, other, here).slots.get(1)?.schedule).toBeUndefined();
  const kept = learnScheduleRead(unsure, 1, window, here);
  expect(isBound(beliefOf(kept, 1), window)).toBe(true);
  // Once it was seen to bind this code, one look without an answer changes nothing.
  expect(isBound(beliefOf(learnScheduleRead(kept, 1, 'no_answer', here), 1), window)).toBe(true);
  expect(hasSchedule(beliefOf(learnScheduleRead(unsure, 1, 'no_answer', here), 1), window)).toBe(false);
});

test('a schedule that was not taken leaves a free slot, and one of which nothing is known is erased before anything else', () => {
  const here = circumstances();
  const begun = beginSchedule(lockState([emptySlot(1)]), 1, a);
  const none = learnScheduleWritten(begun, 1, window, 'none', here);
  expect(beliefOf(none, 1)).toMatchObject({ mayBeScheduled: false, schedule: undefined });
  expect(none.preloadAfter).toBeGreaterThan(now);
  const unknown = learnScheduleWritten(begun, 1, window, undefined, here);
  expect(act([...unknown.slots.values()], [guest])).toMatchObject({ kind: 'clear_schedule', slot: 1 });
  const wrong = learnScheduleWritten(begun, 1, window, other, here);
  expect(act([...wrong.slots.values()], [guest])).toMatchObject({ kind: 'clear_schedule', slot: 1 });
  const kept = learnScheduleWritten(begun, 1, window, window, here);
  expect(act([...kept.slots.values()], [guest])).toMatchObject({ kind: 'set', slot: 1 });
});

test('whatever is believed, a code ahead of its time is only written where its own schedule was seen', () => {
  fc.assert(
    fc.property(anyPlanInput, (input) => {
      const { action } = plan(input);
      if (action?.kind !== 'set') return;
      const wish = input.wanted.find((one) => one.accessCodeId === action.code);
      if (wish?.wanted !== 'preload') return;
      expect(canPreload(input.capabilities)).toBe(true);
      expect(hasSchedule(slotOwnedBy(input.state, action.code)!, wish.window)).toBe(true);
    }),
    { numRuns: 1_000 },
  );
});

test('a code is not loaded while one with its PIN, whose time is before, waits to be tried again', () => {
  const free = [emptySlot(1), emptySlot(2)];
  const first = wantedCode(b, '1234');
  const waiting = new Map([[b, attempt(b, { notBefore: now + minuteMs })]]);
  expect(act(free, [guest, first], { attempts: waiting })).toBeUndefined();
  expect(act(free, [guest, { ...first, pin: pin('5678') }], { attempts: waiting })).toMatchObject({
    kind: 'schedule',
    code: a,
  });
});

test('a schedule that cannot be erased keeps its slot for a quarter of an hour at most, however often it was tried', () => {
  let state = lockState([{ ...emptySlot(1), owner: a, mayBeScheduled: true }]);
  for (let tried = 0; tried < 20; tried += 1)
    state = learnScheduleCleared(state, 1, false, circumstances({ now }));
  expect(beliefOf(state, 1).sideAfter).toBeLessThanOrEqual(now + 15 * minuteMs);
});

test('a code that was told it has a schedule is not taken for unbound where a new one was not stored', () => {
  const found = (codeManners: true | undefined): boolean => {
    const here = circumstances({ capabilities: capabilities(codeManners ? { codeManners } : {}) });
    const held = { ...bound, schedule: undefined };
    return beliefOf(learnScheduleWritten(lockState([held]), 1, other, 'none', here), 1).mayBeScheduled;
  };
  expect(found(true)).toBe(true);
  expect(found(undefined)).toBe(false);
});

test('a day before its time a loaded code is looked at once more, the slot and its schedule', () => {
  const seen = (slotAgeMs: number, scheduleAgeMs: number): unknown =>
    act(
      [
        {
          ...bound,
          evidenceAt: now - slotAgeMs,
          schedule: { window, at: now - scheduleAgeMs, beside: true },
        },
      ],
      [{ ...guest, neededAt: now + 23 * 60 * minuteMs }],
    );
  const [before, since] = [61 * minuteMs, 59 * minuteMs];
  expect(seen(before, since)).toMatchObject({ kind: 'read', why: 'verify' });
  expect(seen(since, before)).toMatchObject({ kind: 'read_schedule' });
  expect(seen(since, since)).toBeUndefined();
});
