import type { Instant } from './capabilities-model.ts';

/** The earlier of two instants, either of which may be missing. */
export const earliest = (a: Instant | undefined, b: Instant | undefined): Instant | undefined =>
  a === undefined || b === undefined ? (a ?? b) : Math.min(a, b);
