/** A year-day schedule of ours, as the lock last showed it. */
export interface SlotSchedule {
  readonly window: LocalWindow;
  /** Milliseconds since the Unix epoch, UTC. */
  readonly at: number;
  /** Shown so since the code beside it was last written: it binds that. */
  readonly beside: boolean;
}

/** What a lock says a user may do (ZCL 7.3, "User Type"): only `year_day` is bound by its year-day schedules. */
export type UserType = 'unrestricted' | 'year_day' | 'week_day' | 'master' | 'non_access';

/** How a lock's clock was last put right. */
export interface ClockCare {
  /** When it last took the time from us. Absent: never. Milliseconds since the Unix epoch, UTC. */
  readonly setAt?: number;
  /** `ZoneRules.signature` as it was told then: where that reads differently now, it is told anew. */
  readonly told?: string;
  /** Attempts in a row that failed, and when the next is due. */
  readonly failures: number;
  readonly notBefore?: number;
  /** Since when it has been seen to be off by more than two minutes. */
  readonly wrongSince?: number;
  /** `ZoneRules.signature` by which its last reading was judged. */
  readonly seenIn?: string;
}

/** A zone as its clocks stand now. */
export interface ZoneRules {
  /** The zone's name, its present offset, its next change and the offset after it: all that a lock needs to be told. */
  readonly signature: string;
  /** Ahead of UTC, milliseconds. */
  readonly offsetMs: number;
  /** When its clocks are next put forward or back. Milliseconds since the Unix epoch, UTC; absent: not within two years. */
  readonly changesAt?: number;
}

/** What a lock's clock showed when it was last asked. `offsetMs`: so far ahead of ours; undefined: no answer. */
export interface ClockSeen {
  /** Milliseconds since the Unix epoch, UTC. */
  readonly at: number;
  readonly offsetMs: number | undefined;
}

/**
 * What a code may do, on locks that are told so with the code itself (user status and type in ZCL's Set PIN Code).
 * There, every write of a code that has a schedule must say so again: a plain write makes it a code for all hours.
 */
export interface CodeManner {
  /** The code opens only within its slot's year-day schedule. */
  readonly scheduled: boolean;
  /** False: it stands in its slot and opens nothing. */
  readonly enabled: boolean;
}

/** `schedule_first`: schedule, then code. `code_disabled_first`: code disabled, schedule, then enabled. */
export type ScheduleOrder = 'schedule_first' | 'code_disabled_first';

/** A minute on a lock's own wall clock, in its zone. `year` in full. */
export interface LocalMinute {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
}

/** From `start` until `stop`, both on the lock's wall clock. */
export interface LocalWindow {
  readonly start: LocalMinute;
  readonly stop: LocalMinute;
}
