import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  anyPlanInput,
  capabilities,
  circumstances,
  codeId,
  inUtc,
  lockId,
  lockState,
  minuteMs,
  now,
  pin,
  planInput,
  standing,
  wantedCode,
} from '../../test/support/lock-states.ts';
import { newAccessCode } from './access-code.ts';
import {
  clockWarningMs,
  isWrongForGood,
  keepsOutFrom,
  learnClockSeen,
  learnClockTold,
} from './clock-care.ts';
import { lifecycle } from './lifecycle.ts';
import type { ClockCare, LocalMinute, LockState, SlotBelief, WantedCode, ZoneRules } from './model.ts';
import { isClockRight } from './native.ts';
import { plan, priorities } from './plan.ts';
import type { Plan, PlanInput } from './plan.ts';

const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
const code = codeId(1);
const both = capabilities({
  yearDaySchedules: 1,
  scheduleOrder: 'schedule_first',
  clock: { set: true, read: true },
});
const readOnly = { ...both, clock: { set: false, read: true } };
const heard = { ...circumstances(), rules: inUtc };
const told = { failures: 0, told: inUtc.signature, seenIn: inUtc.signature };

const next = (
  care: ClockCare | undefined,
  seen: LockState['clockSeen'],
  more: Partial<PlanInput> = {},
  slots: readonly SlotBelief[] = [],
  wanted: readonly WantedCode[] = [],
): Plan =>
  plan(
    planInput(lockState(slots, { clockCare: care, clockSeen: seen }), wanted, {
      capabilities: both,
      ...more,
    }),
  );
const right = { at: now, offsetMs: 0 };
const set = { kind: 'set_clock', priority: priorities.audit };
const look = { kind: 'clock', priority: priorities.audit };

const minute = (hour: number): LocalMinute => ({ year: 2026, month: 11, day: 2, hour, minute: 0 });
const window = { start: minute(10), stop: minute(12) };
const bound: SlotBelief = {
  ...standing(1, code, '1234'),
  mayBeScheduled: true,
  schedule: { window, at: now - minuteMs, beside: true },
};
const early = wantedCode(code, '1234', {
  wanted: 'preload',
  window,
  neededAt: now + 22 * hourMs,
  endsAt: now + 24 * hourMs,
});
const due = wantedCode(code, '1234', {
  window,
  neededAt: now - hourMs,
  endsAt: now + hourMs,
});

