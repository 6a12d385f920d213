import type { LockAddress } from '../core/ids.ts';
import type { Instant, LocalMinute, LocalWindow, TimeFrame, ZoneRules } from '../core/model.ts';
import type { Failure, RefusalReason, WriteOutcome } from './outcomes.ts';

/** A lock's year-day schedules, the first of each slot: one window is all that an access code has. */
export interface ScheduleRadio {
  setSchedule(
    lock: LockAddress,
    slot: number,
    window: LocalWindow,
    signal: AbortSignal,
  ): Promise<WriteOutcome>;
  /** Leaves no schedule of any kind at the slot, whoever wrote it. */
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

/**
 * A time frame on the wall clock of a place, in whole minutes that cover it. `isAmbiguous`: an edge lies in an hour that
 * the clock shows twice, and the window is widened there, by no more than that hour: a lock that knows only its wall clock
 * opens up to that much too early, or closes that much too late, but keeps nobody out.
 */
export interface ZonedWindow {
  readonly window: LocalWindow;
  readonly isAmbiguous: boolean;
}

/** Between UTC and the wall clock of a place, by the machine's time zone database. */
export interface LockTime {
  windowIn(frame: TimeFrame, timeZone: string): ZonedWindow;
  rulesAt(now: Instant, timeZone: string): ZoneRules;
}
