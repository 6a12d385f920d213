import { describe, expect, test } from 'vitest';
import { VirtualClock } from '../../test/support/virtual-clock.ts';
import { DeviceId, LockAddress } from '../core/ids.ts';
import type { Capabilities, LocalWindow, LockState } from '../core/model.ts';
import { unknownLock } from '../core/slots.ts';
import type { WriteOutcome } from '../ports/lock-driver.ts';
import type { ClockOutcome, ScheduleOutcome } from '../ports/lock-time.ts';
import { afterClock, afterClockTold, readClock, setClock } from './exchange-clock.ts';
import type { ClockTold } from './exchange-clock.ts';
import { afterSchedule, afterScheduleRead, readSchedule, writeSchedule } from './exchange-schedules.ts';
import { kickWithTrust } from './trust-watch.ts';

const address = LockAddress('test:1');
const { signal } = new AbortController();
const minute = (hour: number) => ({ year: 2027, month: 7, day: 1, hour, minute: 0 });
const window: LocalWindow = { start: minute(15), stop: minute(18) };
const other: LocalWindow = { start: minute(15), stop: minute(19) };

const accepted: WriteOutcome = { kind: 'accepted' };
const refused: WriteOutcome = { kind: 'refused', why: 'format', certain: true };
const lost: WriteOutcome = { kind: 'failed', why: 'timeout', mayHaveLanded: false };
const unsupported = { kind: 'refused', why: 'unsupported', certain: true };
const shown: ClockOutcome = { kind: 'clock', local: minute(15), second: 0 };
const plain: Capabilities = {
  slots: { first: 1, last: 10 },
  reservedSlots: [],
  codeLengths: [4],
  readBack: 'full',
  checksum: false,
  reportsProgramming: false,
  power: 'mains',
  remoteLock: true,
};
const able: Capabilities = { ...plain, clock: { set: true, read: true } };

/** How long it takes until this is done, by a clock that stands still else. */
const timed = async <T>(clock: VirtualClock, work: Promise<T>): Promise<[T, number]> => {
  let took = 0;
  const done = work.then((result) => {
    took = clock.monotonic();
    return result;
  });
  await clock.advance(10_000);
  return [await done, took];
};

describe('a lock that is told the time', () => {
  const tell = async (outcome: WriteOutcome, capabilities = able) => {
    const clock = new VirtualClock();
    let reads = 0;
    const clocks = {
      setClock: () => Promise.resolve(outcome),
      readClock: () => {
        reads += 1;
        return Promise.resolve(shown);
      },
    };
    const work = setClock({ driver: { clocks }, clock }, address, capabilities, signal);
    const [told, took] = await timed(clock, work);
    return { ...told, reads, took };
  };

  test('is asked what its clock shows, and only after its delay', async () => {
    expect(await tell(accepted)).toEqual({ outcome: accepted, shown, reads: 1, took: 0 });
    const slow = { ...able, readBackDelayMs: 700 };
    expect(await tell(accepted, slow)).toEqual({ outcome: accepted, shown, reads: 1, took: 700 });
  });

  test.each([refused, lost])('and has not taken it ($kind) is not asked', async (outcome) => {
    expect(await tell(outcome)).toEqual({ outcome, shown: undefined, reads: 0, took: 0 });
  });

  test('and cannot tell it is not asked', async () => {
    for (const capabilities of [{ ...plain, clock: { set: true, read: false } }, plain])
      expect(await tell(accepted, capabilities)).toMatchObject({ outcome: accepted, reads: 0 });
  });

  test('by a driver that knows no clocks gets nothing, and shows nothing', async () => {
    const clock = new VirtualClock();
    const told = await setClock({ driver: {}, clock }, address, able, signal);
    expect(told).toEqual({ outcome: unsupported, shown: undefined });
    expect(await readClock({}, address, signal)).toEqual({ kind: 'refused', why: 'unsupported' });
  });
});

