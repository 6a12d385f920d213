import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  anyLockState,
  anyPin,
  attempt,
  capabilities,
  circumstances,
  codeId,
  empty,
  emptySlot,
  intentFor,
  lockState,
  minuteMs,
  now,
  occupied,
  pin,
  planInput,
  standing,
  wantedCode,
} from '../../test/support/lock-states.ts';
import { learnChecksum } from './learn-checksum.ts';
import { learnRead } from './learn-read.ts';
import { beginIntent, learnWrite } from './learn-write.ts';
import type { WriteResult } from './lesson.ts';
import { learnNoChecksum, learnNoReading, learnReachable, learnSilence } from './lesson.ts';
import type { Lesson } from './lesson.ts';
import type { Intent, LockState } from './model.ts';
import { plan } from './plan.ts';
import { beliefOf, isCleared, isConverged } from './slots.ts';

const runs = { numRuns: 1_000 };
const at = circumstances();
const code = codeId(1);

const write = (before: LockState, intent: Intent, result: WriteResult): Lesson =>
  learnWrite(beginIntent(before, intent), beliefOf(before, intent.slot), intent, result, at);

const anyIntent = fc
  .record({ slot: fc.integer({ min: 1, max: 6 }), digits: fc.option(anyPin, { nil: undefined }) })
  .map(({ slot, digits }) => intentFor(slot, code, digits?.reveal()));
const anyFailure = fc.record({
  kind: fc.constant('failed' as const),
  why: fc.constantFrom('asleep', 'unreachable', 'timeout', 'radio_down', 'aborted'),
  mayHaveLanded: fc.boolean(),
});
const anyRefusal = fc.record({
  kind: fc.constant('refused' as const),
  why: fc.constantFrom('duplicate', 'format', 'full', 'occupied', 'unsupported', 'unspecified'),
  certain: fc.boolean(),
});

describe('before the frame leaves', () => {
  test('a code that goes into another slot leaves its own, which may still have a schedule', () => {
    const side = { mayBeScheduled: true, sideFailures: 2, sideAfter: now + 1 };
    const left = { ...emptySlot(1), owner: code, ...side };
    const next = beginIntent(lockState([left, emptySlot(2)]), intentFor(2, code, '1234'));
    expect(beliefOf(next, 1)).toMatchObject({ owner: undefined, ...side });
    expect(beliefOf(next, 2)).toMatchObject({ owner: code });
    const again = beginIntent(lockState([left]), intentFor(1, code, '1234'));
    expect(beliefOf(again, 1)).toMatchObject({ owner: code, suspicion: 'uncertain' });
    const standingThere = lockState([standing(1, code, '1234'), emptySlot(2)]);
    expect(beliefOf(beginIntent(standingThere, intentFor(2, code, '1234')), 1).owner).toBe(code);
  });

  test('a name that stood beside the code is no longer taken for granted: the lock may have been emptied since', () => {
    const named = lockState([{ ...standing(1, code, '1234'), writtenName: 'Anna' }]);
    const intent = intentFor(1, code, '2345');
    expect(beliefOf(beginIntent(named, intent), 1).writtenName).toBeUndefined();
    expect(beliefOf(write(named, intent, { kind: 'confirmed' }).state, 1).writtenName).toBeUndefined();
  });

  test('the slot is our code’s and in doubt, and what stands in it is believed as before (FIELD-BUGS 28, 32)', () => {
    fc.assert(
      fc.property(anyLockState, anyIntent, (state, intent) => {
        const prior = beliefOf(state, intent.slot);
        const after = beliefOf(beginIntent(state, intent), intent.slot);
        expect(after).toMatchObject({
          owner: code,
          suspicion: 'uncertain',
          confirmed: false,
          state: prior.state,
          grade: prior.grade,
          evidenceAt: prior.evidenceAt,
        });
        expect(after.written).toEqual(intent.pin ?? prior.written);
      }),
      runs,
    );
  });

  test('an occupied slot later tells that our write landed only if the slot was proved empty before', () => {
    const landed = (state: LockState): string =>
      beliefOf(beginIntent(state, intentFor(1, code, '1234')), 1).landed;
    expect(landed(lockState([emptySlot(1)]))).toBe('if_occupied');
    expect(landed(lockState([{ ...emptySlot(1), grade: 'accepted' }]))).toBe('no');
    expect(landed(lockState([standing(1, code, '9876', true)]))).toBe('no');
    expect(landed(lockState([]))).toBe('no');
  });
});

