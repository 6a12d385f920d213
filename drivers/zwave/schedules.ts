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
import { isSupervised, numberOf } from './nodes.ts';
import { attempt, failureOf, sending, writeFailureOf } from './sending.ts';
import type { ExchangeContext } from './sending.ts';
import { writeOutcomeOf } from './translate.ts';

/**
 * Year-day schedules by Schedule Entry Lock CC: the first of each user, and no other beside it, since a code opens in each
 * of its user's windows. The commands are built here, because zwave-js's own method answers a read with the same
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
/** More schedules of one user aren't looked at: none but the first is ever ours. */
const schedulesMax = 20;
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
export const scheduleOutcomeOf = (
  report: AirReport | undefined,
  userId: number,
  slotId = firstSchedule,
): ScheduleOutcome => {
  if (report?.userId !== userId || report.slotId !== slotId) return { kind: 'failed', why: 'timeout' };
  const r = report;
  const start = minuteOf(r.startYear, r.startMonth, r.startDay, r.startHour, r.startMinute);
  const stop = minuteOf(r.stopYear, r.stopMonth, r.stopDay, r.stopHour, r.stopMinute);
  return { kind: 'schedule', window: start && stop ? { start, stop } : undefined };
};

/** Whether this user's schedules can be spoken of at all. */
export const hasSchedules = (node: ZWaveNode, userId: number): boolean =>
  node.supportsCC(CommandClasses['Schedule Entry Lock']) && userId >= 1 && userId <= usersMax;

const schedulesOf = (node: ZWaveNode): number =>
  Math.min(numberOf(node, CommandClasses['Schedule Entry Lock'], 'numYearDaySlots') ?? 0, schedulesMax);

const put = async (
  driver: Driver,
  node: ZWaveNode,
  userId: number,
  slotId: number,
  air: AirWindow | undefined,
): Promise<WriteOutcome> => {
  const { Set, Erase } = ScheduleEntryLockSetAction;
  const which = { nodeId: node.id, userId, slotId };
  const command = new ScheduleEntryLockCCYearDayScheduleSet(
    air === undefined ? { ...which, action: Erase } : { ...which, action: Set, ...air },
  );
  const result = await driver.sendCommand(command, sending);
  const supervised = isSupervised(node, CommandClasses['Schedule Entry Lock']);
  return writeOutcomeOf(result?.status, supervised, false);
};

const ask = async (
  driver: Driver,
  node: ZWaveNode,
  userId: number,
  slotId: number,
): Promise<ScheduleOutcome> => {
  const command = new ScheduleEntryLockCCYearDayScheduleGet({ nodeId: node.id, userId, slotId });
  const answer = await driver.sendCommand<ScheduleEntryLockCCYearDayScheduleReport>(command, sending);
  return scheduleOutcomeOf(answer, userId, slotId);
};

/** Somebody else's: they are read first, as a lock may refuse to erase what isn't there. */
const eraseOthers = async (driver: Driver, node: ZWaveNode, userId: number): Promise<WriteOutcome> => {
  for (let slotId = firstSchedule + 1; slotId <= schedulesOf(node); slotId += 1) {
    const held = await ask(driver, node, userId, slotId);
    if (held.kind === 'refused') return { ...held, certain: true };
    if (held.kind === 'failed') return { ...held, mayHaveLanded: true };
    if (held.window === undefined) continue;
    const erased = await put(driver, node, userId, slotId, undefined);
    if (erased.kind !== 'accepted') return erased;
  }
  return { kind: 'accepted' };
};

/**
 * A lock may go on binding a user whose schedules are erased: nobody would get in by that slot any more. One that refuses
 * this knows nothing of it.
 */
const unbind = async (driver: Driver, node: ZWaveNode, userId: number): Promise<WriteOutcome> => {
  const supervised = isSupervised(node, CommandClasses['Schedule Entry Lock']);
  const command = new ScheduleEntryLockCCEnableSet({ nodeId: node.id, userId, enabled: false });
  const result = await driver.sendCommand(command, sending);
  const outcome = writeOutcomeOf(result?.status, supervised, false);
  return outcome.kind === 'refused' ? { kind: 'accepted' } : outcome;
};

const putAlone = (
  driver: Driver,
  node: ZWaveNode,
  userId: number,
  air: AirWindow | undefined,
  context: ExchangeContext,
): Promise<WriteOutcome> =>
  attempt<WriteOutcome>(
    node,
    context,
    async () => {
      const outcome = await put(driver, node, userId, firstSchedule, air);
      const alone = outcome.kind === 'accepted' ? await eraseOthers(driver, node, userId) : outcome;
      return alone.kind === 'accepted' && air === undefined ? unbind(driver, node, userId) : alone;
    },
    writeFailureOf,
  );

/** Also enables the user's schedules and makes them year-day ones (facts page, "Schedules"). */
export const setSchedule = (
  driver: Driver,
  node: ZWaveNode,
  userId: number,
  window: LocalWindow,
  context: ExchangeContext,
): Promise<WriteOutcome> => {
  const air = airWindowOf(window);
  return air === undefined
    ? Promise.resolve({ kind: 'refused', why: 'format', certain: true })
    : putAlone(driver, node, userId, air, context);
};

/** All of the user's, so that the next tenant of the slot inherits none. */
export const clearSchedule = (
  driver: Driver,
  node: ZWaveNode,
  userId: number,
  context: ExchangeContext,
): Promise<WriteOutcome> => putAlone(driver, node, userId, undefined, context);

export const readSchedule = (
  driver: Driver,
  node: ZWaveNode,
  userId: number,
  context: ExchangeContext,
): Promise<ScheduleOutcome> =>
  attempt<ScheduleOutcome>(node, context, () => ask(driver, node, userId, firstSchedule), failureOf);