describe('what is learned of its clock', () => {
  const started = unknownLock(DeviceId('5f0c1a2b-1111-5aaa-8aaa-000000000001'));
  const failedTwice: LockState = { ...started, clockCare: { failures: 2 } };
  /** 13:00 UTC is 15:00 in Berlin, which the lock shows. */
  const wall = new VirtualClock(Date.UTC(2027, 6, 1, 13));
  const partsWith = (state: LockState, isTrusted = true): Parameters<typeof afterClockTold>[0] =>
    ({
      store: { lockState: () => state },
      clock: wall,
      random: { integer: () => 0, uuid: () => '5f0c1a2b-1111-4aaa-8aaa-000000000002' },
      lockTime: { rulesAt: () => ({ signature: 'Europe/Berlin 120', offsetMs: 2 * 3_600_000 }) },
      clockTrust: { isTrusted },
      timeZoneOf: () => 'Europe/Berlin',
    }) as never;
  const device = { deviceId: started.deviceId } as never;
  const after = (told: ClockTold, state = started, isTrusted = true) => {
    const { lesson, entries } = afterClockTold(partsWith(state, isTrusted), device, able, told);
    return { ...lesson.state, entries };
  };
  const unreachable: WriteOutcome = { kind: 'failed', why: 'unreachable', mayHaveLanded: true };
  const late: ClockOutcome = { kind: 'clock', local: minute(16), second: 0 };

  test('a set that was lost is held against it only where it took the frame', () => {
    expect(after({ outcome: lost, shown: undefined }).clockCare?.failures).toBe(1);
    expect(after({ outcome: refused, shown: undefined }).clockCare?.failures).toBe(1);
    const away = after({ outcome: unreachable, shown: undefined });
    expect([away.clockCare, away.health.failures]).toEqual([undefined, 1]);
    expect(away.entries).toMatchObject([{ kind: 'clock_set_failed', detail: { why: 'unreachable' } }]);
  });

  test('a set is a success where its clock shows that, and one more failure where it does not', () => {
    const right = after({ outcome: accepted, shown }, failedTwice);
    expect(right).toMatchObject({ clockCare: { failures: 0 }, clockSeen: { offsetMs: 0 } });
    const wrong = after({ outcome: accepted, shown: late }, failedTwice);
    expect(wrong).toMatchObject({ clockCare: { failures: 3 }, clockSeen: { offsetMs: 3_600_000 } });
    expect(wrong.entries).toMatchObject([{ kind: 'clock_set_accepted', detail: { offset_ms: 3_600_000 } }]);
    expect(after({ outcome: accepted, shown: late }).clockCare?.failures).toBe(1);
    const unseen = after({ outcome: accepted, shown: undefined }, failedTwice);
    expect([unseen.clockCare?.failures, unseen.clockSeen]).toEqual([0, undefined]);
  });

  test('nothing is said of it while the time is not known, nor by a lock that is out of reach', () => {
    const untrusted = after({ outcome: accepted, shown: late }, failedTwice, false);
    expect([untrusted.clockCare, untrusted.clockSeen]).toEqual([{ failures: 2 }, undefined]);
    const read = (outcome: ClockOutcome) =>
      afterClock(partsWith(failedTwice), device, able, outcome).lesson.state.clockSeen;
    expect(read({ kind: 'failed', why: 'unreachable' })).toBeUndefined();
    expect(read({ kind: 'failed', why: 'timeout' })).toMatchObject({ at: wall.now() });
    expect(read(late)).toMatchObject({ offsetMs: 3_600_000, at: wall.now() });
  });

  test('the journal says what it showed, or why it showed nothing', () => {
    const details = [late, { kind: 'failed', why: 'timeout' } as const].map(
      (outcome) => afterClock(partsWith(started), device, able, outcome).entries[0]?.detail,
    );
    expect(details).toEqual([{ offset_ms: 3_600_000 }, { why: 'timeout' }]);
  });

  test('of a schedule, whether the lock was heard, and why it was not written or read', () => {
    const action = { kind: 'schedule', slot: 3, window, code: undefined } as never;
    const heard = ({ lesson, entries }: ReturnType<typeof afterSchedule>): unknown[] => [
      lesson.state.health.failures,
      entries[0]?.kind,
      entries[0]?.detail,
    ];
    const written = (outcome: WriteOutcome): unknown[] =>
      heard(afterSchedule(partsWith(started), device, able, action, { outcome, found: undefined }));
    expect(written(lost)).toEqual([1, 'schedule_failed', { why: 'timeout' }]);
    expect(written(refused)).toEqual([0, 'schedule_refused', { why: 'format' }]);
    expect(written({ kind: 'confirmed' })).toEqual([0, 'schedule_confirmed', {}]);
    const read = (outcome: ScheduleOutcome): unknown[] =>
      heard(afterScheduleRead(partsWith(started), device, able, action, outcome));
    expect(read({ kind: 'failed', why: 'timeout' })).toEqual([1, 'schedule_read', { why: 'timeout' }]);
    expect(read({ kind: 'schedule', window })).toEqual([0, 'schedule_read', {}]);
  });
});

