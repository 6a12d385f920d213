import { Zcl } from 'zigbee-herdsman';
import type { Models } from 'zigbee-herdsman';
import type { DriverHost } from '../../src/ports/lock-driver.ts';
import { offsetsOf, seasonAt } from '../shared/zone.ts';
import type { OffsetAt } from '../shared/zone.ts';
import { addressOf } from './locks.ts';
import { sending } from './sending.ts';
import { clusters, zigbeeEpochS } from './zcl.ts';

/** The time that locks are told, whether they ask for it or not [ZCL 3.12]. */

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
/** ZCL's "no value": there is no such change. */
export const never = 0xffff_ffff;

const zigbeeSeconds = (instant: number): number => Math.floor(instant / 1_000) - zigbeeEpochS;

/**
 * What is told to a lock in this zone, whatever zone this process lives in. `dstEnd` is the last second of daylight
 * saving time, as ZCL's formula wants it: local = standard + shift where start ≤ time ≤ end.
 */
export const timeAt = (now: number, offsetAt: OffsetAt): TimeAttributes => {
  const { offsetMs, standardMs, dst, validUntil } = seasonAt(now, offsetAt);
  const time = zigbeeSeconds(now);
  return {
    time,
    timeStatus,
    timeZone: standardMs / 1_000,
    dstStart: dst === undefined ? never : zigbeeSeconds(dst.from),
    dstEnd: dst === undefined ? never : zigbeeSeconds(dst.until) - 1,
    dstShift: (dst?.shiftMs ?? 0) / 1_000,
    standardTime: time + standardMs / 1_000,
    localTime: time + offsetMs / 1_000,
    lastSetTime: time,
    validUntilTime: validUntil === undefined ? never : zigbeeSeconds(validUntil),
  };
};

/** What a lock is told now. Undefined while nobody may be told the time. */
export const toldTo = (
  { ieeeAddr }: Models.Device,
  host: Pick<DriverHost, 'timeToTell' | 'timeZoneOf'>,
): TimeAttributes | undefined => {
  const now = host.timeToTell();
  return now === undefined ? undefined : timeAt(now, offsetsOf(host.timeZoneOf(addressOf(ieeeAddr))));
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
 * @param time undefined while nobody may be told the time: then there is no answer, and the lock asks again. A time
 * that "isn't known" would have to be understood, and some locks take any number for a time.
 * @returns true where it was such a question; anything else is herdsman's to answer
 */
export const serveTime = (
  frame: Zcl.Frame,
  endpoint: Models.Endpoint,
  time: () => TimeAttributes | undefined,
): boolean => {
  if (!frame.isCluster('genTime')) return false;
  const all = time();
  if (all === undefined) return true;
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
