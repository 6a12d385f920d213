import type { LocalMinute } from '../../src/core/model.ts';
import { changeBeside } from '../shared/zone.ts';
import type { OffsetAt } from '../shared/zone.ts';

/**
 * What a lock is told of a time zone [Time CC 2, Time Offset Set]: zwave-js's own answer calls a zone with summer time one
 * without it for months, and knows no other zone than this process's (facts page ZWAVE, "Clock"). Pure.
 */

/** The wall clock of a zone, as the fields of a UTC date: in no other way is this process's zone kept out. */
export const wallIn = (now: number, offsetAt: OffsetAt): Date => new Date(now + offsetAt(now));

export const minuteOf = (wall: Date): LocalMinute => ({
  year: wall.getUTCFullYear(),
  month: wall.getUTCMonth() + 1,
  day: wall.getUTCDate(),
  hour: wall.getUTCHours(),
  minute: wall.getUTCMinutes(),
});

/**
 * Offsets in minutes east of UTC. The changes are those of the zone's wall clock before it changes, in the fields of a UTC
 * date; their year says nothing.
 */
export interface ZoneWords {
  readonly standardOffset: number;
  readonly dstOffset: number;
  readonly dstStart: Date;
  readonly dstEnd: Date;
}

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
/** The offset of summer time from the standard one has seven bits. */
const shiftMaxMinutes = 127;
/**
 * The dates have no year. Where more than so much lies between two changes they don't tell in which half of it the lock
 * is.
 */
const roundMaxMs = 360 * dayMs;

const minutesOf = (offsetMs: number): number => Math.round(offsetMs / minuteMs);

/** Month, day and hour are all that is said: the nearest hour, of the few changes that aren't at a full one (Chatham). */
const changeWall = (at: number, offsetBeforeMs: number): Date =>
  new Date(Math.round((at + offsetBeforeMs) / hourMs) * hourMs);

/** Without summer time, whatever the dates. */
const flat = (offsetMs: number): ZoneWords => ({
  standardOffset: minutesOf(offsetMs),
  dstOffset: minutesOf(offsetMs),
  dstStart: new Date(Date.UTC(2000, 2, 31, 1)),
  dstEnd: new Date(Date.UTC(2000, 9, 31, 1)),
});

/**
 * The offset that holds and the next one, with the last change and the next. The last one, and not the one after the next:
 * that is on another day of its year, so that without years it might seem to lie on the other side of today.
 */
export const zoneWordsAt = (now: number, offsetAt: OffsetAt): ZoneWords => {
  const present = offsetAt(now);
  const next = changeBeside(now, offsetAt, 1);
  const coming = next === undefined ? present : offsetAt(next);
  if (next === undefined || next - now > roundMaxMs) return flat(present);
  if (Math.abs(minutesOf(coming - present)) > shiftMaxMinutes) return flat(present);
  const last = changeBeside(now, offsetAt, -1);
  // Any day before today will do, where there was no change for long, or one from a third offset.
  const since =
    last === undefined || next - last > roundMaxMs
      ? changeWall(now - dayMs, present)
      : changeWall(last, coming);
  const until = changeWall(next, present);
  const isSummer = present > coming;
  return {
    standardOffset: minutesOf(Math.min(present, coming)),
    dstOffset: minutesOf(Math.max(present, coming)),
    dstStart: isSummer ? since : until,
    dstEnd: isSummer ? until : since,
  };
};
