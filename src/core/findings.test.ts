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
import { delayMs, lifecycle, statusOnRequest, transitionEvents } from './lifecycle.ts';
import type { Lifecycle, LifecycleInput } from './lifecycle.ts';
import type { AccessCode, Finding, LockState } from './model.ts';

const leadMs = 30_000;
const frame = { startsAt: now - minuteMs, endsAt: now + 60 * minuteMs };
const wish = newAccessCode({ accessCodeId: codeId(1), deviceId: lockId, pin: pin('1234'), at: now });
const timed: AccessCode = { ...wish, timeFrame: frame };
const free = lockState([1, 2, 3].map((slot) => emptySlot(slot)));
const held = lockState([standing(1, wish.accessCodeId, '1234'), emptySlot(2)]);
const set: AccessCode = { ...wish, status: 'set' };

const look = (changes: Partial<LifecycleInput> = {}): Lifecycle =>
  lifecycle({
    code: wish,
    state: free,
    capabilities: capabilities(),
    usable: [1, 2, 3],
    unreachable: undefined,
    leadMs,
    now,
    ...changes,
  });
const codes = (list: readonly Finding[]): string[] => list.map((one) => one.code);
const unproved = (state: 'occupied' | 'empty'): LockState =>
  lockState([
    {
      ...standing(1, wish.accessCodeId, '1234'),
      ...(state === 'empty' ? { state: { kind: 'empty' as const } } : {}),
      grade: 'accepted',
      source: 'write',
    },
  ]);

describe('that the lock’s word is all there is', () => {
  test('is an error once a code should long have been proved, and not before', () => {
    const early = look({ state: unproved('occupied'), now: now + delayMs - 1 });
    expect(codes(early.errors)).toEqual([]);
    const late = look({ state: unproved('occupied'), now: now + delayMs });
    expect(late.status).toBe('setting');
    expect(codes(late.errors)).toEqual(['kwikset_unable_to_confirm_code']);
  });

  test('is an error of a removal in the same way', () => {
    const leaving: AccessCode = { ...wish, deletingSince: now, status: 'removing' };
    const early = look({ code: leaving, state: unproved('empty'), now: now + delayMs - 1 });
    expect(codes(early.errors)).toEqual([]);
    const late = look({ code: leaving, state: unproved('empty'), now: now + delayMs });
    expect(late).toMatchObject({ status: 'removing', finished: false });
    expect(codes(late.errors)).toEqual(['kwikset_unable_to_confirm_deletion']);
  });

  test('is a warning on a lock that cannot be read, whose code counts as set', () => {
    const blind = look({ state: unproved('occupied'), capabilities: capabilities({ readBack: 'none' }) });
    expect(blind).toMatchObject({ status: 'set', errors: [] });
    expect(codes(blind.warnings)).toEqual(['kwikset_unable_to_confirm_code']);
  });

  test('is an error where the lock was asked three times about a code it is thought to have', () => {
    const mute = (misses: number): LockState =>
      lockState([{ ...standing(1, wish.accessCodeId, '1234'), grade: 'assumed', misses }]);
    expect(look({ code: set, state: mute(2) })).toMatchObject({ status: 'unknown', errors: [] });
    expect(codes(look({ code: set, state: mute(3) }).errors)).toEqual(['kwikset_unable_to_confirm_code']);
  });
});

describe('a PIN that stands twice', () => {
  const stranger = belief(3, { state: occupied('1234'), unmanagedId: unmanagedId(3) });

  test('is told with the stranger’s id, whether ours stands or is to be set', () => {
    for (const first of [standing(1, wish.accessCodeId, '1234'), emptySlot(1)]) {
      const [error] = look({ state: lockState([first, emptySlot(2), stranger]) }).errors;
      expect(error).toMatchObject({
        code: 'duplicate_code_on_device',
        extra: { unmanaged_access_code_id: unmanagedId(3) },
      });
    }
  });

  test('is told with the id of our other code', () => {
    const twice = lockState([
      standing(1, wish.accessCodeId, '1234'),
      { ...standing(2, codeId(2), '1234'), written: pin('5678') },
    ]);
    expect(look({ state: twice }).errors).toMatchObject([
      { code: 'duplicate_code_on_device', extra: { managed_access_code_id: codeId(2) } },
    ]);
  });

  test('is waited for where its predecessor may still stand, and said so after 5 minutes', () => {
    const before = lockState([
      { ...standing(2, codeId(2), '1234'), state: { kind: 'unknown' } },
      emptySlot(1),
    ]);
    expect(codes(look({ state: before, now: now + delayMs - 1 }).errors)).toEqual([]);
    expect(look({ state: before, now: now + delayMs }).errors).toMatchObject([
      { code: 'duplicate_code_attempt_prevented', extra: { managed_access_code_id: codeId(2) } },
    ]);
    const gone = lockState([{ ...standing(2, codeId(2), '1234'), state: { kind: 'empty' } }, emptySlot(1)]);
    expect(codes(look({ state: gone, now: now + delayMs }).errors)).toEqual([]);
  });
});