describe('no answer', () => {
  test('never makes a slot empty or occupied: every belief stays as it was', () => {
    fc.assert(
      fc.property(anyLockState, anyIntent, anyFailure, (state, intent, failure) => {
        const after = write(state, intent, failure).state;
        for (const slot of [1, 2, 3, 4, 5, 6])
          expect(beliefOf(after, slot).state).toEqual(beliefOf(state, slot).state);
      }),
      runs,
    );
  });

  test('to a write that may have landed leaves the slot to be read, neither converged nor cleared', () => {
    fc.assert(
      fc.property(anyLockState, anyIntent, anyFailure, anyPin, (state, intent, failure, any) => {
        const able = at.capabilities;
        const after = beliefOf(write(state, intent, { ...failure, mayHaveLanded: true }).state, intent.slot);
        expect(after.suspicion).toBe('uncertain');
        expect(isConverged(after, any, able)).toBe(false);
        expect(isCleared(after, able)).toBe(false);
      }),
      runs,
    );
  });

  test('to a write that surely did not land takes the slot back to what it was, owner included', () => {
    fc.assert(
      fc.property(anyLockState, anyIntent, anyFailure, (state, intent, failure) => {
        const after = write(state, intent, { ...failure, mayHaveLanded: false }).state;
        expect(beliefOf(after, intent.slot)).toEqual(beliefOf(state, intent.slot));
      }),
      runs,
    );
  });

  test('to a read or a checksum changes nothing that is believed to stand in any slot (FIELD-BUGS 4)', () => {
    const anySilence = fc.constantFrom('unanswered', 'unreachable');
    fc.assert(
      fc.property(anyLockState, fc.integer({ min: 1, max: 6 }), anySilence, (state, slot, silence) => {
        for (const after of [learnNoReading(state, slot, silence, at), learnNoChecksum(state, silence, at)]) {
          for (const [n, one] of after.slots)
            expect({ ...one, misses: 0, lookAfter: 0 }).toEqual({
              ...beliefOf(state, n),
              misses: 0,
              lookAfter: 0,
            });
          expect(after.health.failures).toBe(state.health.failures + 1);
        }
      }),
      runs,
    );
  });

  test('to reads of one slot has it asked less and less, where nothing of ours is in it for hours', () => {
    const wait = (before: LockState, times: number): number => {
      let state = before;
      for (let n = 0; n < times; n += 1) state = learnNoReading(state, 1, 'unanswered', at);
      return (beliefOf(state, 1).lookAfter ?? now) - now;
    };
    const [own, foreign] = [lockState([standing(1, code, '1234')]), lockState([])];
    expect(wait(own, 1)).toBeLessThanOrEqual(5_000);
    expect(wait(own, 2)).toBeGreaterThan(wait(own, 1));
    expect(wait(own, 99)).toBeLessThanOrEqual(15 * minuteMs);
    expect(wait(foreign, 1)).toBeGreaterThan(wait(own, 1));
    expect(wait(foreign, 99)).toBeGreaterThan(6 * 60 * minuteMs - 1);
  });

  test('to a third checksum in a row ends asking for it; an answer in between begins anew', () => {
    let state = lockState([emptySlot(1)]);
    for (let n = 1; n <= 3; n += 1) {
      state = learnNoChecksum(state, 'unanswered', at);
      expect(state.checksumTrusted).toBe(n < 3);
    }
    const twice = learnNoChecksum(learnNoChecksum(lockState([]), 'unanswered', at), 'unanswered', at);
    const heard = learnChecksum(twice, 1, circumstances({ capabilities: capabilities({ checksum: true }) }));
    expect(learnNoChecksum(heard.state, 'unanswered', at).checksumTrusted).toBe(true);
    expect(learnNoChecksum(twice, 'unreachable', at).checksumTrusted, 'a lock off the air says nothing').toBe(
      true,
    );
  });

  test('opens the breaker for longer each time, and being heard closes it', () => {
    fc.assert(
      fc.property(anyLockState, (state) => {
        const once = learnSilence(state, 'unreachable', at);
        expect(once.health.failures).toBe(state.health.failures + 1);
        expect(once.health.retryAt).toBeGreaterThan(now);
        expect(once.slots).toBe(state.slots);
        expect(learnReachable(once).health).toEqual({ failures: 0, retryAt: undefined });
      }),
    );
    let state = lockState([]);
    let longest = 0;
    for (let n = 0; n < 12; n += 1) {
      state = learnSilence(state, 'unreachable', at);
      const wait = (state.health.retryAt ?? 0) - now;
      expect(wait).toBeGreaterThanOrEqual(longest);
      longest = wait;
    }
    expect(longest).toBeLessThanOrEqual(10 * minuteMs);
  });
});

