import { expectedChecksum } from './checksum.ts';
import type { Circumstances, Learned, Lesson } from './lesson.ts';
import type { Instant, LockState, SlotBelief } from './model.ts';
import { beliefOf, slotsOf } from './slots.ts';

const explaining = (state: LockState): boolean =>
  [...state.slots.values()].some((belief) => belief.suspicion === 'checksum');

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
    if (explained) state = provedByChecksum(state, state.checksum.at, at.now);
    else if (!explaining(state)) {
      state = doubtMasked({ ...state, checksumTrusted: false, checksum: undefined });
      learned.push({ kind: 'checksum_untrusted' });
    }
  }
  const complete = range.every((slot) => {
    const belief = beliefOf(state, slot);
    return belief.state.kind !== 'unknown' || belief.source === 'read';
  });
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

/** The lock's sum over its slots agrees with ours: each of them holds what we believe. */
export const provedByChecksum = (state: LockState, reportedAt: Instant, now: Instant): LockState => {
  const slots = new Map<number, SlotBelief>();
  for (const belief of state.slots.values()) {
    // Evidence from the future is a wall clock that was ahead: this is the newer one then.
    const { evidenceAt } = belief;
    const newer = evidenceAt !== undefined && evidenceAt > reportedAt && evidenceAt <= now;
    slots.set(belief.slot, {
      ...belief,
      grade: 'proved',
      evidenceAt: newer ? evidenceAt : reportedAt,
      source: newer ? belief.source : 'checksum',
      suspicion: undefined,
    });
  }
  return { ...state, slots, checksum: undefined };
};

const doubtMasked = (state: LockState): LockState => {
  const slots = new Map(state.slots);
  for (const belief of state.slots.values())
    if (belief.owner !== undefined && belief.state.kind === 'occupied' && belief.state.pin === 'masked')
      slots.set(belief.slot, { ...belief, landed: 'no', confirmed: false });
  return { ...state, slots };
};
