import { Zcl } from 'zigbee-herdsman';
import { describe, expect, test } from 'vitest';
import { offsetsOf } from '../shared/zone.ts';
import { serveTime, timeAt, toldTo } from './lock-clock.ts';
import type { TimeAttributes } from './lock-clock.ts';

const at = (iso: string, zone: string): TimeAttributes => timeAt(Date.parse(iso), offsetsOf(zone));
const never = 0xffff_ffff;
const seconds = (iso: string): number => (Date.parse(iso) - Date.UTC(2000, 0)) / 1_000;

/** What a lock makes of it [ZCL 3.12]. */
const localOf = ({ time, timeZone, dstStart, dstEnd, dstShift }: TimeAttributes): number =>
  time + timeZone + (dstStart <= time && time <= dstEnd ? dstShift : 0);

test('a zone without daylight saving time has an offset and nothing more', () => {
  expect(at('2026-07-01T12:00:00Z', 'Asia/Kolkata')).toMatchObject({
    time: seconds('2026-07-01T12:00:00Z'),
    timeZone: 19_800,
    dstStart: never,
    dstEnd: never,
    dstShift: 0,
    localTime: seconds('2026-07-01T17:30:00Z'),
    standardTime: seconds('2026-07-01T17:30:00Z'),
    validUntilTime: never,
  });
});

test('summer in Berlin: standard time is told apart from daylight saving time', () => {
  expect(at('2026-07-01T12:00:00Z', 'Europe/Berlin')).toMatchObject({
    timeZone: 3_600,
    dstShift: 3_600,
    dstStart: seconds('2026-03-29T01:00:00Z'),
    dstEnd: seconds('2026-10-25T00:59:59Z'),
    standardTime: seconds('2026-07-01T13:00:00Z'),
    localTime: seconds('2026-07-01T14:00:00Z'),
  });
});

test('winter tells of the summer to come, also over the turn of the year', () => {
  expect(at('2026-12-01T12:00:00Z', 'Europe/Berlin')).toMatchObject({
    timeZone: 3_600,
    dstStart: seconds('2027-03-28T01:00:00Z'),
    dstEnd: seconds('2027-10-31T00:59:59Z'),
    localTime: seconds('2026-12-01T13:00:00Z'),
  });
});

test('south of the equator the summer lies over the turn of the year', () => {
  expect(at('2026-12-15T00:00:00Z', 'Australia/Sydney')).toMatchObject({
    timeZone: 36_000,
    dstShift: 3_600,
    dstStart: seconds('2026-10-03T16:00:00Z'),
    dstEnd: seconds('2027-04-03T15:59:59Z'),
  });
});

test('what a lock computes from it is the local time, at every hour of the days that change (FIELD-BUGS 25)', () => {
  for (const zone of [
    'Europe/Berlin',
    'America/New_York',
    'Australia/Lord_Howe',
    'Asia/Kathmandu',
    'America/St_Johns',
  ]) {
    const offsetAt = offsetsOf(zone);
    for (const day of ['2026-03-08', '2026-03-29', '2026-04-05', '2026-10-04', '2026-10-25', '2026-11-01'])
      for (let hour = -12; hour < 36; hour += 1.5) {
        const now = Date.parse(`${day}T00:00:00Z`) + hour * 3_600_000;
        const told = timeAt(now, offsetAt);
        const local = Math.floor(now / 1_000) - 946_684_800 + offsetAt(now) / 1_000;
        expect(told.localTime, `${zone} ${day} ${hour}`).toBe(local);
        expect(localOf(told), `${zone} ${day} ${hour}`).toBe(local);
      }
  }
});

test('the time is cut to whole seconds, holds until the next change, and is told as that of a master', () => {
  const time = seconds('2026-07-01T12:00:00Z');
  expect(at('2026-07-01T12:00:00.999Z', 'Europe/Berlin')).toMatchObject({
    time,
    lastSetTime: time,
    timeStatus: 0b1101,
    validUntilTime: seconds('2026-10-25T01:00:00Z'),
  });
});

test('each lock is told the time of its own zone, and nothing while the bridge does not know it', () => {
  const lock = { ieeeAddr: '0x00124b00abcdef01' } as never;
  const zones: Record<string, string> = { 'zigbee:0x00124b00abcdef01': 'Asia/Tokyo' };
  const host = (now: number | undefined): Parameters<typeof toldTo>[1] => ({
    timeToTell: () => now,
    timeZoneOf: (address) => zones[address] ?? 'UTC',
  });
  expect(toldTo(lock, host(Date.parse('2026-07-01T12:00:00Z')))?.timeZone).toBe(9 * 3_600);
  expect(toldTo(lock, host(undefined))).toBeUndefined();
});

describe('a question for the time', () => {
  const time = at('2026-07-01T12:00:00Z', 'Europe/Berlin');
  const ask = (cluster: string, payload: unknown, known: TimeAttributes | undefined) => {
    const sent: unknown[] = [];
    const frame = {
      isCluster: (name: string) => name === cluster,
      payload,
      header: { transactionSequenceNumber: 77 },
    };
    const endpoint = {
      readResponse: (...response: readonly unknown[]) => {
        sent.push(response.slice(0, 3));
        return Promise.reject(new Error('gone'));
      },
    };
    return { isServed: serveTime(frame as never, endpoint as never, () => known), sent };
  };

  test('is answered attribute by attribute; what there is not, is told to be unsupported', () => {
    const asked = [{ attrId: 0 }, { attrId: 2 }, { attrId: 7 }, { attrId: 10 }, { attrId: '1' }, {}, null, 5];
    const told = {
      0: { value: time.time, type: Zcl.DataType.UTC },
      2: { value: time.timeZone, type: Zcl.DataType.INT32 },
      7: { value: time.localTime, type: Zcl.DataType.UINT32 },
      10: { value: undefined, type: Zcl.DataType.NO_DATA },
    };
    expect(ask('genTime', asked, time)).toEqual({ isServed: true, sent: [[0x000a, 77, told]] });
    expect(ask('genTime', 'nonsense', time).sent).toEqual([[0x000a, 77, {}]]);
  });

  test('has no answer while the time is not known, not even herdsman’s', () => {
    expect(ask('genTime', [{ attrId: 0 }], undefined)).toEqual({ isServed: true, sent: [] });
  });

  test('for anything else is left to herdsman', () => {
    expect(ask('genBasic', [{ attrId: 0 }], time)).toEqual({ isServed: false, sent: [] });
  });
});
