import { describe, expect, test } from 'vitest';
import {
  attempt,
  capabilities,
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
import { priorities } from './actions.ts';
import type { LocalMinute, LocalWindow, LockState, SlotBelief, WantedCode } from './model.ts';
import { proofFreshMs } from './native.ts';
import { Waits } from './plan-input.ts';
import type { PlanInput } from './plan-input.ts';
import { bindings, preloads } from './plan-native.ts';

const [a, b] = [codeId(1), codeId(2)];
const minute = (hour: number): LocalMinute => ({ year: 2026, month: 11, day: 2, hour, minute: 0 });
const window: LocalWindow = { start: minute(10), stop: minute(12) };
const other: LocalWindow = { start: minute(11), stop: minute(13) };
const able = capabilities({
  yearDaySchedules: 1,
  scheduleOrder: 'schedule_first',
  clock: { set: false, read: true },
});
const parking = { ...able, scheduleOrder: 'code_disabled_first', codeManners: true } as const;
const early = wantedCode(a, '1234', { wanted: 'preload', window, neededAt: now + 60 * minuteMs });
const due = wantedCode(a, '1234', { window, neededAt: now - minuteMs, endsAt: now + 60 * minuteMs });
const later = now + minuteMs;

const bound: SlotBelief = {
  ...standing(1, a, '1234'),
  mayBeScheduled: true,
  schedule: { window, at: now - minuteMs, beside: true },
};
const wrongly: SlotBelief = { ...bound, schedule: { window: other, at: now - minuteMs, beside: true } };

interface Step {
  readonly action: unknown;
  readonly wakeAt: number | undefined;
}
const inputOf = (
  slots: readonly SlotBelief[],
  wanted: readonly WantedCode[],
  more: Partial<PlanInput>,
  changes: Partial<LockState>,
): PlanInput =>
  planInput(lockState(slots, { clockSeen: { at: now - minuteMs, offsetMs: 0 }, ...changes }), wanted, {
    capabilities: able,
    ...more,
  });
/** What must not wait, for a code ahead of its time or one whose time it is. */
const bind = (
  own: SlotBelief,
  code: WantedCode,
  more: Partial<PlanInput> = {},
  changes: Partial<LockState> = {},
): Step => {
  const waits = new Waits();
  const which = code.wanted === 'preload' ? 'preload' : 'present';
  const action = bindings(inputOf([own], [code], more, changes), waits, which);
  return { action, wakeAt: waits.earliest };
};
const load = (own: SlotBelief, more: Partial<PlanInput> = {}, code: WantedCode = early): Step => {
  const waits = new Waits();
  return {
    action: preloads(inputOf([own], [code], { usable: [1], ...more }, {}), waits),
    wakeAt: waits.earliest,
  };
};
const nothing = { action: undefined, wakeAt: undefined };
const then = (action: object): Step => ({ action, wakeAt: undefined });
const clear = { kind: 'clear', slot: 1, code: a, priority: priorities.removal };
const readSchedule = { kind: 'read_schedule', slot: 1, priority: priorities.removal };

describe('a code ahead of its time that is not known to be bound', () => {
  test('is taken off, also where one may stand unseen, and from a lock that was reset', () => {
    const loose = { ...standing(1, a, '1234') };
    const unseen: SlotBelief = { ...emptySlot(1), owner: a, landed: 'accepted' };
    expect([bind(loose, early), bind(wrongly, early), bind(unseen, early)]).toEqual([
      ...[then(clear), then(clear), then(clear)],
    ]);
    const reset = { reset: { at: now, why: 'codes_gone' } } as const;
    expect(bind(loose, early, {}, reset)).toEqual(then(clear));
    expect(bind(wrongly, due, {}, reset), 'nothing is set there').toEqual(nothing);
    expect(bind({ ...unseen, mayBeScheduled: true }, due)).toEqual(nothing);
    expect(bind({ ...emptySlot(1), owner: a }, early), 'gone already').toEqual(nothing);
  });

  test('is found behind one that is bound', () => {
    const second = { ...standing(2, b, '2345') };
    const wanted = [early, wantedCode(b, '2345', { wanted: 'preload', window, neededAt: early.neededAt })];
    const input = inputOf([bound, second], wanted, {}, {});
    expect(bindings(input, new Waits(), 'preload')).toMatchObject({ kind: 'clear', slot: 2, code: b });
  });

  test('is first looked at where it is in doubt, and tried again in its time', () => {
    expect(bind({ ...wrongly, suspicion: 'uncertain' }, early)).toEqual(nothing);
    const attempts = new Map([[a, attempt(a, { notBefore: later })]]);
    expect(bind(wrongly, early, {}, { attempts })).toEqual({ action: undefined, wakeAt: later });
  });

  test('is left where it stands disabled, until its time comes', () => {
    const disabled = { ...bound, schedule: undefined, state: occupied('1234', false) };
    expect(bind(disabled, early, { capabilities: parking })).toEqual(nothing);
    expect(bind(disabled, due, { capabilities: parking })).toEqual(then(clear));
  });
});

describe('a code whose time it is', () => {
  test('that is bound to another time has its schedule overwritten once, else it is written anew', () => {
    const schedule = { kind: 'schedule', slot: 1, code: a, window, priority: priorities.set };
    expect(bind(wrongly, due)).toEqual(then(schedule));
    expect(bind({ ...wrongly, sideFailures: 1 }, due)).toEqual(then(clear));
    expect(bind({ ...wrongly, schedule: undefined }, due)).toEqual(then(clear));
    expect(bind({ ...wrongly, mayBeScheduled: false }, due), 'nothing binds it').toEqual(nothing);
  });

  const from = now - proofFreshMs;
  const asOf = (
    slotAt: number | undefined,
    scheduleAt: number,
    changes: Partial<SlotBelief> = {},
  ): SlotBelief => ({
    ...{ ...bound, evidenceAt: slotAt, schedule: { window, at: scheduleAt, beside: true } },
    ...changes,
  });
  const begun = { ...due, neededAt: now };

  test('is proved by looks at its schedule and its slot of no more than a day before it began', () => {
    expect(bind(asOf(from, from), begun)).toEqual(nothing);
    expect(bind(asOf(from, from - 1), begun)).toEqual(then(readSchedule));
    const read = { kind: 'read', slot: 1, why: 'verify', priority: priorities.verify };
    expect(bind(asOf(from - 1, from), begun)).toEqual(then(read));
    expect(bind(asOf(undefined, from), begun)).toEqual(then(read));
    // What was seen before it began counts for as long as it lasts.
    expect(bind(asOf(from, from), { ...begun, neededAt: now - 60 * minuteMs })).toEqual(nothing);
    expect(bind(asOf(0, 0), { ...begun, neededAt: undefined })).toEqual(nothing);
  });

  test('is looked at in its time where that gave no answer, and not where the lock shows no slots', () => {
    const waiting = { action: undefined, wakeAt: later };
    expect(bind(asOf(from, from - 1, { sideAfter: later }), begun)).toEqual(waiting);
    expect(bind(asOf(from - 1, from, { lookAfter: later }), begun)).toEqual(waiting);
    expect(bind(asOf(from - 1, from), begun, { capabilities: { ...able, readBack: 'none' } })).toEqual(
      nothing,
    );
  });
});

describe('into an empty slot', () => {
  const held: SlotBelief = { ...emptySlot(1), owner: a, mayBeScheduled: true };
  const scheduled: SlotBelief = { ...held, schedule: { window, at: now, beside: false } };
  const schedule = { kind: 'schedule', slot: 1, code: a, window, priority: priorities.audit };
  const set = { kind: 'set', slot: 1, code: a, pin: pin('1234'), priority: priorities.audit };

  test('goes the schedule, and then the code; on a lock that is told, the code disabled first', () => {
    expect(load(held)).toEqual(then(schedule));
    expect(load(scheduled)).toEqual(then(set));
    const parked = { ...set, manner: { scheduled: true, enabled: false } };
    expect(load(held, { capabilities: parking })).toEqual(then(parked));
    expect(load(scheduled, { capabilities: parking })).toEqual(then(parked));
    expect(load(held, {}, { ...early, window: undefined })).toEqual(nothing);
  });

  test('once it is proved empty, and what failed there has waited', () => {
    const stale = { evidenceAt: now - 11 * minuteMs };
    const proof = { kind: 'read', slot: 1, why: 'fresh_proof', priority: priorities.audit };
    expect(load({ ...held, ...stale })).toEqual(then(proof));
    expect(load({ ...held, ...stale, lookAfter: later })).toEqual({ action: undefined, wakeAt: later });
    expect(load({ ...held, sideAfter: later })).toEqual({ action: undefined, wakeAt: later });
    expect(load({ ...scheduled, sideAfter: later }), 'its schedule stands').toEqual(then(set));
  });

  test('goes the next code where one has to wait, and none where no slot can be looked at', () => {
    const next = wantedCode(b, '2345', { wanted: 'preload', window, neededAt: now + 90 * minuteMs });
    const slots = [{ ...held, sideAfter: later }, emptySlot(2)];
    const action = (from: readonly SlotBelief[]): unknown =>
      preloads(inputOf(from, [early, next], { usable: [1, 2] }, {}), new Waits());
    expect(action(slots)).toEqual({ ...schedule, slot: 2, code: b });
    const mute = { evidenceAt: now - 11 * minuteMs, lookAfter: later };
    expect(load({ ...emptySlot(1), ...mute })).toEqual({ action: undefined, wakeAt: later });
  });

  test('goes nothing where no code is to be loaded', () => {
    const waits = new Waits();
    const rests = inputOf([held], [due], {}, { preloadAfter: later });
    expect([preloads(rests, waits), waits.earliest]).toEqual([undefined, undefined]);
  });
});

describe('beside a code that stands disabled', () => {
  const disabled: SlotBelief = { ...bound, schedule: undefined, state: occupied('1234', false) };
  const more = { capabilities: parking };
  const seen = (beside: boolean): SlotBelief => ({ ...disabled, schedule: { window, at: now, beside } });
  const enable = {
    ...{ kind: 'set', slot: 1, code: a, pin: pin('1234'), priority: priorities.audit },
    manner: { scheduled: true, enabled: true },
  };
  const masked = { state: occupied('masked', false) };

  test('goes its schedule, which is looked at beside it, and then it is enabled', () => {
    const schedule = { kind: 'schedule', slot: 1, code: a, window, priority: priorities.audit };
    expect(load(disabled, more)).toEqual(then(schedule));
    expect(load(seen(false), more)).toEqual(then({ ...readSchedule, priority: priorities.audit }));
    expect(load(seen(true), more)).toEqual(then(enable));
    expect(load({ ...seen(true), ...masked }, more)).toEqual(then(enable));
    for (const one of [disabled, seen(false)])
      expect(load({ ...one, sideAfter: later }, more)).toEqual({ action: undefined, wakeAt: later });
  });

  test('goes nothing while it is in doubt what stands there, or to when', () => {
    expect(load({ ...seen(true), suspicion: 'hint' }, more)).toEqual(nothing);
    expect(load({ ...seen(true), grade: 'accepted' }, more)).toEqual(nothing);
    expect(load(seen(true), more, { ...early, window: undefined })).toEqual(nothing);
  });

  test('goes nothing where it isn’t the code that is wished: it is taken off', () => {
    const off = then({ ...clear, priority: priorities.audit });
    const changed = { ...early, pin: pin('5678') };
    expect(load(seen(true), more, changed)).toEqual(off);
    expect(load({ ...seen(true), ...masked }, more, changed)).toEqual(off);
    expect(load({ ...seen(true), state: occupied('9999', false) }, more), 'whatever was written').toEqual(
      off,
    );
    expect(load({ ...seen(true), owner: b }, more)).toEqual(nothing);
  });
});
