import { describe, expect, test } from 'vitest';
import {
  attempt,
  belief,
  capabilities,
  circumstances,
  codeId,
  empty,
  emptySlot,
  freshId,
  lockState,
  minuteMs,
  now,
  occupied,
  pin,
  standing,
  unmanagedId,
} from '../../test/support/lock-states.ts';
import { learnRead, learnUnavailable } from './learn-read.ts';
import type { Lesson } from './lesson.ts';
import type { Attempt, LocalMinute, SlotBelief, SlotReading, UserType } from './model.ts';
import { beliefOf, freshProofMs, mayStandUnseen } from './slots.ts';

const code = codeId(1);
const at = circumstances();
/** Written, and taken by the lock's word: nobody has looked since. */
const written = (changes: Partial<SlotBelief> = {}): SlotBelief => ({
  ...standing(1, code, '1234'),
  ...{ confirmed: false, grade: 'accepted', source: 'write', landed: 'accepted' },
  ...changes,
});
const read = (before: SlotBelief, reading: SlotReading, tried?: Partial<Attempt>): Lesson => {
  const attempts = tried === undefined ? [] : [[code, attempt(code, tried)] as const];
  return learnRead(lockState([before], { attempts: new Map(attempts) }), 1, reading, at);
};
const slotOf = ({ state }: Lesson): SlotBelief => beliefOf(state, 1);
const triedOf = ({ state }: Lesson): Attempt | undefined => state.attempts.get(code);
const kindsOf = ({ learned }: Lesson): string[] => learned.map((one) => one.kind);

describe('a code of ours whose slot is found empty', () => {
  test('makes a liar of the lock that took it, and may stand there unseen where the lock had said yes to it', () => {
    const lesson = read(written(), empty);
    expect(lesson.learned).toEqual([{ kind: 'lied', slot: 1, code }]);
    expect([lesson.state.seenToLie, mayStandUnseen(slotOf(lesson))]).toEqual([true, true]);
    const unsure = read(written({ landed: 'if_occupied' }), empty);
    expect(slotOf(unsure).landed).toBe('no');
  });

  test('is cleared where it was only believed to stand, or was to be cleared', () => {
    const assumed = read(written({ grade: 'assumed' }), empty);
    expect([kindsOf(assumed), assumed.state.seenToLie]).toEqual([['cleared'], false]);
    const done = read(written({ state: { kind: 'empty' } }), empty);
    expect([kindsOf(done), slotOf(done).landed]).toEqual([['cleared'], 'no']);
    const seenBefore = read(written({ state: { kind: 'empty' }, landed: 'yes' }), empty);
    expect(slotOf(seenBefore).landed, 'its end is reported by that').toBe('yes');
  });

  test('has its failures forgotten with it, but for those that it was only cleared for', () => {
    const left = (lastFailure: string): number | undefined =>
      triedOf(read(written({ state: { kind: 'empty' } }), empty, { count: 3, lastFailure }))?.count;
    expect(['timeout', 'disabled', 'not_applied'].map(left)).toEqual([undefined, 3, 3]);
  });
});

describe('a code of ours in whose slot another stands', () => {
  const other = occupied('9999');

  test('makes a liar of the lock that said that it had written it over', () => {
    const lesson = read(written({ landed: 'yes' }), other);
    expect(lesson.learned).toEqual([{ kind: 'lied', slot: 1, code }]);
    expect(slotOf(lesson)).toMatchObject({ landed: 'no', owner: code, state: other });
    for (const believed of [{ grade: 'assumed' }, { source: 'checksum' }] as const)
      expect(read(written({ landed: 'yes', ...believed }), other).learned).toEqual([]);
    const masked = read(written({ landed: 'no', state: occupied('masked') }), occupied('masked'));
    expect(masked.learned, 'old and new look alike').toEqual([]);
  });

  test('is somebody else’s where ours went into an empty slot', () => {
    const lesson = read(written(), other);
    expect(lesson.learned).toEqual([
      { kind: 'released', slot: 1, code },
      { kind: 'unmanaged_found', slot: 1, id: freshId },
    ]);
    expect(kindsOf(read(written({ grade: 'assumed' }), other))).toEqual([]);
  });

  test('is not tried again where the lock refused it as a duplicate', () => {
    const before = written({ landed: 'yes', grade: 'assumed' });
    const refused = read(before, other, { count: 2, lastFailure: 'duplicate', notBefore: now + minuteMs });
    expect(triedOf(refused)).toEqual({
      ...attempt(code, { count: 2, lastFailure: 'duplicate', terminal: 'duplicate' }),
    });
    expect(triedOf(read(before, other, { lastFailure: 'timeout' }))?.terminal).toBeUndefined();
  });
});

