import {
  ClockCCSet,
  ScheduleEntryLockCCTimeOffsetSet,
  TimeCCDateReport,
  TimeCCTimeOffsetReport,
  TimeCCTimeOffsetSet,
  TimeCCTimeReport,
  TimeParametersCCSet,
} from '@zwave-js/cc';
import type { CommandClass } from '@zwave-js/cc';
import type { SendCommandOptions } from '@zwave-js/core';
import type { Driver } from 'zwave-js';
import type { DriverHost } from '../../src/ports/lock-driver.ts';
import { offsetsOf } from '../shared/zone.ts';
import { addressOf } from './nodes.ts';
import { wallIn, zoneWordsAt } from './zone-words.ts';

/**
 * The time that zwave-js would tell locks by itself: at their interview, when they report their clock, and when they ask.
 * It takes this machine's clock, be it right or not, and this process's zone, with a fault in its summer time (facts page
 * ZWAVE, "Clock"). All that goes through one method of its Driver.
 */

/** What the bridge knows of the time. */
export type TimeSource = Pick<DriverHost, 'timeToTell' | 'timeZoneOf'>;

const own = new WeakSet<CommandClass>();

/** Marks a command of ours: it may set a clock. */
export const ours = <C extends CommandClass>(command: C): C => {
  own.add(command);
  return command;
};

const sets = [ClockCCSet, TimeParametersCCSet, TimeCCTimeOffsetSet, ScheduleEntryLockCCTimeOffsetSet];

/** @returns false for one that must not be sent; the others tell what is right afterwards. */
const putRight = (command: CommandClass, source: TimeSource): boolean => {
  if (own.has(command)) return true;
  if (sets.some((kind) => command instanceof kind)) return false;
  const isTime = command instanceof TimeCCTimeReport;
  const isDate = command instanceof TimeCCDateReport;
  const isZone = command instanceof TimeCCTimeOffsetReport;
  if (!isTime && !isDate && !isZone) return true;
  const now = source.timeToTell();
  if (now === undefined || typeof command.nodeId !== 'number') return false;
  const offsetAt = offsetsOf(source.timeZoneOf(addressOf(command.nodeId)));
  const wall = wallIn(now, offsetAt);
  if (isTime) {
    command.hour = wall.getUTCHours();
    command.minute = wall.getUTCMinutes();
    command.second = wall.getUTCSeconds();
  } else if (isDate) {
    command.year = wall.getUTCFullYear();
    command.month = wall.getUTCMonth() + 1;
    command.day = wall.getUTCDate();
  } else {
    const words = zoneWordsAt(now, offsetAt);
    command.standardOffset = words.standardOffset;
    command.dstOffset = words.dstOffset;
    command.dstStartDate = words.dstStart;
    command.dstEndDate = words.dstEnd;
  }
  return true;
};

/**
 * From now on this Driver sets no clock but by commands of ours, and a lock that asks is told the time of its own zone,
 * or nothing while the bridge doesn't know it. What isn't sent settles as what is sent without Supervision.
 */
export const guardTime = (driver: Pick<Driver, 'sendCommand'>, source: TimeSource): void => {
  const send = driver.sendCommand.bind(driver);
  const guarded = async (command: CommandClass, options?: SendCommandOptions): Promise<unknown> =>
    putRight(command, source) ? send(command, options) : undefined;
  Object.defineProperty(driver, 'sendCommand', { value: guarded, configurable: true, writable: true });
};
