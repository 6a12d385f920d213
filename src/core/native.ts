import { sameWindow } from './certify.ts';
import type {
  AccessCode,
  Capabilities,
  Instant,
  LocalWindow,
  LockState,
  SlotBelief,
  SlotSchedule,
  SlotState,
  TimeFrame,
  ZoneRules,
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

/** What a lock lacks for being given codes ahead of their time; docs/arrivals.md says what each means. */
export type Lack = 'no_schedules' | 'no_read_back' | 'no_clock' | 'schedule_order_unknown';

/** What a lock lacks for being given a code that opens only within its time, and for showing that it was. */
export const lackOf = ({
  yearDaySchedules,
  scheduleOrder,
  codeManners,
  readBack,
  clock,
}: Capabilities): Lack | undefined => {
  if ((yearDaySchedules ?? 0) === 0) return 'no_schedules';
  if (readBack === 'none') return 'no_read_back';
  if (clock?.read !== true) return 'no_clock';
  const isOrderKnown =
    scheduleOrder === 'schedule_first' || (scheduleOrder === 'code_disabled_first' && codeManners === true);
  return isOrderKnown ? undefined : 'schedule_order_unknown';
};

/** The lock can be given a code that opens only within its time, and shows that it was. */
export const canPreload = (capabilities: Capabilities): boolean => lackOf(capabilities) === undefined;

/** What of a code itself keeps it from ever being on its lock ahead of its time. */
export type Reserve = 'not_preferred' | 'one_time_use' | 'backup_code' | 'changed_at_lock';

export const reserveOf = (code: AccessCode): Reserve | undefined => {
  if (!code.preferNativeScheduling) return 'not_preferred';
  if (code.isOneTimeUse) return 'one_time_use';
  if (code.isBackup) return 'backup_code';
  return code.externalChange === undefined ? undefined : 'changed_at_lock';
};

/**
 * Whether this code is to be on its lock ahead of its time.
 * @param preloadMs config `scheduling.native_preload`
 * @param leadMs config `scheduling.lead`: from then on it is written like other codes
 */
export const isToPreload = (code: AccessCode, now: Instant, preloadMs: number, leadMs: number): boolean => {
  const { timeFrame } = code;
  if (timeFrame === undefined || code.deletingSince !== undefined || reserveOf(code) !== undefined)
    return false;
  return now >= timeFrame.startsAt - preloadMs && now < timeFrame.startsAt - leadMs;
};

/**
 * The lock's own clock tells the time that its schedules need, as its zone reads now.
 * @param rules undefined: the bridge doesn't know the time itself
 */
export const isClockRight = (
  { clockSeen, clockCare }: LockState,
  rules: ZoneRules | undefined,
  now: Instant,
): boolean =>
  clockSeen?.offsetMs !== undefined &&
  rules !== undefined &&
  clockCare?.seenIn === rules.signature &&
  Math.abs(clockSeen.offsetMs) <= clockMostOffMs &&
  now >= clockSeen.at &&
  now - clockSeen.at <= clockFreshMs;

/** It was seen to be off by more than its schedules bear. */
export const isClockWrong = ({ clockSeen, clockCare }: LockState, rules: ZoneRules | undefined): boolean =>
  clockSeen?.offsetMs !== undefined &&
  rules !== undefined &&
  clockCare?.seenIn === rules.signature &&
  Math.abs(clockSeen.offsetMs) > clockMostOffMs;

/**
 * From when on a lock whose clock was seen to be wrong keeps the guest of a code out that it binds to its time frame, in
 * that very time. Undefined: it doesn't.
 */
export const shutOutFrom = (
  state: LockState,
  rules: ZoneRules | undefined,
  { startsAt, endsAt }: TimeFrame,
  now: Instant,
): Instant | undefined => {
  const offsetMs = state.clockSeen?.offsetMs;
  if (offsetMs === undefined || !isClockWrong(state, rules)) return undefined;
  if (now + offsetMs < startsAt) return now;
  return offsetMs > 0 ? endsAt - offsetMs : undefined;
};

/** The slot was seen to have this schedule, and nothing since speaks against it. */
export const hasSchedule = ({ schedule }: SlotBelief, window: LocalWindow | undefined): boolean =>
  schedule !== undefined && window !== undefined && sameWindow(window, schedule.window);

/** And that was with the code that is in it now, which the lock says is bound by it, where it says so. */
export const isBound = (belief: SlotBelief, window: LocalWindow | undefined): boolean =>
  belief.schedule?.beside === true && hasSchedule(belief, window) && bindsBySchedule(belief.state);

/** False where the lock says that this code keeps to no year-day schedule (ZCL 7.3, "User Type"). */
export const bindsBySchedule = (state: SlotState): boolean =>
  state.kind !== 'occupied' || state.userType === undefined || state.userType === 'year_day';

/** What is left of it once the code beside it is written. */
export const unsure = (schedule: SlotSchedule | undefined): SlotSchedule | undefined =>
  schedule === undefined ? undefined : { ...schedule, beside: false };
