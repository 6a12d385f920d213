import type { LockAddress } from '../core/ids.ts';
import type { Instant, LocalMinute, LocalWindow, TimeFrame } from '../core/model.ts';
import type { Failure, RefusalReason, WriteOutcome } from './outcomes.ts';

/** A lock's year-day schedules, the first of each slot: one window is all that an access code has. */
export interface ScheduleRadio {
  setSchedule(
    lock: LockAddress,
    slot: number,
    window: LocalWindow,
    signal: AbortSignal,
  ): Promise<WriteOutcome>;
  clearSchedule(lock: LockAddress, slot: number, signal: AbortSignal): Promise<WriteOutcome>;
  readSchedule(lock: LockAddress, slot: number, signal: AbortSignal): Promise<ScheduleOutcome>;
}

/** `window` undefined: the lock said that there is none. No answer is a failure. */
export type ScheduleOutcome =
  | { readonly kind: 'schedule'; readonly window: LocalWindow | undefined }
  | { readonly kind: 'refused'; readonly why: RefusalReason }
  | Failure;

export interface ClockRadio {
  readClock(lock: LockAddress, signal: AbortSignal): Promise<ClockOutcome>;
  /**
   * Tells the lock the time and its zone with its next changes (`DriverHost.timeToTell`, `timeZoneOf`). Called only where
   * `capabilities.clock.set`, and never while the bridge's clock isn't trusted.
   */
  setClock?(lock: LockAddress, signal: AbortSignal): Promise<WriteOutcome>;
}

/** `local` is what the lock's clock shows; `second` where it tells it. */
export type ClockOutcome =
  | { readonly kind: 'clock'; readonly local: LocalMinute; readonly second: number | undefined }
  | { readonly kind: 'refused'; readonly why: RefusalReason }
  | Failure;

/** Between UTC and the wall clock of a place. */
export interface LockTime {
  /**
   * The time frame in whole minutes of the zone's wall clock, widened to them. Undefined where the clock shows an edge
   * twice.
   */
  windowIn(frame: TimeFrame, timeZone: string): LocalWindow | undefined;
  /** The zone's clocks are as far from UTC at all of these. */
  isSteady(instants: readonly Instant[], timeZone: string): boolean;
}
