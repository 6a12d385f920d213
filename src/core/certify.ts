import { withSlot } from './lesson.ts';
import type {
  Calibration,
  Capabilities,
  Instant,
  LocalMinute,
  LocalWindow,
  LockState,
  ScheduleOrder,
} from './model.ts';
import { beliefOf } from './slots.ts';

/** When a lock is asked after a set whether it shows the code yet, milliseconds after its yes. */
export const readBackOffsetsMs = [0, 500, 1_000, 2_000, 4_000, 8_000] as const;

/**
 * How long a code took to show, milliseconds, rounded up to a look: that of the look that showed it, unless that took
 * so long (its answer had to be asked for again) that a later one may have been the first.
 * @param offsetMs when that look was due; @param elapsedMs when its answer came
 */
export const shownAfterMs = (offsetMs: number, elapsedMs: number): number => {
  const next = readBackOffsetsMs.find((one) => one > offsetMs);
  if (next === undefined || elapsedMs < next) return offsetMs;
  return readBackOffsetsMs.find((one) => one >= elapsedMs) ?? elapsedMs;
};

/** Numbers of digits that are tried, besides those the lock claims. */
const triedLengths = [4, 5, 6, 7, 8, 9, 10] as const;

/**
 * The claimed numbers of digits, the best for a trial first: as long as locks usually take, so that no stranger hits
 * on it in the seconds that it stands.
 */
export const usualLengths = ({ codeLengths }: Pick<Capabilities, 'codeLengths'>): number[] => {
  const longFirst = [...(codeLengths.length === 0 ? [6] : codeLengths)].sort((a, b) => b - a);
  return [...longFirst.filter((length) => length <= 8), ...longFirst.filter((length) => length > 8)];
};

/**
 * Numbers of digits to try, ascending. Where the lock has one code length, that is a setting, and writing another
 * length says nothing.
 */
export const lengthsToTry = (capabilities: Capabilities, quick: boolean): number[] => {
  const more = quick || capabilities.oneCodeLength === true ? [] : triedLengths;
  return [...new Set([...more, ...usualLengths(capabilities)])].sort((a, b) => a - b);
};

const minute = (at: number): LocalMinute => ({ year: 2020, month: 1, day: 1, hour: 0, minute: at });

/** Long over: a code bound to it never opens the door. */
export const pastWindow: LocalWindow = { start: minute(0), stop: minute(1) };

/** For locks that take none that is over: one whose beginning nobody lives to see at this lock. */
export const farWindow: LocalWindow = {
  start: { year: 2098, month: 1, day: 1, hour: 0, minute: 0 },
  stop: { year: 2098, month: 1, day: 1, hour: 0, minute: 1 },
};

export const sameWindow = (a: LocalWindow, b: LocalWindow | undefined): boolean =>
  b !== undefined && sameMinute(a.start, b.start) && sameMinute(a.stop, b.stop);

const sameMinute = (a: LocalMinute, b: LocalMinute): boolean =>
  a.year === b.year && a.month === b.month && a.day === b.day && a.hour === b.hour && a.minute === b.minute;

/** A moment on the wall in a place, as if it were UTC. */
const wallMs = (local: LocalMinute, second: number): number =>
  Date.UTC(local.year, local.month - 1, local.day, local.hour, local.minute, second);

/** What a lock's clock shows; `second` where it tells it. */
interface Shown {
  readonly local: LocalMinute;
  readonly second: number | undefined;
}

export const clockOffsetMs = (shown: Shown, now: Instant, timeZone: string): number =>
  aheadMs(shown, wallIn(now, timeZone));

/**
 * How far a lock's clock is ahead of ours, milliseconds. One that tells no seconds counts as right anywhere within
 * its minute.
 * @param ours what the clocks of its zone show, as if it were UTC
 */
export const aheadMs = (shown: Shown, ours: number): number => {
  const shownMs = wallMs(shown.local, shown.second ?? 0);
  if (shown.second !== undefined) return shownMs - Math.floor(ours / 1000) * 1000;
  return shownMs - Math.floor(ours / 60_000) * 60_000;
};

/** The wall clock of a place at an instant, as if it were UTC. */
const wallIn = (at: Instant, timeZone: string): number => {
  const parts = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  }).formatToParts(at);
  const value = (type: Intl.DateTimeFormatPartTypes): number =>
    Number(parts.find((part) => part.type === type)?.value ?? 0);
  const local = {
    year: value('year'),
    month: value('month'),
    day: value('day'),
    hour: value('hour'),
    minute: value('minute'),
  };
  return wallMs(local, value('second'));
};

/**
 * While a trial lasts its slots stay ours and in doubt, whatever a look shows: the trial is what finds out how far
 * looks can be trusted. Whenever it ends, be it by a power cut, they are looked at once more before they are given up.
 * A trial provokes refusals and drops schedules, which makes nobody a liar and keeps no code from being loaded ahead of
 * its time: what it finds in the end counts. What is somebody else's by now is left to them.
 */
export const learnTrial = (before: LockState, after: LockState, slot: number): LockState => {
  const { seenToLie, preloadAfter } = before;
  const state = { ...after, seenToLie, preloadAfter };
  const was = beliefOf(before, slot);
  const is = beliefOf(after, slot);
  if (was.owner === undefined || is.unmanagedId !== undefined) return state;
  return withSlot(state, {
    ...is,
    owner: was.owner,
    written: is.written ?? was.written,
    writtenAt: is.writtenAt ?? was.writtenAt,
    landed: is.landed === 'no' ? 'if_soon' : is.landed,
    suspicion: 'uncertain',
  });
};

interface Findings {
  readonly readBack?: 'full' | 'masked';
  readonly readBackDelayMs?: number;
  readonly duplicate?: { readonly refused: boolean };
  readonly codeLengths?: { readonly taken: readonly number[] };
  readonly schedules?: {
    readonly whenCodeCame?: 'kept' | 'dropped';
    readonly codeDisabledFirst?: 'kept' | 'dropped' | 'not_kept' | 'not_disabled';
  };
}

/** What of the findings corrects the lock's capabilities from now on. */
export const calibrationOf = (found: Findings, told: Capabilities, at: Instant): Calibration => {
  const { readBack, readBackDelayMs, duplicate, codeLengths, schedules } = found;
  const order = orderOf(schedules) ?? (isDisproved(schedules, told) ? 'none' : undefined);
  return {
    at,
    ...(readBack === undefined ? {} : { readBack }),
    ...(readBackDelayMs === undefined ? {} : { readBackDelayMs }),
    ...(codeLengths === undefined ? {} : { codeLengths: codeLengths.taken }),
    ...(duplicate === undefined ? {} : { duplicateCheck: duplicate.refused }),
    ...(order === undefined ? {} : { scheduleOrder: order }),
  };
};

/** The order in which a schedule bound its code from the start, as a trial saw it. */
export const orderOf = (schedules: Findings['schedules']): ScheduleOrder | undefined => {
  if (schedules?.whenCodeCame === 'kept') return 'schedule_first';
  return schedules?.codeDisabledFirst === 'kept' ? 'code_disabled_first' : undefined;
};

/** The order that was claimed, or all where none was, has been tried, in vain. */
const isDisproved = (schedules: Findings['schedules'], { scheduleOrder }: Capabilities): boolean =>
  schedules !== undefined &&
  (scheduleOrder !== 'code_disabled_first' || schedules.codeDisabledFirst !== undefined);
