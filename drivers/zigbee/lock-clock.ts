import { Zcl } from 'zigbee-herdsman';
import type { Models } from 'zigbee-herdsman';
import type { ClockOutcome } from '../../src/ports/lock-time.ts';
import { endpointWith } from './locks.ts';
import { isMishap, readAttributes, sending } from './sending.ts';
import type { Attributes, ExchangeContext, Target } from './sending.ts';
import { clusters, zigbeeEpochS } from './zcl.ts';

/** The time that locks are given, and the time that they show [ZCL 3.12]. */

/** What a lock may ask for, by herdsman's names. Times in seconds since 2000, offsets in seconds. */
export interface TimeAttributes {
  readonly time: number;
  readonly timeStatus: number;
  readonly timeZone: number;
  readonly dstStart: number;
  readonly dstEnd: number;
  readonly dstShift: number;
  readonly standardTime: number;
  readonly localTime: number;
  readonly lastSetTime: number;
  readonly validUntilTime: number;
}

/** Master clock, master for zone and daylight saving, and nobody else's time should supersede it. */
const timeStatus = 0b1101;
const never = 0xffff_ffff;
const dayMs = 86_400_000;
/** Daylight saving time is sought so far ahead and back. */
const horizonDays = 371;
/** No daylight saving time is shorter, nor a pause of it. */
const strideDays = 7;

/** Offset of a zone from UTC at an instant, milliseconds. */
export type OffsetAt = (instant: number) => number;

/** Throws a RangeError for a zone that doesn't exist. */
export const offsetsOf = (zone: string): OffsetAt => {
  const format = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' });
  return (instant) => {
    const text = format.formatToParts(instant).find(({ type }) => type === 'timeZoneName')?.value ?? '';
    const parts = /^GMT(?:([+-])(\d\d):(\d\d)(?::(\d\d))?)?$/.exec(text);
    const [sign, hours, minutes, seconds] = [parts?.[1], parts?.[2], parts?.[3], parts?.[4]];
    const total = (Number(hours ?? 0) * 60 + Number(minutes ?? 0)) * 60 + Number(seconds ?? 0);
    return (sign === '-' ? -total : total) * 1_000;
  };
};

/** The first instant, to the second, that has another offset than `from`, going a week at a time. */
const changeAfter = (from: number, offsetAt: OffsetAt, direction: 1 | -1): number | undefined => {
  const before = offsetAt(from);
  for (let day = strideDays; day <= horizonDays; day += strideDays) {
    let [same, other] = [from + (day - strideDays) * dayMs * direction, from + day * dayMs * direction];
    if (offsetAt(other) === before) continue;
    while (Math.abs(other - same) > 1_000) {
      const middle = Math.round((same + other) / 2_000) * 1_000;
      if (middle === same || middle === other) break;
      if (offsetAt(middle) === before) same = middle;
      else other = middle;
    }
    return direction === 1 ? other : same;
  }
  return undefined;
};

interface Season {
  /** Offset outside daylight saving time, milliseconds. */
  readonly standardMs: number;
  /** The daylight saving time that is, or comes next. */
  readonly dst: { readonly from: number; readonly until: number; readonly shiftMs: number } | undefined;
  readonly validUntil: number | undefined;
}

const seasonAt = (now: number, offsetAt: OffsetAt): Season => {
  const present = offsetAt(now);
  const whole = Math.floor(now / 1_000) * 1_000;
  const next = changeAfter(whole, offsetAt, 1);
  const constant: Season = { standardMs: present, dst: undefined, validUntil: next };
  if (next === undefined) return constant;
  const coming = offsetAt(next);
  if (coming < present) {
    const from = changeAfter(whole, offsetAt, -1);
    if (from === undefined) return constant;
    const dst = { from, until: next, shiftMs: present - coming };
    return { standardMs: coming, dst, validUntil: next };
  }
  const until = changeAfter(next, offsetAt, 1);
  if (until === undefined || offsetAt(until) !== present) return constant;
  return { standardMs: present, dst: { from: next, until, shiftMs: coming - present }, validUntil: until };
};

const zigbeeSeconds = (instant: number): number => Math.floor(instant / 1_000) - zigbeeEpochS;

/**
 * What is told to a lock in this zone, whatever zone this process lives in. `dstEnd` is the last second of daylight
 * saving time, as ZCL's formula wants it: local = standard + shift where start ≤ time ≤ end.
 */
