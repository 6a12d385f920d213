import { describe, expect, test } from 'vitest';
import {
  attempt,
  belief,
  capabilities,
  codeId,
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
import { dueRisk, patienceMs } from './arrival-risks.ts';
import type { Risk, RiskReason, Surroundings } from './arrival-risks.ts';
import type { LifecycleInput } from './lifecycle-input.ts';
import type { AccessCode, LockState, SlotBelief } from './model.ts';
import { proofFreshMs } from './native.ts';

// Each reason has its cause in arrivals.test.ts; here is what decides between them, and from when on they count.

const hourMs = 60 * minuteMs;
const startsAt = now + 6 * hourMs;
const codeOf = (n: number, digits: string, changes: Partial<AccessCode> = {}): AccessCode =>
  newAccessCode({
    ...{ accessCodeId: codeId(n), deviceId: lockId, pin: pin(digits), at: now - hourMs },
    timeFrame: { startsAt, endsAt: startsAt + 24 * hourMs },
    ...changes,
  });
const guest = codeOf(1, '1234', { status: 'unset' });
const [a, b] = [guest.accessCodeId, codeId(2)];
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
const free = [1, 2, 3].map((slot) => emptySlot(slot));
const input = (
  changes: Partial<LifecycleInput> = {},
  slots: readonly SlotBelief[] = free,
): LifecycleInput => ({
  code: guest,
  state: lockState(slots),
  capabilities: capabilities(),
  usable: [1, 2, 3],
  unreachable: undefined,
  leadMs: 30_000,
  now,
  ...changes,
});
type Standing = Parameters<typeof dueRisk>[2];
const look = (
  around: Partial<Surroundings>,
  given: LifecycleInput = input(),
  stands: Standing = 'missing',
): ReturnType<typeof dueRisk> => dueRisk(given, { ...well, ...around }, stands);
const riskOf = (given: LifecycleInput, stands?: Standing): Risk | undefined => look({}, given, stands).risk;
const reasonOf = (given: LifecycleInput): RiskReason | undefined => riskOf(given)?.reason;
const tried = (changes: Partial<ReturnType<typeof attempt>>, slots = free): LockState =>
  lockState(slots, { attempts: new Map([[a, attempt(a, changes)]]) });
const away = now - 2 * patienceMs;
const ago = (ms: number): number => now - patienceMs + ms;

describe('from when on what passes is a risk', () => {
  test('ten minutes after it began, also where nobody knows how long the time has been known', () => {
    expect(patienceMs).toBe(10 * minuteMs);
    const around = { trustedSince: undefined };
    expect(look({ ...around, offlineSince: now })).toEqual({ risk: undefined, nextAt: now + patienceMs });
    expect(look({ ...around, offlineSince: away }).risk?.reason).toBe('device_disconnected');
  });

  test('at once where it began in the future: the clock was set back, and nobody knows how long it has been', () => {
    expect(look({ offlineSince: now + 1 }).risk?.reason).toBe('device_disconnected');
  });

  test('the first of several is waited for, beside what is a risk already', () => {
    const radio = { isReady: false, since: ago(minuteMs) };
    expect(look({ radio, untrustedSince: ago(2 * minuteMs) })).toEqual({
      risk: undefined,
      nextAt: now + minuteMs,
    });
    expect(look({ radio, untrustedSince: ago(1) }).nextAt).toBe(now + 1);
    expect(look({ radio, battery: 0.05 })).toMatchObject({
      risk: { reason: 'battery_critical' },
      nextAt: now + minuteMs,
    });
  });

  test('a lock that was silent long before its radio went away is told of at once', () => {
    const radio = { isReady: false, since: now - minuteMs };
    expect(look({ radio, offlineSince: away }).risk).toMatchObject({
      reason: 'device_disconnected',
      since: away,
    });
  });
});

describe('a code that stands on its lock', () => {
  const stands = (ageMs: number): LifecycleInput =>
    input({}, [{ ...standing(1, a, '1234'), evidenceAt: now - ageMs }, emptySlot(2)]);

  test('is kept from nothing by what would keep it from being written', () => {
    const { state } = stands(hourMs);
    const attempts = new Map([[a, attempt(a, { terminal: 'duplicate' })]]);
    const given = input({ state: { ...state, attempts } });
    expect(riskOf(given, 'fresh')).toBeUndefined();
    expect(riskOf(given, 'stale')).toBeUndefined();
    expect(riskOf(given)?.reason).toBe('duplicate_code');
    const out = { radio: { isReady: false, since: away }, offlineSince: away, untrustedSince: away };
    expect(look(out, stands(hourMs), 'fresh')).toEqual({ risk: undefined, nextAt: undefined });
  });

  test('seen too long ago is at risk once the lock cannot be asked any more for ten minutes', () => {
    const aged = (overMs: number): LifecycleInput => stands(proofFreshMs + overMs);
    const stale = (around: Partial<Surroundings>, overMs: number): ReturnType<typeof dueRisk> =>
      look(around, aged(overMs), 'stale');
    const reason = 'proof_too_old';
    expect(stale({ offlineSince: ago(5) }, hourMs)).toEqual({ risk: undefined, nextAt: now + 5 });
    expect(stale({ offlineSince: away }, patienceMs - 5)).toEqual({ risk: undefined, nextAt: now + 5 });
    expect(stale({ offlineSince: ago(0) }, hourMs).risk).toMatchObject({ reason, since: ago(0) });
    expect(stale({ offlineSince: away }, patienceMs).risk).toMatchObject({ reason, since: ago(0) });
    // Where no driver serves its radio, that is waited for in vain.
    expect(stale({ isStranded: true }, 5).risk).toMatchObject({ reason, since: now - 5 });
  });
});

describe('a code whose lock is in reach', () => {
  test('and has taken it is at no risk, whatever its battery tells nothing of', () => {
    const due = { now: startsAt };
    expect(look({ battery: undefined }, input(due)).risk).toBeUndefined();
    const failed = { code: 'failed_to_set_on_device', message: '', created_at: now, extra: {} };
    const other = { ...failed, code: 'no_space_for_access_code_on_device' };
    const withErrors = (...errors: readonly (typeof failed)[]): LifecycleInput =>
      input({ ...due, code: { ...guest, errors } });
    expect(reasonOf(withErrors(other))).toBeUndefined();
    expect(reasonOf(withErrors(other, failed))).toBe('failed_to_set');
    expect(reasonOf(input({ ...due, state: tried({ count: 4 }) }))).toBeUndefined();
  });

  test('finds no room where the lock says that it is full, whatever is free', () => {
    expect(reasonOf(input({ state: tried({ lastFailure: 'full' }) }))).toBe('no_space');
    expect(reasonOf(input({ state: tried({ lastFailure: 'timeout' }) }))).toBeUndefined();
  });

  test('is told what somebody has done with it there', () => {
    const left = (externalChange: AccessCode['externalChange']): string | undefined =>
      riskOf(input({ code: { ...guest, externalChange } }))?.message;
    expect(left('removed')).toContain('deleted it');
    expect(left('modified')).toContain('changed it');
  });

  test('has its PIN twice there by a stranger’s slot among others, or by its own and another of ours', () => {
    const stranger = belief(2, { state: occupied('1234'), unmanagedId: unmanagedId(1) });
    expect(reasonOf(input({}, [standing(1, b, '5678'), stranger, emptySlot(3)]))).toBe('duplicate_code');
    const own = { ...standing(1, a, '1234'), grade: 'assumed' as const };
    expect(reasonOf(input({}, [own, standing(2, b, '1234')]))).toBe('duplicate_code');
    expect(reasonOf(input({}, [own, standing(2, b, '5678')]))).toBeUndefined();
  });
});

describe('a code that was to be off the lock, and cannot be taken off', () => {
  const errors = [{ code: 'failed_to_remove_from_device', message: '', created_at: now, extra: {} }];
  const stuck = codeOf(2, '5678', { deletingSince: now - hourMs, errors });
  const blocked = (
    slots: readonly SlotBelief[],
    more: Partial<LifecycleInput> = {},
  ): RiskReason | undefined => reasonOf(input({ others: [guest, stuck], ...more }, slots));

  test('is in the way of one with its PIN: as it was wished, or as it was written', () => {
    const rest = [emptySlot(2), emptySlot(3)];
    expect(blocked([standing(1, b, '5678'), ...rest])).toBeUndefined();
    expect(blocked([standing(1, b, '1234'), ...rest])).toBe('predecessor_not_removed');
    const same = { others: [guest, { ...stuck, pin: guest.pin }] };
    const found = { ...standing(1, b, '1234'), written: undefined };
    expect(blocked([found, ...rest], same)).toBe('predecessor_not_removed');
    expect(blocked(free, same), 'it has no slot').toBeUndefined();
    const healthy = { others: [guest, { ...stuck, pin: guest.pin, errors: [] }] };
    expect(blocked([standing(1, b, '1234'), ...rest], healthy)).toBeUndefined();
  });

  test('is in the way of one that needs its slot, and has none', () => {
    const usable = [1, 2];
    const third = codeId(3);
    const full = [standing(1, b, '5678'), standing(2, third, '7777')];
    const staying = codeOf(3, '7777', { timeFrame: undefined });
    expect(blocked(full, { usable, others: [guest, staying, stuck] })).toBe('predecessor_not_removed');
    // Another will be off by then.
    const leaving = codeOf(3, '7777', { timeFrame: { startsAt: now - hourMs, endsAt: startsAt } });
    expect(blocked(full, { usable, others: [guest, leaving, stuck] })).toBeUndefined();
    const own = { ...standing(2, a, '1234'), grade: 'assumed' as const };
    for (const at of [now, startsAt])
      expect(blocked([standing(1, b, '5678'), own], { usable, now: at })).toBeUndefined();
  });

  test('is not the code itself, moved to later', () => {
    const moved = { ...guest, errors };
    const own = { ...standing(1, a, '1234'), grade: 'assumed' as const };
    expect(blocked([own, emptySlot(2)], { code: moved, others: [moved] })).toBeUndefined();
  });
});