describe('a lock is told the time', () => {
  test('when it is first seen, and then once a week', () => {
    expect(next(undefined, undefined).action).toEqual(set);
    expect(next({ ...told, setAt: now - 7 * dayMs }, right).action).toEqual(set);
    expect(next({ ...told, setAt: now - 6 * dayMs }, right)).toEqual({
      action: undefined,
      wakeAt: now + dayMs,
    });
    // The wall clock was ahead when it was told.
    const clockRules = { ...inUtc, changesAt: now + 2 * dayMs };
    expect(next({ ...told, setAt: now + 1 }, right, { clockRules }).action).toEqual(set);
  });

  test('when its zone reads otherwise than it was told: moved, changed by law, or past a change', () => {
    const clockRules: ZoneRules = { signature: 'Europe/Berlin 60', offsetMs: hourMs };
    expect(next({ ...told, setAt: now }, right, { clockRules }).action).toEqual(set);
  });

  test('within the day before its clocks are put forward or back, and once more when they are', () => {
    const changing = (inMs: number): Partial<PlanInput> => ({
      clockRules: { ...inUtc, changesAt: now + inMs },
    });
    const lately = { ...told, setAt: now - 2 * hourMs };
    const earlier = { ...told, setAt: now - 30 * hourMs };
    expect(next(earlier, right, changing(dayMs + minuteMs)).wakeAt).toBe(now + minuteMs);
    expect(next(earlier, right, changing(dayMs)).action).toEqual(set);
    expect(next(lately, right, changing(20 * hourMs))).toEqual({
      action: undefined,
      wakeAt: now + 20 * hourMs,
    });
    // Told at the very moment from which on that counts.
    const ready = { ...told, setAt: now - 4 * hourMs };
    expect(next(ready, right, changing(20 * hourMs)).wakeAt).toBe(now + 20 * hourMs);
  });

  test('when its clock was seen to be off by more than a minute', () => {
    const care = { ...told, setAt: now - hourMs };
    expect(next(care, { at: now, offsetMs: -60_001 }).action).toEqual(set);
    expect(next(care, { at: now, offsetMs: 60_000 }).action).toBeUndefined();
    // Judged by another zone, a reading says nothing, and is taken anew.
    expect(next({ ...care, seenIn: 'elsewhere' }, { at: now, offsetMs: -hourMs }).action).toEqual(look);
  });

  test('not where it takes no time, where codes are kept from it, or while the bridge does not know the time', () => {
    expect(next(undefined, undefined, { capabilities: readOnly }).action).toEqual(look);
    expect(next(undefined, undefined, { capabilities: capabilities() }).action).toBeUndefined();
    expect(next(undefined, undefined, { clockRules: undefined })).toEqual({
      action: undefined,
      wakeAt: undefined,
    });
    const reset = { at: now, why: 'codes_gone' as const };
    const state = lockState([], { reset, clockCare: undefined });
    expect(plan(planInput(state, [], { capabilities: both })).action).toBeUndefined();
  });

  test('ever more rarely where it refuses that, or its clock shows something else afterwards', () => {
    let state = lockState([], { clockCare: undefined });
    const waits: number[] = [];
    for (let tried = 0; tried < 14; tried += 1) {
      state = learnClockTold(state, 'refused', undefined, heard);
      waits.push((state.clockCare?.notBefore ?? 0) - now);
    }
    expect(waits[0]).toBeLessThanOrEqual(minuteMs);
    expect(waits.at(-1)).toBeGreaterThanOrEqual(dayMs / 2);
    expect(next(state.clockCare, undefined).action).toEqual(look);
    const seen = { failures: 0, ...state.clockCare, seenIn: inUtc.signature };
    expect(next(seen, right)).toEqual({ action: undefined, wakeAt: seen.notBefore });
    const yes = learnClockTold(state, 'accepted', undefined, heard);
    expect(yes.clockCare).toMatchObject({ setAt: now, failures: 0 });
    const inVain = learnClockSeen(yes, -hourMs, heard, state.clockCare?.failures);
    expect(inVain.clockCare).toMatchObject({ failures: 15 });
    expect(inVain.clockCare?.notBefore).toBeGreaterThan(now);
    expect(learnClockSeen(yes, 0, heard, 14).clockCare).toEqual({ ...told, setAt: now });
    // What it showed before is no news of what it shows now.
    expect(learnClockTold(inVain, 'accepted', undefined, heard).clockSeen).toBeUndefined();
  });

  test('as soon as it is heard again where it was out of reach', () => {
    const state = lockState([], { clockCare: undefined });
    expect(learnClockTold(state, 'failed', 'unreachable', heard).clockCare).toBeUndefined();
    expect(learnClockTold(state, 'failed', 'unanswered', heard).clockCare).toMatchObject({ failures: 1 });
  });
});

