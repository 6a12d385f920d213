import { TimeParametersCCGet, TimeParametersCCReport } from '@zwave-js/cc';
import { CommandClasses } from '@zwave-js/core';
import type { ZWaveNode } from 'zwave-js';
import type { LocalMinute } from '../../src/core/model.ts';
import type { ClockOutcome } from '../../src/ports/lock-time.ts';
import { offsetsOf } from '../shared/zone.ts';
import type { OffsetAt } from '../shared/zone.ts';
import { attempt, failureOf, sending } from './sending.ts';
import type { ExchangeContext } from './sending.ts';
import { takesLocalTime } from './told-time.ts';
import { minuteOf, wallIn } from './zone-words.ts';

/** What a lock's own clock shows. */

interface TimeOfDay {
  readonly hour: number;
  readonly minute: number;
  readonly second?: number;
}

const clockOf = (date: Omit<LocalMinute, 'hour' | 'minute'>, time: TimeOfDay): ClockOutcome => ({
  kind: 'clock',
  local: { year: date.year, month: date.month, day: date.day, hour: time.hour, minute: time.minute },
  second: time.second,
});

/** The fields of each report as the fields of a UTC date. */
const reported = new WeakMap<TimeParametersCCReport, Date>();

// zwave-js takes what most locks report for local time of this process, and so loses the hour that this process's zone
// skips in spring.
const parse = TimeParametersCCReport.from.bind(TimeParametersCCReport);
TimeParametersCCReport.from = (raw, context) => {
  const report = parse(raw, context);
  // Replaced, not changed, by what zwave-js makes of it.
  reported.set(report, report.dateAndTime);
  return report;
};

const dayMs = 86_400_000;
const daysOfWeek = 7;

/**
 * Clock CC knows the day of the week (1 Monday to 7 Sunday, 0 unknown) and no date: the nearest such day to today
 * is meant, or today.
 * @param today the lock's local date, in the fields of a UTC date
 */
export const nearestDay = (weekday: number, today: number): Omit<LocalMinute, 'hour' | 'minute'> => {
  const now = ((new Date(today).getUTCDay() + 6) % daysOfWeek) + 1;
  const ahead = weekday === 0 ? 0 : (weekday - now + daysOfWeek) % daysOfWeek;
  const date = new Date(today + (ahead > daysOfWeek / 2 ? ahead - daysOfWeek : ahead) * dayMs);
  return { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() };
};

const silence: ClockOutcome = { kind: 'failed', why: 'timeout' };

/** Date and time are asked for one after the other: around midnight they may not belong together. */
const byTime = async (node: ZWaveNode): Promise<ClockOutcome> => {
  const time = node.commandClasses.Time.withOptions(sending);
  const before = await time.getDate();
  const shown = before && (await time.getTime());
  if (before === undefined || shown === undefined) return silence;
  if (shown.hour !== 0 || shown.minute > 0) return clockOf(before, shown);
  const after = await time.getDate();
  return after === undefined ? silence : clockOf(after, shown);
};

/** A lock that keeps UTC shows by it what its zone makes of it, which it was told or asks for. */
const byTimeParameters = async (
  node: ZWaveNode,
  { driver }: ExchangeContext,
  offsetAt: OffsetAt,
): Promise<ClockOutcome> => {
  const question = new TimeParametersCCGet({ nodeId: node.id });
  const answer = await driver?.sendCommand<TimeParametersCCReport>(question, sending);
  const told = answer && reported.get(answer);
  if (told === undefined) return silence;
  const wall = takesLocalTime(node) ? told : wallIn(told.getTime(), offsetAt);
  return clockOf(minuteOf(wall), { ...minuteOf(wall), second: wall.getUTCSeconds() });
};

const byClock = async (
  node: ZWaveNode,
  { clock }: ExchangeContext,
  offsetAt: OffsetAt,
): Promise<ClockOutcome> => {
  const shown = await node.commandClasses.Clock.withOptions(sending).get();
  if (shown === undefined) return silence;
  return clockOf(nearestDay(shown.weekday, wallIn(clock.now(), offsetAt).getTime()), shown);
};

/**
 * By the command class that says most: Time tells local time itself. Two to six application frames.
 * @param timeZone the zone that the lock lives by
 */
export const readClock = (
  node: ZWaveNode,
  timeZone: string,
  context: ExchangeContext,
): Promise<ClockOutcome> =>
  attempt<ClockOutcome>(
    node,
    context,
    () => {
      if (node.supportsCC(CommandClasses.Time)) return byTime(node);
      const offsetAt = offsetsOf(timeZone);
      if (node.supportsCC(CommandClasses['Time Parameters']))
        return byTimeParameters(node, context, offsetAt);
      if (node.supportsCC(CommandClasses.Clock)) return byClock(node, context, offsetAt);
      return Promise.resolve({ kind: 'refused', why: 'unsupported' });
    },
    failureOf,
  );
