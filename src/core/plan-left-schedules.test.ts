import { describe, expect, test } from 'vitest';
import {
  attempt,
  capabilities,
  codeId,
  emptySlot,
  intentFor,
  lockState,
  minuteMs,
  now,
  pin,
  planInput,
  standing,
  wantedCode,
} from '../../test/support/lock-states.ts';
import { priorities } from './actions.ts';
import type { LocalMinute, LocalWindow, SlotBelief, WantedCode } from './model.ts';
import { Waits } from './plan-input.ts';
import type { PlanInput } from './plan-input.ts';
import { schedules, sets } from './plan-writes.ts';

const [a, b] = [codeId(1), codeId(2)];
const minute = (hour: number): LocalMinute => ({ year: 2026, month: 11, day: 2, hour, minute: 0 });
const window: LocalWindow = { start: minute(10), stop: minute(12) };
const other: LocalWindow = { start: minute(11), stop: minute(13) };
const later = now + minuteMs;
const able = capabilities({
  yearDaySchedules: 1,
  scheduleOrder: 'schedule_first',
  clock: { set: true, read: true },
});

interface Step {
  readonly action: unknown;
  readonly wakeAt: number | undefined;
}
const step = (
  find: typeof schedules,
  slots: readonly SlotBelief[],
  wanted: readonly WantedCode[],
  more: Partial<PlanInput> = {},
): Step => {
  const waits = new Waits();
  const input = planInput(lockState(slots), wanted, { capabilities: able, usable: [1, 2], ...more });
  return { action: find(input, waits), wakeAt: waits.earliest };
};
const nothing = { action: undefined, wakeAt: undefined };
const then = (action: object): Step => ({ action, wakeAt: undefined });

describe('a schedule that may stand at a slot', () => {
  const erase = { kind: 'clear_schedule', slot: 1, priority: priorities.removal };
  const left: SlotBelief = { ...emptySlot(1), mayBeScheduled: true };
  const kept: SlotBelief = { ...left, owner: a };
  const shown: SlotBelief = { ...kept, schedule: { window, at: now, beside: false } };
  const find = (slot: SlotBelief, wanted: readonly WantedCode[] = [], more?: Partial<PlanInput>): Step =>
    step(schedules, [slot], wanted, more);

  test('and is nobody’s is erased, whatever stands there, in its time and out of doubt', () => {
    expect(find(left)).toEqual(then(erase));
    expect(find({ ...left, mayBeScheduled: false })).toEqual(nothing);
    expect(find({ ...left, sideAfter: later })).toEqual({ action: undefined, wakeAt: later });
    expect(find({ ...left, suspicion: 'uncertain' })).toEqual(nothing);
    expect(find(left, [], { intents: [intentFor(1, a, '1234')] })).toEqual(nothing);
  });

  test('is left to a code that is still to come, and erased for one to which it doesn’t belong', () => {
    const coming = wantedCode(a, '1234', { window });
    const loaded: WantedCode = { ...coming, wanted: 'preload', neededAt: now + 60 * minuteMs };
    const leaving: WantedCode = { ...coming, wanted: 'absent' };
    expect([find(shown, [coming]), find(shown, [loaded])]).toEqual([nothing, nothing]);
    const erased = [
      find(kept, [coming]),
      find(shown, [{ ...coming, window: other }]),
      find(shown, [leaving]),
    ];
    expect(erased).toEqual([then(erase), then(erase), then(erase)]);
    expect(find(shown, [{ ...coming, wanted: 'as_is' }])).toEqual(then(erase));
    expect(find(shown, []), 'of its code nobody knows').toEqual(nothing);
  });

  test('is left under a code, and while one may stand there unseen that is to go', () => {
    const leaving = wantedCode(a, '1234', { wanted: 'absent' });
    const unseen: SlotBelief = { ...kept, landed: 'accepted' };
    expect(find({ ...standing(1, a, '1234'), mayBeScheduled: true }, [leaving])).toEqual(nothing);
    expect(find(unseen, [leaving])).toEqual(nothing);
    expect(find(unseen, [wantedCode(a, '1234')]), 'it is to stay').toEqual(then(erase));
  });

  test('goes with a code that makes room for one whose time it is', () => {
    const loaded = wantedCode(a, '1234', { wanted: 'preload', window, neededAt: now + 60 * minuteMs });
    const due = wantedCode(b, '5678');
    expect(find(shown, [loaded, due], { usable: [1] })).toEqual(then(erase));
    expect(find(shown, [loaded, due], { usable: [1, 2] })).toEqual(nothing);
  });
});

