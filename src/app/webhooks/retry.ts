import type { Instant } from '../../core/model.ts';

/** When an event is sent: so long after the attempt before it failed, milliseconds (facts page SEAM; Svix's table). */
export const attemptDelaysMs: readonly number[] = [
  0,
  5_000,
  5 * 60_000,
  30 * 60_000,
  2 * 3_600_000,
  5 * 3_600_000,
  10 * 3_600_000,
  10 * 3_600_000,
];

export const longestDelayMs = Math.max(...attemptDelaysMs);

/**
 * When to try again what has just failed; undefined: never.
 * @param before how often it had failed before that
 */
export const nextAttemptAt = (before: number, now: Instant): Instant | undefined => {
  const delayMs = attemptDelaysMs[before + 1];
  return delayMs === undefined ? undefined : now + delayMs;
};
