import { describe, expect, test } from 'vitest';
import {
  attempt,
  capabilities,
  codeId,
  lockId,
  lockState,
  now,
  pin,
  standing,
} from '../../test/support/lock-states.ts';
import { newAccessCode } from './access-code.ts';
import type { AccessCode, LockState, Suspicion } from './model.ts';
import { availableSpares, fillMs, frameOfBackup, poolPlan, pullableSpares, yieldMs } from './pool.ts';
import type { PoolInput, PoolPlan } from './pool.ts';

const hour = 60 * 60_000;
const able = capabilities();
const known: LockState = lockState([], { adopted: true });

const code = (n: number, changes: Partial<AccessCode> = {}): AccessCode =>
  newAccessCode({ accessCodeId: codeId(n), deviceId: lockId, pin: pin(`${7000 + n}`), at: now, ...changes });
const spare = (n: number, changes: Partial<AccessCode> = {}): AccessCode =>
  code(n, { isBackup: true, ...changes });
const booking = (n: number, from: number, until: number): AccessCode =>
  code(n, { timeFrame: { startsAt: now + from, endsAt: now + until } });

const planned = (
  codes: readonly AccessCode[],
  {
    slots = 5,
    state = known,
    at = now,
    ...more
  }: Partial<PoolInput> & { slots?: number; state?: LockState; at?: number } = {},
): PoolPlan =>
  poolPlan({
    isOn: true,
    bookings: {
      codes,
      state,
      usable: Array.from({ length: slots }, (_, n) => n + 1),
      now: at,
      leadMs: 30_000,
    },
    capabilities: able,
    lack: undefined,
    ...more,
  });
const ids = (codes: readonly AccessCode[]): string[] => codes.map(({ accessCodeId }) => accessCodeId);

test('a backup follows its original’s time, once, and what it stood for before is known until then', () => {
  const original = booking(1, hour, 2 * hour);
  const backup = spare(2, { backupFor: codeId(1), timeFrame: original.timeFrame });
  expect(planned([original, backup]).amend).toEqual([]);
  const moved = booking(1, 5 * hour, 6 * hour);
  const [after] = planned([moved, backup]).amend;
  expect(after).toMatchObject({ timeFrame: moved.timeFrame, timeFrameBefore: { from: original.timeFrame } });
});

describe('how many spares a pool has', () => {
  test('three where there is room, fewer where bookings of the coming day leave less', () => {
    expect(planned([]).create).toBe(3);
    expect(planned([spare(1)]).create).toBe(2);
    expect(planned([code(1), code(2), code(3)]).create).toBe(2);
    const next = [booking(1, yieldMs - hour, yieldMs), booking(2, yieldMs + hour, yieldMs + 2 * hour)];
    expect(planned(next, { slots: 3 }).create).toBe(2);
    expect(planned([code(1)], { slots: 1 }).create).toBe(0);
  });

  test('too many are taken off: those that don’t stand yet first, then the newest', () => {
    const codes = [spare(1), spare(2), spare(3), code(4)];
    const state = lockState([standing(2, codeId(2), '7002'), standing(3, codeId(3), '7003')], {
      adopted: true,
    });
    expect(ids(planned(codes, { state, slots: 3 }).remove)).toEqual([codeId(1)]);
    expect(ids(planned(codes, { state, slots: 2 }).remove)).toEqual([codeId(3), codeId(1)]);
    expect(planned(codes, { isOn: false }).remove).toHaveLength(3);
  });

  test('nothing comes or goes while the lock is not known, or frozen', () => {
    const reset = { ...known, reset: { at: now, why: 'all_deleted' } as const };
    for (const more of [
      { capabilities: undefined },
      { state: lockState([], { adopted: false }) },
      { state: reset },
    ])
      expect(planned([spare(1), code(2), code(3)], { slots: 1, ...more })).toMatchObject({
        create: 0,
        remove: [],
      });
  });

  test('one that its lock refuses as a duplicate is exchanged, an hour after it was made', () => {
    const state = {
      ...known,
      attempts: new Map([[codeId(1), attempt(codeId(1), { terminal: 'duplicate' })]]),
    };
    expect(planned([spare(1)], { state }).remove).toEqual([]);
    const old = [spare(1, { wishedAt: now - hour }), spare(2, { wishedAt: now - hour })];
    expect(ids(planned(old, { state }).remove)).toEqual([codeId(1)]);
  });
});

