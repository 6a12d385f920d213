import { describe, expect, test } from 'vitest';
import {
  attempt,
  belief,
  capabilities,
  codeId,
  empty,
  emptySlot,
  lockId,
  lockState,
  minuteMs,
  now,
  occupied,
  pin,
  standing,
  unmanagedId,
} from '../../test/support/lock-states.ts';
import { newAccessCode } from './access-code.ts';
import { patienceMs, riskReasons } from './arrival-risks.ts';
import type { RiskReason, Surroundings } from './arrival-risks.ts';
import { arrivalRisk, atDoorMs, noted, outlook as outlookOf } from './arrivals.ts';
import type { Outlook } from './arrivals.ts';
import type { Loading } from './lifecycle-input.ts';
import type { LifecycleInput } from './lifecycle.ts';
import type { AccessCode, LockState } from './model.ts';
import { proofFreshMs } from './native.ts';

const hourMs = 60 * minuteMs;
const startsAt = now + 6 * hourMs;
const timeFrame = { startsAt, endsAt: startsAt + 24 * hourMs };
const guest = newAccessCode({
  accessCodeId: codeId(1),
  deviceId: lockId,
  pin: pin('1234'),
  at: now - hourMs,
  timeFrame,
  status: 'unset',
});
const minute = { year: 2026, month: 11, day: 1, hour: 18, minute: 0 };
const window = { start: minute, stop: { ...minute, day: 2 } };
const loading: Loading = { window, isAhead: true, beginsAt: startsAt - 72 * hourMs };

const able = capabilities({
  yearDaySchedules: 1,
  scheduleOrder: 'schedule_first',
  clock: { set: true, read: true },
});

const well: Surroundings = {
  untrustedSince: undefined,
  trustedSince: now - 200 * hourMs,
  removedAt: undefined,
  isStranded: false,
  isDisplaced: false,
  radio: { isReady: true, since: now - 100 * hourMs },
  offlineSince: undefined,
  battery: 0.8,
};
/** Nothing is in the way of loading but what the input itself says. */
const outlook = (given: LifecycleInput, around: Surroundings): Outlook =>
  outlookOf(given, around, {
    isOff: false,
    forecast: () => given.loading,
    hindrances: () => ({ ofTheLock: undefined, restsUntil: undefined, ofCodes: new Map() }),
    isDisproved: false,
  });
const free = lockState([1, 2, 3].map((slot) => emptySlot(slot)));
const input = (changes: Partial<LifecycleInput> = {}): LifecycleInput => ({
  code: guest,
  state: free,
  capabilities: capabilities(),
  usable: [1, 2, 3],
  unreachable: undefined,
  leadMs: 30_000,
  now,
  ...changes,
});
/** Loaded, and seen on the lock so long ago. */
const loadedAgo = (ageMs: number, changes: Partial<LockState> = {}): LockState => {
  const at = now - ageMs;
  const slot = standing(1, guest.accessCodeId, '1234');
  const schedule = { window, at, beside: true };
  return lockState([{ ...slot, evidenceAt: at, schedule, mayBeScheduled: true }], changes);
};
const loadedInput = (ageMs: number): LifecycleInput =>
  input({ state: loadedAgo(ageMs), loading, capabilities: able });
const reasonOf = (given: LifecycleInput, around: Partial<Surroundings> = {}): RiskReason | undefined =>
  outlook(given, { ...well, ...around }).risk?.reason;
const away = now - 2 * patienceMs;
const radioAway = { isReady: false, since: away };
/** Over, and not to be got off the lock. */
const stuck = (digits: string, slot: number): { one: AccessCode; slot: LockState['slots'] } => {
  const one: AccessCode = {
    ...newAccessCode({ accessCodeId: codeId(2), deviceId: lockId, pin: pin(digits), at: now - hourMs }),
    deletingSince: now - hourMs,
    errors: [{ code: 'failed_to_remove_from_device', message: '', created_at: now, extra: {} }],
  };
  return { one, slot: new Map([[slot, standing(slot, one.accessCodeId, digits)]]) };
};
const withStuck = (digits: string, usable = [1, 2, 3]): LifecycleInput => {
  const { one, slot } = stuck(digits, 1);
  return input({ state: lockState([...slot.values(), emptySlot(2)]), usable, others: [guest, one] });
};

