/**
 * Exponential back-off with "equal jitter": between half of and the whole nominal delay, so that locks that
 * failed together don't come back together, and none comes back at once.
 * @param failures how many times in a row it has failed, from 1
 * @param jitter uniform in [0, 1)
 */
export const backoffMs = (
  failures: number,
  jitter: number,
  bounds: { readonly firstMs: number; readonly mostMs: number },
): number => {
  const nominal = Math.min(bounds.mostMs, bounds.firstMs * 2 ** Math.min(failures - 1, 30));
  return Math.round(nominal / 2 + (nominal / 2) * jitter);
};

/** Between two tries of the same code on the same lock, when the lock answers but the code doesn't stand. */
export const attemptBackoff = { firstMs: 5_000, mostMs: 15 * 60_000 } as const;

/**
 * Between two looks at a slot whose reads are not answered, where nothing of ours is in it. Where something is,
 * `attemptBackoff`.
 */
export const muteSlotBackoff = { firstMs: 30_000, mostMs: 12 * 60 * 60_000 } as const;

/** A lock that takes frames and doesn't answer some of them is left alone only briefly: other slots may answer. */
export const muteLockBackoff = { firstMs: 1_000, mostMs: 60_000 } as const;
/** From this many exchanges without an answer in a row on. */
export const muteLockAfter = 3;

/** How long a lock that doesn't acknowledge is left alone; hearing it ends the wait. */
export const lockBackoff = { firstMs: 2_000, mostMs: 10 * 60_000 } as const;

/** Between two tries to write a name, or to erase a schedule, beside a code. Nobody waits at the door for it. */
export const sideBackoff = { firstMs: 60_000, mostMs: 24 * 60 * 60_000 } as const;
