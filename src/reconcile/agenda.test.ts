import { expect, test } from 'vitest';
import { plainCapabilities } from '../../test/support/house.ts';
import { AccessCodeId, DeviceId } from '../core/ids.ts';
import type { AccessCode, Capabilities, Device } from '../core/model.ts';
import { unknownLock, unknownSlot } from '../core/slots.ts';
import { TestBed, aCode, aDevice, uuid } from '../store/testing/test-bed.ts';
import { agendaOf, horizonOf } from './agenda.ts';

const now = 1_800_000_000_000;
const hour = 60 * 60_000;
const lock = DeviceId(uuid(1));
const horizonMs = 2 * hour;

const startingAt = (n: number, startsAt: number): AccessCode =>
  aCode(n, { status: 'unset', timeFrame: { startsAt, endsAt: startsAt + hour } });

/** One whose time is near, one that waits, one that always stands. */
const look = (
  device: Partial<Device>,
  owner?: AccessCodeId,
  within: number | undefined = horizonMs,
): object => {
  using bed = new TestBed();
  const store = bed.open();
  store.putDevice(aDevice(1));
  for (const code of [startingAt(1, now + 9 * hour), startingAt(2, now + hour), aCode(3)])
    store.putAccessCode(code);
  const slots = owner === undefined ? new Map() : new Map([[4, { ...unknownSlot(4), owner }]]);
  const state = { ...unknownLock(lock), slots };
  const { codes, nextAt } = agendaOf(store, aDevice(1, device), state, now, within);
  return {
    codes: codes.map(({ accessCodeId }) => [1, 2, 3].find((n) => aCode(n).accessCodeId === accessCodeId)),
    nextAt,
  };
};

const all = { codes: [1, 2, 3], nextAt: undefined };

test('what waits for its time is looked at when that comes near', () => {
  expect(look({})).toEqual({ codes: [2, 3], nextAt: now + 7 * hour });
});

test('what has a slot is never left out, nor is anything beside it', () => {
  expect(look({}, aCode(3).accessCodeId)).toEqual({ codes: [2, 3], nextAt: now + 7 * hour });
  expect(look({}, aCode(1).accessCodeId)).toEqual(all);
});

test('all are looked at where something is said of all of them', () => {
  const changes = { firstAt: now - hour, lastAt: now - hour };
  expect(look({ poolLack: { kind: 'empty', since: now } })).toEqual(all);
  expect(look({ foreignChanges: { count: 2, ...changes } })).toEqual(all);
  expect(look({ foreignChanges: { count: 1, ...changes } })).not.toEqual(all);
  expect(look({ poolLack: { kind: 'partial', since: now } })).not.toEqual(all);
});

test('no other lock’s codes are among them, and where none waits there is nothing to come back for', () => {
  using bed = new TestBed();
  const store = bed.open();
  const other = DeviceId(uuid(2));
  store.putDevice(aDevice(1));
  store.putDevice({ ...aDevice(2), deviceId: other });
  store.putAccessCode(aCode(3));
  store.putAccessCode({ ...startingAt(1, now + 9 * hour), deviceId: other });
  const { accessCodeId } = aCode(3);
  for (const within of [horizonMs, undefined])
    expect(agendaOf(store, aDevice(1), unknownLock(lock), now, within)).toMatchObject({
      codes: [{ accessCodeId }],
      nextAt: undefined,
    });
});

test('all are looked at where nobody says how far ahead things are done', () => {
  using bed = new TestBed();
  const store = bed.open();
  store.putDevice(aDevice(1));
  store.putAccessCode(startingAt(1, now + 9 * hour));
  expect(agendaOf(store, aDevice(1), unknownLock(lock), now, undefined).codes).toHaveLength(1);
});

test('the horizon is that of the earliest thing that is ever done for a code', () => {
  const native: Capabilities = {
    ...plainCapabilities,
    yearDaySchedules: 1,
    scheduleOrder: 'schedule_first',
    clock: { read: true, set: true },
  };
  const times = { leadMs: 30_000, preloadMs: 72 * hour };
  expect(horizonOf(times, undefined)).toBe(30_000);
  expect(horizonOf({ ...times, arrivalNoticeMs: 12 * hour }, plainCapabilities)).toBe(12 * hour);
  expect(horizonOf({ ...times, arrivalNoticeMs: 12 * hour }, native), 'a day for the clock').toBe(96 * hour);
});