test('an empty backup pool is an error of time-bound codes alone, since when it has been empty', () => {
  const empty = { poolEmptySince: now - 7 };
  for (const state of [held, free])
    expect(look({ ...empty, code: timed, state }).errors).toMatchObject([
      { code: 'empty_backup_access_code_pool', created_at: now - 7 },
    ]);
  expect(look({ ...empty, state: held }).errors).toEqual([]);
  expect(look({ ...empty, code: { ...timed, isBackup: true }, state: held }).errors).toEqual([]);
});

test('a pulled backup code and somebody else at work are warnings, whatever the status', () => {
  const code = { ...timed, pulledBackupId: codeId(9) };
  for (const state of [held, free])
    expect(codes(look({ code, state, foreignSince: now }).warnings)).toEqual([
      'using_backup_access_code',
      'third_party_integration_detected',
    ]);
});

test('a code that the lock has but keeps disabled has a warning', () => {
  const state = {
    ...free,
    attempts: new Map([[wish.accessCodeId, attempt(wish.accessCodeId, { lastFailure: 'disabled' })]]),
  };
  expect(codes(look({ state }).warnings)).toEqual(['ultraloq_access_code_disabled']);
});

test('no room is no error while a slot is about to be free', () => {
  const other: AccessCode = {
    ...newAccessCode({ accessCodeId: codeId(2), deviceId: lockId, pin: pin('5678'), at: now }),
    timeFrame: { startsAt: now - 60 * minuteMs, endsAt: frame.startsAt },
  };
  const full = lockState([standing(1, codeId(2), '5678')]);
  const waits = { code: timed, state: full, usable: [1] };
  expect(codes(look({ ...waits, others: [timed, other] }).errors)).toEqual([]);
  const stays = { ...other, timeFrame: { ...frame, endsAt: frame.endsAt + minuteMs } };
  expect(codes(look({ ...waits, others: [timed, stays] }).errors)).toEqual([
    'no_space_for_access_code_on_device',
  ]);
});

describe('time', () => {
  const later: AccessCode = {
    ...wish,
    timeFrame: { startsAt: now + 60 * minuteMs, endsAt: now + 90 * minuteMs },
    status: 'unset',
  };

  test('before its time a code is unset, without errors, and looked at again when it is due', () => {
    const early = look({ code: later, unreachable: 'hub_disconnected' });
    expect(early).toMatchObject({ status: 'unset', errors: [], warnings: [], finished: false });
    expect(early).toMatchObject({ isVacant: false, nextAt: now + 60 * minuteMs - leadMs });
  });

  test('its slot is free again once it is proved to be off the lock, and not before', () => {
    expect(look({ code: later, state: held })).toMatchObject({ status: 'removing', isVacant: false });
    const cleared = lockState([{ ...standing(1, wish.accessCodeId, '1234'), state: { kind: 'empty' } }]);
    expect(look({ code: later, state: cleared })).toMatchObject({ status: 'unset', isVacant: true });
  });

  test('delays count from when it was due, not from when it was asked for', () => {
    const due = now + 60 * minuteMs - leadMs;
    expect(codes(look({ code: later, now: due + delayMs - 1 }).warnings)).toEqual([]);
    expect(codes(look({ code: later, now: due + delayMs }).warnings)).toEqual(['delay_in_setting_on_device']);
  });

  test('one that the lock itself binds to its time is unset until it starts, and then set', () => {
    const scheduled = { ...later, isScheduledOnDevice: true };
    expect(transitionEvents(later, scheduled)).toEqual(['access_code.scheduled_on_device']);
    for (const at of [now, now + 60 * minuteMs - 1])
      expect(look({ code: scheduled, state: held, now: at })).toMatchObject({
        situation: 'scheduled',
        status: 'unset',
      });
    expect(look({ code: scheduled, state: held, now: now + 60 * minuteMs }).status).toBe('set');
  });

  test('from its end on it is wanted off the lock', () => {
    const over = now + 90 * minuteMs;
    expect(look({ code: later, state: held, now: over - 1 }).status).toBe('set');
    expect(look({ code: later, state: held, now: over })).toMatchObject({
      status: 'removing',
      finished: false,
    });
    expect(look({ code: later, state: free, now: over }).finished).toBe(true);
  });
});

test('the answer to a request never says that a code is set before its event has', () => {
  const of = (code: AccessCode, state: LockState): string =>
    statusOnRequest({ code, state, capabilities: capabilities(), leadMs, now });
  expect(of(wish, held)).toBe('setting');
  expect(of(set, held)).toBe('set');
  expect(of({ ...wish, status: 'unknown' }, held)).toBe('unknown');
  const later = { startsAt: now + 60 * minuteMs, endsAt: now + 90 * minuteMs };
  expect(of({ ...wish, timeFrame: later }, free)).toBe('unset');
  expect(of({ ...set, timeFrame: later }, held)).toBe('removing');
});
