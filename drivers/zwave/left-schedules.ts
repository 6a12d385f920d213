import {
  ScheduleEntryLockCCDailyRepeatingScheduleGet,
  ScheduleEntryLockCCDailyRepeatingScheduleReport,
  ScheduleEntryLockCCDailyRepeatingScheduleSet,
  ScheduleEntryLockCCWeekDayScheduleGet,
  ScheduleEntryLockCCWeekDayScheduleReport,
  ScheduleEntryLockCCWeekDayScheduleSet,
  ScheduleEntryLockCCYearDayScheduleGet,
  ScheduleEntryLockCCYearDayScheduleReport,
  ScheduleEntryLockCCYearDayScheduleSet,
  ScheduleEntryLockSetAction,
} from '@zwave-js/cc';
import type { CommandClass } from '@zwave-js/cc';
import { CommandClasses } from '@zwave-js/core';
import type { Driver, ZWaveNode } from 'zwave-js';
import type { WriteOutcome } from '../../src/ports/lock-driver.ts';
import { isSupervised, numberOf } from './nodes.ts';
import { sending } from './sending.ts';
import type { ExchangeContext } from './sending.ts';
import { writeOutcomeOf } from './translate.ts';

/**
 * Schedules that other hubs have left for a user, of all three kinds. By the specification (Z-Wave 2024A, 2.2.90 and
 * 2.2.92) a user has one kind at a time: setting a schedule chooses it, and erasing the last leaves the user in it. Yale's
 * locks have all kinds at once, and let the user in by any (manual of the YRC256). Either way, one that is left over keeps
 * the guest of a code that has no schedule out, or lets the guest of one that has in at other times.
 */

type Kind = 'year_day' | 'week_day' | 'daily_repeating';

/** One schedule of one user. */
interface Which {
  readonly nodeId: number;
  readonly userId: number;
  readonly slotId: number;
}

/** What the lock says of a schedule. Undefined: no answer. */
type Held = boolean | undefined;

interface Manner {
  /** By which name zwave-js keeps how many each user has. */
  readonly count: string;
  readonly ask: (driver: Driver, which: Which) => Promise<Held>;
  readonly erase: (which: Which) => CommandClass;
}

type AnyReport = Pick<Which, 'userId' | 'slotId'>;

/** A report of another user or schedule is no answer. */
export const heldIn = (report: AnyReport | undefined, { userId, slotId }: Which, detail: unknown): Held =>
  report?.userId === userId && report.slotId === slotId ? detail !== undefined : undefined;

const action = ScheduleEntryLockSetAction.Erase;
const manners: Readonly<Record<Kind, Manner>> = {
  year_day: {
    count: 'numYearDaySlots',
    ask: async (driver, which) => {
      const get = new ScheduleEntryLockCCYearDayScheduleGet(which);
      const report = await driver.sendCommand<ScheduleEntryLockCCYearDayScheduleReport>(get, sending);
      return heldIn(report, which, report?.startYear);
    },
    erase: (which) => new ScheduleEntryLockCCYearDayScheduleSet({ ...which, action }),
  },
  week_day: {
    count: 'numWeekDaySlots',
    ask: async (driver, which) => {
      const get = new ScheduleEntryLockCCWeekDayScheduleGet(which);
      const report = await driver.sendCommand<ScheduleEntryLockCCWeekDayScheduleReport>(get, sending);
      return heldIn(report, which, report?.weekday);
    },
    erase: (which) => new ScheduleEntryLockCCWeekDayScheduleSet({ ...which, action }),
  },
  daily_repeating: {
    count: 'numDailyRepeatingSlots',
    ask: async (driver, which) => {
      const get = new ScheduleEntryLockCCDailyRepeatingScheduleGet(which);
      const report = await driver.sendCommand<ScheduleEntryLockCCDailyRepeatingScheduleReport>(get, sending);
      return heldIn(report, which, report?.weekdays);
    },
    erase: (which) => new ScheduleEntryLockCCDailyRepeatingScheduleSet({ ...which, action }),
  },
};

/** More of one kind aren't looked at. */
const schedulesMax = 20;

/** How many schedules of that kind each user has; undefined while the lock hasn't said. */
export const claimedSchedules = (node: ZWaveNode, kind: Kind): number | undefined =>
  numberOf(node, CommandClasses['Schedule Entry Lock'], manners[kind].count);

export const sendSet = async (
  driver: Driver,
  node: ZWaveNode,
  command: CommandClass,
): Promise<WriteOutcome> => {
  const result = await driver.sendCommand(command, sending);
  const supervised = isSupervised(node, CommandClasses['Schedule Entry Lock']);
  return writeOutcomeOf(result?.status, supervised, false);
};

