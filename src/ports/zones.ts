import type { Instant } from '../core/model.ts';

/**
 * When clocks in a zone show a local time. `twice`: the clock is put back and shows it at both instants. `never`: it
 * is put forward past it; the instants are what it would be by the offset after the change, and by the one before.
 */
export type ClockReading =
  | { readonly kind: 'once'; readonly at: Instant }
  | { readonly kind: 'twice' | 'never'; readonly earlier: Instant; readonly later: Instant };

/** Time zones. */
export interface Zones {
  /**
   * @param local an ISO 8601 date and time without an offset, such as `2026-12-24T15:00:00`
   * @param timeZone an IANA zone
   * @returns undefined where the calendar has no such day or the clock no such time
   */
  reading(local: string, timeZone: string): ClockReading | undefined;
  /** ISO 8601 with the zone's offset, to the second (or finer where the instant is): `2026-12-24T15:00:00+01:00`. */
  text(at: Instant, timeZone: string): string;
}
