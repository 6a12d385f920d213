import { withoutAttempt } from './lesson.ts';
import type { Capabilities, Instant, LockState, SlotBelief } from './model.ts';
import { slotsOf, unknownSlot } from './slots.ts';

export interface Repair {
  /** Only this slot; undefined: the whole lock. */
  readonly slot: number | undefined;
  /** A lock that was reset is written to again. */
  readonly restore: boolean;
}

/** What was found out the hard way is forgotten, and our slots, or the one, are worth a look again. */
export const repaired = (before: LockState, capabilities: Capabilities, repair: Repair): LockState => {
  const range = slotsOf(capabilities);
  const slots = new Map(before.slots);
  let state: LockState = before;
  for (const belief of before.slots.values()) {
    if (!range.includes(belief.slot) || (repair.slot !== undefined && repair.slot !== belief.slot)) continue;
    slots.set(belief.slot, lookAgain(belief, repair, before.reset?.at));
    if (belief.owner !== undefined) state = withoutAttempt(state, belief.owner);
  }
  const { slot } = repair;
  if (slot !== undefined && !slots.has(slot))
    slots.set(slot, lookAgain(unknownSlot(slot), repair, undefined));
  // Codes without a slot have their attempts too: those that found no room, or were refused as duplicates.
  if (repair.slot === undefined) state = { ...state, attempts: new Map(), preloadAfter: undefined };
  return {
    ...state,
    slots,
    checksumTrusted: true,
    checksumMisses: 0,
    reset: repair.restore ? undefined : state.reset,
    health: { failures: 0, retryAt: undefined },
  };
};

const lookAgain = (
  belief: SlotBelief,
  { slot, restore }: Repair,
  resetAt: Instant | undefined,
): SlotBelief => {
  const fresh = { ...belief, misses: 0, lookAfter: undefined, sideFailures: 0, sideAfter: undefined };
  const suspicion = belief.suspicion ?? 'repair';
  // Last seen before the reset: that it is gone is no news, and says nothing of another reset.
  if (restore && belief.state.kind === 'occupied' && (belief.evidenceAt ?? 0) < (resetAt ?? 0))
    return { ...fresh, grade: 'assumed', suspicion };
  const ours = belief.owner !== undefined || slot !== undefined;
  // A slot that is to be written again is proved empty before that anyway, and one checksum may do for all.
  const provedBySet = restore && belief.state.kind === 'empty';
  return ours && !provedBySet ? { ...fresh, suspicion } : fresh;
};

/** Slots that a repair looks at. */
export const repairLooks = (after: LockState): number =>
  [...after.slots.values()].filter((belief) => belief.suspicion !== undefined).length;
