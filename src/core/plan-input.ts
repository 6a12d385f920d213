import { expectedChecksum } from './checksum.ts';
import type { AccessCodeId } from './ids.ts';
import type { Capabilities, Instant, Intent, LockState, SlotBelief, WantedCode, ZoneRules } from './model.ts';
import { muteSlotBackoff } from './retry.ts';
import { slotsOf } from './slots.ts';

export interface PlanInput {
  readonly state: LockState;
  readonly intents: readonly Intent[];
  readonly wanted: readonly WantedCode[];
  readonly capabilities: Capabilities;
  /** Slots this bridge may use, ascending: the lock's, within the config's `devices[].slots`. */
  readonly usable: readonly number[];
  readonly now: Instant;
  /**
   * The lock's zone as it reads now. Absent: the bridge doesn't know the time, or the lock isn't its business. Then it is
   * neither told the time nor judged by it, and no schedule is written.
   */
  readonly clockRules?: ZoneRules | undefined;
  /** Unmanaged codes that somebody wants deleted. */
  readonly unwantedStrangers?: readonly AccessCodeId[];
  /** The adoption scan rests until then. */
  readonly adoptNotBefore: Instant;
}

/** Collects what has to wait, so that the earliest of it becomes `wakeAt`. */
export class Waits {
  #earliest: Instant | undefined;

  /**
   * True when `at` has come; otherwise remembers it. Further away than any wait of its kind can be, it was set
   * by a wall clock that was ahead, and has come too.
   * @param mostMs the longest wait of this kind
   */
  due(at: Instant | undefined, now: Instant, mostMs: number): boolean {
    if (at === undefined || at <= now || at > now + mostMs) return true;
    this.#earliest = this.#earliest === undefined ? at : Math.min(this.#earliest, at);
    return false;
  }

  get earliest(): Instant | undefined {
    return this.#earliest;
  }
}

/** Until when a read may still tell what stood in the slot before our write. */
const showsAt = (belief: SlotBelief, { readBackDelayMs }: Capabilities): Instant | undefined => {
  if (readBackDelayMs === undefined) return undefined;
  if (belief.suspicion === 'uncertain')
    return belief.writtenAt === undefined ? undefined : belief.writtenAt + readBackDelayMs;
  const written = belief.source === 'write' && belief.grade === 'accepted';
  return written && belief.evidenceAt !== undefined ? belief.evidenceAt + readBackDelayMs : undefined;
};

/**
 * Whether a slot may be asked now: one whose reads aren't answered has to wait its turn, and a lock that is slow to
 * show what it stored is no liar for it.
 */
export const askable = (belief: SlotBelief, { now, capabilities }: PlanInput, waits: Waits): boolean => {
  // Both, so that the earlier of two waits isn't all that is remembered.
  const heard = waits.due(belief.lookAfter, now, muteSlotBackoff.mostMs);
  const shows = waits.due(showsAt(belief, capabilities), now, capabilities.readBackDelayMs ?? 0);
  return heard && shows;
};

/** In doubt: an intent without a result, or a write whose result says nothing. It is read before anything else. */
export const inDoubt = ({ intents, capabilities }: PlanInput, belief: SlotBelief): boolean =>
  capabilities.readBack !== 'none' &&
  (belief.suspicion === 'uncertain' || intents.some((intent) => intent.slot === belief.slot));

/** A write was taken whose effect the lock doesn't show yet. */
export const isSettling = ({ state, capabilities, now }: PlanInput): boolean => {
  const { readBackDelayMs } = capabilities;
  if (readBackDelayMs === undefined) return false;
  return [...state.slots.values()].some((belief) => {
    const at = showsAt(belief, capabilities);
    return at !== undefined && at > now && at <= now + readBackDelayMs;
  });
};

/** A checksum says something only where we could compute the same one. */
export const checksumTells = ({ state, capabilities }: PlanInput): boolean =>
  capabilities.checksum &&
  state.checksumTrusted &&
  expectedChecksum(state.slots, slotsOf(capabilities)) !== undefined;

/** And only once the lock's is of what we believe it to hold. */
export const checksumProves = (input: PlanInput): boolean => checksumTells(input) && !isSettling(input);
