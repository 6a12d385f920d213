import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  anyPlanInput,
  attempt,
  belief,
  capabilities,
  circumstances,
  codeId,
  empty,
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
import { learnNaming, learnScheduleCleared, nameToWrite } from './beside.ts';
import type { LockState, SlotBelief, WantedCode } from './model.ts';
import { hasSchedule } from './native.ts';
import { Waits } from './plan-input.ts';
import type { PlanInput } from './plan-input.ts';
import { names, removals, sets } from './plan-writes.ts';
import { plan, priorities } from './plan.ts';
import { repaired } from './repair.ts';
import { unknownLock } from './slots.ts';

const [a, b] = [codeId(1), codeId(2)];
const runs = { numRuns: 1_000 };

describe('a name', () => {
  const able = capabilities({ names: { maxLength: 4 } });
  const named = standing(1, a, '1234');

  test('is cut by characters, not in the middle of one, and without a space at its end', () => {
    expect(nameToWrite(named, 'Anna', able)).toBe('Anna');
    expect(nameToWrite(named, 'Jo 😀😀', able)).toBe('Jo 😀');
    expect(nameToWrite(named, 'Eva Maria', able)).toBe('Eva');
  });

  test('is written only where the lock stores names, and none where the code has none', () => {
    expect(nameToWrite(named, 'Anna', capabilities())).toBeUndefined();
    expect(nameToWrite(named, null, able)).toBeUndefined();
    expect(nameToWrite({ ...named, writtenName: 'Anna' }, null, able)).toBe('');
    expect(nameToWrite({ ...named, writtenName: 'Anna' }, 'Anna', able)).toBeUndefined();
  });

  test('waits until the code is proved, and until nothing else is to be done', () => {
    const accepted: SlotBelief = { ...named, grade: 'accepted', confirmed: false };
    const wanted = [wantedCode(a, '1234', { name: 'Anna' })];
    const act = (...slots: SlotBelief[]): unknown =>
      plan(planInput(lockState(slots), wanted, { capabilities: able })).action;
    expect(act(accepted)).toMatchObject({ kind: 'read' });
    expect(act(named, { ...emptySlot(2), suspicion: 'audit' })).toMatchObject({ kind: 'read', slot: 2 });
    expect(act(named)).toEqual({ kind: 'name', slot: 1, code: a, name: 'Anna', priority: priorities.audit });
  });

  test('is not written beside a code that is not known to stand, or that is there ahead of its time', () => {
    const write = (slot: SlotBelief, changes: Partial<WantedCode> = {}): unknown => {
      const wanted = [wantedCode(a, '1234', { name: 'Anna', ...changes })];
      return names(planInput(lockState([slot]), wanted, { capabilities: able }), new Waits());
    };
    expect(write(named)).toMatchObject({ kind: 'name' });
    expect(write(named, { wanted: 'preload' })).toBeUndefined();
    expect(write({ ...named, confirmed: false })).toBeUndefined();
    expect(write({ ...named, suspicion: 'uncertain' })).toBeUndefined();
    expect(write({ ...named, owner: b })).toBeUndefined();
  });

  test('that failed waits longer each time, and says nothing of the code', () => {
    const at = circumstances();
    const before = lockState([named]);
    const once = learnNaming(before, 1, 'Anna', false, at);
    const twice = learnNaming(once, 1, 'Anna', false, at);
    const wait = (state: typeof before): number => (state.slots.get(1)?.sideAfter ?? 0) - now;
    expect(wait(once)).toBeGreaterThan(0);
    expect(wait(twice)).toBeGreaterThan(wait(once));
    expect(twice.attempts).toEqual(before.attempts);
    const wanted = [wantedCode(a, '1234', { name: 'Anna' })];
    expect(plan(planInput(twice, wanted, { capabilities: able }))).toEqual({
      action: undefined,
      wakeAt: now + wait(twice),
    });
    expect(learnNaming(twice, 1, 'Anna', true, at).slots.get(1)).toMatchObject({
      writtenName: 'Anna',
      sideFailures: 0,
      sideAfter: undefined,
    });
  });
});

