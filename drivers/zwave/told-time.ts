import {
  ClockCCSet,
  ScheduleEntryLockCCTimeOffsetSet,
  TimeCCTimeOffsetSet,
  TimeParametersCCSet,
  Weekday,
} from '@zwave-js/cc';
import type { CommandClass } from '@zwave-js/cc';
import { CommandClasses } from '@zwave-js/core';
import type { Driver, ZWaveNode } from 'zwave-js';
import type { WriteOutcome } from '../../src/ports/lock-driver.ts';
import { offsetsOf } from '../shared/zone.ts';
import type { OffsetAt } from '../shared/zone.ts';
import { ours } from './library-time.ts';
import type { TimeSource } from './library-time.ts';
import { addressOf, isSupervised } from './nodes.ts';
import { attempt, sending, writeFailureOf } from './sending.ts';
import type { ExchangeContext } from './sending.ts';
import { writeOutcomeOf } from './translate.ts';
import { wallIn, zoneWordsAt } from './zone-words.ts';

/** The time that a lock is told, and its zone. */

/** The lock takes its zone's offset with both changes of the year. */
export const keepsSummerTime = (node: ZWaveNode): boolean =>
  node.supportsCC(CommandClasses.Time) && node.getCCVersion(CommandClasses.Time) >= 2;

export const canBeTold = (node: ZWaveNode): boolean =>
  node.supportsCC(CommandClasses['Time Parameters']) || node.supportsCC(CommandClasses.Clock);

/**
 * Time Parameters CC is UTC by the specification. A lock that can neither be told its zone nor asks for local time takes it
 * for local time, in zwave-js's experience, which is followed here.
 */
export const takesLocalTime = (node: ZWaveNode): boolean => {
  if (node.deviceConfig?.compat?.useUTCInTimeParametersCC === true) return false;
  return !keepsSummerTime(node) && !node.controlsCC(CommandClasses.Time);
};

const minuteMs = 60_000;

const weekdays = [
  Weekday.Sunday,
  Weekday.Monday,
  Weekday.Tuesday,
  Weekday.Wednesday,
  Weekday.Thursday,
  Weekday.Friday,
  Weekday.Saturday,
] as const;

/** Day of the week and minute, without seconds: the nearest minute [Clock CC]. */
const clockSet = (nodeId: number, now: number, offsetAt: OffsetAt): ClockCCSet => {
  const wall = wallIn(Math.round(now / minuteMs) * minuteMs, offsetAt);
  const weekday = weekdays[wall.getUTCDay()] ?? Weekday.Unknown;
  return new ClockCCSet({ nodeId, weekday, hour: wall.getUTCHours(), minute: wall.getUTCMinutes() });
};

/** zwave-js writes the UTC fields of the date as they are. */
const timeSet = (node: ZWaveNode, now: number, offsetAt: OffsetAt): TimeParametersCCSet => {
  const dateAndTime = takesLocalTime(node) ? wallIn(now, offsetAt) : new Date(now);
  return new TimeParametersCCSet({ nodeId: node.id, dateAndTime, useLocalTime: false });
};

/**
 * Without dates: the offset of the day, until it is told anew. A lock that was told local time is told that it is at
 * none from UTC, so that it shows local time whether it heeds this or not.
 */
const offsetSet = (node: ZWaveNode, now: number, offsetAt: OffsetAt): ScheduleEntryLockCCTimeOffsetSet => {
  const isLocal = takesLocalTime(node) || !node.supportsCC(CommandClasses['Time Parameters']);
  const offset = isLocal ? 0 : Math.round(offsetAt(now) / minuteMs);
  return new ScheduleEntryLockCCTimeOffsetSet({
    nodeId: node.id,
    standardOffset: offset,
    dstOffset: offset,
  });
};

type Word = (now: number) => CommandClass;

const zoneWord = (node: ZWaveNode, offsetAt: OffsetAt): Word | undefined => {
  if (keepsSummerTime(node))
    return (now) => new TimeCCTimeOffsetSet({ nodeId: node.id, ...zoneWordsAt(now, offsetAt) });
  const schedules = CommandClasses['Schedule Entry Lock'];
  return node.supportsCC(schedules) && node.getCCVersion(schedules) >= 2
    ? (now) => offsetSet(node, now, offsetAt)
    : undefined;
};

/**
 * One or two commands: the time, and then the zone, where the lock can be told any. By Clock CC, which is local time, the
 * other way round: a lock that keeps UTC makes that of it by the zone that it knows.
 */
const wordsFor = (node: ZWaveNode, offsetAt: OffsetAt): readonly Word[] => {
  const zone = zoneWord(node, offsetAt);
  const zones = zone === undefined ? [] : [zone];
  return node.supportsCC(CommandClasses['Time Parameters'])
    ? [(now) => timeSet(node, now, offsetAt), ...zones]
    : [...zones, (now) => clockSet(node.id, now, offsetAt)];
};

/** Sent is what is right at that moment: between two commands may lie the lock's waking up. */
export const setClock = (
  driver: Driver,
  node: ZWaveNode,
  source: TimeSource,
  context: ExchangeContext,
): Promise<WriteOutcome> =>
  attempt<WriteOutcome>(
    node,
    context,
    async () => {
      if (!canBeTold(node)) return { kind: 'refused', why: 'unsupported', certain: true };
      const words = wordsFor(node, offsetsOf(source.timeZoneOf(addressOf(node.id))));
      for (const word of words) {
        const now = source.timeToTell();
        if (now === undefined) return { kind: 'refused', why: 'unspecified', certain: true };
        const command = ours(word(now));
        const result = await driver.sendCommand(command, sending);
        const outcome = writeOutcomeOf(result?.status, isSupervised(node, command.ccId), false);
        if (outcome.kind !== 'accepted') return outcome;
      }
      return { kind: 'accepted' };
    },
    writeFailureOf,
  );