describe('how a code comes, and how well that is proved', () => {
  test('a lock without schedules gets it when it is due: nothing can be known before', () => {
    expect(outlook(input(), well)).toEqual({
      how: 'deferred',
      deferral: { reason: 'no_schedules', message: expect.any(String) as string, until: undefined },
      proof: 'waiting',
      evidenceAt: undefined,
      risk: undefined,
      nextAt: undefined,
    });
  });

  test('one with schedules is loaded ahead, and where it is not, why is said (core/deferral)', () => {
    const look = (changes: Partial<LifecycleInput>): unknown => {
      const { how, deferral } = outlook(input({ loading, ...changes }), well);
      return [how, deferral?.reason];
    };
    expect(look({ capabilities: able })).toEqual(['native', undefined]);
    expect(look({ capabilities: undefined })).toEqual(['deferred', 'capabilities_unknown']);
    const unwilling = { ...guest, preferNativeScheduling: false };
    expect(look({ capabilities: able, code: unwilling })).toEqual(['deferred', 'not_preferred']);
    // On the lock and bound when its time begins, it was loaded, whatever is wished since.
    const begun = { now: startsAt, state: loadedAgo(now - startsAt), code: unwilling };
    expect(look({ capabilities: able, ...begun })).toEqual(['native', undefined]);
  });

  test('loaded and seen within a day it is proved, later assumed, and that moment is told', () => {
    expect(outlook(loadedInput(proofFreshMs - 5), well)).toMatchObject({
      how: 'native',
      proof: 'proved',
      evidenceAt: now - proofFreshMs + 5,
      nextAt: now + 6,
    });
    expect(outlook(loadedInput(proofFreshMs + 1), well)).toMatchObject({ proof: 'assumed', risk: undefined });
  });

  test('without its schedule seen beside it, it is not there yet', () => {
    const slot = { ...standing(1, guest.accessCodeId, '1234'), mayBeScheduled: true };
    expect(outlook(input({ state: lockState([slot]), loading }), well)).toMatchObject({
      proof: 'waiting',
      evidenceAt: undefined,
    });
  });

  test('once it is due, what the lock said of it counts', () => {
    const at = { now: startsAt, code: { ...guest, status: 'setting' as const } };
    const slot = standing(1, guest.accessCodeId, '1234');
    const proofOf = (changes: object): string =>
      outlook(input({ ...at, state: lockState([{ ...slot, ...changes }]) }), well).proof;
    expect(proofOf({ evidenceAt: startsAt })).toBe('proved');
    expect(proofOf({ evidenceAt: startsAt, grade: 'accepted' })).toBe('accepted');
    expect(proofOf({ state: empty })).toBe('waiting');
    // Bound by a schedule of another time it may keep its guest out.
    expect(proofOf({ evidenceAt: startsAt, mayBeScheduled: true })).toBe('assumed');
  });
});

const failing = (changes: Partial<Parameters<typeof attempt>[1]>): LockState => ({
  ...free,
  attempts: new Map([[guest.accessCodeId, attempt(guest.accessCodeId, changes)]]),
});
const due = { now: startsAt, leadMs: 30_000 };

