import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  anyCapabilities,
  anyLockState,
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
  standing,
  unmanagedId,
} from '../../test/support/lock-states.ts';
import { expectedChecksum } from './checksum.ts';
import { learnChecksum } from './learn-checksum.ts';
import { auditUnownedMost, echoMs, learnHint, readsPerWakeup, requestAudit } from './learn-hint.ts';
import { learnRead, learnUnread } from './learn-read.ts';
import type { Lesson } from './lesson.ts';
import type { LockState, SlotBelief } from './model.ts';
import { beliefOf, slotsOf } from './slots.ts';

const runs = { numRuns: 1_000 };
const able = capabilities({ checksum: true });
const at = circumstances({ capabilities: able });
const code = codeId(1);
const rest = (...but: number[]): SlotBelief[] =>
  [1, 2, 3, 4, 5, 6].filter((slot) => !but.includes(slot)).map((slot) => emptySlot(slot));
const kinds = (lesson: Lesson): string[] => lesson.learned.map((one) => one.kind);
const sumOf = (state: LockState): number => {
  const sum = expectedChecksum(state.slots, slotsOf(able));
  if (sum === undefined) throw new Error('this state has no checksum');
  return sum;
};
const accepted = (slot: number): SlotBelief => ({
  ...standing(slot, code, '1234'),
  grade: 'accepted',
  source: 'write',
  confirmed: false,
});

describe('a checksum', () => {
  test('whatever it says, makes no occupied slot empty, none occupied, and none ours', () => {
    fc.assert(
      fc.property(anyLockState, anyCapabilities, fc.constantFrom(0, 1, 0xffff), (state, any, value) => {
        const after = learnChecksum(state, value, circumstances({ capabilities: any })).state;
        for (const [slot, one] of after.slots) {
          const before = beliefOf(state, slot);
          expect(one.owner).toBe(before.owner);
          if (before.state.kind === 'unknown' && one.state.kind === 'empty') expect(value).toBe(0);
          else expect(one.state).toEqual(before.state);
        }
      }),
      runs,
    );
  });

  test('that agrees proves every slot, and confirms what was only accepted, once', () => {
    const state = lockState([accepted(1), ...rest(1)]);
    const lesson = learnChecksum(state, sumOf(state), at);
    expect(lesson.learned).toEqual([{ kind: 'confirmed', slot: 1, code }]);
    for (const one of lesson.state.slots.values())
      expect(one).toMatchObject({
        grade: 'proved',
        evidenceAt: now,
        source: 'checksum',
        suspicion: undefined,
      });
    expect(learnChecksum(lesson.state, sumOf(lesson.state), at).learned).toEqual([]);
  });

  test('that agrees ends the removal of a code whose clearing was accepted', () => {
    const cleared = {
      ...standing(1, code, '1234'),
      state: empty,
      grade: 'accepted' as const,
      confirmed: false,
    };
    expect(learnChecksum(lockState([cleared, ...rest(1)]), 0, at).learned).toEqual([
      { kind: 'cleared', slot: 1, code },
    ]);
  });

  test('that disagrees changes no belief: it makes every slot worth a look', () => {
    const state = lockState([standing(1, code, '1234'), ...rest(1)]);
    const lesson = learnChecksum(state, sumOf(state) ^ 1, at);
    expect(lesson.learned).toEqual([{ kind: 'checksum_mismatch' }]);
    for (const one of lesson.state.slots.values())
      expect(one).toEqual({ ...beliefOf(state, one.slot), suspicion: 'checksum' });
  });

  test('of 0 from a lock nobody has looked at tells it whole: it is empty, and adopted', () => {
    const lesson = learnChecksum(lockState([], { adopted: false }), 0, at);
    expect(kinds(lesson)).toEqual(['adopted']);
    for (const slot of slotsOf(able))
      expect(beliefOf(lesson.state, slot)).toMatchObject({ state: empty, grade: 'proved', evidenceAt: now });
  });

  test('of 0 where a code is believed to stand is no proof that it is gone (FIELD-BUGS 31)', () => {
    const lesson = learnChecksum(lockState([standing(1, code, '1234'), ...rest(1)]), 0, at);
    expect(kinds(lesson)).toEqual(['checksum_mismatch']);
    expect(beliefOf(lesson.state, 1).state.kind).toBe('occupied');
  });

  test('explained by later reads proves the slots that were not read, as of when it was reported', () => {
    const before = lockState([standing(1, code, '1234'), ...rest(1)]);
    const real = lockState([belief(1, { state: occupied('8888') }), ...rest(1)]);
    const doubted = learnChecksum(before, sumOf(real), { ...at, now: now - minuteMs }).state;
    const lesson = learnRead(doubted, 1, occupied('8888'), at);
    expect(kinds(lesson)).toEqual(['lost']);
    expect(lesson.state.checksum).toBeUndefined();
    expect([...lesson.state.slots.values()].filter((one) => one.suspicion !== undefined)).toEqual([]);
    expect(beliefOf(lesson.state, 2)).toMatchObject({ evidenceAt: now - minuteMs, source: 'checksum' });
    expect(beliefOf(lesson.state, 1).evidenceAt, 'the read is newer').toBe(now);
  });

  test('explained by later reads proves our codes that were not read, as a checksum that agrees at once does', () => {
    const other = codeId(2);
    const before = lockState([
      accepted(1),
      { ...accepted(2), owner: other, state: occupied('2345'), written: pin('2345') },
      ...rest(1, 2),
    ]);
    const real = lockState(
      [emptySlot(1), ...before.slots.values()].filter((one) => one !== before.slots.get(1)),
    );
    const doubted = learnChecksum(before, sumOf(real), { ...at, now: now - minuteMs }).state;
    const lesson = learnRead(doubted, 1, empty, at);
    expect(lesson.learned).toContainEqual({ kind: 'confirmed', slot: 2, code: other });
    expect(beliefOf(lesson.state, 2)).toMatchObject({ grade: 'proved', landed: 'yes', confirmed: true });
  });

  test('that reads of all slots cannot explain is not asked for again', () => {
    let state = learnChecksum(lockState(rest()), 4711, at).state;
    const learned: string[] = [];
    for (const slot of slotsOf(able)) {
      const lesson = learnRead(state, slot, empty, at);
      learned.push(...kinds(lesson));
      state = lesson.state;
    }
    expect(learned).toEqual(['checksum_untrusted']);
    expect(state).toMatchObject({ checksumTrusted: false, checksum: undefined });
  });

  test('that masked slots cannot explain has every masked code of ours written again', () => {
    const masked = [standing(1, code, '1234', true), standing(2, codeId(2), '2345', true)];
    let state = learnChecksum(lockState([...masked, ...rest(1, 2)]), 4711, at).state;
    for (const slot of slotsOf(able))
      state = learnRead(state, slot, slot < 3 ? occupied('masked') : empty, at).state;
    for (const slot of [1, 2])
      expect(beliefOf(state, slot)).toMatchObject({ landed: 'no', confirmed: false });
  });
});

