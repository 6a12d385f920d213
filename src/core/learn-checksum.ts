import { expectedChecksum } from './checksum.ts';
import { afterLooking, provedByChecksum } from './learn-look.ts';
import { answered } from './lesson.ts';
import type { Circumstances, Lesson } from './lesson.ts';
import type { Instant, LockState } from './model.ts';
import { beliefOf, slotsOf } from './slots.ts';
import { wipeAfterChecksum } from './wipe.ts';

/** Folds in the checksum that the lock reports (User Code CC v2). */
export const learnChecksum = (before: LockState, value: number, at: Circumstances): Lesson => {
  const agrees = expectedChecksum(before.slots, slotsOf(at.capabilities)) === value;
  return wipeAfterChecksum(before, value, agrees, folded(before, value, at), at);
};

const folded = (before: LockState, value: number, at: Circumstances): Lesson => {
  const range = slotsOf(at.capabilities);
  const heard: LockState = {
    ...answered(before),
    checksum: { value, at: at.now },
    auditDue: false,
    checksumMisses: 0,
  };
  const expected = expectedChecksum(before.slots, range);
  if (expected === value) return afterLooking(before, provedByChecksum(heard, at.now, at.now), at);
  // 0 means that no slot is occupied, whatever we believed; but codes of ours are looked at one by one.
  if (
    value === 0 &&
    expected === undefined &&
    [...before.slots.values()].every((b) => b.state.kind !== 'occupied')
  )
    return afterLooking(
      before,
      { state: { ...allEmpty(heard, range, at.now), checksum: undefined }, learned: [] },
      at,
    );
  if (expected === undefined) return { state: heard, learned: [] };
  const slots = new Map(heard.slots);
  for (const slot of range) slots.set(slot, { ...beliefOf(heard, slot), suspicion: 'checksum' });
  return { state: { ...heard, slots }, learned: [{ kind: 'checksum_mismatch' }] };
};

const allEmpty = (state: LockState, range: readonly number[], now: Instant): LockState => {
  const slots = new Map(state.slots);
  for (const slot of range)
    slots.set(slot, {
      ...beliefOf(state, slot),
      state: { kind: 'empty' },
      grade: 'proved',
      evidenceAt: now,
      source: 'checksum',
      suspicion: undefined,
    });
  return { ...state, slots };
};
