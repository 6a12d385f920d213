import {
  ScheduleEntryLockCCEnableSet,
  ScheduleEntryLockCCYearDayScheduleGet,
  ScheduleEntryLockCCYearDayScheduleReport,
  ScheduleEntryLockCCYearDayScheduleSet,
  ScheduleEntryLockSetAction,
} from '@zwave-js/cc';
import { CommandClasses } from '@zwave-js/core';
import type { Driver, ZWaveNode } from 'zwave-js';
import type { LocalMinute, LocalWindow } from '../../src/core/model.ts';
import type { WriteOutcome } from '../../src/ports/lock-driver.ts';
import type { ScheduleOutcome } from '../../src/ports/lock-time.ts';
import {
  claimedSchedules,
  endSearch,
  eraseFurther,
  eraseRepeating,
  isLate,
  sendSet,
  timedOut,
} from './left-schedules.ts';
import { attempt, failureOf, sending, writeFailureOf } from './sending.ts';
import type { ExchangeContext } from './sending.ts';

/**
 * Year-day schedules by Schedule Entry Lock CC: the first of each user, and no other of any kind beside it, since a code
 * opens in each of its user's windows. The commands are built here, because zwave-js's own method answers a read with the same
 * `undefined` for "none" and "no answer", takes any year for the byte it is, and judges the order of the two edges by this
 * process's time zone.
 */

/** As it goes over the air: local wall time, years since 2000 (facts page, trap 2). */
export interface AirWindow {
  readonly startYear: number;
  readonly startMonth: number;
  readonly startDay: number;
  readonly startHour: number;
  readonly startMinute: number;
  readonly stopYear: number;
  readonly stopMonth: number;
  readonly stopDay: number;
  readonly stopHour: number;
  readonly stopMinute: number;
}

const century = 2_000;
const firstSchedule = 1;
/** User Identifier is one byte here. */
const usersMax = 255;

const orderOf = ({ year, month, day, hour, minute }: LocalMinute): number =>
  Date.UTC(year, month - 1, day, hour, minute);

const isOnAir = ({ year }: LocalMinute): boolean => year >= century && year < century + 100;

/** Undefined where the window can't be said: before 2000, after 2099, or not ending after it starts. */
export const airWindowOf = ({ start, stop }: LocalWindow): AirWindow | undefined =>
  isOnAir(start) && isOnAir(stop) && orderOf(stop) > orderOf(start)
    ? {
        startYear: start.year - century,
        startMonth: start.month,
        startDay: start.day,
        startHour: start.hour,
        startMinute: start.minute,
        stopYear: stop.year - century,
        stopMonth: stop.month,
        stopDay: stop.day,
        stopHour: stop.hour,
        stopMinute: stop.minute,
      }
    : undefined;

/** What is used of the lock's report; the times are left out where there is no schedule. */
export type AirReport = { readonly userId: number; readonly slotId: number } & Partial<AirWindow>;

const minuteOf = (
  year: number | undefined,
  month: number | undefined,
  day: number | undefined,
  hour: number | undefined,
  minute: number | undefined,
): LocalMinute | undefined =>
  year === undefined || month === undefined || day === undefined || hour === undefined || minute === undefined
    ? undefined
    : { year: year + century, month, day, hour, minute };

/** No report, or one of another user, is no answer; a report without times says that there is no schedule. */
export const scheduleOutcomeOf = (report: AirReport | undefined, userId: number): ScheduleOutcome => {
  if (report?.userId !== userId || report.slotId !== firstSchedule) return { kind: 'failed', why: 'timeout' };
  const r = report;
  const start = minuteOf(r.startYear, r.startMonth, r.startDay, r.startHour, r.startMinute);
  const stop = minuteOf(r.stopYear, r.stopMonth, r.stopDay, r.stopHour, r.stopMinute);
  return { kind: 'schedule', window: start && stop ? { start, stop } : undefined };
};

/** Whether this user's schedules can be spoken of at all. */
export const hasSchedules = (node: ZWaveNode, userId: number): boolean =>
  node.supportsCC(CommandClasses['Schedule Entry Lock']) && userId >= 1 && userId <= usersMax;

/** False where the lock said that it has no year-day schedules: it answers nothing about them. */
const hasYearDay = (node: ZWaveNode): boolean => claimedSchedules(node, 'year_day') !== 0;

const put = (
  driver: Driver,
  node: ZWaveNode,
  userId: number,
  air: AirWindow | undefined,
): Promise<WriteOutcome> => {
  const { Set, Erase } = ScheduleEntryLockSetAction;
  const which = { nodeId: node.id, userId, slotId: firstSchedule };
  const command = new ScheduleEntryLockCCYearDayScheduleSet(
    air === undefined ? { ...which, action: Erase } : { ...which, action: Set, ...air },
  );
  return sendSet(driver, node, command);
};

const ask = async (driver: Driver, node: ZWaveNode, userId: number): Promise<ScheduleOutcome> => {
  const which = { nodeId: node.id, userId, slotId: firstSchedule };
  const command = new ScheduleEntryLockCCYearDayScheduleGet(which);
  const answer = await driver.sendCommand<ScheduleEntryLockCCYearDayScheduleReport>(command, sending);
  return scheduleOutcomeOf(answer, userId);
};

