import { sameWindow } from './certify.ts';
import type {
  AccessCode,
  Capabilities,
  Instant,
  LocalWindow,
  LockState,
  SlotBelief,
  SlotSchedule,
} from './model.ts';

/** Ahead of its time a code is loaded only where the lock's clock was seen right within this time. */
export const clockFreshMs = 24 * 60 * 60_000;
/** So far a lock's clock may be off: its schedules know minutes. */
export const clockMostOffMs = 60_000;
/** A clock that was off, or gave no answer, is asked again after this long. */
export const clockRetryMs = 60 * 60_000;
/** Codes are loaded ahead of their time again so long after the lock dropped a schedule as its code came. */
export const droppedRestMs = 7 * 24 * 60 * 60_000;
/** The same where the lock gave no answer, and the code was taken off to be safe. */
export const unseenRestMs = 60 * 60_000;
/** Loading a code ahead of its time is tried so often. */
export const loadAttempts = 5;
/** When its time begins, a loaded code must have been seen on the lock within this time to be called set. */
export const proofFreshMs = 24 * 60 * 60_000;

/** The lock can be given a code that opens only within its time, and shows that it was. */
export const canPreload = ({ yearDaySchedules, scheduleOrder, readBack, clock }: Capabilities): boolean =>
  (yearDaySchedules ?? 0) > 0 &&
  // Locks that need the code first, disabled, get it when it is due.
  scheduleOrder === 'schedule_first' &&
  readBack !== 'none' &&
  clock?.read === true;

/**
 * Whether this code is to be on its lock ahead of its time.
 * @param preloadMs config `scheduling.native_preload`
 * @param leadMs config `scheduling.lead`: from then on it is written like other codes
 */
export const isToPreload = (code: AccessCode, now: Instant, preloadMs: number, leadMs: number): boolean => {
  const { timeFrame } = code;
  if (timeFrame === undefined || code.deletingSince !== undefined || code.externalChange !== undefined)
    return false;
  if (!code.preferNativeScheduling || code.isBackup || code.isOneTimeUse) return false;
  return now >= timeFrame.startsAt - preloadMs && now < timeFrame.startsAt - leadMs;
};

/** The lock's own clock tells the time that its schedules need. */
export const isClockRight = ({ clockSeen }: LockState, now: Instant): boolean =>
  clockSeen?.offsetMs !== undefined &&
  Math.abs(clockSeen.offsetMs) <= clockMostOffMs &&
  now >= clockSeen.at &&
  now - clockSeen.at <= clockFreshMs;

/** The slot was seen to have this schedule, and nothing since speaks against it. */
export const hasSchedule = ({ schedule }: SlotBelief, window: LocalWindow | undefined): boolean =>
  schedule !== undefined && window !== undefined && sameWindow(window, schedule.window);

/** And that was with the code that is in it now. */
export const isBound = (belief: SlotBelief, window: LocalWindow | undefined): boolean =>
  belief.schedule?.beside === true && hasSchedule(belief, window);

/** What is left of it once the code beside it is written. */
export const unsure = (schedule: SlotSchedule | undefined): SlotSchedule | undefined =>
  schedule === undefined ? undefined : { ...schedule, beside: false };