describe('an answer', () => {
  test('that says yes is a claim, not a proof', () => {
    const lesson = write(lockState([emptySlot(1)]), intentFor(1, code, '1234'), { kind: 'accepted' });
    expect(lesson.learned).toEqual([]);
    const after = beliefOf(lesson.state, 1);
    expect(after).toMatchObject({ grade: 'accepted', confirmed: false, suspicion: undefined });
    expect(isConverged(after, pin('1234'), at.capabilities)).toBe(false);
  });

  test('that proves the write ends the matter and its attempts', () => {
    const state = lockState([emptySlot(1)], { attempts: new Map([[code, attempt(code)]]) });
    const set = write(state, intentFor(1, code, '1234'), { kind: 'confirmed' });
    expect(set.learned).toEqual([{ kind: 'confirmed', slot: 1, code }]);
    expect(set.state.attempts.size).toBe(0);
    expect(isConverged(beliefOf(set.state, 1), pin('1234'), at.capabilities)).toBe(true);
    const clear = write(set.state, intentFor(1, code, undefined), { kind: 'confirmed' });
    expect(clear.learned).toEqual([{ kind: 'cleared', slot: 1, code }]);
    expect(isCleared(beliefOf(clear.state, 1), at.capabilities)).toBe(true);
  });

  test('that says yes to clearing keeps that the code stood there, which its end is reported by', () => {
    const lesson = write(lockState([standing(1, code, '1234')]), intentFor(1, code, undefined), {
      kind: 'accepted',
    });
    expect(beliefOf(lesson.state, 1)).toMatchObject({
      state: empty,
      grade: 'accepted',
      landed: 'yes',
      owner: code,
    });
    expect(isCleared(beliefOf(lesson.state, 1), at.capabilities)).toBe(false);
  });

  test('makes a checksum heard before the write worthless, and what it cast doubt on is looked at calmly', () => {
    const state = lockState([emptySlot(1), { ...emptySlot(2), suspicion: 'checksum' }], {
      checksum: { value: 77, at: now },
    });
    const lesson = write(state, intentFor(1, code, '1234'), { kind: 'accepted' });
    expect(lesson.state.checksum).toBeUndefined();
    expect(beliefOf(lesson.state, 2).suspicion).toBe('audit');
  });
});