describe('a masked code in a slot of ours', () => {
  const unheard = (ageMs: number): SlotBelief =>
    written({ landed: 'if_soon', writtenAt: now - ageMs, grade: 'assumed', state: { kind: 'empty' } });

  test('is ours where the write that nobody acknowledged was just before, by a clock that was not set since', () => {
    const isOurs = (ageMs: number, enabled = true): boolean =>
      slotOf(read(unheard(ageMs), occupied('masked', enabled))).owner === code;
    expect([0, freshProofMs, freshProofMs + 1, -1].map((ms) => isOurs(ms))).toEqual([
      true,
      true,
      false,
      false,
    ]);
    expect(
      [0, freshProofMs + 1].map((ms) => isOurs(ms, false)),
      'nor disabled',
    ).toEqual([true, false]);
  });
});

describe('a code of ours that is found disabled', () => {
  const found = (changes: Partial<SlotBelief>): number | undefined =>
    triedOf(read(written(changes), occupied('1234', false)))?.count;

  test('has failed where the lock said yes to it enabled, and not where it was never told so', () => {
    expect(found({})).toBe(1);
    expect([found({ grade: 'assumed' }), found({ source: 'checksum' })]).toEqual([undefined, undefined]);
    expect(found({ state: occupied('1234', false) })).toBeUndefined();
  });
});

describe('what a lock says that a code may do', () => {
  const minute = (hour: number): LocalMinute => ({ year: 2026, month: 11, day: 2, hour, minute: 0 });
  const window = { start: minute(10), stop: minute(12) };
  const shown = (userType: UserType): SlotReading => ({
    ...{ kind: 'occupied', pin: pin('1234'), enabled: true, userType },
  });
  const bound: SlotBelief = {
    ...standing(1, code, '1234'),
    mayBeScheduled: true,
    schedule: { window, at: now, beside: true },
  };

  test('shuts it out like one that is disabled, and nothing else of it is lost', () => {
    expect(slotOf(read(standing(1, code, '1234'), shown('week_day'))).state).toEqual({
      ...{ kind: 'occupied', pin: pin('1234'), enabled: false, userType: 'week_day' },
    });
    // Told to be disabled, it is taken for what the lock says of that.
    const told = { ...bound, state: occupied('1234', false), source: 'write' as const };
    expect(slotOf(read(told, shown('non_access'))).state).toMatchObject({ enabled: true });
    expect(slotOf(read({ ...told, source: 'read' }, shown('non_access'))).state).toMatchObject({
      enabled: false,
    });
  });

  test('keeps codes from being loaded only where a schedule was to bind it', () => {
    expect(read(bound, shown('unrestricted')).state.preloadAfter).toBeGreaterThan(now);
    const unbound = standing(1, code, '1234');
    expect(read(unbound, shown('unrestricted')).state.preloadAfter).toBeUndefined();
  });
});

describe('a slot that is nobody’s here', () => {
  const theirs = belief(1, {
    ...{ state: occupied('9999'), unmanagedId: unmanagedId(1), unmanagedSince: now - minuteMs },
  });

  test('tells since when its code has been there, and no longer once it is gone', () => {
    const after = (before: SlotBelief, reading: SlotReading): (string | number | undefined)[] => {
      const { unmanagedId: id, unmanagedSince } = slotOf(read(before, reading));
      return [id, unmanagedSince];
    };
    expect(after(emptySlot(1), occupied('9999'))).toEqual([freshId, now]);
    expect(after(theirs, occupied('9999'))).toEqual([unmanagedId(1), now - minuteMs]);
    expect(after(theirs, occupied('8888'))).toEqual([freshId, now]);
    expect(after(theirs, empty)).toEqual([undefined, undefined]);
    // Not known for a while, it is taken for the same.
    const unseen = { ...theirs, state: { kind: 'unknown' } as const };
    expect(after(unseen, occupied('9999'))).toEqual([unmanagedId(1), now - minuteMs]);
  });

  test('may have schedules again once somebody has written a code there', () => {
    const free = { ...emptySlot(1), isScheduleFree: true as const };
    expect(slotOf(read(free, empty)).isScheduleFree).toBe(true);
    expect(slotOf(read(free, occupied('9999'))).isScheduleFree).toBeUndefined();
    expect(slotOf(read(emptySlot(1), empty)).isScheduleFree).toBeUndefined();
  });

  test('that the lock keeps for itself was looked at all the same', () => {
    const before = { ...theirs, misses: 3, lookAfter: now + minuteMs };
    const { state } = learnUnavailable(
      lockState([before]),
      1,
      circumstances({ capabilities: capabilities() }),
    );
    expect(beliefOf(state, 1)).toMatchObject({
      ...{ state: { kind: 'unknown' }, evidenceAt: now, source: 'read', misses: 0, lookAfter: undefined },
    });
  });
});
