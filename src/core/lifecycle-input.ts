import type { AccessCode, Capabilities, Instant, LocalWindow, LockState, ZoneRules } from './model.ts';

/**
 * `hub_disconnected`: its radio is lost. `account_disconnected`: its radio is none of the config's drivers.
 * `lockstep_lock_displaced`: another lock answers at its place.
 */
export type Unreachable =
  'account_disconnected' | 'device_disconnected' | 'hub_disconnected' | 'lockstep_lock_displaced';

/** What the lock's own schedules can do for a code. */
export interface Loading {
  /** Its time frame on the lock's wall clock. Undefined: it is too early for that. */
  readonly window: LocalWindow | undefined;
  /** An edge of it lies in an hour that the clock shows twice: the window is widened there. */
  readonly isAmbiguous?: boolean;
  /** The zone's clocks are put forward or back before it ends, and the lock's own doesn't follow by itself. */
  readonly isOvertaken?: boolean;
  /** The lock's zone as it reads now. Absent: the bridge doesn't know the time. */
  readonly clockRules?: ZoneRules | undefined;
  /** It is to be on the lock now, ahead of its time. */
  readonly isAhead: boolean;
  /** When that begins. */
  readonly beginsAt: Instant;
}

export interface LifecycleInput {
  readonly code: AccessCode;
  readonly state: LockState;
  readonly capabilities: Capabilities | undefined;
  readonly usable: readonly number[];
  /** What is out of reach, if anything: the error that codes on their way then carry. */
  readonly unreachable: Unreachable | undefined;
  /** So long before its `startsAt` a code is written (config `scheduling.lead`). */
  readonly leadMs: number;
  readonly now: Instant;
  /** The bridge doesn't know the time: `now` is the floor. */
  readonly isTimeUnknown?: boolean | undefined;
  /** Absent: nothing is known of the lock's schedules, and what was last said of them stays. */
  readonly loading?: Loading | undefined;
  /** All managed codes of the lock: whose slots are about to be free. */
  readonly others?: readonly AccessCode[];
  /** Since when the lock's backup pool has had no code that could be pulled. */
  readonly poolEmptySince?: Instant | undefined;
  /** Since when somebody else is known to write to the lock's slots (`foreign-changes`). */
  readonly foreignSince?: Instant | undefined;
}
