import { CommandClasses } from '@zwave-js/core';
import type { ZWaveNode } from 'zwave-js';
import type { LocalMinute } from '../../src/core/model.ts';
import type { ClockOutcome } from '../../src/ports/lock-time.ts';
import { attempt, failureOf, sending } from './sending.ts';
import type { ExchangeContext } from './sending.ts';

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

/**
 * zwave-js turns what the lock reports by Time Parameters CC into an instant: as local time of this process for
 * locks that have no way to know their zone, else as UTC; such locks ask the controller for local time, which
 * zwave-js tells by this process's zone too. So in both cases the lock shows what this process's zone makes of it.
 */
export const shownAs = (instant: Date): ClockOutcome =>
  clockOf(
    { year: instant.getFullYear(), month: instant.getMonth() + 1, day: instant.getDate() },
    { hour: instant.getHours(), minute: instant.getMinutes(), second: instant.getSeconds() },
  );

const dayMs = 86_400_000;
const daysOfWeek = 7;

/**
 * Clock CC knows the day of the week (1 Monday to 7 Sunday, 0 unknown) and no date: the nearest such day to today
 * is meant, or today.
 * @param today local date of this process, as UTC counts it
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

const byTimeParameters = async (node: ZWaveNode): Promise<ClockOutcome> => {
  const instant = await node.commandClasses['Time Parameters'].withOptions(sending).get();
  return instant === undefined ? silence : shownAs(instant);
};

const byClock = async (node: ZWaveNode, context: ExchangeContext): Promise<ClockOutcome> => {
  const shown = await node.commandClasses.Clock.withOptions(sending).get();
  if (shown === undefined) return silence;
  const here = new Date(context.clock.now());
  const today = Date.UTC(here.getFullYear(), here.getMonth(), here.getDate());
  return clockOf(nearestDay(shown.weekday, today), shown);
};

/** By the command class that says most: Time tells local time itself. Two to six application frames. */
export const readClock = (node: ZWaveNode, context: ExchangeContext): Promise<ClockOutcome> =>
  attempt<ClockOutcome>(
    node,
    context,
    () => {
      if (node.supportsCC(CommandClasses.Time)) return byTime(node);
      if (node.supportsCC(CommandClasses['Time Parameters'])) return byTimeParameters(node);
      if (node.supportsCC(CommandClasses.Clock)) return byClock(node, context);
      return Promise.resolve({ kind: 'refused', why: 'unsupported' });
    },
    failureOf,
  );
