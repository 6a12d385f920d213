import fc from 'fast-check';
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
import {
  delayMs,
  externalChangeError,
  failureAttempts,
  failureMs,
  lifecycle,
  transitionEvents,
} from './lifecycle.ts';
import { newAccessCode } from './access-code.ts';
import type { Lifecycle, LifecycleInput } from './lifecycle.ts';
import type { AccessCode, Attempt, LockState } from './model.ts';

const able = capabilities();
const wish = newAccessCode({
  accessCodeId: codeId(1),
  deviceId: lockId,
  name: 'Guest',
  pin: pin('1234'),
  at: now,
});
const leaving: AccessCode = { ...wish, deletingSince: now, status: 'removing' };
const free = lockState([1, 2, 3, 4, 5, 6].map((slot) => emptySlot(slot)));
const held = lockState([standing(1, wish.accessCodeId, '1234')]);

const look = (changes: Partial<LifecycleInput> = {}): Lifecycle =>
  lifecycle({
    code: wish,
    state: free,
    capabilities: able,
    usable: [1, 2, 3],
    unreachable: undefined,
    leadMs: 30_000,
    now,
    ...changes,
  });
const codes = (list: readonly { readonly code: string }[]): string[] => list.map((one) => one.code);
const tried = (state: LockState, changes: Partial<Attempt>): LockState => ({
  ...state,
  attempts: new Map([[wish.accessCodeId, attempt(wish.accessCodeId, changes)]]),
});

for (const [what, code, state, status, situation, delayed, failed, beside] of [
  [
    'a code being set',
    wish,
    free,
    'setting',
    'missing',
    'delay_in_setting_on_device',
    'failed_to_set_on_device',
    [],
  ],
  [
    'a code being removed',
    leaving,
    held,
    'removing',
    'leaving',
    'delay_in_removing_from_device',
    'failed_to_remove_from_device',
    ['being_deleted'],
  ],
] as const)
  describe(what, () => {
    test('is neither late nor failed one millisecond before 5 minutes, and says when it would be', () => {
      const soon = look({ code, state, now: now + delayMs - 1 });
      expect(soon).toMatchObject({ status, situation, errors: [], nextAt: now + 5 * minuteMs });
      expect(codes(soon.warnings)).toEqual(beside);
      expect(soon).toMatchObject({ finished: false, isVacant: false });
    });

    test('has a delay warning from 5 minutes on', () => {
      const late = look({ code, state, now: now + delayMs });
      expect(late).toMatchObject({ status, errors: [], nextAt: now + 30 * minuteMs });
      expect(codes(late.warnings)).toEqual([...beside, delayed]);
    });

    test('has failed from 30 minutes on, in place of the warning, and nothing more is waited for', () => {
      expect(codes(look({ code, state, now: now + failureMs - 1 }).errors)).toEqual([]);
      const over = look({ code, state, now: now + failureMs });
      expect(over).toMatchObject({ status, nextAt: undefined });
      expect(codes(over.warnings)).toEqual(beside);
      expect(codes(over.errors)).toEqual([failed]);
    });

    test('has failed at the fifth failed attempt, not at the fourth', () => {
      expect(failureAttempts).toBe(5);
      expect(codes(look({ code, state: tried(state, { count: 4 }) }).errors)).toEqual([]);
      expect(codes(look({ code, state: tried(state, { count: 5 }) }).errors)).toEqual([failed]);
    });

    test('gives each event exactly once, however often it is looked at', () => {
      const events: string[] = [];
      let record: AccessCode = code;
      for (let at = now; at <= now + 90 * minuteMs; at += 30_000) {
        const life = look({ code: record, state, now: at });
        const after = { ...record, status: life.status, errors: life.errors, warnings: life.warnings };
        events.push(...transitionEvents(record, after));
        record = after;
      }
      expect(events).toEqual([`access_code.${delayed}`, `access_code.${failed}`]);
    });

    test('keeps the time at which each finding was first made', () => {
      let record: AccessCode = code;
      for (const at of [now + delayMs, now + delayMs + minuteMs]) {
        const life = look({ code: record, state, unreachable: 'device_disconnected', now: at });
        record = { ...record, errors: life.errors, warnings: life.warnings };
      }
      for (const one of [...record.errors, ...record.warnings]) expect(one.created_at).toBe(now + delayMs);
      expect(codes(record.errors)).toEqual(['device_disconnected']);
    });
  });