describe('a code that is to go', () => {
  const clear = { kind: 'clear', slot: 1, code: a, priority: priorities.removal };
  const look = { kind: 'read', slot: 1, why: 'resolve', priority: priorities.removal };
  const later = now + minuteMs;
  const remove = (slot: SlotBelief, changes: Partial<LockState> = {}): unknown[] => {
    const waits = new Waits();
    const wanted = [wantedCode(a, '1234', { wanted: 'absent' })];
    return [removals(planInput(lockState([slot], changes), wanted), waits), waits.earliest];
  };
  const gone: SlotBelief = { ...emptySlot(1), owner: a };

  test('is cleared where it stands or may stand unseen, and looked at first where that is in doubt', () => {
    expect(remove(standing(1, a, '1234'))).toEqual([clear, undefined]);
    expect(remove({ ...gone, landed: 'accepted' })).toEqual([clear, undefined]);
    expect(remove(gone)).toEqual([undefined, undefined]);
    const doubted = { ...standing(1, a, '1234'), suspicion: 'uncertain' as const };
    expect(remove(doubted)).toEqual([look, undefined]);
    expect(remove({ ...doubted, lookAfter: later })).toEqual([undefined, later]);
    const attempts = new Map([[a, attempt(a, { notBefore: later })]]);
    expect(remove(standing(1, a, '1234'), { attempts })).toEqual([undefined, later]);
  });

  test('is looked at first on a lock that may have been reset, unless it was seen since', () => {
    const seenAt = (evidenceAt: number | undefined): SlotBelief => ({
      ...standing(1, a, '1234'),
      evidenceAt,
    });
    const reset = { reset: { at: now - 2 * minuteMs, why: 'codes_gone' } } as const;
    const [before, since] = [now - 2 * minuteMs - 1, now - 2 * minuteMs];
    expect([remove(seenAt(before), reset), remove(seenAt(undefined), reset)]).toEqual([
      [look, undefined],
      [look, undefined],
    ]);
    expect(remove(seenAt(since), reset)).toEqual([clear, undefined]);
    expect(remove({ ...gone, evidenceAt: before }, reset)).toEqual([undefined, undefined]);
    const wipe = { why: 'codes_gone', gone: 1, summed: true } as const;
    expect(remove(seenAt(since), { wipe: { ...wipe, open: [1, 2] } })).toEqual([look, undefined]);
    expect(remove(seenAt(since), { wipe: { ...wipe, open: [2] } })).toEqual([clear, undefined]);
  });
});

describe('a code that has its slot', () => {
  const write = (
    slots: readonly SlotBelief[],
    wanted: readonly WantedCode[],
    more: Partial<PlanInput> = {},
    changes: Partial<LockState> = {},
  ): unknown => sets(planInput(lockState(slots, changes), wanted, { usable: [1, 2], ...more }), new Waits());
  const [own, ahead] = [standing(1, a, '9999'), { neededAt: now + minuteMs }];

  test('is written ahead of its time whatever is free, and takes no slot from one that has none', () => {
    const [first, second] = [wantedCode(a, '1234'), wantedCode(b, '2345', { ...ahead, dueAt: now })];
    expect(write([own], [{ ...first, ...ahead }], { usable: [1] })).toMatchObject({ kind: 'set', slot: 1 });
    const attempts = new Map([[a, attempt(a, { notBefore: now + minuteMs })]]);
    expect(write([own, emptySlot(2)], [first, second], {}, { attempts })).toMatchObject({ slot: 2, code: b });
  });

  test('is written over what stands there, though a schedule may, and says that it has one where it must', () => {
    expect(write([{ ...own, mayBeScheduled: true }], [wantedCode(a, '1234')])).toMatchObject({ kind: 'set' });
    const minute = (hour: number) => ({ year: 2026, month: 11, day: 2, hour, minute: 0 });
    const window = { start: minute(10), stop: minute(12) };
    const scheduled = { ...own, mayBeScheduled: true, schedule: { window, at: now, beside: true } };
    const able = { capabilities: capabilities({ yearDaySchedules: 1, codeManners: true }) };
    expect(write([scheduled], [wantedCode(a, '1234', { window })], able)).toMatchObject({
      manner: { scheduled: true, enabled: true },
    });
  });

  test('waits to be proved free where that gave no answer; no checksum tells of a slot nobody has seen', () => {
    const stale = { ...emptySlot(1, 11 * minuteMs), owner: a };
    expect(write([stale], [wantedCode(a, '1234')])).toMatchObject({ kind: 'read', slot: 1 });
    expect(write([{ ...stale, lookAfter: now + minuteMs }], [wantedCode(a, '1234')])).toBeUndefined();
    const summed = capabilities({ checksum: true, slots: { first: 2, last: 2 } });
    const unseen = belief(1, { owner: a });
    expect(write([unseen, emptySlot(2)], [wantedCode(a, '1234')], { capabilities: summed })).toMatchObject({
      ...{ kind: 'read', slot: 1 },
    });
  });
});

