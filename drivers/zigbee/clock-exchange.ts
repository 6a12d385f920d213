import { Zcl } from 'zigbee-herdsman';
import type { Models } from 'zigbee-herdsman';
import type { ClockOutcome } from '../../src/ports/lock-time.ts';
import type { WriteOutcome } from '../../src/ports/outcomes.ts';
import { never } from './lock-clock.ts';
import type { TimeAttributes } from './lock-clock.ts';
import { endpointWith } from './locks.ts';
import { note, notesOf } from './notes.ts';
import type { Notes } from './notes.ts';
import { isMishap, readAttributes, writeAttributes } from './sending.ts';
import type { Attributes, ExchangeContext, Taken, Target, Writing } from './sending.ts';
import { refusalOf } from './translate.ts';
import type { Mishap } from './translate.ts';
import { clusters, zclStatus, zigbeeEpochS } from './zcl.ts';

/**
 * The clock of a lock with a Time server [ZCL 3.12]: it is told the time by writing its attributes, and read. A lock that
 * only asks can't be told anything: no command of the cluster makes it ask.
 */

const attribute = {
  time: 0,
  timeStatus: 1,
  timeZone: 2,
  dstStart: 3,
  dstEnd: 4,
  dstShift: 5,
  localTime: 7,
} as const;
const shown = [0, 2, 3, 4, 5, 7] as const;

/** Set from outside, by a clock that is right. */
const synchronised = 0b10;
/** A lock may count on between its answers for one attribute and another, in seconds. */
const tickS = 2;

const secondsIn = (told: Attributes, id: number): number | undefined => {
  const value = told.get(id);
  return typeof value === 'number' && Number.isInteger(value) && value !== never ? value : undefined;
};

/** By its zone and summer time, as seconds since 2000. */
const computedSeconds = (told: Attributes): number | undefined => {
  const time = secondsIn(told, attribute.time);
  if (time === undefined) return undefined;
  const [start, end] = [secondsIn(told, attribute.dstStart), secondsIn(told, attribute.dstEnd)];
  const isDst = start !== undefined && end !== undefined && start <= time && time <= end;
  const shift = isDst ? (secondsIn(told, attribute.dstShift) ?? 0) : 0;
  return time + (secondsIn(told, attribute.timeZone) ?? 0) + shift;
};

/** What the lock's wall clock shows, as it tells itself, or by its own zone. */
const shownSeconds = (told: Attributes): number | undefined =>
  secondsIn(told, attribute.localTime) ?? computedSeconds(told);

export const clockOutcomeOf = (told: Attributes): ClockOutcome => {
  const seconds = shownSeconds(told);
  if (seconds === undefined) return { kind: 'refused', why: 'unsupported' };
  const date = new Date((zigbeeEpochS + seconds) * 1_000);
  return {
    kind: 'clock',
    local: {
      year: date.getUTCFullYear(),
      month: date.getUTCMonth() + 1,
      day: date.getUTCDate(),
      hour: date.getUTCHours(),
      minute: date.getUTCMinutes(),
    },
    second: date.getUTCSeconds(),
  };
};

const isNear = (one: number | undefined, other: number | undefined): boolean =>
  one !== undefined && other !== undefined && Math.abs(one - other) <= tickS;

/**
 * Whether it shows its Time as it is, though it should be `offset` seconds from UTC. Undefined where that doesn't show.
 * @param hasZone it has a zone of its own, whether it tells it or not
 */
const isFlat = (told: Attributes, offset: number, hasZone: boolean): boolean | undefined => {
  const isTold = told.has(attribute.localTime) || told.has(attribute.timeZone);
  if (Math.abs(offset) <= tickS || (hasZone && !isTold)) return undefined;
  return isNear(shownSeconds(told), secondsIn(told, attribute.time));
};

/** Whether it still has the summer time that it was told (not `never`), and shows it where it is. */
const keepsDst = (told: Attributes, { dstStart, dstEnd, dstShift }: TimeAttributes): boolean =>
  isNear(shownSeconds(told), computedSeconds(told)) &&
  (
    [
      [attribute.dstStart, dstStart],
      [attribute.dstEnd, dstEnd],
      [attribute.dstShift, dstShift],
    ] as const
  ).every(([id, value]) => secondsIn(told, id) === value);

/** How a lock is told the time (`Notes.clock`). */
type Manner = 'flat' | 'zoned' | 'dst';

const keep = (device: Models.Device, clock: Notes['clock']): void => {
  if (notesOf(device).clock !== clock) note(device, { clock });
};

const { UTC: utc, BITMAP8: bitmap8, INT32: int32, UINT32: uint32 } = Zcl.DataType;

const noSummer = { dstStart: never, dstEnd: never, dstShift: 0 };

/** What a lock of this manner needs to show the present wall time. */
const zoneFor = (
  time: TimeAttributes,
  manner: Manner,
): Pick<TimeAttributes, 'timeZone' | 'dstStart' | 'dstEnd' | 'dstShift'> => {
  if (manner === 'dst') return time;
  return { ...noSummer, timeZone: manner === 'flat' ? 0 : time.localTime - time.time };
};

