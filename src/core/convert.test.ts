import { describe, expect, test } from 'vitest';
import {
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
  unmanagedId,
} from '../../test/support/lock-states.ts';
import { newAccessCode } from './access-code.ts';
import { conversion, conversionDeadlineMs, handOverBar } from './convert.ts';
import type { Conversion, ConversionInput, UnmanagedWish } from './convert.ts';
import type { AccessCode, LockState, SlotBelief } from './model.ts';

const able = capabilities();
const id = unmanagedId(1);
/** As a look has just shown it. */
const found = (changes: Partial<SlotBelief> = {}): SlotBelief =>
  belief(3, {
    state: occupied('4711'),
    grade: 'proved',
    source: 'read',
    evidenceAt: now,
    unmanagedId: id,
    ...changes,
  });
const wish: UnmanagedWish = {
  accessCodeId: id,
  deviceId: lockId,
  kind: 'convert',
  since: now - minuteMs,
  pin: undefined,
  externalChangesAllowed: false,
  errors: [],
  warnings: [],
};
const managed = (digits: string, changes: Partial<AccessCode> = {}): AccessCode =>
  newAccessCode({ accessCodeId: codeId(1), deviceId: lockId, pin: pin(digits), at: now, ...changes });
const converted = (slot: SlotBelief, more: Partial<ConversionInput> = {}): Conversion =>
  conversion({
    wish,
    state: lockState([slot]),
    codes: [],
    capabilities: able,
    usable: [1, 2, 3],
    now,
    ...more,
  });

describe('an unmanaged code is taken over', () => {
  test('when a look has shown it, and not on less', () => {
    expect(converted(found()).kind).toBe('converted');
    const waiting = { kind: 'waits', nextAt: wish.since + conversionDeadlineMs };
    for (const doubt of [{ grade: 'accepted' }, { grade: 'assumed' }, { suspicion: 'repair' }] as const)
      expect(converted(found(doubt))).toEqual(waiting);
    const wipe = { why: 'codes_gone', open: [1], gone: 1, summed: false } as const;
    for (const doubt of [{ wipe }, { reset: { at: now, why: 'codes_gone' } as const }])
      expect(converted(found(), { state: lockState([found()], doubt) })).toEqual(waiting);
    expect(converted(found({ state: { kind: 'unknown' } }))).toEqual(waiting);
    expect(converted(found({ grade: 'assumed' }), { now: waiting.nextAt })).toMatchObject({
      kind: 'failed',
      failure: { why: 'unproved' },
    });
  });

  test('in no slot that is out of bounds or cannot be read', () => {
    const why = (more: Partial<ConversionInput>): Conversion => converted(found(), more);
    expect(why({ usable: [1, 2] })).toMatchObject({ failure: { why: 'reserved' } });
    expect(why({ capabilities: capabilities({ readBack: 'none' }) })).toMatchObject({
      failure: { why: 'unreadable' },
    });
    expect(why({ capabilities: undefined })).toMatchObject({ failure: { why: 'unreadable' } });
  });

  test('beside no code that has its PIN, or the one that it is to get', () => {
    const duplicate = { failure: { why: 'duplicate', holder: { accessCodeId: codeId(1) } } };
    const other = { wish: { ...wish, pin: pin('8642') } };
    expect(converted(found(), { codes: [managed('4711')] })).toMatchObject(duplicate);
    expect(converted(found(), { ...other, codes: [managed('8642')] })).toMatchObject(duplicate);
    expect(converted(found(), { ...other, codes: [managed('4711')] })).toMatchObject(duplicate);
    expect(converted(found(), { ...other, codes: [managed('1357')] }).kind).toBe('converted');
  });

  test('and the PIN that it had counts as its own until another is proved in its place', () => {
    expect(converted(found(), { wish: { ...wish, pin: pin('8642') } })).toMatchObject({
      code: { pin: pin('8642'), previousPin: pin('4711'), status: 'setting', setAt: undefined },
    });
    expect(converted(found())).toMatchObject({ code: { previousPin: undefined, status: 'set', setAt: now } });
  });
});

test('only what is proved to stand, and nobody has to take off, is left to the lock', () => {
  const code = managed('4711');
  const stands = lockState([standing(3, codeId(1), '4711')]);
  const bar = (one: AccessCode, state: LockState = stands, isWritten = false): unknown =>
    handOverBar(one, state, able, isWritten);
  expect(bar(code)).toBeUndefined();
  expect(bar(code, stands, true)).toBe('in_doubt');
  expect(bar(managed('8642'))).toBe('in_doubt');
  expect(bar(code, lockState([]))).toBe('not_on_lock');
  expect(bar(code, lockState([]), true)).toBe('in_doubt');
  expect(bar({ ...code, deletingSince: now })).toBe('leaving');
  expect(bar({ ...code, isOneTimeUse: true })).toBe('one_time');
  expect(bar({ ...code, timeFrame: { startsAt: now, endsAt: now + minuteMs } })).toBe('time_bound');
  const scheduled = { ...standing(3, codeId(1), '4711'), mayBeScheduled: true };
  expect(bar(code, lockState([scheduled]))).toBe('scheduled');
  expect(handOverBar(code, stands, capabilities({ readBack: 'none' }), false)).toBe('not_on_lock');
});
