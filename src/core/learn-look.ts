import { expectedChecksum } from './checksum.ts';
import { withoutAttempt } from './lesson.ts';
import type { Circumstances, Learned, Lesson } from './lesson.ts';
import type { Instant, LockState, SlotBelief } from './model.ts';
import { beliefOf, slotsOf } from './slots.ts';

const explaining = (state: LockState): boolean =>
  [...state.slots.values()].some((belief) => belief.suspicion === 'checksum');

/** A slot that was asked this often in vain doesn't keep its lock from being known: it stays unknown, and unused. */
const missesMost = 3;

const isLookedAt = (belief: SlotBelief): boolean =>
  belief.state.kind !== 'unknown' || belief.source === 'read' || belief.misses >= missesMost;

/**
 * After any look at a lock: do our beliefs now explain the checksum it reported, and has every slot been
 * seen once? Where all slots were read again and still don't explain it, the lock computes it in some other
 * way, and slots are read instead from then on; or one of our masked slots was changed, and since no look can
 * tell which, they are all written again, once.
 */
export const afterLooking = (before: LockState, lesson: Lesson, at: Circumstances): Lesson => {
  const range = slotsOf(at.capabilities);
  const learned: Learned[] = [...lesson.learned];
  let { state } = lesson;
  if (state.checksum !== undefined && explaining(before)) {
    const explained = expectedChecksum(state.slots, range) === state.checksum.value;
    if (explained) {
      const proved = provedByChecksum(state, state.checksum.at, at.now);
      state = proved.state;
      learned.push(...proved.learned);
    } else if (!explaining(state)) {
      state = doubtMasked({ ...state, checksumTrusted: false, checksum: undefined });
      learned.push({ kind: 'checksum_untrusted' });
    }
  }
  const complete = range.every((slot) => isLookedAt(beliefOf(state, slot)));
  if (!state.adopted && complete) {
    state = {
      ...state,
      adopted: true,
      lastAuditAt: at.now,
      checksum: explaining(state) ? state.checksum : undefined,
    };
    learned.push({ kind: 'adopted' });
  }
  return { state, learned };
};

/** The lock's sum over its slots agrees with ours: each of them holds what we believe. Names what that newly proves. */
export const provedByChecksum = (before: LockState, reportedAt: Instant, now: Instant): Lesson => {
  const slots = new Map<number, SlotBelief>();
  const learned: Learned[] = [];
  let state = before;
  for (const belief of before.slots.values()) {
    // Evidence from the future is a wall clock that was ahead: this is the newer one then.
    const { evidenceAt, owner, slot } = belief;
    const newer = evidenceAt !== undefined && evidenceAt > reportedAt && evidenceAt <= now;
    const proved: SlotBelief = {
      ...belief,
      grade: 'proved',
      evidenceAt: newer ? evidenceAt : reportedAt,
      source: newer ? belief.source : 'checksum',
      suspicion: undefined,
    };
    slots.set(slot, proved);
    if (owner === undefined || belief.grade === 'proved') continue;
    const stands = belief.state.kind === 'occupied';
    if (stands) slots.set(slot, { ...proved, landed: 'yes', confirmed: true });
    learned.push({ kind: stands ? 'confirmed' : 'cleared', slot, code: owner });
    state = withoutAttempt(state, owner);
  }
  return { state: { ...state, slots, checksum: undefined }, learned };
};

const doubtMasked = (state: LockState): LockState => {
  const slots = new Map(state.slots);
  for (const belief of state.slots.values())
    if (belief.owner !== undefined && belief.state.kind === 'occupied' && belief.state.pin === 'masked')
      slots.set(belief.slot, { ...belief, landed: 'no', confirmed: false });
  return { ...state, slots };
};
