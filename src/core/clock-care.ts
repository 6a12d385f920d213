import { priorities } from './actions.ts';
import type { Action } from './actions.ts';
import type { Silence, WriteResult } from './lesson.ts';
import type { Capabilities, ClockCare, Device, Instant, LockState, WantedCode, ZoneRules } from './model.ts';
import { clockFreshMs, clockMostOffMs, clockRetryMs, isClockWrong, shutOutFrom } from './native.ts';
import type { PlanInput, Waits } from './plan-input.ts';
import { backoffMs } from './retry.ts';
import { isHeld } from './wipe.ts';

/** A lock is told the time this often, and its clock is read this often where nothing hangs on it. */
export const clockWeekMs = 7 * 24 * 60 * 60_000;
/** A lock's clock is set within this time before its zone's clocks are put forward or back, so that it knows of it. */
export const beforeChangeMs = 24 * 60 * 60_000;
/** Off by more than this, it is worth a warning. */
export const clockWarningMs = 2 * 60_000;
/** Between two tries to tell a lock the time that it doesn't take, or doesn't keep. */
export const clockBackoff = { firstMs: 60_000, mostMs: 24 * 60 * 60_000 } as const;

const uncared: ClockCare = { failures: 0 };

/**
 * What is to be done for the lock's clock. Without `clockRules`, nothing: a bridge that doesn't know the time tells it to
 * nobody, and can't say whether another's is right.
 * @param when `urgent`: only what keeps guests of codes that stand on the lock from coming in at the wrong time
 */
export const clockCare = (input: PlanInput, waits: Waits, when: 'urgent' | 'idle'): Action | undefined => {
  const { state, capabilities, clockRules: rules } = input;
  const { clock } = capabilities;
  if (rules === undefined || clock === undefined || isHeld(state, capabilities)) return undefined;
  if (when === 'urgent') {
    const isOff = isClockWrong(state, rules) || state.clockCare?.told !== rules.signature;
    return clock.set && isOff && standsByClock(input) && isToSet(input, rules, waits)
      ? { kind: 'set_clock', priority: priorities.set }
      : undefined;
  }
  if (clock.set && isToSet(input, rules, waits)) return { kind: 'set_clock', priority: priorities.audit };
  if (clock.read && isToRead(input, rules, waits)) return { kind: 'clock', priority: priorities.audit };
  return undefined;
};

const isToSet = ({ state, now }: PlanInput, rules: ZoneRules, waits: Waits): boolean => {
  const { setAt, told, notBefore } = state.clockCare ?? uncared;
  const isDue =
    setAt === undefined ||
    // The wall clock was ahead then.
    setAt > now ||
    told !== rules.signature ||
    isClockWrong(state, rules) ||
    waits.due(nextSetAt(setAt, rules), now, clockWeekMs);
  return isDue && waits.due(notBefore, now, clockBackoff.mostMs);
};

/** A week later, or around the next change of its zone: within the day before, and once more when it has come. */
const nextSetAt = (setAt: Instant, { changesAt }: ZoneRules): Instant => {
  if (changesAt === undefined) return setAt + clockWeekMs;
  const ready = changesAt - beforeChangeMs;
  return Math.min(setAt + clockWeekMs, setAt < ready ? ready : changesAt);
};

const isToRead = (input: PlanInput, rules: ZoneRules, waits: Waits): boolean => {
  const { state, wanted, now } = input;
  const { clockSeen: seen, clockCare: care } = state;
  if (seen === undefined || seen.at > now || care?.seenIn !== rules.signature) return true;
  const isNeeded = standsByClock(input) || wanted.some((code) => code.wanted === 'preload');
  const isRight = seen.offsetMs !== undefined && Math.abs(seen.offsetMs) <= clockMostOffMs;
  // Nothing puts it right but a person, perhaps: asked after as long as it has been wrong already, once a day at last.
  const wrongForMs = seen.at - (care.wrongSince ?? seen.at);
  const restMs =
    isNeeded && !isRight
      ? Math.min(clockFreshMs, Math.max(clockRetryMs, wrongForMs))
      : isNeeded || care.wrongSince !== undefined
        ? clockFreshMs
        : clockWeekMs;
  return waits.due(seen.at + restMs, now, restMs);
};

