import { ScheduleEntryLockSetAction } from '@zwave-js/cc';
import {
  ScheduleEntryLockCC,
  ScheduleEntryLockCCEnableAllSet,
  ScheduleEntryLockCCEnableSet,
  ScheduleEntryLockCCSupportedGet,
  ScheduleEntryLockCCSupportedReport,
  ScheduleEntryLockCCTimeOffsetGet,
  ScheduleEntryLockCCTimeOffsetReport,
  ScheduleEntryLockCCTimeOffsetSet,
  ScheduleEntryLockCCYearDayScheduleGet,
  ScheduleEntryLockCCYearDayScheduleReport,
  ScheduleEntryLockCCYearDayScheduleSet,
} from '@zwave-js/cc/ScheduleEntryLockCC';
import type { MockNodeBehavior, MockNodeResponse } from '@zwave-js/testing';
import type { EventLog } from './events.ts';
import type { SimulatedLock } from './lock.ts';
import type { ScheduleBook, YearDaySchedule } from './schedule-book.ts';
import { sleep } from '../shared/sleep.ts';

const ok: MockNodeResponse = { action: 'ok' };
const fail: MockNodeResponse = { action: 'fail' };

/** The command's schedule; a date with a hole in it is none. */
const scheduleOf = (cc: ScheduleEntryLockCCYearDayScheduleSet): YearDaySchedule | undefined => {
  const { startYear, startMonth, startDay, startHour, startMinute } = cc;
  const { stopYear, stopMonth, stopDay, stopHour, stopMinute } = cc;
  if (startYear === undefined || startMonth === undefined || startDay === undefined) return undefined;
  if (startHour === undefined || startMinute === undefined || stopYear === undefined) return undefined;
  if (stopMonth === undefined || stopDay === undefined) return undefined;
  if (stopHour === undefined || stopMinute === undefined) return undefined;
  const start = { startYear, startMonth, startDay, startHour, startMinute };
  return { ...start, stopYear, stopMonth, stopDay, stopHour, stopMinute };
};

const setYearDay = async (
  lock: SimulatedLock,
  log: EventLog,
  book: ScheduleBook,
  cc: ScheduleEntryLockCCYearDayScheduleSet,
): Promise<MockNodeResponse> => {
  const { node } = lock.spec;
  const { userId, slotId } = cc;
  const erases = cc.action === ScheduleEntryLockSetAction.Erase;
  await log.emit(node, erases ? 'schedule_erase_received' : 'schedule_received', { slot: userId });
  await sleep(lock.manners.delayMs(erases ? 'clear' : 'set'));
  const refuse = async (reason: string): Promise<MockNodeResponse> => {
    lock.counters.refused += 1;
    await log.emit(node, 'schedule_refused', { slot: userId, reason });
    return fail;
  };
  if (lock.manners.take('refuse')) return refuse('told_to');
  if (!lock.hasSlot(userId) || !book.has(slotId)) return refuse('slot');
  if (erases) {
    book.erase(userId, slotId);
    lock.changed();
    await log.emit(node, 'schedule_erased', { slot: userId });
    return ok;
  }
  const schedule = scheduleOf(cc);
  if (schedule === undefined) return refuse('format');
  const change = lock.manners.lies()
    ? 'dropped'
    : book.set(userId, slotId, schedule, lock.slot(userId) !== undefined);
  if (change === 'refused') return refuse('no_code_or_dates');
  lock.changed();
  await log.emit(node, change === 'stored' ? 'schedule_set' : 'schedule_dropped', { slot: userId });
  return ok;
};

/** Schedule Entry Lock CC v3 with year-day schedules; the other kinds have no slots. */
export const scheduleEntryLockBehaviour = (lock: SimulatedLock, log: EventLog): MockNodeBehavior => ({
  async handleCC(controller, _node, cc) {
    const { schedules: book, clock } = lock;
    if (book === undefined || !(cc instanceof ScheduleEntryLockCC)) return undefined;
    const nodeId = controller.ownNodeId;
    const { node } = lock.spec;
    if (cc instanceof ScheduleEntryLockCCSupportedGet) {
      const numYearDaySlots = book.traits.year_day_slots;
      const slots = { numWeekDaySlots: 0, numYearDaySlots, numDailyRepeatingSlots: 0 };
      return { action: 'sendCC', cc: new ScheduleEntryLockCCSupportedReport({ nodeId, ...slots }) };
    }
    if (cc instanceof ScheduleEntryLockCCYearDayScheduleSet)
      return lock.exclusive(() => setYearDay(lock, log, book, cc));
    if (cc instanceof ScheduleEntryLockCCYearDayScheduleGet) {
      const { userId, slotId } = cc;
      // The specification has a Get beyond the last user or slot ignored.
      if (!lock.hasSlot(userId) || !book.has(slotId)) return { action: 'stop' };
      return lock.exclusive(async () => {
        await sleep(lock.manners.delayMs('read'));
        await log.emit(node, 'schedule_read', { slot: userId });
        const held = { nodeId, userId, slotId, ...book.get(userId, slotId) };
        return { action: 'sendCC', cc: new ScheduleEntryLockCCYearDayScheduleReport(held) };
      });
    }
    if (cc instanceof ScheduleEntryLockCCEnableSet || cc instanceof ScheduleEntryLockCCEnableAllSet) {
      const users = cc instanceof ScheduleEntryLockCCEnableSet ? [cc.userId] : lock.slotNumbers();
      if (!users.every((user) => lock.hasSlot(user))) return fail;
      for (const user of users) book.enforce(user, cc.enabled);
      lock.changed();
      await log.emit(node, cc.enabled ? 'schedules_enabled' : 'schedules_disabled');
      return ok;
    }
    if (cc instanceof ScheduleEntryLockCCTimeOffsetSet && clock !== undefined) {
      const { standardOffset, dstOffset } = cc;
      clock.setZone({ ...clock.zone, standard_minutes: standardOffset, dst_minutes: dstOffset });
      lock.changed();
      await log.emit(node, 'clock_set', { action: 'zone' });
      return ok;
    }
    if (cc instanceof ScheduleEntryLockCCTimeOffsetGet && clock !== undefined) {
      const { standard_minutes: standardOffset, dst_minutes: dstOffset } = clock.zone;
      const report = new ScheduleEntryLockCCTimeOffsetReport({ nodeId, standardOffset, dstOffset });
      return { action: 'sendCC', cc: report };
    }
    return fail;
  },
});
