import { ScheduleEntryLockSetAction } from '@zwave-js/cc';
import {
  ScheduleEntryLockCC,
  ScheduleEntryLockCCDailyRepeatingScheduleGet,
  ScheduleEntryLockCCDailyRepeatingScheduleReport,
  ScheduleEntryLockCCDailyRepeatingScheduleSet,
  ScheduleEntryLockCCEnableAllSet,
  ScheduleEntryLockCCEnableSet,
  ScheduleEntryLockCCSupportedGet,
  ScheduleEntryLockCCSupportedReport,
  ScheduleEntryLockCCTimeOffsetGet,
  ScheduleEntryLockCCTimeOffsetReport,
  ScheduleEntryLockCCTimeOffsetSet,
  ScheduleEntryLockCCWeekDayScheduleGet,
  ScheduleEntryLockCCWeekDayScheduleReport,
  ScheduleEntryLockCCWeekDayScheduleSet,
  ScheduleEntryLockCCYearDayScheduleGet,
  ScheduleEntryLockCCYearDayScheduleReport,
  ScheduleEntryLockCCYearDayScheduleSet,
} from '@zwave-js/cc/ScheduleEntryLockCC';
import type { MockNodeBehavior, MockNodeResponse } from '@zwave-js/testing';
import type { EventLog } from './events.ts';
import type { SimulatedLock } from './lock.ts';
import type { DailyRepeatingSchedule, WeekDaySchedule } from './repeating-schedules.ts';
import type { ScheduleBook, ScheduleChange, ScheduleKind, YearDaySchedule } from './schedule-book.ts';
import { sleep } from '../shared/sleep.ts';

const ok: MockNodeResponse = { action: 'ok' };
const fail: MockNodeResponse = { action: 'fail' };

/** The command's schedule; a date with a hole in it is none. */
const yearDayOf = (cc: ScheduleEntryLockCCYearDayScheduleSet): YearDaySchedule | undefined => {
  const { startYear, startMonth, startDay, startHour, startMinute } = cc;
  const { stopYear, stopMonth, stopDay, stopHour, stopMinute } = cc;
  if (startYear === undefined || startMonth === undefined || startDay === undefined) return undefined;
  if (startHour === undefined || startMinute === undefined || stopYear === undefined) return undefined;
  if (stopMonth === undefined || stopDay === undefined) return undefined;
  if (stopHour === undefined || stopMinute === undefined) return undefined;
  const start = { startYear, startMonth, startDay, startHour, startMinute };
  return { ...start, stopYear, stopMonth, stopDay, stopHour, stopMinute };
};

const weekDayOf = (cc: ScheduleEntryLockCCWeekDayScheduleSet): WeekDaySchedule | undefined => {
  const { weekday, startHour, startMinute, stopHour, stopMinute } = cc;
  if (weekday === undefined || startHour === undefined || startMinute === undefined) return undefined;
  if (stopHour === undefined || stopMinute === undefined) return undefined;
  return { weekday, startHour, startMinute, stopHour, stopMinute };
};

const dailyOf = (cc: ScheduleEntryLockCCDailyRepeatingScheduleSet): DailyRepeatingSchedule | undefined => {
  const { weekdays, startHour, startMinute, durationHour, durationMinute } = cc;
  if (weekdays === undefined || startHour === undefined || startMinute === undefined) return undefined;
  if (durationHour === undefined || durationMinute === undefined) return undefined;
  return { weekdays: [...weekdays], startHour, startMinute, durationHour, durationMinute };
};

/** A set or an erasure of whatever kind. */
interface Change {
  readonly kind: ScheduleKind;
  readonly userId: number;
  readonly slotId: number;
  readonly erases: boolean;
  /** Stores what the command carries; undefined where that is no schedule. */
  readonly store: (book: ScheduleBook, userHasCode: boolean) => ScheduleChange | undefined;
}

const changeOf = (cc: ScheduleEntryLockCC): Change | undefined => {
  if (cc instanceof ScheduleEntryLockCCYearDayScheduleSet) {
    const schedule = yearDayOf(cc);
    return aChange(
      'year_day',
      cc,
      (book, code) => schedule && book.set(cc.userId, cc.slotId, schedule, code),
    );
  }
  if (cc instanceof ScheduleEntryLockCCWeekDayScheduleSet) {
    const schedule = weekDayOf(cc);
    return aChange(
      'week_day',
      cc,
      (book, code) => schedule && book.store('week_day', cc.userId, cc.slotId, schedule, code),
    );
  }
  if (cc instanceof ScheduleEntryLockCCDailyRepeatingScheduleSet) {
    const schedule = dailyOf(cc);
    return aChange(
      'daily_repeating',
      cc,
      (book, code) => schedule && book.store('daily_repeating', cc.userId, cc.slotId, schedule, code),
    );
  }
  return undefined;
};

const aChange = (
  kind: ScheduleKind,
  { userId, slotId, action }: { userId: number; slotId: number; action: ScheduleEntryLockSetAction },
  store: Change['store'],
): Change => ({ kind, userId, slotId, erases: action === ScheduleEntryLockSetAction.Erase, store });