describe('a schedule that may stand at a slot', () => {
  const gone = belief(1, { ...emptySlot(1), owner: a, mayBeScheduled: true });
  const absent = [wantedCode(a, '1234', { wanted: 'absent' })];

  test('is erased once its code is proved gone, not before (FIELD-BUGS 29)', () => {
    const held = { ...standing(1, a, '1234'), mayBeScheduled: true };
    expect(plan(planInput(lockState([held]), absent)).action).toMatchObject({ kind: 'clear', slot: 1 });
    expect(plan(planInput(lockState([gone]), absent)).action).toMatchObject({
      kind: 'clear_schedule',
      slot: 1,
    });
    const done = learnScheduleCleared(lockState([gone]), 1, true, circumstances());
    expect(plan(planInput(done, absent))).toEqual({ action: undefined, wakeAt: undefined });
  });

  test('keeps other codes from that slot', () => {
    const left = { ...emptySlot(1), mayBeScheduled: true, sideAfter: now + minuteMs };
    expect(plan(planInput(lockState([left, emptySlot(2)]), [wantedCode(b, '2345')])).action).toMatchObject({
      kind: 'set',
      slot: 2,
    });
  });

  test('is never erased under a code that is wanted', () => {
    fc.assert(
      fc.property(anyPlanInput, (input) => {
        const { action } = plan(input);
        if (action?.kind !== 'clear_schedule') return;
        const slot = input.state.slots.get(action.slot);
        const wish = input.wanted.find((one) => one.accessCodeId === slot?.owner);
        if (wish !== undefined) expect(slot?.state.kind).toBe('empty');
        if (wish?.wanted === 'present') expect(hasSchedule(slot!, wish.window)).toBe(false);
      }),
      runs,
    );
  });
});

describe('a lock that shows what it stored only after a while (FIELD-BUGS 17)', () => {
  const slow = capabilities({ readBackDelayMs: 8_000 });
  const written = belief(1, {
    state: occupied('1234'),
    grade: 'accepted',
    source: 'write',
    evidenceAt: now - 5_000,
    owner: a,
    written: pin('1234'),
    writtenAt: now - 5_000,
  });

  test('is not asked before, but then at once', () => {
    const input = planInput(lockState([written]), [wantedCode(a, '1234')], { capabilities: slow });
    expect(plan(input)).toEqual({ action: undefined, wakeAt: now + 3_000 });
    expect(plan({ ...input, now: now + 3_000 }).action).toMatchObject({ kind: 'read', slot: 1 });
  });

  test('is asked for no checksum before: it would be of what was there before the write', () => {
    const summed = capabilities({ readBackDelayMs: 8_000, checksum: true });
    const rest = [2, 3, 4, 5, 6].map((slot) => emptySlot(slot, 11 * minuteMs));
    const wanted = [wantedCode(a, '1234'), wantedCode(b, '2345')];
    const act = (later: number, changes: Partial<LockState> = {}): unknown =>
      plan(
        planInput(lockState([written, ...rest], changes), wanted, { capabilities: summed, now: now + later }),
      ).action;
    expect(act(0), 'a read proves the one slot at once').toMatchObject({ kind: 'read', slot: 2 });
    expect(act(3_000)).toMatchObject({ kind: 'checksum', why: 'fresh_proof' });
    const one = (later: number): unknown =>
      plan(
        planInput(lockState([written, ...rest], { auditDue: true }), wanted.slice(0, 1), {
          capabilities: summed,
          now: now + later,
        }),
      ).action;
    expect(one(0)).toBeUndefined();
    expect(one(3_000)).toMatchObject({ kind: 'read', slot: 1 });
  });

  test('is asked at once about other slots, and does not wait for a clock that was set back', () => {
    const other = { ...standing(2, b, '2345'), suspicion: 'hint' as const };
    expect(
      plan(planInput(lockState([written, other]), [wantedCode(a, '1234')], { capabilities: slow })).action,
    ).toMatchObject({ kind: 'read', slot: 2 });
    const future = { ...written, evidenceAt: now + minuteMs };
    expect(
      plan(planInput(lockState([future]), [wantedCode(a, '1234')], { capabilities: slow })).action,
    ).toMatchObject({ kind: 'read', slot: 1 });
  });
});