describe('before the first code of ours comes into a slot', () => {
  const coming = wantedCode(a, '1234');
  const erase = { kind: 'clear_schedule', slot: 1, code: a, priority: priorities.set };
  const set = { kind: 'set', slot: 1, code: a, pin: pin('1234'), priority: priorities.set };
  const write = (slot: Partial<SlotBelief>, more?: Partial<PlanInput>): Step =>
    step(sets, [{ ...emptySlot(1), ...slot }], [coming], more);

  test('what another hub may have left there is erased, which is tried twice', () => {
    expect(write({})).toEqual(then(erase));
    expect(write({ isScheduleFree: true })).toEqual(then(set));
    expect(write({ sideFailures: 1 })).toEqual(then(erase));
    expect(write({ sideFailures: 2 })).toEqual(then(set));
  });

  test('nothing is erased where nothing can bind the code, or what stands there is its own', () => {
    expect(write({}, { capabilities: { ...able, yearDaySchedules: 0 } })).toEqual(then(set));
    expect(write({}, { capabilities: capabilities() })).toEqual(then(set));
    expect(write({}, { capabilities: { ...able, codeManners: true } })).toEqual(then(set));
    const schedule = { window, at: now, beside: false };
    const own = { owner: a, mayBeScheduled: true, schedule };
    const timed = [wantedCode(a, '1234', { window })];
    expect(step(sets, [{ ...emptySlot(1), ...own }], timed)).toEqual(then(set));
    const unread = capabilities({ ...able, readBack: 'none' });
    expect(step(sets, [{ ...standing(1, a, '9999') }], [coming], { capabilities: unread })).toEqual(
      then(set),
    );
  });

  test('a slot of its own at which another schedule may stand is not written before that is erased', () => {
    const wrongly = { owner: a, mayBeScheduled: true, isScheduleFree: true as const };
    expect(write(wrongly)).toEqual(nothing);
    expect(write({ ...wrongly, schedule: { window, at: now, beside: false } })).toEqual(nothing);
    expect(write({ ...wrongly, sideFailures: 1 })).toEqual(nothing);
  });

  test('where that was tried twice, the code takes another slot; without one, it waits', () => {
    const stuck = { ...emptySlot(1), owner: a, mayBeScheduled: true, sideFailures: 2 };
    const free: SlotBelief = { ...emptySlot(2), isScheduleFree: true };
    expect(step(sets, [stuck, free], [coming])).toEqual(then({ ...set, slot: 2 }));
    expect(step(sets, [stuck], [coming], { usable: [1] })).toEqual(nothing);
    const doubted: SlotBelief = { ...stuck, suspicion: 'uncertain' };
    expect(step(sets, [doubted, free], [coming])).toEqual(nothing);
    const unseen: SlotBelief = { ...stuck, source: 'read', landed: 'accepted' };
    expect(step(sets, [unseen, free], [coming]), 'it would be given up').toEqual(nothing);
  });

  test('schedules of both sorts count: those that come again bind a code as well', () => {
    const weekly = capabilities({ repeatingSchedules: true });
    expect(write({}, { capabilities: weekly })).toEqual(then(erase));
    expect(write({}, { capabilities: { ...weekly, codeManners: true } })).toEqual(then(set));
    expect(write({ isScheduleFree: true }, { capabilities: weekly })).toEqual(then(set));
  });
});

describe('a code that is written', () => {
  const masking = capabilities({ readBack: 'masked' });
  const old = standing(1, a, '9999', true);
  const write = (slot: SlotBelief, more: Partial<PlanInput> = {}, wanted = [wantedCode(a, '1234')]): Step =>
    step(sets, [slot], wanted, { capabilities: masking, usable: [1], ...more });
  const clear = { kind: 'clear', slot: 1, code: a, priority: priorities.set };
  const look = { kind: 'read', slot: 1, why: 'suspicion', priority: priorities.set };

  test('over another that is masked: that is cleared first, and looked at where the lock told of a change', () => {
    expect(write(old)).toEqual(then(clear));
    expect(write({ ...old, suspicion: 'hint' })).toEqual(then(look));
    expect(write({ ...old, suspicion: 'hint', lookAfter: later })).toEqual({
      action: undefined,
      wakeAt: later,
    });
    const shown = { ...standing(1, a, '9999'), suspicion: 'hint' as const };
    expect(write(shown, { capabilities: capabilities() }).action).toMatchObject({ kind: 'set', code: a });
    const blind = capabilities({ readBack: 'none' });
    expect(write({ ...old, suspicion: 'hint' }, { capabilities: blind })).toEqual(then(clear));
  });

  test('into a slot of which a checksum can tell that it is empty, unless it is in doubt', () => {
    const summed = capabilities({ checksum: true, slots: { first: 1, last: 1 } });
    const stale = emptySlot(1, 11 * minuteMs);
    const sum = { kind: 'checksum', why: 'fresh_proof', priority: priorities.set };
    const read = { kind: 'read', slot: 1, why: 'fresh_proof', priority: priorities.set };
    const of = (slot: SlotBelief): Step => write(slot, { capabilities: summed });
    expect(of(stale)).toEqual(then(sum));
    expect(of({ ...stale, suspicion: 'hint' })).toEqual(then(read));
    expect(of({ ...stale, lookAfter: later })).toEqual({ action: undefined, wakeAt: later });
    const unread = capabilities({ readBack: 'none' });
    expect(write(stale, { capabilities: unread }).action).toMatchObject({ kind: 'set' });
  });

  test('waits where its slot is in doubt, its lock is held, or it was refused for good', () => {
    const able1 = { capabilities: capabilities() };
    expect(write({ ...standing(1, a, '9999'), suspicion: 'uncertain' }, able1)).toEqual(nothing);
    const waits = new Waits();
    const state = lockState([emptySlot(1)], { reset: { at: now, why: 'codes_gone' } });
    expect(sets(planInput(state, [wantedCode(a, '1234')]), waits)).toBeUndefined();
    const attempts = new Map([[a, attempt(a, { terminal: 'duplicate' })]]);
    expect(
      sets(planInput(lockState([emptySlot(1)], { attempts }), [wantedCode(a, '1234')]), waits),
    ).toBeUndefined();
  });
});
