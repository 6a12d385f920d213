import type { Models } from 'zigbee-herdsman';
import type { LocalMinute, LocalWindow } from '../../src/core/model.ts';
import type { WriteOutcome } from '../../src/ports/lock-driver.ts';
import type { ScheduleOutcome } from '../../src/ports/lock-time.ts';
import { capabilitiesOf } from './capabilities.ts';
import { ask, isMishap } from './sending.ts';
import type { ExchangeContext, Target } from './sending.ts';
import { refusalOf, writeOutcomeOf } from './translate.ts';
import type { Answer } from './translate.ts';
import { commands, zclStatus, zigbeeEpochS } from './zcl.ts';

/**
 * Year-day schedules [ZCL 7.3, Set Year Day Schedule]: the first of each user is ours. They bind only a code that was
 * written as a year-day user (`CodeManner.scheduled`), and any one of a user's lets it in: so whoever had the slot before
 * may have left none of the others.
 */

const firstSchedule = 0;
/** More for each user than this are never erased: one exchange each. */
const schedulesMax = 16;
/** 0xffffffff is "no value". */
const secondsMax = 0xffff_fffe;

/** A minute on the lock's wall clock, as seconds of that clock since 2000-01-01 00:00 on it. */
const airTimeOf = ({ year, month, day, hour, minute }: LocalMinute): number =>
  Date.UTC(year, month - 1, day, hour, minute) / 1_000 - zigbeeEpochS;

/** To the minute: seconds that somebody else has written are cut off. */
const localMinuteOf = (seconds: number): LocalMinute => {
  const date = new Date((zigbeeEpochS + seconds) * 1_000);
  return {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    hour: date.getUTCHours(),
    minute: date.getUTCMinutes(),
  };
};

export interface AirWindow {
  readonly start: number;
  readonly stop: number;
}

/** Undefined where the window can't be said: before 2000, after 2136, or not ending after it starts. */
export const airWindowOf = ({ start, stop }: LocalWindow): AirWindow | undefined => {
  const window = { start: airTimeOf(start), stop: airTimeOf(stop) };
  return window.start >= 0 && window.stop > window.start && window.stop <= secondsMax ? window : undefined;
};

const isSeconds = (value: unknown): value is number => typeof value === 'number' && Number.isInteger(value);

const noAnswer: ScheduleOutcome = { kind: 'failed', why: 'timeout' };

/**
 * The answer to Get Year Day Schedule. "Not found" says that there is none, and leaves out the times; anything about
 * another user or schedule is no answer.
 */
export const scheduleOutcomeOf = (
  answer: Answer | undefined,
  slot: number,
  schedule = firstSchedule,
): ScheduleOutcome => {
  const none: ScheduleOutcome = { kind: 'schedule', window: undefined };
  if (answer === undefined) return noAnswer;
  if (answer.kind === 'refused')
    return answer.status === zclStatus.notFound ? none : { kind: 'refused', why: refusalOf(answer.status) };
  const { userid, scheduleid, status, zigbeelocalstarttime: start, zigbeelocalendtime: stop } = answer.fields;
  if (userid !== slot || scheduleid !== schedule || typeof status !== 'number') return noAnswer;
  if (status === zclStatus.notFound) return none;
  if (status !== zclStatus.success) return { kind: 'refused', why: refusalOf(status) };
  return isSeconds(start) && isSeconds(stop)
    ? { kind: 'schedule', window: { start: localMinuteOf(start), stop: localMinuteOf(stop) } }
    : noAnswer;
};

const change = async (
  target: Target,
  command: number,
  fields: Readonly<Record<string, unknown>>,
  context: ExchangeContext,
): Promise<WriteOutcome> => {
  const asked = await ask(target, command, fields, context);
  return isMishap(asked) ? asked : writeOutcomeOf(asked, false);
};

const readOne = async (
  target: Target,
  slot: number,
  scheduleid: number,
  context: ExchangeContext,
): Promise<ScheduleOutcome> => {
  const asked = await ask(target, commands.getYearDaySchedule, { scheduleid, userid: slot }, context);
  return isMishap(asked) ? { kind: 'failed', why: asked.why } : scheduleOutcomeOf(asked, slot, scheduleid);
};

/** Slots whose other schedules were erased since this process knows the lock. */
const cleared = new WeakMap<Models.Device, Set<number>>();

const markCleared = (device: Models.Device, slot: number): void => {
  const slots = cleared.get(device) ?? new Set<number>();
  cleared.set(device, slots.add(slot));
};

/** One of a user's schedules. A lock that won't erase what isn't there has nothing to erase. */
const clearOne = async (
  target: Target,
  slot: number,
  scheduleid: number,
  context: ExchangeContext,
): Promise<WriteOutcome> => {
  const outcome = await change(target, commands.clearYearDaySchedule, { scheduleid, userid: slot }, context);
  if (outcome.kind !== 'refused') return outcome;
  const left = await readOne(target, slot, scheduleid, context);
  return left.kind === 'schedule' && left.window === undefined ? { kind: 'accepted' } : outcome;
};

/** Those of a user besides ours. @returns what went wrong, if anything */
const clearOthers = async (
  target: Target,
  slot: number,
  context: ExchangeContext,
): Promise<WriteOutcome | undefined> => {
  const { device } = target;
  const count = capabilitiesOf(device)?.yearDaySchedules ?? 1;
  for (let id = Math.min(count, schedulesMax) - 1; id > firstSchedule; id -= 1) {
    const outcome = await clearOne(target, slot, id, context);
    if (outcome.kind !== 'accepted') return outcome;
  }
  markCleared(device, slot);
  return undefined;
};

/**
 * Local wall time, as the lock counts it: no zone is converted here (facts page). What somebody else may have left for
 * this user is erased with the first one; after ours is set, since some locks let a user in at all hours whose last
 * schedule goes.
 */
export const setSchedule = async (
  target: Target,
  slot: number,
  window: LocalWindow,
  context: ExchangeContext,
): Promise<WriteOutcome> => {
  const air = airWindowOf(window);
  if (air === undefined) return { kind: 'refused', why: 'format', certain: true };
  const fields = {
    scheduleid: firstSchedule,
    userid: slot,
    zigbeelocalstarttime: air.start,
    zigbeelocalendtime: air.stop,
  };
  const outcome = await change(target, commands.setYearDaySchedule, fields, context);
  if (outcome.kind !== 'accepted' || cleared.get(target.device)?.has(slot) === true) return outcome;
  return (await clearOthers(target, slot, context)) ?? outcome;
};

/** All of the user's. */
export const clearSchedule = async (
  target: Target,
  slot: number,
  context: ExchangeContext,
): Promise<WriteOutcome> =>
  (await clearOthers(target, slot, context)) ?? (await clearOne(target, slot, firstSchedule, context));

export const readSchedule = (
  target: Target,
  slot: number,
  context: ExchangeContext,
): Promise<ScheduleOutcome> => readOne(target, slot, firstSchedule, context);
