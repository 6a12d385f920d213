import type { Distrust, TrustedBy } from '../core/clock-trust.ts';
import type { Instant } from '../core/model.ts';

export type { Distrust } from '../core/clock-trust.ts';

export interface ClockReport {
  /** Undefined: the clock is trusted. */
  readonly distrust: Distrust | undefined;
  /** Since when it has been trusted, or not, by `Clock.now`. */
  readonly since: Instant;
  /** What the system's clock shows; `Clock.now` may say otherwise. */
  readonly wall: Instant;
  /** No earlier than this can it be. */
  readonly floor: Instant;
  /** Whether the system says that its clock is synchronised; undefined where nothing tells. */
  readonly synchronised: boolean | undefined;
  /** Whose word the trust rests on. Undefined: it isn't trusted. */
  readonly by: TrustedBy | undefined;
}

/**
 * Whether the time is known. While it isn't, `Clock.now` is the floor: the highest time that is surely past, running on
 * with the monotonic clock.
 */
export interface ClockTrust {
  readonly isTrusted: boolean;
  report(): ClockReport;
  /**
   * The operator says that the system's clock is right. `behind_floor`: it shows a time that is surely over, and nothing
   * was changed; only with `setFloor` is the floor lowered.
   */
  trust(setFloor: boolean): 'trusted' | 'behind_floor';
  /**
   * Makes durable what is known of the time, within the caller's transaction: after a power cut the floor is never before
   * what was done at a lock. Throws `StoreError`.
   */
  remember(): void;
  /** Called when `report` would read differently in more than its times. Returns its removal. */
  onChange(listener: () => void): () => void;
}