/** The zone first, so that the time is shown right as soon as it is there. */
const writingOf = (time: TimeAttributes, manner: Manner): readonly Writing[] => {
  const { timeZone, dstStart, dstEnd, dstShift } = zoneFor(time, manner);
  return [
    { id: attribute.timeZone, type: int32, value: timeZone },
    { id: attribute.dstStart, type: uint32, value: dstStart },
    { id: attribute.dstEnd, type: uint32, value: dstEnd },
    { id: attribute.dstShift, type: int32, value: dstShift },
    { id: attribute.timeStatus, type: bitmap8, value: synchronised },
    { id: attribute.time, type: utc, value: manner === 'flat' ? time.localTime : time.time },
  ];
};

const isTaken = (taken: Taken, ...ids: readonly number[]): boolean =>
  ids.every((id) => taken.get(id) === zclStatus.success);

const read = (
  endpoint: Models.Endpoint,
  context: ExchangeContext,
): Promise<Attributes | Mishap | undefined> => readAttributes(endpoint, clusters.time, shown, context);

/** Why the time itself wasn't taken; undefined where it was. */
const objection = (device: Models.Device, taken: Taken): WriteOutcome | undefined => {
  const status = taken.get(attribute.time) ?? zclStatus.success;
  if (status === zclStatus.success) return undefined;
  const why = refusalOf(status);
  if (why === 'unsupported') keep(device, 'fixed');
  return { kind: 'refused', why, certain: true };
};

const dstAttributes = [attribute.dstStart, attribute.dstEnd, attribute.dstShift] as const;

/**
 * What it has made of what it was told as if it kept summer time. Undefined in a zone that has none: there it doesn't show
 * whether the lock would keep it.
 */
const mannerOf = (told: Attributes, time: TimeAttributes, taken: Taken): Manner | undefined => {
  const hasZone = isTaken(taken, attribute.timeZone);
  if (isFlat(told, time.localTime - time.time, hasZone) ?? !hasZone) return 'flat';
  if (time.dstStart === never) return undefined;
  return isTaken(taken, ...dstAttributes) && keepsDst(told, time) ? 'dst' : 'zoned';
};

const accepted: WriteOutcome = { kind: 'accepted' };
const untold: WriteOutcome = { kind: 'refused', why: 'unspecified', certain: true };
const unheard: WriteOutcome = { kind: 'failed', why: 'timeout', mayHaveLanded: true };

/**
 * Tells the lock the time, its zone and the summer time that is or comes next. What it makes of them is found out at the
 * first time, by reading them back: a lock that keeps no summer time is told the present offset as its zone, one that knows
 * no zone its wall time as the time. One frame; at first also a read, and a second frame where the first wasn't for it.
 * @param tell undefined while nobody may be told the time: then nothing is sent
 */
export const setClock = async (
  { device }: Target,
  tell: () => TimeAttributes | undefined,
  context: ExchangeContext,
): Promise<WriteOutcome> => {
  const endpoint = endpointWith(device, clusters.time);
  if (endpoint === undefined) return { kind: 'refused', why: 'unsupported', certain: true };
  const write = async (manner: Manner): Promise<Taken | WriteOutcome> => {
    const time = tell();
    if (time === undefined) return untold;
    const taken = await writeAttributes(endpoint, clusters.time, writingOf(time, manner), context);
    if (taken === undefined) return unheard;
    return isMishap(taken) ? taken : (objection(device, taken) ?? taken);
  };
  const { clock } = notesOf(device);
  const known = clock === 'fixed' ? undefined : clock;
  const first = await write(known ?? 'dst');
  if ('kind' in first) return first;
  const takesDst = isTaken(first, ...dstAttributes);
  if (known === 'flat' || known === 'zoned' || (known === 'dst' && takesDst)) return accepted;
  const told = await read(endpoint, context);
  if (isMishap(told)) return told;
  const time = tell();
  // What it is like isn't known then, and looked at the next time.
  if (told === undefined || time === undefined) return accepted;
  const found = mannerOf(told, time, first);
  keep(device, found);
  if (found === undefined || found === 'dst') return accepted;
  const again = await write(found);
  return 'kind' in again ? again : accepted;
};

/**
 * One frame. Only locks with a clock of their own to be read (a Time server) can tell. What it shows of its zone also says
 * how it is told the time next.
 */
export const readClock = async ({ device }: Target, context: ExchangeContext): Promise<ClockOutcome> => {
  const endpoint = endpointWith(device, clusters.time);
  if (endpoint === undefined) return { kind: 'refused', why: 'unsupported' };
  const told = await read(endpoint, context);
  if (told === undefined) return { kind: 'failed', why: 'timeout' };
  if (isMishap(told)) return { kind: 'failed', why: told.why };
  const { clock } = notesOf(device);
  const offset = (computedSeconds(told) ?? 0) - (secondsIn(told, attribute.time) ?? 0);
  // Told where its zone was UTC, it may have looked as if it had one.
  if ((clock === 'zoned' || clock === 'dst') && isFlat(told, offset, true) === true) keep(device, 'flat');
  return clockOutcomeOf(told);
};