describe("a lock's clock is looked at", () => {
  const care = { ...told, setAt: now };
  test('once a week, and daily where codes stand by it or are to be loaded', () => {
    const seen = (ageMs: number): LockState['clockSeen'] => ({ at: now - ageMs, offsetMs: 0 });
    expect(next(care, seen(7 * dayMs)).action).toEqual(look);
    expect(next(care, seen(6 * dayMs))).toEqual({ action: undefined, wakeAt: now + dayMs });
    expect(next(care, seen(dayMs), {}, [], [early]).action).toEqual(look);
    expect(next(care, seen(dayMs), {}, [bound], [due]).action).toEqual(look);
    const unbound = standing(1, code, '1234');
    expect(next(care, seen(dayMs), {}, [unbound], [due]).action).toBeUndefined();
    // Neither what is on its way off nor another code that is due stands by it.
    const leaving: WantedCode = { ...due, wanted: 'as_is' };
    const another = wantedCode(codeId(2), '2345', { wanted: 'as_is' });
    expect(next(care, seen(dayMs), {}, [bound], [leaving]).action).toBeUndefined();
    expect(next(care, seen(dayMs), {}, [bound], [another, due]).action).toEqual(look);
    const elsewhere = standing(2, codeId(2), '2345');
    expect(
      next(care, seen(dayMs), {}, [bound, elsewhere], [leaving, { ...another, wanted: 'present' }]).action,
    ).toBeUndefined();
  });

  test('no oftener than daily where it was right, and where nothing hangs on it, whatever it showed', () => {
    const rests = (offsetMs: number | undefined, wanted: WantedCode[], held: ClockCare = care): number => {
      const seen = { at: now, offsetMs };
      return (next(held, seen, { capabilities: readOnly }, [bound], wanted).wakeAt ?? 0) - now;
    };
    expect(rests(60_000, [early])).toBe(dayMs);
    expect(rests(undefined, [early])).toBe(hourMs);
    expect(rests(undefined, [])).toBe(7 * dayMs);
    expect(rests(-hourMs, [], { ...care, wrongSince: now })).toBe(dayMs);
  });

  test('after an hour where it is wrong and codes wait for it, then ever more rarely, and daily at last', () => {
    const restAfter = (wrongForMs: number | undefined, seenAgoMs = 0): number => {
      const since = wrongForMs === undefined ? {} : { wrongSince: now - wrongForMs };
      const held = { ...care, ...since, failures: 1, notBefore: now + dayMs };
      return (next(held, { at: now - seenAgoMs, offsetMs: -hourMs }, {}, [], [early]).wakeAt ?? 0) - now;
    };
    expect(restAfter(4 * hourMs, hourMs), 'the rest does not grow while it lasts').toBe(2 * hourMs);
    expect([undefined, -dayMs, 0, 3 * hourMs, 9 * dayMs].map((ms) => restAfter(ms))).toEqual([
      hourMs,
      hourMs,
      hourMs,
      3 * hourMs,
      dayMs,
    ]);
  });

  test('and what it shows is told as wrong from two minutes on, since when it was, until it is right', () => {
    const state = lockState([], { clockCare: care });
    expect(clockWarningMs).toBe(2 * minuteMs);
    const off = learnClockSeen(state, clockWarningMs + 1, heard);
    expect(off.clockCare?.wrongSince).toBe(now);
    const later = { ...heard, now: now + hourMs };
    expect(learnClockSeen(off, -dayMs, later).clockCare?.wrongSince).toBe(now);
    expect(learnClockSeen(off, undefined, later).clockCare?.wrongSince).toBe(now);
    expect(learnClockTold(off, 'accepted', undefined, later).clockCare?.wrongSince).toBe(now);
    expect(learnClockSeen(off, clockWarningMs, later).clockCare?.wrongSince).toBeUndefined();
    expect(learnClockSeen(state, clockWarningMs, heard).clockCare?.wrongSince).toBeUndefined();
  });

  test('and nothing else that is known of the lock is lost for it', () => {
    const state = lockState([bound], { clockCare: care, clockSeen: right });
    const { clockCare, clockSeen, ...rest } = state;
    expect([clockCare, clockSeen]).toEqual([care, right]);
    const off = learnClockSeen(state, -hourMs, heard);
    for (const after of [
      off,
      learnClockSeen(state, -hourMs, heard, 0),
      learnClockTold(state, 'accepted', undefined, heard),
      learnClockTold(state, 'refused', undefined, heard),
    ])
      expect(after).toMatchObject(rest);
    // Read without having been set just before, it is no try of ours that failed.
    expect(off.clockCare).toEqual({ ...care, wrongSince: now });
    expect(learnClockSeen(lockState([], { clockCare: undefined }), 0, heard).clockCare).toEqual({
      failures: 0,
      seenIn: inUtc.signature,
    });
    const again = { ...heard, now: now + minuteMs };
    expect(learnClockTold(off, 'accepted', undefined, again).clockCare).toEqual({
      ...{ setAt: now + minuteMs, told: inUtc.signature, failures: 0, wrongSince: now },
    });
    const refused = { setAt: now, told: inUtc.signature, wrongSince: now, failures: 1 };
    expect(learnClockTold(off, 'refused', undefined, again).clockCare).toMatchObject(refused);
    // In vain it was set by as much as its schedules don't bear, no less.
    expect(learnClockSeen(state, 60_001, heard, 3).clockCare).toMatchObject({ setAt: now, failures: 4 });
    expect(learnClockSeen(state, 60_000, heard, 3).clockCare?.failures).toBe(0);
  });

  test('and counts as right only in the zone, and by the rules, that it was judged by', () => {
    const state = learnClockSeen(lockState([]), 0, heard);
    expect(isClockRight(state, inUtc, now)).toBe(true);
    expect(isClockRight(state, { signature: 'UTC 0 later', offsetMs: 0 }, now)).toBe(false);
    expect(isClockRight(state, undefined, now)).toBe(false);
  });
});

