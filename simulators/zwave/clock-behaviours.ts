import { Weekday } from '@zwave-js/cc';
import { ClockCCGet, ClockCCReport, ClockCCSet } from '@zwave-js/cc/ClockCC';
import {
  TimeCCDateGet,
  TimeCCDateReport,
  TimeCCTimeGet,
  TimeCCTimeOffsetGet,
  TimeCCTimeOffsetReport,
  TimeCCTimeOffsetSet,
  TimeCCTimeReport,
} from '@zwave-js/cc/TimeCC';
import {
  TimeParametersCCGet,
  TimeParametersCCReport,
  TimeParametersCCSet,
} from '@zwave-js/cc/TimeParametersCC';
import { Bytes } from '@zwave-js/shared';
import type { MockNodeBehavior, MockNodeResponse } from '@zwave-js/testing';
import type { EventLog } from './events.ts';
import { weekdays } from './late-parsers.ts';
import type { ClockZone, ZoneChange } from './lock-clock.ts';
import type { SimulatedLock } from './lock.ts';
import { sleep } from '../shared/sleep.ts';

const dayMs = 86_400_000;

/** The library writes no content into the reports of a clock: this is theirs (Clock CC, Time Parameters CC). */
const clockReport = (nodeId: number, localMs: number): ClockCCReport => {
  const local = new Date(localMs);
  const [hour, minute] = [local.getUTCHours(), local.getUTCMinutes()];
  const weekday = weekdays[local.getUTCDay() === 0 ? 7 : local.getUTCDay()] ?? Weekday.Unknown;
  const cc = new ClockCCReport({ nodeId, weekday, hour, minute });
  cc.payload = Bytes.from([(weekday << 5) | hour, minute]);
  return cc;
};

const timeParametersReport = (nodeId: number, ms: number): TimeParametersCCReport => {
  const dateAndTime = new Date(ms);
  const cc = new TimeParametersCCReport({ nodeId, dateAndTime });
  const year = dateAndTime.getUTCFullYear();
  cc.payload = Bytes.from([
    year >> 8,
    year & 0xff,
    dateAndTime.getUTCMonth() + 1,
    dateAndTime.getUTCDate(),
    dateAndTime.getUTCHours(),
    dateAndTime.getUTCMinutes(),
    dateAndTime.getUTCSeconds(),
  ]);
  return cc;
};

/** Clock Set has no date: the lock takes the nearest day with that weekday, 0 being no weekday. */
const withTime = (localMs: number, { weekday, hour, minute }: ClockCCSet): number => {
  const midnight = Math.floor(localMs / dayMs) * dayMs;
  const today = new Date(midnight).getUTCDay();
  const ahead = weekday === Weekday.Unknown ? 0 : (((weekday % 7) - today + 10) % 7) - 3;
  return midnight + ahead * dayMs + (hour * 60 + minute) * 60_000;
};

const changeOf = (date: Date): ZoneChange => ({
  month: date.getUTCMonth() + 1,
  day: date.getUTCDate(),
  hour: date.getUTCHours(),
});
type ToldZone = Pick<TimeCCTimeOffsetSet, 'standardOffset' | 'dstOffset' | 'dstStartDate' | 'dstEndDate'>;
export const zoneOf = (told: ToldZone): ClockZone => ({
  standard_minutes: told.standardOffset,
  dst_minutes: told.dstOffset,
  dst_start: changeOf(told.dstStartDate),
  dst_end: changeOf(told.dstEndDate),
});
const dateOf = (change: ZoneChange | undefined): Date =>
  new Date(Date.UTC(2000, (change?.month ?? 1) - 1, change?.day ?? 1, change?.hour ?? 0));

/** What the lock's traits leave out of Time Parameters, Time and Clock CC isn't answered. */
export const clockBehaviour = (lock: SimulatedLock, log: EventLog): MockNodeBehavior => {
  const { clock } = lock;
  const { clock: traits } = lock.spec;
  const change = async (action: string, apply: () => void): Promise<MockNodeResponse> =>
    lock.exclusive(async () => {
      await sleep(lock.manners.delayMs('set'));
      apply();
      lock.changed();
      await log.emit(lock.spec.node, 'clock_set', { action });
      return { action: 'ok' };
    });
  return {
    async handleCC(controller, _node, cc) {
      if (clock === undefined || traits === undefined) return undefined;
      const nodeId = controller.ownNodeId;
      if (traits.time_parameters) {
        if (cc instanceof TimeParametersCCSet)
          return change('time_parameters', () => {
            clock.setRunning(cc.dateAndTime.getTime());
          });
        if (cc instanceof TimeParametersCCGet)
          return { action: 'sendCC', cc: timeParametersReport(nodeId, clock.running()) };
      }
      if (traits.clock_cc) {
        if (cc instanceof ClockCCSet)
          return change('clock', () => {
            clock.setLocal(withTime(clock.local(), cc));
          });
        if (cc instanceof ClockCCGet) return { action: 'sendCC', cc: clockReport(nodeId, clock.local()) };
      }
      if (!traits.time_cc) return undefined;
      if (cc instanceof TimeCCTimeOffsetSet)
        return change('zone', () => {
          clock.setZone(zoneOf(cc));
        });
      const local = new Date(clock.local());
      if (cc instanceof TimeCCTimeGet) {
        const [hour, minute, second] = [local.getUTCHours(), local.getUTCMinutes(), local.getUTCSeconds()];
        return { action: 'sendCC', cc: new TimeCCTimeReport({ nodeId, hour, minute, second }) };
      }
      if (cc instanceof TimeCCDateGet) {
        const [year, month, day] = [local.getUTCFullYear(), local.getUTCMonth() + 1, local.getUTCDate()];
        return { action: 'sendCC', cc: new TimeCCDateReport({ nodeId, year, month, day }) };
      }
      if (cc instanceof TimeCCTimeOffsetGet) {
        const { standard_minutes, dst_minutes, dst_start, dst_end } = clock.zone;
        return {
          action: 'sendCC',
          cc: new TimeCCTimeOffsetReport({
            nodeId,
            standardOffset: standard_minutes,
            dstOffset: dst_minutes,
            dstStart: dateOf(dst_start),
            dstEnd: dateOf(dst_end),
          }),
        };
      }
      return undefined;
    },
  };
};