describe('a hint', () => {
  test('never says what stands in a slot: it only makes it worth a look', () => {
    fc.assert(
      fc.property(
        anyLockState,
        fc.option(fc.integer({ min: 1, max: 6 }), { nil: undefined }),
        anyCapabilities,
        (state, slot, any) => {
          const after = learnHint(state, slot, { now, capabilities: any });
          for (const [number, one] of after.slots) {
            const before = beliefOf(state, number);
            expect(one).toEqual({ ...before, suspicion: one.suspicion, landed: one.landed });
            if (before.suspicion === 'uncertain' || before.suspicion === 'checksum')
              expect(one.suspicion, 'the better reason to look stays').toBe(before.suspicion);
          }
        },
      ),
      runs,
    );
  });

  test('at a masked slot of ours is the only word there is, so the code is taken for changed', () => {
    const state = lockState([{ ...standing(1, code, '1234', true), writtenAt: now - echoMs }]);
    const lesson = learnRead(learnHint(state, 1, at), 1, occupied('masked'), at);
    expect(lesson.learned).toEqual([{ kind: 'lost', slot: 1, code, how: 'modified' }]);
  });

  test('within ten seconds of our own write to a masked slot is its echo (FIELD-BUGS 28)', () => {
    const state = lockState([{ ...standing(1, code, '1234', true), writtenAt: now - echoMs + 1 }]);
    expect(learnHint(state, 1, at)).toEqual(state);
  });

  test('at a readable slot is settled by reading it, echo or not', () => {
    const state = lockState([{ ...standing(1, code, '1234'), writtenAt: now }]);
    const hinted = learnHint(state, 1, at);
    expect(beliefOf(hinted, 1)).toMatchObject({ suspicion: 'hint', landed: 'yes', confirmed: true });
    expect(learnRead(hinted, 1, occupied('1234'), at).learned).toEqual([]);
  });

  test('that names no slot casts doubt on all but the empty ones, and lets masked codes stand', () => {
    const state = lockState([
      { ...standing(1, code, '1234', true), writtenAt: undefined },
      belief(2, { state: occupied('9999'), unmanagedId: unmanagedId(1) }),
      ...rest(1, 2),
    ]);
    const hinted = learnHint(state, undefined, at);
    expect(
      [...hinted.slots.values()].filter((one) => one.suspicion === 'hint').map((one) => one.slot),
    ).toEqual([1, 2]);
    expect(learnRead(hinted, 1, occupied('masked'), at).learned).toEqual([]);
  });
});