describe('a refusal', () => {
  test('never makes a slot hold or lose anything: beliefs of what stands there stay', () => {
    fc.assert(
      fc.property(anyLockState, anyIntent, anyRefusal, (state, intent, refusal) => {
        const lesson = write(state, intent, refusal);
        for (const slot of [1, 2, 3, 4, 5, 6])
          expect(beliefOf(lesson.state, slot).state).toEqual(beliefOf(state, slot).state);
        expect(lesson.learned).toEqual([{ kind: 'refused', slot: intent.slot, code, why: refusal.why }]);
        expect(lesson.state.attempts.get(code)?.count).toBe((state.attempts.get(code)?.count ?? 0) + 1);
      }),
      runs,
    );
  });

  test('for another reason than format leads to a look at the slot, not to another write (FIELD-BUGS 8)', () => {
    fc.assert(
      fc.property(anyRefusal, (refusal) => {
        fc.pre(!refusal.certain || !['format', 'unsupported'].includes(refusal.why));
        const after = write(lockState([emptySlot(1)]), intentFor(1, code, '1234'), refusal).state;
        expect(plan(planInput(after, [wantedCode(code, '1234')])).action).toMatchObject({
          kind: 'read',
          slot: 1,
        });
        expect(after.attempts.get(code)?.terminal).toBeUndefined();
      }),
    );
  });

  test('for the format is final, and the empty slot is free for another code at once (FIELD-BUGS 6)', () => {
    const refusal = { kind: 'refused', why: 'format', certain: true } as const;
    const after = write(lockState([emptySlot(1)]), intentFor(1, code, '1234'), refusal).state;
    expect(after.attempts.get(code)).toMatchObject({ terminal: 'format', notBefore: undefined });
    expect(beliefOf(after, 1)).toMatchObject({ owner: undefined, suspicion: undefined, state: empty });
    const over = write(lockState([standing(1, code, '9876')]), intentFor(1, code, '1234'), refusal).state;
    expect(beliefOf(over, 1), 'the old PIN may still stand').toMatchObject({
      owner: code,
      suspicion: 'uncertain',
    });
  });
});

/** A lock that answers every read, and never a write: plan and learn against it for an hour. */
const writesInAnHour = (wish: 'present' | 'absent', lands: boolean): number => {
  const wanted = [wantedCode(code, '1234', { wanted: wish })];
  let state = wish === 'present' ? lockState([emptySlot(1)]) : lockState([standing(1, code, '1234')]);
  let holds = wish === 'absent';
  let time = now;
  let writes = 0;
  for (let steps = 0; time < now + 60 * minuteMs && steps < 20_000; steps += 1) {
    const next = plan(planInput(state, wanted, { now: time }));
    const here = { ...at, now: time };
    if (next.action === undefined) {
      if (next.wakeAt === undefined) return writes;
      time = next.wakeAt;
    } else if (next.action.kind === 'read') {
      time += 100;
      state = learnRead(state, next.action.slot, holds ? occupied('1234') : empty, {
        ...here,
        now: time,
      }).state;
    } else if (!('slot' in next.action)) throw new Error('this lock has neither checksum nor clock');
    else {
      writes += 1;
      if (lands) holds = next.action.kind === 'set';
      const intent = intentFor(next.action.slot, code, next.action.kind === 'set' ? '1234' : undefined);
      const prior = beliefOf(state, intent.slot);
      time += 2_000;
      state = learnWrite(
        beginIntent(state, intent),
        prior,
        intent,
        { kind: 'failed', why: 'timeout', mayHaveLanded: true },
        { ...here, now: time },
      ).state;
    }
  }
  return writes;
};

describe('a lock that answers reads but never writes', () => {
  for (const wish of ['present', 'absent'] as const) {
    test(`is written to less and less, not every few seconds, for a code wanted ${wish} (FIELD-BUGS 2, 24)`, () => {
      const writes = writesInAnHour(wish, false);
      expect(writes).toBeGreaterThan(3);
      expect(writes).toBeLessThan(20);
    });

    test(`is written to once, if the write lands, for a code wanted ${wish} (FIELD-BUGS 17)`, () => {
      expect(writesInAnHour(wish, true)).toBe(1);
    });
  }
});
