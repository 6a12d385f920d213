import { describe, expect, test } from 'vitest';
import {
  attempt,
  belief,
  capabilities,
  codeId,
  lockId,
  lockState,
  minuteMs,
  now,
  occupied,
  pin,
  standing,
} from '../../test/support/lock-states.ts';
import { newAccessCode } from './access-code.ts';
import { externallyChanged, notRemovedAfterAll, overtaken } from './external-change.ts';
import {
  foreignEndsAt,
  foreignOverMs,
  foreignSince,
  foreignWithinMs,
  oneMoreChange,
} from './foreign-changes.ts';
import type { AccessCode, LockState } from './model.ts';
import { isConverged, slotOwnedBy } from './slots.ts';

const own: AccessCode = {
  ...newAccessCode({ accessCodeId: codeId(1), deviceId: lockId, pin: pin('1234'), at: now - 60 * minuteMs }),
  status: 'set',
  setAt: now - 50 * minuteMs,
};
const allowed: AccessCode = { ...own, externalChangesAllowed: true, commonCodeKey: 'key' };
/** As a read leaves it that has found something else in our slot. */
const found = (digits: string, enabled = true): LockState =>
  lockState(
    [
      {
        ...standing(1, own.accessCodeId, '1234'),
        state: occupied(digits, enabled),
        landed: 'no',
        confirmed: false,
      },
    ],
    { attempts: new Map([[own.accessCodeId, attempt(own.accessCodeId, { lastFailure: 'not_kept' })]]) },
  );

describe('a change that is not allowed', () => {
  test('asks for the code anew, from now on, with errors that hold no digits', () => {
    const { code, state } = externallyChanged(own, 'modified', found('9999'), [own], now);
    expect(code).toMatchObject({ wishedAt: now, setAt: undefined, externalChange: undefined });
    expect(code.pin.equals(pin('1234'))).toBe(true);
    expect(code.errors.map((one) => one.code)).toEqual([
      'code_modified_external_to_seam',
      'replaced_by_newer_access_code',
    ]);
    expect(JSON.stringify(code.errors)).not.toMatch(/1234|9999/);
    expect(state.attempts.size, 'what it lost before still slows it down').toBe(1);
  });

  test('is no replacement where nothing, or nobody knows what, was found', () => {
    const gone = externallyChanged(own, 'deleted', lockState([]), [own], now);
    const masked = externallyChanged(own, 'modified', found('masked'), [own], now);
    for (const { code } of [gone, masked])
      expect(code.errors.map((one) => one.code)).toEqual(['code_modified_external_to_seam']);
    expect(gone.code.errors[0]?.extra).toEqual({ change_type: 'removed' });
  });
});

describe('a change that is allowed', () => {
  test('that the lock shows becomes the code’s own, as well proved as before', () => {
    const { code, state } = externallyChanged(allowed, 'modified', found('9999'), [allowed], now);
    expect(code).toMatchObject({ externalChange: 'modified', errors: [], commonCodeKey: null });
    expect(code.pin.equals(pin('9999'))).toBe(true);
    const slot = slotOwnedBy(state, own.accessCodeId);
    expect(slot && isConverged(slot, code.pin, capabilities())).toBe(true);
    expect(slot).toMatchObject({ confirmed: true, landed: 'yes' });
    expect(state.attempts.size).toBe(0);
  });

  test('to a PIN that another code has, or has had until now, is written again all the same', () => {
    const other = { ...own, accessCodeId: codeId(2), pin: pin('9999') };
    const changing = { ...other, pin: pin('5555'), previousPin: pin('9999') };
    for (const one of [other, changing]) {
      const { code } = externallyChanged(allowed, 'modified', found('9999'), [allowed, one], now);
      expect(code.pin.equals(pin('1234'))).toBe(true);
      expect(code.externalChange).toBeUndefined();
      expect(code.errors).toHaveLength(2);
    }
  });

  test('that shows no PIN, or one that is disabled, is left as nobody knows it', () => {
    for (const state of [found('masked'), found('9999', false)]) {
      const { code } = externallyChanged(allowed, 'modified', state, [allowed], now);
      expect(code).toMatchObject({ externalChange: 'modified', commonCodeKey: 'key' });
      expect(code.pin.equals(pin('1234'))).toBe(true);
    }
  });

  test('that deletes it leaves it off the lock', () => {
    const { code } = externallyChanged(allowed, 'deleted', found('masked'), [allowed], now);
    expect(code).toMatchObject({ externalChange: 'removed', errors: [], setAt: undefined });
  });
});

test('a code on its way off stays so, whatever is done to it', () => {
  const leaving = { ...allowed, deletingSince: now };
  expect(externallyChanged(leaving, 'deleted', lockState([]), [leaving], now).code).toEqual({
    ...leaving,
    setAt: undefined,
  });
});

test('overtaken in its slot before it was proved, a code says so once', () => {
  const once = overtaken(own, now);
  expect(overtaken(once, now + 1).errors.map((one) => one.code)).toEqual(['replaced_by_newer_access_code']);
});

test('codes that went with a reset were not removed one by one; one removed long before was', () => {
  const removed: AccessCode = { ...allowed, externalChange: 'removed' };
  const seen = (ageMs: number): LockState =>
    lockState([belief(1, { owner: own.accessCodeId, evidenceAt: now - ageMs })]);
  expect(notRemovedAfterAll(removed, seen(minuteMs), now)?.externalChange).toBeUndefined();
  expect(notRemovedAfterAll(removed, seen(minuteMs), now)).toBeDefined();
  expect(notRemovedAfterAll(removed, seen(60 * minuteMs), now)).toBeUndefined();
  expect(notRemovedAfterAll({ ...allowed, externalChange: 'modified' }, seen(0), now)).toBeUndefined();
});

describe('changes by others', () => {
  const hour = 60 * minuteMs;
  const first = oneMoreChange(undefined, now);

  test('are somebody at work from the second occasion within a day on', () => {
    expect(foreignSince(first, now)).toBeUndefined();
    expect(
      foreignSince(oneMoreChange(first, now + 9 * minuteMs), now + 9 * minuteMs),
      'one occasion',
    ).toBeUndefined();
    expect(foreignSince(oneMoreChange(first, now + hour), now + hour)).toBe(now);
    const late = now + foreignWithinMs + 1;
    expect(foreignSince(oneMoreChange(first, late), late)).toBeUndefined();
  });

  test('are over a week after the last', () => {
    const twice = oneMoreChange(first, now + hour);
    const end = now + hour + foreignOverMs;
    expect(foreignSince(twice, end)).toBe(now);
    expect(foreignSince(twice, end + 1)).toBeUndefined();
    expect(foreignEndsAt(twice, now + hour)).toBe(end + 1);
    expect(foreignEndsAt(first, now)).toBeUndefined();
    expect(foreignEndsAt(twice, end + 1)).toBeUndefined();
  });

  test('seen by a clock that was ahead count anew', () => {
    expect(oneMoreChange({ count: 5, firstAt: now, lastAt: now + hour }, now).count).toBe(1);
  });
});
