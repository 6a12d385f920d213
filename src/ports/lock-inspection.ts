import type { Instant } from '../core/model.ts';

/** What is known of a lock's link and make. */
export interface LockInspection {
  /** For people: `S2 Access Control`, `S0`, `none`. */
  readonly security: string | undefined;
  /** The link can be listened to or forged with means that are within reach: no encryption, or S0's. */
  readonly weakSecurity: boolean;
  /** Make and model in numbers, as the radio's own device lists give them, e.g. `003b:6341:5044`. */
  readonly product: string | undefined;
  readonly firmware: string | undefined;
  /** The quirk row that corrects what this lock claims. */
  readonly quirk: { readonly name: string; readonly source: string } | undefined;
  readonly reach: 'alive' | 'asleep' | 'dead' | 'unknown';
  readonly lastSeenAt: Instant | undefined;
  /** Mean time from command to answer, milliseconds. */
  readonly roundTripMs: number | undefined;
  /** Strength of the last signal, dBm. */
  readonly signalDbm: number | undefined;
  /** Since the driver started: commands sent, those not delivered, and those delivered but never answered. */
  readonly sent: number;
  readonly undelivered: number;
  readonly unanswered: number;
}
