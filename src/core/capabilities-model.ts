import type { ScheduleOrder } from './schedule-model.ts';

/** Milliseconds since the Unix epoch, UTC. */
export type Instant = number;

/** What a lock can do. Undefined capabilities mean no plan at all (FIELD-BUGS 23). */
export interface Capabilities {
  /** First and last keypad slot, on-the-air numbers. */
  readonly slots: { readonly first: number; readonly last: number };
  /** Slots the lock keeps for itself (master code and the like); never ours. */
  readonly reservedSlots: readonly number[];
  /** Allowed numbers of digits, ascending. */
  readonly codeLengths: readonly number[];
  readonly readBack: 'full' | 'masked' | 'none';
  /** User Code CC v2 checksum, or its like on another radio. */
  readonly checksum: boolean;
  readonly reportsProgramming: boolean;
  /** Says which slot's code has unlocked it. Absent: it doesn't, or that isn't known. */
  readonly reportsUse?: true;
  readonly power: 'battery' | 'mains';
  readonly remoteLock: boolean;
  /** The lock stores a name beside a code, of at most so many characters. Absent: it doesn't. */
  readonly names?: { readonly maxLength: number };
  /** All codes of the lock have one length; changing that length wipes them (FIELD-BUGS 6). */
  readonly oneCodeLength?: true;
  /** The lock itself refuses a PIN that another slot holds. Absent: not known. */
  readonly duplicateCheck?: boolean;
  /** For so long after a set, a read may still tell what was there before, milliseconds. */
  readonly readBackDelayMs?: number;
  /** Year-day schedules that each slot takes. Absent: none. */
  readonly yearDaySchedules?: number;
  /**
   * Each slot takes schedules that come again every week or day. None is ever ours; one that another hub has left binds
   * the code that comes there, until the slot's schedules are erased. Absent: it doesn't, or they bind no code of ours.
   */
  readonly repeatingSchedules?: true;
  /** A code can be written disabled, or bound to its schedule, and says with each write which (`CodeManner`). */
  readonly codeManners?: true;
  /** How a time-bound code is loaded without opening the door early (DESIGN §5). Absent: not known. */
  readonly scheduleOrder?: ScheduleOrder;
  /**
   * The lock's clock can be set, and read. `dst`: told once, it keeps to its zone's summer time by itself. Absent: no
   * clock that we know of.
   */
  readonly clock?: { readonly set: boolean; readonly read: boolean; readonly dst?: true };
  /** The lock locks itself after a time that can be set by radio. Absent: not by radio. */
  readonly autoLock?: true;
}

/** How a lock locks itself some time after it was unlocked. */
export interface AutoLock {
  readonly enabled: boolean;
  /** Absent: it isn't enabled, or the lock doesn't tell. */
  readonly delaySeconds?: number;
}
