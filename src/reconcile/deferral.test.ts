import { describe, expect, test } from 'vitest';
import {
  attempt,
  belief,
  capabilities,
  codeId,
  emptySlot,
  inUtc,
  lockId,
  lockState,
  minuteMs,
  now,
  occupied,
  pin,
  standing,
  unmanagedId,
} from '../../test/support/lock-states.ts';
import { newAccessCode } from '../core/access-code.ts';
import { deferralReasons } from '../core/deferral.ts';
import type { Deferral, DeferralReason } from '../core/deferral.ts';
import type { AccessCode, Calibration, Capabilities, LockState, ZoneRules } from '../core/model.ts';
import { droppedRestMs, loadAttempts } from '../core/native.ts';
import { plan } from '../core/plan.ts';
import type { Action } from '../core/plan.ts';
import { aDevice } from '../store/testing/test-bed.ts';
import { outlooksOf } from './arrivals.ts';
import { clockRulesOf, wantedOf } from './loading.ts';
import type { LoadingParts } from './loading.ts';

const hourMs = 60 * minuteMs;
const guest = newAccessCode({
  accessCodeId: codeId(1),
  deviceId: lockId,
  pin: pin('1234'),
  at: now - hourMs,
  timeFrame: { startsAt: now + 6 * hourMs, endsAt: now + 30 * hourMs },
  status: 'unset',
});
const able: Partial<Capabilities> = {
  yearDaySchedules: 1,
  scheduleOrder: 'schedule_first',
  clock: { set: false, read: true },
};
/** A code without times, or of other times. */
const another = (n: number, digits: string, changes: Partial<AccessCode> = {}): AccessCode => ({
  ...newAccessCode({ accessCodeId: codeId(n), deviceId: lockId, pin: pin(digits), at: now - hourMs }),
  ...changes,
});
const minute = { year: 2026, month: 11, day: 1, hour: 18, minute: 0 };
const window = { start: minute, stop: { ...minute, day: 2 } };

interface Setting {
  readonly code?: Partial<AccessCode>;
  readonly others?: readonly AccessCode[];
  /** `null`: not known. */
  readonly can?: Partial<Capabilities> | null;
  readonly calibration?: Calibration;
  readonly slots?: LockState['slots'];
  readonly state?: Partial<LockState>;
  readonly isTrusted?: boolean;
  readonly isAmbiguous?: boolean;
  readonly rules?: Partial<ZoneRules>;
  readonly preloadMs?: number;
  readonly usable?: readonly number[];
  readonly at?: number;
}

/** What the arrivals say of the guest's code, and what the lock's worker would do next: of one and the same. */
const look = (
  setting: Setting,
): { readonly deferral: Deferral | undefined; readonly action: Action | undefined } => {
  const { can = {}, usable = [1, 2, 3], at = now, isTrusted = true, others = [] } = setting;
  const known = can === null ? undefined : capabilities({ ...able, ...can });
  const state = lockState(
    [1, 2, 3].map((slot) => emptySlot(slot)),
    {
      clockSeen: { at: now - minuteMs, offsetMs: 0 },
      ...(setting.slots === undefined ? {} : { slots: setting.slots }),
      ...setting.state,
    },
  );
  const device = aDevice(1, { deviceId: lockId, capabilities: known, calibration: setting.calibration });
  const codes = [...others, { ...guest, ...setting.code }];
  const parts: LoadingParts = {
    preloadMs: setting.preloadMs ?? 72 * hourMs,
    leadMs: 30_000,
    arrivalNoticeMs: 12 * hourMs,
    timeZoneOf: () => 'UTC',
    lockTime: {
      windowIn: () => ({ window, isAmbiguous: setting.isAmbiguous === true }),
      rulesAt: () => ({ ...inUtc, ...setting.rules }),
    },
    clockTrust: {
      isTrusted,
      report: () => ({
        distrust: undefined,
        since: 0,
        wall: at,
        floor: at,
        synchronised: true,
        by: 'system',
      }),
      trust: () => 'trusted',
      remember: () => undefined,
      onChange: () => () => undefined,
    },
  };
  const store = {
    lockState: () => state,
    // Of those that are at rest.
    awakeCodes: (_id: unknown, until: number) => ({
      codes: codes.filter(({ timeFrame }) => (timeFrame?.startsAt ?? 0) <= until),
      nextStart: undefined,
    }),
    intents: () => [],
  };
  const reconciler = { drivers: () => [], usableSlots: () => usable };
  const clock = { now: () => at };
  const { how, deferral } = outlooksOf({ ...parts, store, clock }, reconciler, device)(codes.at(-1) ?? guest);
  expect(how).toBe(deferral === undefined ? 'native' : 'deferred');
  const { action } =
    known === undefined
      ? { action: undefined }
      : plan({
          state,
          intents: [],
          wanted: wantedOf(parts, device, codes, state, at),
          capabilities: known,
          usable,
          now: at,
          clockRules: clockRulesOf(parts, device, at),
          adoptNotBefore: 0,
        });
  return { deferral, action };
};