describe('what a pool lacks', () => {
  test('is said five minutes after it began to fill, and for how long it has been so', () => {
    const filling = planned([spare(1), spare(2), spare(3)]);
    expect(filling).toMatchObject({ lack: undefined, nextAt: now + fillMs });
    const late = [1, 2, 3].map((n) => spare(n, { wishedAt: now - fillMs }));
    expect(planned(late).lack).toEqual({ kind: 'empty', since: now });
    const since = now - hour;
    expect(planned(late, { lack: { kind: 'empty', since } }).lack).toEqual({ kind: 'empty', since });
    const state = lockState([standing(1, codeId(1), '7001')], { adopted: true });
    expect(planned(late, { state, lack: { kind: 'empty', since } }).lack).toEqual({
      kind: 'partial',
      since: now,
    });
    expect(planned([], { isOn: false, lack: { kind: 'empty', since } }).lack).toBeUndefined();
  });

  test('is looked for again on the hour, whenever it was looked at last', () => {
    const short = (at: number): number | undefined => planned([code(1)], { slots: 1, at }).nextAt;
    expect([now - 1, now, now + 1, now + hour - 1].map(short)).toEqual([
      now,
      now + hour,
      now + hour,
      now + hour,
    ]);
  });

  test('is said at once where there is no room', () => {
    expect(planned([code(1)], { slots: 1 }).lack).toEqual({ kind: 'empty', since: now });
  });
});

test('only what is proved to stand can be pulled, from no lock that was reset', () => {
  const state = lockState([standing(1, codeId(1), '7001'), standing(2, codeId(2), '9999')]);
  const codes = [spare(1), spare(2), spare(3), code(4)];
  expect(ids(availableSpares(codes, state, able))).toEqual([codeId(1)]);
  const reset = { ...state, reset: { at: now, why: 'codes_gone' } as const };
  expect(availableSpares(codes, reset, able)).toEqual([]);
});

test('what a report, a checksum or a suspected reset speaks against is given to nobody until it was looked at', () => {
  const slot = standing(1, codeId(1), '7001');
  const pullable = (suspicion: Suspicion, wipe?: LockState['wipe']): string[] =>
    ids(pullableSpares([spare(1)], { ...lockState([{ ...slot, suspicion }]), wipe }, able));
  expect(pullable('audit')).toEqual([codeId(1)]);
  for (const doubt of ['hint', 'checksum', 'repair'] as const) expect(pullable(doubt)).toEqual([]);
  const wipe = { why: 'codes_gone', open: [2], gone: 1, summed: false } as const;
  expect(pullable('audit', wipe)).toEqual([]);
});

test('a backup begins with its original, or when it was pulled, and ends with it', () => {
  const frame = (from: number, until: number): { startsAt: number; endsAt: number } => ({
    startsAt: now + from,
    endsAt: now + until,
  });
  const past = { timeFrame: frame(-hour, hour) };
  expect(frameOfBackup(past, undefined, now)).toEqual(frame(0, hour));
  expect(frameOfBackup(past, now - 60_000, now)).toEqual(frame(-60_000, hour));
  expect(frameOfBackup({ timeFrame: frame(hour, 2 * hour) }, now - hour, now)).toEqual(frame(hour, 2 * hour));
  expect(frameOfBackup({ timeFrame: undefined }, now, now)).toBeUndefined();
});
