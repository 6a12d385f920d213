const firstRetryMs = 250;
const lastRetryMs = 10_000;

/** Wait before the next attempt after this many failures in a row (from 1), in milliseconds. */
export const retryDelayMs = (failures: number): number =>
  Math.min(lastRetryMs, firstRetryMs * 2 ** Math.min(20, Math.max(0, failures - 1)));