test('a slot that never answers keeps its lock from being known only until it was asked three times', () => {
  const one = circumstances({ capabilities: capabilities({ slots: { first: 1, last: 1 } }) });
  let lesson = learnUnread(lockState([], { adopted: false }), 1, 'unanswered', one);
  expect(lesson.state.adopted).toBe(false);
  lesson = learnUnread(lesson.state, 1, 'unanswered', one);
  expect(lesson.state.adopted).toBe(false);
  lesson = learnUnread(lesson.state, 1, 'unanswered', one);
  expect(lesson.learned).toEqual([{ kind: 'adopted' }]);
  expect(beliefOf(lesson.state, 1).state).toEqual({ kind: 'unknown' });
});

describe('an audit', () => {
  test('is one checksum where that proves anything', () => {
    const state = lockState(rest());
    expect(requestAudit(state, able, 1, now)).toEqual({ ...state, auditDue: true, lastAuditAt: now });
    expect(requestAudit({ ...state, checksumTrusted: false }, able, 1, now).auditDue).toBe(false);
    expect(requestAudit(lockState(rest(1)), able, 1, now).auditDue).toBe(false);
  });

  test('else reads our slots, oldest evidence first, and a few others in rotation (FIELD-BUGS 13)', () => {
    const wide = capabilities({ slots: { first: 1, last: 40 } });
    const beliefs = slotsOf(wide).map((slot) =>
      slot <= 25
        ? { ...standing(slot, codeId(slot), pin(`${1000 + slot}`).reveal()), evidenceAt: now - slot }
        : emptySlot(slot),
    );
    const doubted = (state: LockState): number[] =>
      [...state.slots.values()].filter((one) => one.suspicion === 'audit').map((one) => one.slot);
    const first = requestAudit(lockState(beliefs), wide, 2, now);
    expect(doubted(first)).toHaveLength(2 * readsPerWakeup + auditUnownedMost);
    expect(doubted(first).filter((slot) => slot <= 25)).toEqual(Array.from({ length: 20 }, (_, i) => i + 6));
    expect(doubted(first).filter((slot) => slot > 25)).toEqual([26, 27, 28]);
    const budget = doubted(requestAudit(lockState(beliefs), wide, 1, now));
    expect(budget.filter((slot) => slot <= 25)).toHaveLength(readsPerWakeup);
    const seen: number[] = [];
    let state = first;
    for (let night = 0; night < 5; night += 1) {
      seen.push(...doubted(state).filter((slot) => slot > 25));
      const calm = [...state.slots].map(([slot, one]) => [slot, { ...one, suspicion: undefined }] as const);
      state = requestAudit({ ...state, slots: new Map(calm) }, wide, 1, now);
    }
    expect(seen, 'every unowned slot has had its turn').toEqual(Array.from({ length: 15 }, (_, i) => i + 26));
  });

  test('never forgets a better reason to look, and changes no belief', () => {
    fc.assert(
      fc.property(anyLockState, anyCapabilities, (state, any) => {
        const after = requestAudit(state, any, 2, now);
        for (const [slot, one] of after.slots) {
          const before = beliefOf(state, slot);
          expect(one).toEqual({ ...before, suspicion: before.suspicion ?? one.suspicion });
        }
      }),
      runs,
    );
  });
});