/** The reason, what makes it, and what is around it. */
const causes: readonly (readonly [RiskReason, LifecycleInput, Partial<Surroundings>?])[] = [
  ['device_removed', input(), { removedAt: now - hourMs }],
  ['account_disconnected', input(), { isStranded: true }],
  ['clock_untrusted', input(), { untrustedSince: away }],
  ['lock_displaced', input(), { isDisplaced: true, offlineSince: away }],
  ['hub_disconnected', input(), { radio: radioAway, offlineSince: away }],
  ['device_disconnected', input(), { offlineSince: away }],
  ['proof_too_old', loadedInput(proofFreshMs + hourMs), { offlineSince: away }],
  ['proof_too_old', loadedInput(proofFreshMs + hourMs), { radio: radioAway }],
  ['proof_too_old', loadedInput(proofFreshMs + hourMs), { isStranded: true }],
  ['lock_reset', input({ state: { ...free, reset: { at: now, why: 'codes_gone' } } })],
  ['capabilities_unknown', input({ capabilities: undefined })],
  ['changed_at_lock', input({ code: { ...guest, externalChange: 'removed' } })],
  ['code_refused', input({ code: { ...guest, pin: pin('123456789') } })],
  ['code_refused', input({ state: failing({ terminal: 'format' }) })],
  [
    'duplicate_code',
    input({ state: lockState([belief(1, { state: occupied('1234'), unmanagedId: unmanagedId(1) })]) }),
  ],
  ['duplicate_code', input({ state: failing({ terminal: 'duplicate' }) })],
  ['predecessor_not_removed', withStuck('1234')],
  ['predecessor_not_removed', withStuck('5678', [1])],
  [
    'no_space',
    input({
      state: lockState([belief(1, { state: occupied('8888'), unmanagedId: unmanagedId(1) })]),
      usable: [1],
    }),
  ],
  ['failed_to_set', input({ ...due, state: failing({ count: 5 }) })],
  ['battery_critical', input(), { battery: 0.05 }],
];

describe('what speaks against a code', () => {
  const rows = causes.map(([reason, given, around = {}]) => ({ reason, given, around }));
  test.each(rows)('$reason', ({ reason, given, around }) => {
    const { risk } = outlook(given, { ...well, ...around });
    expect(risk?.reason).toBe(reason);
    expect(risk?.message).toMatch(/^[A-Z].{20,}$/);
    expect(risk?.message).not.toMatch(/1234|5678|8888/);
  });

  test('each reason has its cause above, and nothing speaks against a code where all is well', () => {
    expect(new Set(causes.map(([reason]) => reason))).toEqual(new Set(riskReasons));
    for (const given of [input(), input({ loading }), loadedInput(hourMs), loadedInput(2 * proofFreshMs)])
      expect(outlook(given, well).risk).toBeUndefined();
    expect(reasonOf(withStuck('5678')), 'another slot is free').toBeUndefined();
    expect(reasonOf(input({ state: failing({ count: 9 }) })), 'its time has not come').toBeUndefined();
    expect(
      reasonOf(input({ capabilities: capabilities({ power: 'mains' }) }), { battery: 0.05 }),
    ).toBeUndefined();
  });

  test('the gravest reason is told', () => {
    const all: Partial<Surroundings> = {
      removedAt: now,
      isStranded: true,
      untrustedSince: away,
      radio: radioAway,
      offlineSince: away,
      battery: 0.01,
    };
    const told: (RiskReason | undefined)[] = [];
    let around = all;
    for (const next of [
      { removedAt: undefined },
      { isStranded: false },
      { untrustedSince: undefined },
      { radio: well.radio },
      { offlineSince: undefined },
    ]) {
      told.push(reasonOf(input(), around));
      around = { ...around, ...next };
    }
    expect([...told, reasonOf(input(), around)]).toEqual([
      'device_removed',
      'account_disconnected',
      'clock_untrusted',
      'hub_disconnected',
      'device_disconnected',
      'battery_critical',
    ]);
  });

  test('a code that is loaded and lately seen opens the door whatever becomes of bridge and radio', () => {
    const gone = { untrustedSince: away, isStranded: true, radio: radioAway, offlineSince: away };
    expect(reasonOf(loadedInput(hourMs), gone)).toBeUndefined();
    expect(reasonOf(loadedInput(hourMs), { ...gone, battery: 0.05 })).toBe('battery_critical');
    expect(reasonOf(loadedInput(hourMs), { removedAt: now })).toBe('device_removed');
    const reset = { at: now, why: 'codes_gone' } as const;
    expect(reasonOf(input({ state: loadedAgo(hourMs, { reset }), loading }))).toBe('lock_reset');
  });
});