describe('a wanted code', () => {
  test('is set when it stands proved, and then has neither errors nor warnings, whatever it had', () => {
    const code = {
      ...wish,
      errors: [{ code: externalChangeError, message: '', created_at: now, extra: {} }],
    };
    expect(
      look({
        code,
        state: tried(held, { count: 9 }),
        unreachable: 'device_disconnected',
        now: now + failureMs,
      }),
    ).toMatchObject({ status: 'set', errors: [], warnings: [], finished: false, nextAt: undefined });
  });

  test('is not set on the lock’s word alone, except where it cannot be read (FIELD-BUGS 15, 17)', () => {
    const word = lockState([{ ...standing(1, wish.accessCodeId, '1234'), grade: 'accepted' }]);
    expect(look({ state: word }).status).toBe('setting');
    expect(look({ state: word, capabilities: capabilities({ readBack: 'none' }) }).status).toBe('set');
  });

  test('is never set while what the lock can do is unknown, or its write is in doubt (FIELD-BUGS 23)', () => {
    expect(look({ state: held, capabilities: undefined }).status).toBe('setting');
    const doubt = lockState([{ ...standing(1, wish.accessCodeId, '1234'), suspicion: 'uncertain' }]);
    expect(look({ state: doubt }).status).toBe('setting');
  });

  test('that the lock refused for good fails at once and says which way', () => {
    expect(codes(look({ state: tried(free, { terminal: 'duplicate' }) }).errors)).toEqual([
      'duplicate_code_on_device',
      'failed_to_set_on_device',
    ]);
    expect(codes(look({ state: tried(free, { terminal: 'format' }) }).errors)).toEqual([
      'failed_to_set_on_device',
    ]);
  });

  test('has an error where no slot is free for it, or the lock says it is full (FIELD-BUGS 10)', () => {
    const taken = lockState(
      [1, 2, 3].map((slot) => belief(slot, { state: occupied('9999'), unmanagedId: unmanagedId(slot) })),
    );
    const space = ['no_space_for_access_code_on_device'];
    expect(codes(look({ state: taken }).errors)).toEqual(space);
    expect(codes(look({ state: tried(free, { lastFailure: 'full' }) }).errors)).toEqual(space);
    expect(codes(look({ state: taken, capabilities: undefined }).errors)).toEqual([]);
  });

  test('keeps the error of an external change until it stands again', () => {
    const code = {
      ...wish,
      errors: [{ code: externalChangeError, message: 'm', created_at: 7, extra: { a: 'b' } }],
    };
    expect(look({ code }).errors).toEqual(code.errors);
    expect(look({ code, state: held }).errors).toEqual([]);
  });

  test('set again after a loss gives the event again; set and staying so gives none', () => {
    const set = { ...wish, status: 'set' as const };
    expect(transitionEvents(wish, set)).toEqual(['access_code.set_on_device']);
    expect(transitionEvents(set, set)).toEqual([]);
    expect(transitionEvents(set, wish)).toEqual([]);
  });
});

describe('a code on its way off', () => {
  test('is finished only when its slot is proved empty, or it never had one (FIELD-BUGS 27)', () => {
    const cleared = { ...standing(1, leaving.accessCodeId, '1234'), state: empty };
    expect(look({ code: leaving, state: free }).finished).toBe(true);
    expect(look({ code: leaving, state: lockState([cleared]) }).finished).toBe(true);
    expect(look({ code: leaving, state: held }).finished).toBe(false);
    for (const change of [
      { grade: 'accepted' },
      { suspicion: 'uncertain' },
      { state: { kind: 'unknown' } },
    ] as const)
      expect(look({ code: leaving, state: lockState([{ ...cleared, ...change }]) }).finished).toBe(false);
  });

  test('says loudly that it may still open the door, once it has failed', () => {
    const [error] = look({ code: leaving, state: held, now: now + failureMs }).errors;
    expect(error?.message).toMatch(/may still open the door/i);
  });
});