/** A step towards having the guest's code on the lock before its lead. */
const isLoading = (action: Action | undefined): boolean =>
  (action?.kind === 'schedule' || action?.kind === 'set') && action.code === guest.accessCodeId;

const tries = (changes: Parameters<typeof attempt>[1]): Partial<LockState> => ({
  attempts: new Map([[guest.accessCodeId, attempt(guest.accessCodeId, changes)]]),
});
const slots = (...all: Parameters<typeof lockState>[0]): LockState['slots'] => lockState(all).slots;
const stranger = (slot: number): ReturnType<typeof belief> =>
  belief(slot, { state: occupied('8888'), grade: 'proved', source: 'read', unmanagedId: unmanagedId(slot) });
const bound = {
  ...standing(1, guest.accessCodeId, '1234'),
  mayBeScheduled: true,
  schedule: { window, at: now, beside: true },
};
/** The lock as it is, but for one thing that it hasn't. */
const lacks = (lack: keyof Capabilities): Partial<Capabilities> => ({ [lack]: undefined });

/** The reason, and what makes it: else the lock is one that the code would be loaded on now. */
const causes: readonly (readonly [DeferralReason, Setting, number?])[] = [
  ['not_preferred', { code: { preferNativeScheduling: false } }],
  ['one_time_use', { code: { isOneTimeUse: true } }],
  ['backup_code', { code: { isBackup: true } }],
  ['changed_at_lock', { code: { externalChange: 'removed' } }],
  ['capabilities_unknown', { can: null }],
  ['no_schedules', { can: { yearDaySchedules: 0 } }],
  ['no_schedules', { can: lacks('yearDaySchedules') }],
  ['no_read_back', { can: { readBack: 'none' } }],
  // Of two that it lacks, the first of docs/arrivals.md.
  ['no_schedules', { can: { yearDaySchedules: 0, readBack: 'none' } }],
  ['no_read_back', { can: { ...lacks('clock'), readBack: 'none' } }],
  ['no_clock', { can: { ...lacks('clock'), ...lacks('scheduleOrder') } }],
  ['no_clock', { can: { clock: { set: true, read: false } } }],
  ['no_clock', { can: lacks('clock') }],
  ['schedule_order_unknown', { can: lacks('scheduleOrder') }],
  // A lock that can't be told with a code that it is disabled can't be given one so.
  ['schedule_order_unknown', { can: { scheduleOrder: 'code_disabled_first' } }],
  ['schedules_do_not_bind', { can: lacks('scheduleOrder'), calibration: { at: now, scheduleOrder: 'none' } }],
  ['loading_off', { preloadMs: 30_000 }],
  // Tried out, the lock would load nothing all the same.
  ['loading_off', { preloadMs: 30_000, can: lacks('scheduleOrder') }],
  ['ambiguous_hour', { isAmbiguous: true }],
  ['clocks_change', { rules: { changesAt: now + 29 * hourMs } }],
  ['due', { at: now + 6 * hourMs - 30_000, slots: slots() }],
  ['clock_untrusted', { isTrusted: false }],
  ['lock_reset', { state: { reset: { at: now, why: 'codes_gone' } } }],
  ['loading_rests', { state: { preloadAfter: now + 1 } }, now + 1],
  ['clock_wrong', { state: { clockSeen: { at: now, offsetMs: 60_001 } } }],
  // Its loading rested until lately: that is not until when.
  ['clock_silent', { state: { clockSeen: { at: now, offsetMs: undefined }, preloadAfter: now } }],
  ['code_refused', { code: { pin: pin('123456789') } }],
  ['code_refused', { state: tries({ terminal: 'duplicate' }) }],
  ['loading_failed', { state: tries({ count: loadAttempts }) }],
  ['no_free_slot', { usable: [1], slots: slots(stranger(1)) }],
  // The only slot that is free is owed to a code that is due, and has to wait for its next try.
  [
    'no_free_slot',
    {
      usable: [1],
      others: [another(2, '5678')],
      state: { attempts: new Map([[codeId(2), attempt(codeId(2), { notBefore: now + minuteMs })]]) },
    },
  ],
  // What is loaded makes room for one whose time it is.
  [
    'no_free_slot',
    { usable: [1], slots: slots({ ...bound, schedule: undefined }), others: [another(2, '5678')] },
  ],
  ['same_pin', { slots: slots(standing(1, codeId(2), '1234'), emptySlot(2)), others: [another(2, '1234')] }],
  [
    'same_pin',
    {
      slots: slots(standing(1, codeId(2), '1234'), emptySlot(2)),
      others: [another(2, '1234', { deletingSince: now })],
    },
  ],
  // It stands unbound, and goes for the sake of one that is due.
  [
    'same_pin',
    { slots: slots({ ...bound, schedule: undefined }, emptySlot(2)), others: [another(2, '1234')] },
  ],
  // Another is loaded first.
  [
    'no_free_slot',
    {
      usable: [1],
      others: [another(2, '5678', { timeFrame: { startsAt: now + 5 * hourMs, endsAt: now + 30 * hourMs } })],
    },
  ],
];

