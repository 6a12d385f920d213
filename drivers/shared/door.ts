import type { LockAddress } from '../../src/core/ids.ts';
import type { FailureReason, WriteOutcome } from '../../src/ports/lock-driver.ts';

/**
 * How a driver lets exchanges through to a lock (`L`): deadline, turn, reachability and radio checked.
 * `C` is what else the exchange is given.
 */
export interface Door<L, C> {
  read<T>(
    lock: LockAddress,
    signal: AbortSignal,
    work: (lock: L, context: C) => Promise<T>,
    /** `sent`: whether anything had gone out by then; undefined where that isn't known. */
    failed: (why: FailureReason, sent?: boolean) => T,
  ): Promise<T>;
  write(
    lock: LockAddress,
    slot: number,
    signal: AbortSignal,
    work: (lock: L, context: C) => Promise<WriteOutcome>,
  ): Promise<WriteOutcome>;
}