test('no finding ever holds a digit of a PIN', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(wish, leaving),
      fc.constantFrom(free, held),
      fc.constantFrom('duplicate', 'format', undefined),
      fc.constantFrom(undefined, 'device_disconnected', 'hub_disconnected'),
      fc.integer({ min: 0, max: 60 }),
      (code, state, terminal, unreachable, minutes) => {
        const life = look({
          code,
          state: tried(state, { terminal }),
          unreachable,
          now: now + minutes * minuteMs,
        });
        const texts = [...life.errors, ...life.warnings].map((one) => one.message).join(' ');
        expect(texts).not.toMatch(/\d{4}/);
      },
    ),
  );
});

describe('on a lock that was reset (FIELD-BUGS 31)', () => {
  const reset = { ...free, reset: { at: now, why: 'codes_gone' as const } };

  test('a code waits, with an error that names the command to go on with', () => {
    const life = look({ state: reset });
    expect(life).toMatchObject({ status: 'setting' });
    expect(codes(life.errors)).toEqual(['lockstep_lock_reset']);
    expect(life.errors[0]?.message).toContain('lockstep repair LOCK --restore');
  });

  test('nothing says that a code is being set again', () => {
    const kept = {
      code: externalChangeError,
      message: 'The code was deleted at the lock. It is being set again.',
      created_at: now,
      extra: {},
    };
    const life = look({ state: reset, code: { ...wish, errors: [kept] }, now: now + failureMs });
    expect(codes(life.errors)).toEqual([
      externalChangeError,
      'lockstep_lock_reset',
      'failed_to_set_on_device',
    ]);
    for (const { message } of life.errors) expect(message).not.toContain('again.');
    const changed = { ...kept, extra: { change_type: 'modified' } };
    expect(look({ state: reset, code: { ...wish, errors: [changed] } }).errors[0]?.message).toBe(
      'The code was changed at the lock.',
    );
  });

  test('a code that is known to stand has no error', () => {
    const life = look({ state: { ...held, reset: reset.reset } });
    expect(life).toMatchObject({ status: 'set', errors: [] });
  });
});

test('a PIN of a length that the lock does not take is an error at once, with the lengths it takes (FIELD-BUGS 6)', () => {
  for (const [codeLengths, text] of [
    [[6], 'takes PINs of 6 digits, and this one has 4'],
    [[5, 8], 'takes PINs of 5 or 8 digits'],
    [[5, 6, 7, 8], 'takes PINs of 5 to 8 digits'],
  ] as const) {
    const life = look({ capabilities: capabilities({ codeLengths }) });
    expect(codes(life.errors)).toEqual(['failed_to_set_on_device']);
    expect(life.errors[0]?.message).toContain(text);
    expect(life.errors[0]?.message).toContain('another PIN');
  }
  const standing = look({ state: held, capabilities: capabilities({ codeLengths: [6] }) });
  expect(standing, 'where it stands all the same, it does').toMatchObject({ status: 'set', errors: [] });
});

test('codes of a lock that another one has taken the place of say what to do', () => {
  const life = look({ unreachable: 'lockstep_lock_displaced', now: now + failureMs });
  expect(codes(life.errors)).toEqual(['lockstep_lock_displaced', 'failed_to_set_on_device']);
  for (const { message } of life.errors) expect(message).toContain('lockstep replace OLD NEW');
});

test('a code loaded days after it was asked for has not failed to go in the moment its schedule is missed', () => {
  const timeFrame = { startsAt: now + 90 * minuteMs, endsAt: now + 120 * minuteMs };
  const loading = { window: undefined, isAhead: true, beginsAt: now };
  const slot = { ...standing(1, wish.accessCodeId, '1234'), mayBeScheduled: true, writtenAt: now };
  const code = { ...wish, timeFrame, wishedAt: now - 48 * 60 * minuteMs };
  const missed = { code, loading, state: lockState([slot]) };
  expect(look(missed)).toMatchObject({ status: 'removing', situation: 'early_present', errors: [] });
  expect(codes(look({ ...missed, now: now + failureMs }).errors)).toEqual(['failed_to_remove_from_device']);
});