/** Year-day schedules, which most locks have, aren't named. */
const named = (slot: number, kind: ScheduleKind): { readonly slot: number; readonly action?: string } =>
  kind === 'year_day' ? { slot } : { slot, action: kind };

const apply = async (
  lock: SimulatedLock,
  log: EventLog,
  book: ScheduleBook,
  { kind, userId, slotId, erases, store }: Change,
): Promise<MockNodeResponse> => {
  const { node } = lock.spec;
  const which = named(userId, kind);
  await log.emit(node, erases ? 'schedule_erase_received' : 'schedule_received', which);
  await sleep(lock.manners.delayMs(erases ? 'clear' : 'set'));
  const refuse = async (reason: string): Promise<MockNodeResponse> => {
    lock.counters.refused += 1;
    await log.emit(node, 'schedule_refused', { ...which, reason });
    return fail;
  };
  if (lock.manners.take('refuse')) return refuse('told_to');
  if (!lock.hasSlot(userId) || !book.has(slotId, kind)) return refuse('slot');
  if (erases) {
    if (lock.spec.schedules?.erase_lies !== true) book.erase(userId, slotId, kind);
    lock.changed();
    await log.emit(node, 'schedule_erased', which);
    return ok;
  }
  const change = lock.manners.lies() ? 'dropped' : store(book, lock.slot(userId) !== undefined);
  if (change === undefined) return refuse('format');
  if (change === 'refused') return refuse('no_code_or_dates');
  lock.changed();
  await log.emit(node, change === 'stored' ? 'schedule_set' : 'schedule_dropped', which);
  return ok;
};

/** Who is asked about, and the answer as it is when it is told. */
interface Question {
  readonly kind: ScheduleKind;
  readonly userId: number;
  readonly slotId: number;
  readonly report: (nodeId: number) => ScheduleEntryLockCC;
}

const questionOf = (cc: ScheduleEntryLockCC, book: ScheduleBook): Question | undefined => {
  if (cc instanceof ScheduleEntryLockCCYearDayScheduleGet) {
    const { userId, slotId } = cc;
    const report: Question['report'] = (nodeId) =>
      new ScheduleEntryLockCCYearDayScheduleReport({ nodeId, userId, slotId, ...book.get(userId, slotId) });
    return { kind: 'year_day', userId, slotId, report };
  }
  if (cc instanceof ScheduleEntryLockCCWeekDayScheduleGet) {
    const { userId, slotId } = cc;
    const report: Question['report'] = (nodeId) => {
      const held = book.held('week_day', userId, slotId);
      return new ScheduleEntryLockCCWeekDayScheduleReport({ nodeId, userId, slotId, ...held });
    };
    return { kind: 'week_day', userId, slotId, report };
  }
  if (cc instanceof ScheduleEntryLockCCDailyRepeatingScheduleGet) {
    const { userId, slotId } = cc;
    const report: Question['report'] = (nodeId) => {
      const held = book.held('daily_repeating', userId, slotId);
      const schedule = held === undefined ? {} : { ...held, weekdays: [...held.weekdays] };
      return new ScheduleEntryLockCCDailyRepeatingScheduleReport({ nodeId, userId, slotId, ...schedule });
    };
    return { kind: 'daily_repeating', userId, slotId, report };
  }
  return undefined;
};

/** Schedule Entry Lock CC to version 3. */
export const scheduleEntryLockBehaviour = (lock: SimulatedLock, log: EventLog): MockNodeBehavior => ({
  async handleCC(controller, _node, cc) {
    const { schedules: book, clock } = lock;
    if (book === undefined || !(cc instanceof ScheduleEntryLockCC)) return undefined;
    const nodeId = controller.ownNodeId;
    const { node } = lock.spec;
    if (cc instanceof ScheduleEntryLockCCSupportedGet) {
      const slots = {
        numWeekDaySlots: book.slots('week_day'),
        numYearDaySlots: book.slots('year_day'),
        numDailyRepeatingSlots: book.slots('daily_repeating'),
      };
      return { action: 'sendCC', cc: new ScheduleEntryLockCCSupportedReport({ nodeId, ...slots }) };
    }
    const change = changeOf(cc);
    if (change !== undefined) return lock.exclusive(() => apply(lock, log, book, change));
    const question = questionOf(cc, book);
    if (question !== undefined) {
      const { kind, userId, slotId, report } = question;
      // The specification has a Get beyond the last user or slot ignored.
      if (!lock.hasSlot(userId) || !book.has(slotId, kind)) return { action: 'stop' };
      if (kind !== 'year_day' && lock.spec.schedules?.tells_repeating === false) return { action: 'stop' };
      return lock.exclusive(async () => {
        await sleep(lock.manners.delayMs('read'));
        await log.emit(node, 'schedule_read', named(userId, kind));
        return { action: 'sendCC', cc: report(nodeId) };
      });
    }
    if (cc instanceof ScheduleEntryLockCCEnableSet || cc instanceof ScheduleEntryLockCCEnableAllSet) {
      const users = cc instanceof ScheduleEntryLockCCEnableSet ? [cc.userId] : lock.slotNumbers();
      if (!users.every((user) => lock.hasSlot(user)) || lock.spec.schedules?.can_disable === false)
        return fail;
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