export const timeAt = (now: number, offsetAt: OffsetAt): TimeAttributes => {
  const { standardMs, dst, validUntil } = seasonAt(now, offsetAt);
  const time = zigbeeSeconds(now);
  return {
    time,
    timeStatus,
    timeZone: standardMs / 1_000,
    dstStart: dst === undefined ? never : zigbeeSeconds(dst.from),
    dstEnd: dst === undefined ? never : zigbeeSeconds(dst.until) - 1,
    dstShift: (dst?.shiftMs ?? 0) / 1_000,
    standardTime: time + standardMs / 1_000,
    localTime: time + offsetAt(now) / 1_000,
    lastSetTime: time,
    validUntilTime: validUntil === undefined ? never : zigbeeSeconds(validUntil),
  };
};

const { UTC: utc, BITMAP8: bitmap8, INT32: int32, UINT32: uint32 } = Zcl.DataType;

/** In the order of their numbers, from 0. */
const served = [
  ['time', utc],
  ['timeStatus', bitmap8],
  ['timeZone', int32],
  ['dstStart', uint32],
  ['dstEnd', uint32],
  ['dstShift', int32],
  ['standardTime', uint32],
  ['localTime', uint32],
  ['lastSetTime', utc],
  ['validUntilTime', utc],
] as const satisfies readonly (readonly [keyof TimeAttributes, Zcl.DataType])[];

const isRequest = (one: unknown): one is { readonly attrId: number } =>
  typeof one === 'object' && one !== null && 'attrId' in one && typeof one.attrId === 'number';

/**
 * Answers a lock's question for the time, in its own zone: herdsman would tell it this process's (facts page).
 * @returns true where it was such a question; anything else is herdsman's to answer
 */
export const serveTime = (
  frame: Zcl.Frame,
  endpoint: Models.Endpoint,
  time: () => TimeAttributes,
): boolean => {
  if (!frame.isCluster('genTime')) return false;
  const all = time();
  const asked: unknown[] = Array.isArray(frame.payload) ? frame.payload : [];
  const told: Record<number, { readonly value: number | undefined; readonly type: Zcl.DataType }> = {};
  for (const { attrId } of asked.filter(isRequest)) {
    const [name, type] = served[attrId] ?? [undefined, Zcl.DataType.NO_DATA];
    // Without a value herdsman answers "unsupported".
    told[attrId] = { value: name === undefined ? undefined : all[name], type };
  }
  // A lock that has gone meanwhile asks again.
  endpoint
    .readResponse(clusters.time, frame.header.transactionSequenceNumber, told, sending)
    .catch(() => undefined);
  return true;
};

const attribute = { time: 0, timeZone: 2, dstStart: 3, dstEnd: 4, dstShift: 5, localTime: 7 } as const;

const secondsIn = (told: Attributes, id: number): number | undefined => {
  const value = told.get(id);
  return typeof value === 'number' && Number.isInteger(value) && value !== never ? value : undefined;
};

/** What the lock's wall clock shows, as seconds since 2000: as it tells itself, or by its own zone. */
const shownSeconds = (told: Attributes): number | undefined => {
  const local = secondsIn(told, attribute.localTime);
  const time = secondsIn(told, attribute.time);
  if (local !== undefined || time === undefined) return local;
  const [start, end] = [secondsIn(told, attribute.dstStart), secondsIn(told, attribute.dstEnd)];
  const isDst = start !== undefined && end !== undefined && start <= time && time <= end;
  const shift = isDst ? (secondsIn(told, attribute.dstShift) ?? 0) : 0;
  return time + (secondsIn(told, attribute.timeZone) ?? 0) + shift;
};

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

/** One frame. Only locks with a clock of their own to be read (a Time server) can tell. */
export const readClock = async ({ device }: Target, context: ExchangeContext): Promise<ClockOutcome> => {
  const endpoint = endpointWith(device, clusters.time);
  if (endpoint === undefined) return { kind: 'refused', why: 'unsupported' };
  const told = await readAttributes(endpoint, clusters.time, Object.values(attribute), context);
  if (told === undefined) return { kind: 'failed', why: 'timeout' };
  return isMishap(told) ? { kind: 'failed', why: told.why } : clockOutcomeOf(told);
};