describe('codes that stand by a clock that is wrong', () => {
  const wrong = (offsetMs: number): LockState['clockSeen'] => ({ at: now, offsetMs });
  const care = { ...told, setAt: now };
  const tried = { ...care, failures: 1, notBefore: now + minuteMs };
  const clear = { kind: 'clear', slot: 1, code, priority: priorities.removal };
  const act = (
    wanted: WantedCode,
    offsetMs: number,
    more: Partial<PlanInput> = {},
    held: ClockCare = care,
  ): Plan => next(held, wrong(offsetMs), more, [bound], [wanted]);

  test('have it set first of all', () => {
    const urgent = { kind: 'set_clock', priority: priorities.set };
    expect(act(early, 90_000).action).toEqual(urgent);
    expect(act(due, 2 * hourMs).action).toEqual(urgent);
    const clockRules: ZoneRules = { signature: 'Europe/Berlin 60', offsetMs: hourMs };
    expect(next(care, right, { clockRules }, [bound], [early]).action).toEqual(urgent);
    // Only told once more as every week, it can wait; one that tells nobody its time is not asked.
    expect(next({ ...care, setAt: now - 7 * dayMs }, right, {}, [bound], [early]).action).toEqual(set);
    const mute = { capabilities: { ...both, clock: { set: true, read: false } } };
    expect(next(care, undefined, mute).action).toBeUndefined();
  });

  test('are taken off until they are due, where it cannot be put right', () => {
    expect(act(early, 90_000, {}, tried).action).toEqual(clear);
    expect(act(early, 90_000, { capabilities: readOnly }).action).toEqual(clear);
    expect(act(early, 60_000, {}, tried).action).toBeUndefined();
  });

  test('are written for all hours as soon as it would shut their guest out, and not before', () => {
    // Slow, it doesn't open yet; fast, it shuts already.
    expect(act(due, -61 * minuteMs, {}, tried).action).toEqual(clear);
    expect(act(due, 60 * minuteMs, {}, tried).action).toEqual(clear);
    expect(act(due, -59 * minuteMs, {}, tried).action).toBeUndefined();
    expect(act(due, 20 * minuteMs, { capabilities: readOnly })).toMatchObject({
      action: undefined,
      wakeAt: now + 40 * minuteMs,
    });
  });

  test('are not called set while it shuts their guest out', () => {
    const timeFrame = { startsAt: now - hourMs, endsAt: now + hourMs };
    const guest = newAccessCode({
      accessCodeId: code,
      deviceId: lockId,
      pin: pin('1234'),
      timeFrame,
      at: now,
    });
    const situation = (offsetMs: number, clockRules: ZoneRules | undefined = inUtc): string =>
      lifecycle({
        code: guest,
        state: lockState([bound], { clockCare: care, clockSeen: wrong(offsetMs) }),
        capabilities: both,
        usable: [1],
        unreachable: undefined,
        leadMs: 30_000,
        loading: { window, isAhead: false, beginsAt: now - dayMs, clockRules },
        now,
      }).situation;
    expect([0, -61 * minuteMs, 60 * minuteMs].map((offsetMs) => situation(offsetMs))).toEqual([
      'standing',
      'doubted',
      'doubted',
    ]);
    expect([-59 * minuteMs, 59 * minuteMs].map((offsetMs) => situation(offsetMs))).toEqual([
      'standing',
      'standing',
    ]);
  });

  test('are kept out by it only where it was tried to put it right in vain, and where they begin and end', () => {
    const shutAt = (held: ClockCare, times: Partial<WantedCode> = {}, able = both): number | undefined => {
      const state = lockState([bound], { clockCare: held, clockSeen: wrong(20 * minuteMs) });
      return keepsOutFrom(planInput(state, [], { capabilities: able }), { ...due, ...times });
    };
    expect(shutAt(tried)).toBe(now + 40 * minuteMs);
    expect(shutAt(care, {}, readOnly)).toBe(now + 40 * minuteMs);
    expect([
      shutAt(care),
      shutAt(tried, { neededAt: undefined }),
      shutAt(tried, { endsAt: undefined }),
    ]).toEqual([undefined, undefined, undefined]);
    const unknown = lockState([], { clockCare: undefined, clockSeen: wrong(hourMs) });
    expect(isWrongForGood(unknown, readOnly, inUtc), 'by no rules that are known').toBe(false);
  });

  test('are left as they are while the bridge does not know the time', () => {
    for (const wanted of [early, due])
      expect(act(wanted, 2 * hourMs, { clockRules: undefined }, tried).action).toBeUndefined();
    const other = { ...due, window: { ...window, stop: minute(13) } };
    expect(act(other, 0).action).toMatchObject({ kind: 'schedule' });
    expect(act(other, 0, { clockRules: undefined }).action).toBeUndefined();
  });
});

test('whatever is believed, a bridge that does not know the time tells it to no lock, judges none, and writes no schedule', () => {
  fc.assert(
    fc.property(anyPlanInput, fc.boolean(), (input, canSet) => {
      const able = { ...input.capabilities, clock: { set: canSet, read: true } };
      const kinds = (clockRules: ZoneRules | undefined): string | undefined =>
        plan({ ...input, capabilities: able, clockRules }).action?.kind;
      expect(['schedule', 'clock', 'set_clock']).not.toContain(kinds(undefined));
    }),
    { numRuns: 1_000 },
  );
});