/** Ours; a lock that won't erase what isn't there has nothing to erase. */
const eraseFirst = async (driver: Driver, node: ZWaveNode, userId: number): Promise<WriteOutcome> => {
  if (!hasYearDay(node)) return { kind: 'accepted' };
  const outcome = await put(driver, node, userId, undefined);
  if (outcome.kind !== 'refused') return outcome;
  const left = await ask(driver, node, userId);
  return left.kind === 'schedule' && left.window === undefined ? { kind: 'accepted' } : outcome;
};

/**
 * A lock may go on binding a user whose schedules are erased: nobody would get in by that slot any more. One that refuses
 * this knows nothing of it.
 */
const unbind = async (driver: Driver, node: ZWaveNode, userId: number): Promise<WriteOutcome> => {
  const command = new ScheduleEntryLockCCEnableSet({ nodeId: node.id, userId, enabled: false });
  const outcome = await sendSet(driver, node, command);
  return outcome.kind === 'refused' ? { kind: 'accepted' } : outcome;
};

/**
 * Users who had nothing but our schedule when it was last set, and for whom it hasn't been erased since: other kinds needn't
 * be looked for again when it is set anew, or goes.
 */
const alone = new WeakMap<ZWaveNode, Set<number>>();

const aloneOn = (node: ZWaveNode): Set<number> => {
  const users = alone.get(node) ?? new Set<number>();
  alone.set(node, users);
  return users;
};

/** An exchange that goes through the user's schedules; see `Search`. */
const searching = async (
  node: ZWaveNode,
  userId: number,
  context: ExchangeContext,
  work: () => Promise<WriteOutcome>,
): Promise<WriteOutcome> => {
  const outcome = await attempt(node, context, work, writeFailureOf);
  if (!isLate(context)) endSearch(node, userId, outcome);
  return outcome;
};

/**
 * One step after the other, as long as somebody waits.
 * @param isEnd what keeps the rest from being done
 * @returns what went wrong last, if anything did
 */
export const inTurn = async (
  context: Pick<ExchangeContext, 'signal'>,
  steps: readonly (() => Promise<WriteOutcome>)[],
  isEnd: (each: WriteOutcome) => boolean,
): Promise<WriteOutcome> => {
  let outcome: WriteOutcome = { kind: 'accepted' };
  for (const step of steps) {
    if (isLate(context)) return timedOut;
    const each = await step();
    if (isEnd(each)) return each;
    if (each.kind !== 'accepted') outcome = each;
  }
  return outcome;
};

/**
 * Also enables the user's schedules and makes them year-day ones (facts page, "Schedules"): what somebody has left of other
 * kinds goes before, so that ours is what the lock was told last. Further year-day ones go after, since some locks let a user in at
 * all hours whose last schedule goes.
 */
export const setSchedule = (
  driver: Driver,
  node: ZWaveNode,
  userId: number,
  window: LocalWindow,
  context: ExchangeContext,
): Promise<WriteOutcome> => {
  const air = airWindowOf(window);
  if (air === undefined) return Promise.resolve({ kind: 'refused', why: 'format', certain: true });
  if (!hasYearDay(node)) return Promise.resolve({ kind: 'refused', why: 'unsupported', certain: true });
  const users = aloneOn(node);
  const steps = [
    ...(users.has(userId) ? [] : [() => eraseRepeating(driver, node, userId, context)]),
    () => put(driver, node, userId, air),
    () => eraseFurther(driver, node, userId, context),
  ];
  return searching(node, userId, context, async () => {
    const outcome = await inTurn(context, steps, ({ kind }) => kind !== 'accepted');
    if (outcome.kind === 'accepted' && !isLate(context)) users.add(userId);
    return outcome;
  });
};

/**
 * All of the user's, of every kind, so that the next tenant of the slot inherits none. What the lock won't let go of doesn't
 * keep the rest from going, and is told.
 */
export const clearSchedule = (
  driver: Driver,
  node: ZWaveNode,
  userId: number,
  context: ExchangeContext,
): Promise<WriteOutcome> => {
  const wasAlone = aloneOn(node).delete(userId);
  const steps = [
    () => eraseFirst(driver, node, userId),
    () => eraseFurther(driver, node, userId, context),
    ...(wasAlone ? [] : [() => eraseRepeating(driver, node, userId, context)]),
    () => unbind(driver, node, userId),
  ];
  return searching(node, userId, context, () => inTurn(context, steps, ({ kind }) => kind === 'failed'));
};

export const readSchedule = (
  driver: Driver,
  node: ZWaveNode,
  userId: number,
  context: ExchangeContext,
): Promise<ScheduleOutcome> =>
  hasYearDay(node)
    ? attempt<ScheduleOutcome>(node, context, () => ask(driver, node, userId), failureOf)
    : Promise.resolve({ kind: 'refused', why: 'unsupported' });
