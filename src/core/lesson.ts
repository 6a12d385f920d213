import type { AccessCodeId } from './ids.ts';
import type { Attempt, Capabilities, Instant, LockState, ResetCause, SlotBelief } from './model.ts';
import {
  attemptBackoff,
  backoffMs,
  lockBackoff,
  muteLockAfter,
  muteLockBackoff,
  muteSlotBackoff,
} from './retry.ts';
import { beliefOf } from './slots.ts';

/** What a piece of evidence changed, for events and the journal. */
export type Learned =
  | { readonly kind: 'confirmed'; readonly slot: number; readonly code: AccessCodeId }
  | {
      readonly kind: 'lost';
      readonly slot: number;
      readonly code: AccessCodeId;
      readonly how: 'modified' | 'deleted';
    }
  | { readonly kind: 'cleared'; readonly slot: number; readonly code: AccessCodeId }
  | { readonly kind: 'lied'; readonly slot: number; readonly code: AccessCodeId }
  | { readonly kind: 'refused'; readonly slot: number; readonly code: AccessCodeId; readonly why: string }
  | { readonly kind: 'released'; readonly slot: number; readonly code: AccessCodeId }
  | { readonly kind: 'unmanaged_found'; readonly slot: number; readonly id: AccessCodeId }
  | { readonly kind: 'unmanaged_gone'; readonly slot: number; readonly id: AccessCodeId }
  | { readonly kind: 'checksum_mismatch' }
  | { readonly kind: 'checksum_untrusted' }
  | { readonly kind: 'adopted' }
  | { readonly kind: 'reset'; readonly why: ResetCause; readonly codes: number }
  | { readonly kind: 'reset_over' };

export interface Lesson {
  readonly state: LockState;
  readonly learned: readonly Learned[];
}

/** The outcome of a write as core sees it; `src/ports/lock-driver` has the same shape. */
export type WriteResult =
  | { readonly kind: 'confirmed' }
  | { readonly kind: 'accepted' }
  | { readonly kind: 'refused'; readonly why: string; readonly certain: boolean }
  | { readonly kind: 'failed'; readonly why: string; readonly mayHaveLanded: boolean };

/** What learning needs from outside: all of it data, so that a lesson can be replayed. */
export interface Circumstances {
  readonly now: Instant;
  readonly capabilities: Capabilities;
  /** Uniform in [0, 1), for back-off. */
  readonly jitter: number;
  /** Id for an unmanaged code, used at most once for each lesson. */
  readonly freshId: AccessCodeId;
}

export const withSlot = (state: LockState, belief: SlotBelief): LockState => ({
  ...state,
  slots: new Map(state.slots).set(belief.slot, belief),
});

export const withAttempt = (state: LockState, attempt: Attempt): LockState => ({
  ...state,
  attempts: new Map(state.attempts).set(attempt.accessCodeId, attempt),
});

export const withoutAttempt = (state: LockState, code: AccessCodeId): LockState => {
  if (!state.attempts.has(code)) return state;
  const attempts = new Map(state.attempts);
  attempts.delete(code);
  return { ...state, attempts };
};

export const answered = (state: LockState): LockState =>
  state.health.failures === 0 && state.health.retryAt === undefined
    ? state
    : { ...state, health: { failures: 0, retryAt: undefined } };

/** The lock was heard: its breaker closes, and work that waited for it may go on. */
export const learnReachable = (state: LockState): LockState => answered(state);

/** Where the silence is: the lock took the frame and didn't answer it, or it didn't even take it. */
export type Silence = 'unanswered' | 'unreachable';

/**
 * Nothing was heard. A lock that doesn't take frames is left alone for a while, longer each time; one that takes
 * them without an answer only briefly, and only after several in a row. Nothing about its slots is concluded.
 */
export const learnSilence = (
  state: LockState,
  silence: Silence,
  at: Pick<Circumstances, 'now' | 'jitter'>,
): LockState => {
  const failures = state.health.failures + 1;
  const mute = failures - muteLockAfter + 1;
  const waitMs =
    silence === 'unreachable'
      ? backoffMs(failures, at.jitter, lockBackoff)
      : mute > 0
        ? backoffMs(mute, at.jitter, muteLockBackoff)
        : undefined;
  return { ...state, health: { failures, retryAt: waitMs === undefined ? undefined : at.now + waitMs } };
};

/** A read of this slot came to nothing. What was believed of it stands; it is asked again later. */
export const learnNoReading = (
  before: LockState,
  slot: number,
  silence: Silence,
  at: Pick<Circumstances, 'now' | 'jitter'>,
): LockState => {
  const state = learnSilence(before, silence, at);
  if (silence === 'unreachable') return state;
  const belief = beliefOf(state, slot);
  const misses = belief.misses + 1;
  const bounds = belief.owner === undefined ? muteSlotBackoff : attemptBackoff;
  return withSlot(state, { ...belief, misses, lookAfter: at.now + backoffMs(misses, at.jitter, bounds) });
};

/** After this many requests without an answer, a lock's checksum is no longer asked for. */
export const checksumMissesMost = 3;

/** A request for the checksum came to nothing: where that goes on, slots are read instead. */
export const learnNoChecksum = (
  before: LockState,
  silence: Silence,
  at: Pick<Circumstances, 'now' | 'jitter'>,
): LockState => {
  const state = learnSilence(before, silence, at);
  if (silence === 'unreachable') return state;
  const checksumMisses = state.checksumMisses + 1;
  return {
    ...state,
    checksumMisses,
    checksumTrusted: state.checksumTrusted && checksumMisses < checksumMissesMost,
  };
};

export const failedAttempt = (
  state: LockState,
  code: AccessCodeId,
  failure: string,
  at: Circumstances,
): LockState => {
  const count = (state.attempts.get(code)?.count ?? 0) + 1;
  return withAttempt(state, {
    accessCodeId: code,
    count,
    notBefore: at.now + backoffMs(count, at.jitter, attemptBackoff),
    terminal: undefined,
    lastFailure: failure,
  });
};

/** What is so of the name beside a slot that has no code. */
export const unnamed = { writtenName: undefined, sideFailures: 0, sideAfter: undefined } as const;

export const vacated = (belief: SlotBelief): SlotBelief => ({
  ...belief,
  owner: undefined,
  written: undefined,
  writtenAt: undefined,
  landed: 'no',
  confirmed: false,
  schedule: undefined,
  ...unnamed,
});