describe('a schedule that is written', () => {
  const write = async (outcome: WriteOutcome, left: ScheduleOutcome, readBackDelayMs = 0) => {
    const clock = new VirtualClock();
    let reads = 0;
    const schedules = {
      setSchedule: () => Promise.resolve(outcome),
      clearSchedule: () => Promise.resolve(outcome),
      readSchedule: () => {
        reads += 1;
        return Promise.resolve(left);
      },
    };
    const parts = { driver: { schedules }, clock };
    const wanted = { slot: 3, window };
    const work = writeSchedule(parts, address, { ...able, readBackDelayMs }, wanted, signal);
    const [written, took] = await timed(clock, work);
    return { ...written, reads, took };
  };
  const holds = (held: LocalWindow | undefined): ScheduleOutcome => ({ kind: 'schedule', window: held });
  const unproved = { kind: 'refused', why: 'unspecified', certain: false };

  test.each([
    ['a yes', accepted],
    ['a no', refused],
  ])('is there if the lock shows it, after %s', async (_what, outcome) => {
    const proved = { outcome: { kind: 'confirmed' }, found: window, reads: 1 };
    expect(await write(outcome, holds(window))).toEqual({ ...proved, took: 0 });
    expect(await write(outcome, holds(window), 700)).toEqual({ ...proved, took: 700 });
  });

  test.each([
    ['another one', holds(other), other],
    ['none', holds(undefined), 'none'],
    ['nothing that it would tell', { kind: 'refused', why: 'unspecified' }, undefined],
  ] as const)('is not where the lock holds %s', async (_what, left, found) => {
    expect(await write(accepted, left)).toMatchObject({ outcome: unproved, found });
    expect(await write(refused, left)).toMatchObject({ outcome: refused, found });
  });

  test('may be there where the lock has not answered', async () => {
    const silent = { kind: 'failed', why: 'timeout' } as const;
    const open = { outcome: { ...silent, mayHaveLanded: true }, found: undefined };
    expect(await write(accepted, silent)).toMatchObject(open);
    expect(await write(lost, holds(window))).toMatchObject({ outcome: lost, found: undefined, reads: 0 });
  });

  test('by a driver that knows none is not there', async () => {
    const clock = new VirtualClock();
    const written = await writeSchedule({ driver: {}, clock }, address, able, { slot: 3, window }, signal);
    expect(written).toEqual({ outcome: unsupported, found: 'none' });
    const read = await readSchedule({}, address, 3, signal);
    expect(read).toEqual({ kind: 'refused', why: 'unsupported' });
  });

  test('is read as the lock shows it', async () => {
    const schedules = {
      setSchedule: () => Promise.resolve(accepted),
      clearSchedule: () => Promise.resolve(accepted),
      readSchedule: () => Promise.resolve(holds(other)),
    };
    expect(await readSchedule({ schedules }, address, 3, signal)).toEqual(holds(other));
  });
});

test('each lock is looked at when the trust in the clock changes', () => {
  const ids = [1, 2].map((n) => DeviceId(`5f0c1a2b-1111-5aaa-8aaa-00000000000${n}`));
  let change: () => void = () => undefined;
  const kicked: DeviceId[] = [];
  const clockTrust = { onChange: (listener: () => void) => ((change = listener), () => undefined) };
  const store = { devices: () => ids.map((deviceId) => ({ deviceId })) };
  kickWithTrust({ clockTrust, store } as never, { kick: (id) => kicked.push(id) });
  change();
  expect(kicked).toEqual(ids);
});