test('among codes due at once, the one that was made first is set first', () => {
  const wanted = [wantedCode(b, '2345'), wantedCode(a, '1234')];
  expect(plan(planInput(lockState([emptySlot(1)]), wanted)).action).toMatchObject({ kind: 'set', code: b });
});

describe('a repair', () => {
  const able = capabilities();
  const state = lockState(
    [
      { ...standing(1, a, '1234'), misses: 4, lookAfter: now + minuteMs },
      { ...emptySlot(2), misses: 2, lookAfter: now },
    ],
    {
      attempts: new Map([
        [a, attempt(a, { terminal: 'duplicate' })],
        [b, attempt(b)],
      ]),
      health: { failures: 5, retryAt: now + minuteMs },
      checksumTrusted: false,
      checksumMisses: 3,
      preloadAfter: now + minuteMs,
    },
  );

  test('forgets what was found out the hard way, and looks at our slots alone', () => {
    const after = repaired(state, able, { slot: undefined, restore: false });
    expect(after).toMatchObject({
      health: { failures: 0, retryAt: undefined },
      checksumTrusted: true,
      checksumMisses: 0,
    });
    expect([after.attempts.size, after.preloadAfter]).toEqual([0, undefined]);
    expect(after.slots.get(1)).toMatchObject({ suspicion: 'repair', misses: 0, lookAfter: undefined });
    expect(after.slots.get(2)).toMatchObject({ suspicion: undefined, misses: 0 });
    expect(after.slots.get(1)).toMatchObject({ state: occupied('1234'), confirmed: true });
  });

  test('of one slot leaves the others be', () => {
    const after = repaired(state, able, { slot: 2, restore: false });
    expect(after.slots.get(1)).toEqual(state.slots.get(1));
    expect([...after.attempts.keys()]).toEqual([a, b]);
    expect(after.preloadAfter).toBe(now + minuteMs);
    const never = repaired({ ...unknownLock(state.deviceId), adopted: true }, able, {
      slot: 3,
      restore: false,
    });
    expect(never.slots.get(3)).toMatchObject({ state: { kind: 'unknown' }, suspicion: 'repair' });
  });

  test('that restores looks at no slot twice: each is proved empty when its code is set', () => {
    const lost = belief(1, { state: empty, grade: 'proved', evidenceAt: now, source: 'read', owner: a });
    const frozen = lockState([lost], { reset: { at: now, why: 'codes_gone' } });
    const after = repaired(frozen, able, { slot: undefined, restore: true });
    expect(after.reset).toBeUndefined();
    expect(plan(planInput(after, [wantedCode(a, '1234')])).action).toMatchObject({ kind: 'set', slot: 1 });
    expect(
      plan(planInput(after, [wantedCode(a, '1234')], { now: now + 11 * minuteMs })).action,
    ).toMatchObject({ kind: 'read', slot: 1, why: 'fresh_proof' });
    expect(repaired(frozen, able, { slot: undefined, restore: false }).reset).toBeDefined();
  });
});
