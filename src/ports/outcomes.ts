/** How an exchange with a lock can end. Expected failures are values. */

/** Why a frame came to nothing. `asleep`/`unreachable`: no acknowledgement. `timeout`: acknowledged, no answer. */
export type FailureReason = 'asleep' | 'unreachable' | 'timeout' | 'radio_down' | 'aborted';

export type RefusalReason = 'duplicate' | 'format' | 'full' | 'occupied' | 'unsupported' | 'unspecified';

export interface Failure {
  readonly kind: 'failed';
  readonly why: FailureReason;
}

export type WriteOutcome =
  /** Read back, or proved otherwise. */
  | { readonly kind: 'confirmed' }
  /** The lock said yes, or may have; only a read proves it. */
  | { readonly kind: 'accepted' }
  /** The lock said no. Uncertain: the slot must be read before anything is concluded. */
  | { readonly kind: 'refused'; readonly why: RefusalReason; readonly certain: boolean }
  | (Failure & { readonly mayHaveLanded: boolean });