describe('a code that is not loaded ahead of its time', () => {
  const rows = causes.map(([reason, setting, until]) => ({ reason, setting, until }));
  test.each(rows)('says why, and the plan does not load it: $reason', ({ reason, setting, until }) => {
    const { deferral, action } = look(setting);
    expect(deferral).toEqual({
      reason,
      message: expect.stringMatching(/^[A-Z].{20,}/) as string,
      until,
    });
    expect(deferral?.message).not.toMatch(/1234|5678|8888/);
    // What is due is written, like every other code.
    expect(isLoading(action) && reason !== 'due').toBe(false);
  });

  test('each reason has its cause above, and without one of them the plan does load it', () => {
    expect(new Set(causes.map(([reason]) => reason))).toEqual(new Set(deferralReasons));
    const { deferral, action } = look({});
    expect([deferral, isLoading(action)]).toEqual([undefined, true]);
  });

  test('is loaded, where it is on the lock already: whatever keeps others from it', () => {
    const isOn = { slots: slots(bound) };
    const isUnseen = { slots: slots({ ...bound, grade: 'accepted' }) };
    expect(look({ ...isUnseen, isTrusted: false }).deferral).toBeUndefined();
    expect(look({ rules: { changesAt: now + 30 * hourMs } }).deferral, 'over by then').toBeUndefined();
    for (const setting of [
      { isTrusted: false },
      { state: { preloadAfter: now + 1 } },
      { state: tries({ count: loadAttempts }) },
      { at: now + 6 * hourMs },
    ])
      expect(look({ ...isOn, ...setting }).deferral).toBeUndefined();
  });

  test('days before that is told by what will be so then, not by what passes until then', () => {
    const early = { preloadMs: 2 * hourMs };
    const said = (setting: Setting): DeferralReason | undefined =>
      look({ ...early, ...setting }).deferral?.reason;
    expect(said({})).toBeUndefined();
    expect(said({ state: { preloadAfter: now + 1 } })).toBeUndefined();
    expect(said({ state: { clockSeen: { at: now, offsetMs: undefined } } })).toBeUndefined();
    expect(said({ isAmbiguous: true })).toBe('ambiguous_hour');
    expect(said({ rules: { changesAt: now + 29 * hourMs } })).toBe('clocks_change');
    expect(said({ can: lacks('scheduleOrder') })).toBe('schedule_order_unknown');
  });

  test('is not told of what passes in seconds', () => {
    const said = (setting: Setting): unknown => look(setting).deferral;
    expect(said({ state: { clockSeen: undefined } })).toBeUndefined();
    expect(said({ state: tries({ notBefore: now + 5_000 }) })).toBeUndefined();
    // A rest that is longer than any was set by a wall clock that was ahead.
    expect(said({ state: { preloadAfter: now + droppedRestMs + 1 } })).toBeUndefined();
    expect(said({ state: { preloadAfter: now + droppedRestMs } })).toMatchObject({ reason: 'loading_rests' });
    // Off, and to be put right at once.
    const off = { clockSeen: { at: now, offsetMs: 90_000 } };
    const settable = { can: { clock: { set: true, read: true } } };
    expect(said({ ...settable, state: off })).toBeUndefined();
    const clockCare = { failures: 1, notBefore: now + minuteMs, seenIn: inUtc.signature };
    expect(said({ ...settable, state: { ...off, clockCare } })).toMatchObject({ reason: 'clock_wrong' });
  });
});