describe('what comes back by itself', () => {
  const passing: readonly (readonly [RiskReason, (since: number) => Partial<Surroundings>])[] = [
    ['hub_disconnected', (since: number) => ({ radio: { isReady: false, since } })],
    ['device_disconnected', (since: number) => ({ offlineSince: since })],
    ['clock_untrusted', (since: number) => ({ untrustedSince: since })],
  ];
  test.each(passing)('%s is no risk within ten minutes, and that moment is told', (reason, around) => {
    const look = (since: number, changes: Partial<LifecycleInput> = {}): ReturnType<typeof outlook> =>
      outlook(input(changes), { ...well, ...around(since) });
    expect(look(now - patienceMs + 1)).toMatchObject({ risk: undefined, nextAt: now + 1 });
    expect(look(now - patienceMs)).toMatchObject({ risk: { reason, since: now - patienceMs } });
    // Told already: a restart of the bridge, which counts anew, is no news.
    const code = { ...guest, arrivalRisk: { reason, since: away } };
    expect(look(now - 1, { code }).risk?.reason).toBe(reason);
  });

  test('what was noted by a clock that was slow counts from when the time was known', () => {
    const around = { offlineSince: 0, radio: { isReady: true, since: 0 } };
    const trustedSince = now - patienceMs + 1;
    expect(outlook(input(), { ...well, ...around, trustedSince })).toMatchObject({
      risk: undefined,
      nextAt: now + 1,
    });
    expect(reasonOf(input({ now: now + 1 }), { ...around, trustedSince })).toBe('device_disconnected');
  });

  test('a lock has ten minutes to be heard after its radio has come back', () => {
    const radio = { isReady: true, since: now - patienceMs + 1 };
    expect(reasonOf(input(), { radio, offlineSince: now - 9 * hourMs })).toBeUndefined();
    expect(reasonOf(input({ now: now + 1 }), { radio, offlineSince: now - 9 * hourMs })).toBe(
      'device_disconnected',
    );
  });
});

describe('what is told hours ahead', () => {
  const noticeMs = 5 * hourMs;
  const look = (changes: Partial<LifecycleInput>): ReturnType<typeof arrivalRisk> =>
    arrivalRisk(input(changes), { ...well, offlineSince: away }, noticeMs);

  test('begins so long before its time, and that moment is told', () => {
    expect(look({ now: startsAt - noticeMs - 1 })).toEqual({ risk: undefined, nextAt: startsAt - noticeMs });
    expect(look({ now: startsAt - noticeMs })).toMatchObject({ risk: { reason: 'device_disconnected' } });
  });

  test('ends an hour after its beginning, or with its end', () => {
    expect(look({ now: startsAt + atDoorMs - 1 })).toMatchObject({
      risk: { reason: 'device_disconnected' },
      nextAt: startsAt + atDoorMs,
    });
    expect(look({ now: startsAt + atDoorMs })).toEqual({ risk: undefined, nextAt: undefined });
    const short = { ...guest, timeFrame: { startsAt, endsAt: startsAt + minuteMs } };
    expect(look({ code: short, now: startsAt + minuteMs })).toEqual({ risk: undefined, nextAt: undefined });
  });

  test('has no end to wait for where there is no risk', () => {
    const quiet = { risk: undefined, nextAt: undefined };
    for (const at of [startsAt - noticeMs, startsAt + atDoorMs - 1])
      expect(arrivalRisk(input({ now: at }), well, noticeMs)).toEqual(quiet);
    // Long over for this list, it is told of no more, however much speaks against it.
    const later = input({ now: startsAt + atDoorMs + hourMs });
    expect(arrivalRisk(later, { ...well, offlineSince: away }, noticeMs)).toEqual(quiet);
  });

  test('is nothing of codes that are no arrivals', () => {
    for (const code of [
      { ...guest, timeFrame: undefined },
      { ...guest, isBackup: true },
      { ...guest, deletingSince: now },
    ])
      expect(look({ code, now: startsAt })).toEqual({ risk: undefined, nextAt: undefined });
  });

  test('is kept with the time since when it is so, as long as its reason is the same', () => {
    const risk = { reason: 'no_space', message: '', since: undefined } as const;
    const first = noted(risk, undefined, now);
    expect(first).toEqual({ reason: 'no_space', since: now });
    expect(noted(risk, first, now + 1)).toBe(first);
    expect(noted({ ...risk, reason: 'lock_reset', since: 7 }, first, now)).toEqual({
      reason: 'lock_reset',
      since: 7,
    });
    expect(noted(undefined, first, now)).toBeUndefined();
  });
});