/** Codes stand on the lock that its own clock lets in and shuts out. */
const standsByClock = ({ state, wanted }: PlanInput): boolean =>
  [...state.slots.values()].some(
    ({ mayBeScheduled, owner }) =>
      mayBeScheduled &&
      wanted.some(
        (code) => code.accessCodeId === owner && (code.wanted === 'preload' || code.wanted === 'present'),
      ),
  );

/**
 * From when on a schedule keeps the guest of a code out whose time it is, because the lock's clock is wrong and couldn't
 * be put right. Undefined: it doesn't.
 */
export const keepsOutFrom = (
  { state, capabilities, clockRules, now }: PlanInput,
  code: Pick<WantedCode, 'neededAt' | 'endsAt'>,
): Instant | undefined => {
  const { neededAt: startsAt, endsAt } = code;
  if (startsAt === undefined || endsAt === undefined || !isWrongForGood(state, capabilities, clockRules))
    return undefined;
  return shutOutFrom(state, clockRules, { startsAt, endsAt }, now);
};

/** The lock's clock was seen to be wrong, and there is no way of setting it, or none that helped. */
export const isWrongForGood = (
  state: LockState,
  { clock }: Capabilities,
  rules: ZoneRules | undefined,
): boolean => isClockWrong(state, rules) && (clock?.set !== true || (state.clockCare?.failures ?? 0) > 0);

interface Heard {
  readonly now: Instant;
  /** Uniform in [0, 1), for back-off. */
  readonly jitter: number;
  readonly rules: ZoneRules;
}

/**
 * The lock was told the time. What its clock showed before says nothing any more.
 * @param silence where it failed: a lock that is out of reach is waited for as such, and nothing is held against its clock
 */
export const learnClockTold = (
  before: LockState,
  kind: WriteResult['kind'],
  silence: Silence | undefined,
  { now, jitter, rules }: Heard,
): LockState => {
  const care = before.clockCare ?? uncared;
  if (silence === 'unreachable') return before;
  if (kind === 'refused' || kind === 'failed') return { ...before, clockCare: failed(care, now, jitter) };
  const { wrongSince } = care;
  const told: ClockCare = { setAt: now, told: rules.signature, failures: 0 };
  return {
    ...before,
    clockSeen: undefined,
    clockCare: wrongSince === undefined ? told : { ...told, wrongSince },
  };
};

const failed = (care: ClockCare, now: Instant, jitter: number): ClockCare => {
  const failures = care.failures + 1;
  return { ...care, failures, notBefore: now + backoffMs(failures, jitter, clockBackoff) };
};

/**
 * The lock's clock was read.
 * @param offsetMs so far ahead of ours; undefined: it gave no answer
 * @param failuresBefore where it was set just before: how often that had failed already. Still wrong, it has failed again.
 */
export const learnClockSeen = (
  before: LockState,
  offsetMs: number | undefined,
  { now, jitter, rules }: Heard,
  failuresBefore?: number,
): LockState => {
  const { wrongSince, ...rest } = before.clockCare ?? uncared;
  const since = offsetMs === undefined ? wrongSince : isOff(offsetMs) ? (wrongSince ?? now) : undefined;
  const seen: ClockCare = {
    ...rest,
    ...(since === undefined ? {} : { wrongSince: since }),
    seenIn: rules.signature,
  };
  const isInVain =
    failuresBefore !== undefined && offsetMs !== undefined && Math.abs(offsetMs) > clockMostOffMs;
  return {
    ...before,
    clockSeen: { at: now, offsetMs },
    clockCare: isInVain ? failed({ ...seen, failures: failuresBefore }, now, jitter) : seen,
  };
};

const isOff = (offsetMs: number): boolean => Math.abs(offsetMs) > clockWarningMs;

/** So much more charge is new batteries, as a share of 1; what a lock tells of its own goes up and down by less. */
const newBatteries = 0.2;

/**
 * Batteries that were taken out took the time with them, on many locks: its clock is looked at again at once, and not when
 * the next guest stands before the door. One that comes and goes is asked once an hour.
 */
export const learnPowered = (state: LockState, before: Device, after: Device, now: Instant): LockState => {
  const { clockSeen } = state;
  if (clockSeen === undefined) return state;
  const isBack = !before.online && after.online && Math.abs(now - clockSeen.at) >= clockRetryMs;
  const isCharged = (after.battery ?? 0) - (before.battery ?? 1) >= newBatteries;
  return isBack || isCharged ? { ...state, clockSeen: undefined } : state;
};