export const timedOut: WriteOutcome = { kind: 'failed', why: 'timeout', mayHaveLanded: true };
const stillThere: WriteOutcome = { kind: 'refused', why: 'unspecified', certain: false };
const done: WriteOutcome = { kind: 'accepted' };

/** How far a user's schedules were gone through, in exchanges that ran out of time: the next goes on there. */
interface Search {
  /** Monotonic, milliseconds. */
  readonly since: number;
  /** By kind, the first schedule that wasn't looked at. */
  readonly next: Map<Kind, number>;
  /** Of these kinds the lock hasn't let one go. */
  readonly kept: Set<Kind>;
}

/** After so long another hub may have left more. Exchanges that failed are repeated within a quarter of an hour. */
const searchMs = 60 * 60_000;
const searches = new WeakMap<ZWaveNode, Map<number, Search>>();

const searchOf = (node: ZWaveNode, userId: number, { clock }: ExchangeContext): Search => {
  const users = searches.get(node) ?? new Map<number, Search>();
  searches.set(node, users);
  const now = clock.monotonic();
  const begun = users.get(userId);
  if (begun !== undefined && now - begun.since < searchMs) return begun;
  const search: Search = { since: now, next: new Map(), kept: new Set() };
  users.set(userId, search);
  return search;
};

/** The whole exchange is over, and the next begins anew, unless it failed. */
export const endSearch = (node: ZWaveNode, userId: number, { kind }: WriteOutcome): void => {
  if (kind !== 'failed') searches.get(node)?.delete(userId);
};

/** Nobody waits for the exchange any more. */
export const isLate = ({ signal }: Pick<ExchangeContext, 'signal'>): boolean => signal.aborted;

/** After so many questions in a row without an answer a lock isn't asked about that kind any more. */
const muteAfter = 2;

/**
 * Those of one kind from this schedule on. Each is looked at first, as a lock may refuse to erase what isn't there, and
 * once more after it was erased; what the lock won't let go of doesn't keep the rest from going. A lock that doesn't tell
 * (zwave-js takes some ways to show an empty one for garbage) is told to erase it; if it refuses that too, it knows
 * nothing of it. Nothing further is sent once it is late.
 * @returns what went wrong, if anything did
 */
const eraseKind = async (
  driver: Driver,
  node: ZWaveNode,
  userId: number,
  { kind, from }: { readonly kind: Kind; readonly from: number },
  context: ExchangeContext,
): Promise<WriteOutcome> => {
  const { ask, erase } = manners[kind];
  const { next, kept } = searchOf(node, userId, context);
  const last = Math.min(claimedSchedules(node, kind) ?? 0, schedulesMax);
  let unanswered = 0;
  for (let slotId = next.get(kind) ?? from; slotId <= last; slotId += 1) {
    if (isLate(context)) return timedOut;
    const which = { nodeId: node.id, userId, slotId };
    const held = unanswered < muteAfter ? await ask(driver, which) : undefined;
    unanswered = held === undefined ? unanswered + 1 : 0;
    if (held !== false) {
      if (isLate(context)) return timedOut;
      const erased = await sendSet(driver, node, erase(which));
      if (erased.kind === 'failed') return erased;
      const isRefused = erased.kind === 'refused';
      if (held === undefined && isRefused && unanswered >= muteAfter) break;
      const left = held === true && (isRefused || (await ask(driver, which)));
      if (left === undefined) return timedOut;
      if (left) kept.add(kind);
    }
    next.set(kind, slotId + 1);
  }
  next.set(kind, last + 1);
  return kept.has(kind) ? stillThere : done;
};

/** The user's year-day schedules beside the first, which is ours. */
export const eraseFurther = (
  driver: Driver,
  node: ZWaveNode,
  userId: number,
  context: ExchangeContext,
): Promise<WriteOutcome> => eraseKind(driver, node, userId, { kind: 'year_day', from: 2 }, context);

/** The user's week-day and daily repeating schedules: none of them is ever ours. */
export const eraseRepeating = async (
  driver: Driver,
  node: ZWaveNode,
  userId: number,
  context: ExchangeContext,
): Promise<WriteOutcome> => {
  const weekly = await eraseKind(driver, node, userId, { kind: 'week_day', from: 1 }, context);
  if (weekly.kind === 'failed') return weekly;
  const daily = await eraseKind(driver, node, userId, { kind: 'daily_repeating', from: 1 }, context);
  return daily.kind === 'accepted' ? weekly : daily;
};
