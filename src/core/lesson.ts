import type { AccessCodeId } from './ids.ts';
import type { Attempt, Capabilities, Instant, LockState, SlotBelief } from './model.ts';
import { attemptBackoff, backoffMs, lockBackoff } from './retry.ts';

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
  | { readonly kind: 'adopted' };

export interface Lesson {
  readonly state: LockState;
  readonly learned: readonly Learned[];
}

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

/** The lock didn't answer: it is left alone for a while, longer each time. Nothing about its slots is concluded. */
export const learnSilence = (state: LockState, at: Pick<Circumstances, 'now' | 'jitter'>): LockState => {
  const failures = state.health.failures + 1;
  return { ...state, health: { failures, retryAt: at.now + backoffMs(failures, at.jitter, lockBackoff) } };
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

export const vacated = (belief: SlotBelief): SlotBelief => ({
  ...belief,
  owner: undefined,
  written: undefined,
  writtenAt: undefined,
  landed: 'no',
  confirmed: false,
});
