import type { UnmanagedWish } from './convert.ts';
import { delayMs, failureAttempts, failureMs } from './lifecycle.ts';
import type { Unreachable } from './lifecycle.ts';
import type { Finding, Instant, LockState } from './model.ts';

const finding = (
  previous: readonly Finding[],
  code: string,
  message: string,
  created_at: Instant,
): Finding => ({
  code,
  message,
  created_at: previous.find((one) => one.code === code)?.created_at ?? created_at,
  extra: {},
});

const reach: Readonly<Record<Unreachable, string>> = {
  account_disconnected: 'No driver of the config serves its radio.',
  hub_disconnected: 'The radio is not available; the work waits for it.',
  device_disconnected: 'The lock does not answer; it is tried again by itself.',
  lockstep_lock_displaced: 'Another lock answers at its place.',
};

/** What is said of an unmanaged code that somebody wants deleted, until it is gone: an overdue removal is loud. */
export const deletionFindings = (
  wish: UnmanagedWish,
  state: LockState,
  unreachable: Unreachable | undefined,
  now: Instant,
): Pick<UnmanagedWish, 'errors' | 'warnings'> & { readonly nextAt: Instant | undefined } => {
  const { since } = wish;
  const failsAt = since + failureMs;
  const failed = (state.attempts.get(wish.accessCodeId)?.count ?? 0) >= failureAttempts || now >= failsAt;
  const isLate = !failed && now >= since + delayMs;
  const removal = finding(
    wish.errors,
    'failed_to_remove_from_device',
    'THE CODE MAY STILL OPEN THE DOOR. Removing it is tried again until it is proved gone.',
    now,
  );
  const late = finding(
    wish.warnings,
    'delay_in_removing_from_device',
    'Removing the code takes longer than it should.',
    now,
  );
  return {
    errors: [
      ...(unreachable === undefined ? [] : [finding(wish.errors, unreachable, reach[unreachable], now)]),
      ...(failed ? [removal] : []),
    ],
    warnings: [
      finding(wish.warnings, 'being_deleted', 'The code is being taken off the lock.', since),
      ...(isLate ? [late] : []),
    ],
    nextAt: failed ? undefined : isLate ? failsAt : since + delayMs,
  };
};
