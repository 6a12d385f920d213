import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  anyCapabilities,
  anyLockState,
  anyReading,
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
import type { LockState, SlotBelief, SlotReading } from './model.ts';
import { beliefOf, candidateSlots, freshProofMs, isConverged } from './slots.ts';

const runs = { numRuns: 1_000 };
const anySlot = fc.integer({ min: 1, max: 6 });
const at = circumstances();
const code = codeId(1);

const read = (before: SlotBelief, reading: SlotReading, changes: Partial<LockState> = {}): Lesson =>
  learnRead(lockState([before], changes), before.slot, reading, at);
const slotAfter = (lesson: Lesson, slot = 1): SlotBelief => beliefOf(lesson.state, slot);
const kinds = (lesson: Lesson): string[] => lesson.learned.map((one) => one.kind);

describe('whatever was believed before', () => {
  test('a slot is believed to be what the lock just said of it, and that is proved', () => {
    fc.assert(
      fc.property(anyLockState, anySlot, anyReading, anyCapabilities, (state, slot, reading, able) => {
        const after = learnRead(state, slot, reading, circumstances({ capabilities: able }));
        expect(slotAfter(after, slot)).toMatchObject({
          state: reading,
          grade: 'proved',
          suspicion: undefined,
        });
        expect(slotAfter(after, slot).evidenceAt).toBeGreaterThanOrEqual(now);
        expect(after.state.health).toEqual({ failures: 0, retryAt: undefined });
      }),
      runs,
    );
  });

  test('a read says nothing of what stands in other slots', () => {
    fc.assert(
      fc.property(anyLockState, anySlot, anyReading, anyCapabilities, (state, slot, reading, able) => {
        const after = learnRead(state, slot, reading, circumstances({ capabilities: able })).state;
        for (const [other, one] of state.slots)
          if (other !== slot)
            expect(beliefOf(after, other)).toMatchObject({
              state: one.state,
              owner: one.owner,
              unmanagedId: one.unmanagedId,
              written: one.written,
            });
      }),
      runs,
    );
  });

  test('a slot that was not ours never becomes ours by being read (FIELD-BUGS 28)', () => {
    fc.assert(
      fc.property(anyLockState, anySlot, anyReading, (state, slot, reading) => {
        const before = beliefOf(state, slot).owner;
        const after = slotAfter(learnRead(state, slot, reading, at), slot).owner;
        expect([before, undefined]).toContain(after);
        if (after === undefined && before !== undefined && reading.kind === 'occupied')
          expect(slotAfter(learnRead(state, slot, reading, at), slot).unmanagedId).toBe(freshId);
      }),
      runs,
    );
  });

  test('an external change is told only of a code that was proved to stand before (FIELD-BUGS 28)', () => {
    fc.assert(
      fc.property(anyLockState, anySlot, anyReading, (state, slot, reading) => {
        for (const one of learnRead(state, slot, reading, at).learned) {
          if (one.kind !== 'lost') continue;
          expect(beliefOf(state, slot)).toMatchObject({ owner: one.code, confirmed: true });
          expect(one.how).toBe(reading.kind === 'empty' ? 'deleted' : 'modified');
        }
      }),
      runs,
    );
  });

  test('an occupied slot that nobody here owns has an id of its own, an empty or owned one has none', () => {
    fc.assert(
      fc.property(anyLockState, anySlot, anyReading, (state, slot, reading) => {
        const after = slotAfter(learnRead(state, slot, reading, at), slot);
        expect(after.unmanagedId !== undefined).toBe(
          after.owner === undefined && reading.kind === 'occupied',
        );
      }),
      runs,
    );
  });

  test('a masked answer stands for our PIN only where our write is known to have landed (FIELD-BUGS 1, 3)', () => {
    fc.assert(
      fc.property(anyLockState, anySlot, (state, slot) => {
        const before = beliefOf(state, slot);
        const lesson = learnRead(state, slot, occupied('masked'), at);
        const after = slotAfter(lesson, slot);
        if (before.landed === 'no' || before.written === undefined) {
          expect(kinds(lesson)).not.toContain('confirmed');
          for (const digits of ['1234', '0042', '55555', '919191', '8080'])
            expect(isConverged(after, pin(digits), capabilities({ readBack: 'masked' }))).toBe(false);
        }
      }),
      runs,
    );
  });

  test('a PIN counts as confirmed only when the lock said it, or masked one that landed', () => {
    fc.assert(
      fc.property(anyLockState, anySlot, anyReading, (state, slot, reading) => {
        const lesson = learnRead(state, slot, reading, at);
        if (!lesson.learned.some((one) => one.kind === 'confirmed' && one.slot === slot)) return;
        const { written } = beliefOf(state, slot);
        expect(reading).toMatchObject({ kind: 'occupied', enabled: true });
        if (reading.kind === 'occupied' && reading.pin !== 'masked') expect(reading.pin).toEqual(written);
      }),
      runs,
    );
  });
});

describe('a slot that is not ours', () => {
  const foreign = belief(1, { state: occupied('9999'), grade: 'proved', unmanagedId: unmanagedId(1) });

  test('is a new unmanaged code when something is found in it', () => {
    const lesson = read(emptySlot(1), occupied('9999'));
    expect(lesson.learned).toEqual([{ kind: 'unmanaged_found', slot: 1, id: freshId }]);
    expect(slotAfter(lesson)).toMatchObject({ owner: undefined, unmanagedId: freshId });
  });

  test('holds another unmanaged code when its readable PIN has changed: one gone, one found', () => {
    expect(read(foreign, occupied('8888')).learned).toEqual([
      { kind: 'unmanaged_gone', slot: 1, id: unmanagedId(1) },
      { kind: 'unmanaged_found', slot: 1, id: freshId },
    ]);
  });

  test('keeps its unmanaged code when masked, disabled, or the same', () => {
    for (const same of [occupied('9999'), occupied('masked'), occupied('9999', false)]) {
      const lesson = read(foreign, same);
      expect(lesson.learned).toEqual([]);
      expect(slotAfter(lesson).unmanagedId).toBe(unmanagedId(1));
    }
  });

  test('that is empty now has lost its unmanaged code', () => {
    expect(read(foreign, empty).learned).toEqual([{ kind: 'unmanaged_gone', slot: 1, id: unmanagedId(1) }]);
  });

  test('that the lock keeps for itself is neither empty nor a candidate, and is not asked again', () => {
    const lesson = learnUnavailable(lockState([], { adopted: false }), 1, at);
    expect(slotAfter(lesson)).toMatchObject({
      state: { kind: 'unknown' },
      source: 'read',
      suspicion: undefined,
    });
    expect(candidateSlots(lesson.state, [1, 2]).map((one) => one.slot)).toEqual([2]);
  });
});

describe('a slot of ours', () => {
  const written = belief(1, {
    owner: code,
    state: occupied('1234'),
    grade: 'accepted',
    source: 'write',
    evidenceAt: now - 1,
    written: pin('1234'),
    writtenAt: now - 1,
    landed: 'yes',
  });

  test('whose write was accepted is confirmed by a read that shows it, and its attempts are forgotten', () => {
    const lesson = read(written, occupied('1234'), { attempts: new Map([[code, attempt(code)]]) });
    expect(lesson.learned).toEqual([{ kind: 'confirmed', slot: 1, code }]);
    expect(slotAfter(lesson)).toMatchObject({ confirmed: true, landed: 'yes' });
    expect(lesson.state.attempts.size).toBe(0);
  });

  test('whose write was accepted and is empty shows a lock that lies; it is tried later (FIELD-BUGS 17)', () => {
    const lesson = read(written, empty);
    expect(kinds(lesson)).toEqual(['lied']);
    expect(lesson.state.seenToLie).toBe(true);
    expect(lesson.state.attempts.get(code)).toMatchObject({ count: 1, lastFailure: 'not_applied' });
    expect(lesson.state.attempts.get(code)?.notBefore).toBeGreaterThan(now);
    expect(slotAfter(lesson)).toMatchObject({ owner: code, landed: 'no', confirmed: false });
  });

  test('confirmed and as it was teaches nothing new, not even a second confirmation', () => {
    const lesson = read(standing(1, code, '1234'), occupied('1234'));
    expect(lesson.learned).toEqual([]);
  });

  test('that was changed, disabled or emptied by somebody is lost, and stays ours to put right', () => {
    for (const [reading, how] of [
      [occupied('8888'), 'modified'],
      [occupied('1234', false), 'modified'],
      [empty, 'deleted'],
    ] as const) {
      const lesson = read(standing(1, code, '1234'), reading);
      expect(lesson.learned).toEqual([{ kind: 'lost', slot: 1, code, how }]);
      expect(slotAfter(lesson)).toMatchObject({ owner: code, confirmed: false, landed: 'no' });
    }
  });

  test("in which somebody else's code landed while our write was under way is theirs (idea 4)", () => {
    const begun = belief(1, {
      owner: code,
      state: empty,
      grade: 'proved',
      written: pin('1234'),
      landed: 'if_occupied',
      suspicion: 'uncertain',
    });
    const lesson = read(begun, occupied('8888'));
    expect(lesson.learned).toEqual([
      { kind: 'released', slot: 1, code },
      { kind: 'unmanaged_found', slot: 1, id: freshId },
    ]);
    expect(slotAfter(lesson)).toMatchObject({ owner: undefined, written: undefined, unmanagedId: freshId });
  });

  test('of which the lock says that it is not for us is asked again later: our code may still stand there', () => {
    const before = lockState([standing(1, code, '1234')]);
    const after = beliefOf(learnUnavailable(before, 1, at).state, 1);
    expect(after).toMatchObject({ owner: code, state: occupied('1234'), confirmed: true, misses: 1 });
    expect(after.lookAfter).toBeGreaterThan(now);
  });

  test('found masked after a write never acknowledged is ours only while nobody else can have filled it', () => {
    const begun = { ...emptySlot(1), owner: code, written: pin('1234'), suspicion: 'uncertain' as const };
    const found = (ageMs: number, landed: SlotBelief['landed']): string[] =>
      kinds(read({ ...begun, landed, writtenAt: now - ageMs }, occupied('masked')));
    expect(found(freshProofMs, 'if_soon')).toEqual(['confirmed']);
    expect(found(freshProofMs + 1, 'if_soon')).toEqual(['released', 'unmanaged_found']);
    expect(found(freshProofMs + 1, 'if_occupied'), 'acknowledged, or cut off by a crash').toEqual([
      'confirmed',
    ]);
  });

  test("accepted into an empty slot that shows another's PIN now was taken by them, and is theirs (idea 4)", () => {
    const taken = read({ ...written, landed: 'accepted' }, occupied('8888'));
    expect(kinds(taken)).toEqual(['released', 'unmanaged_found']);
    const overwrite = read({ ...written, landed: 'yes' }, occupied('8888'));
    expect(kinds(overwrite), 'over a code of ours it is one of ours that did not land').toEqual(['lied']);
  });

  test('that shows what the lock last said yes to has not lied, where a later write was cut off (kill -9)', () => {
    const cut: SlotBelief = { ...written, written: pin('5678'), landed: 'no', suspicion: 'uncertain' };
    const lesson = read(cut, occupied('1234'));
    expect(kinds(lesson)).toEqual([]);
    expect(lesson.state.seenToLie).toBe(false);
    expect(lesson.state.preloadAfter).toBeUndefined();
    expect(slotAfter(lesson)).toMatchObject({ owner: code, landed: 'no', confirmed: false });
    expect(kinds(read(cut, occupied('8888'))), 'what it shows is neither').toEqual(['lied']);
  });

  test('cleared on our word is done when it is read empty', () => {
    const cleared = {
      ...standing(1, code, '1234'),
      state: empty,
      grade: 'accepted' as const,
      confirmed: false,
    };
    const lesson = read(cleared, empty);
    expect(lesson.learned).toEqual([{ kind: 'cleared', slot: 1, code }]);
    expect(slotAfter(lesson), 'that it stood there is still needed').toMatchObject({
      owner: code,
      landed: 'yes',
    });
  });

  test('cleared on our word but still occupied is a lie, not done (FIELD-BUGS 27)', () => {
    const cleared = {
      ...standing(1, code, '1234'),
      state: empty,
      grade: 'accepted' as const,
      confirmed: false,
    };
    const lesson = read(cleared, occupied('1234'));
    expect(kinds(lesson)).toEqual(['lied']);
    expect(slotAfter(lesson).state.kind).toBe('occupied');
  });

  test('cleared on our word, whose changed code still stands, is not given away to it (FIELD-BUGS 17, 27)', () => {
    // Changed at the keypad, so not what we wrote; the lock said that it was cleared.
    const changed = { ...standing(1, code, '1234'), landed: 'no' as const, confirmed: false };
    const cleared = { ...changed, state: empty, grade: 'accepted' as const, source: 'write' as const };
    for (const reading of [occupied('masked'), occupied('8888')]) {
      const lesson = read(cleared, reading);
      expect(kinds(lesson)).toEqual(['lied']);
      expect(slotAfter(lesson)).toMatchObject({ owner: code, unmanagedId: undefined, landed: 'no' });
    }
  });

  test('a duplicate that is not our own write is final and gives the slot back (FIELD-BUGS 8)', () => {
    const refused = { ...emptySlot(1), owner: code, written: pin('1234'), suspicion: 'uncertain' as const };
    const attempts = new Map([
      [code, attempt(code, { lastFailure: 'duplicate', notBefore: now + minuteMs })],
    ]);
    const lesson = read(refused, empty, { attempts });
    expect(lesson.learned).toEqual([{ kind: 'released', slot: 1, code }]);
    expect(lesson.state.attempts.get(code)).toMatchObject({ terminal: 'duplicate', notBefore: undefined });
    expect(slotAfter(lesson).owner).toBeUndefined();
  });

  test('a removal that timed out and did not land keeps its count and its back-off: it is not a success', () => {
    const doubted = { ...standing(1, code, '1234'), confirmed: false, suspicion: 'uncertain' as const };
    const tried = attempt(code, { count: 3, notBefore: now + minuteMs });
    const lesson = read(doubted, occupied('1234'), { attempts: new Map([[code, tried]]) });
    expect(kinds(lesson)).not.toContain('confirmed');
    expect(slotAfter(lesson).confirmed).toBe(true);
    expect(lesson.state.attempts.get(code)).toEqual(tried);
  });
});

describe('adoption', () => {
  test('is complete, and said once, when every slot has been looked at', () => {
    const all = [1, 2, 3, 4, 5].map((slot) => emptySlot(slot));
    const last = learnRead(lockState(all, { adopted: false }), 6, empty, at);
    expect(last.learned).toEqual([{ kind: 'adopted' }]);
    expect(last.state.adopted).toBe(true);
    expect(learnRead(last.state, 6, empty, at).learned).toEqual([]);
  });

  test('does not wait for reserved slots', () => {
    const five = [1, 2, 3, 4].map((slot) => emptySlot(slot));
    const able = capabilities({ reservedSlots: [6] });
    const lesson = learnRead(lockState(five, { adopted: false }), 5, empty, { ...at, capabilities: able });
    expect(kinds(lesson)).toEqual(['adopted']);
  });
});

describe('a code that a lock had, and soon lost (FIELD-BUGS 7)', () => {
  const soon = now - minuteMs;
  const proved = (writtenAt: number): SlotBelief => ({ ...standing(1, code, '4711'), writtenAt });
  const lostOnce = read(proved(soon), empty).state;

  test('is written again at once, as somebody may have deleted it, then more and more rarely', () => {
    const waits = [1, 2, 3].map((count) => {
      const attempts = new Map(count === 1 ? [] : [[code, attempt(code, { count: count - 1 })]]);
      const after = read(proved(soon), empty, { attempts }).state.attempts.get(code);
      expect(after).toMatchObject({ count, lastFailure: 'not_kept', terminal: undefined });
      return (after?.notBefore ?? 0) - now;
    });
    expect(lostOnce.attempts.get(code)).toMatchObject({ count: 1, notBefore: undefined });
    expect(waits[1]).toBeGreaterThan(0);
    expect(waits[2]).toBeGreaterThan(waits[1]!);
  });

  test('is remembered as such when it is proved again, until it has stood for ten minutes', () => {
    const accepted: SlotBelief = { ...proved(soon), confirmed: false, landed: 'accepted', grade: 'accepted' };
    const again = read(accepted, occupied('4711'), { attempts: lostOnce.attempts });
    expect(kinds(again)).toEqual(['confirmed']);
    expect(again.state.attempts.get(code)).toMatchObject({ count: 1 });
    const looked = read(proved(soon), occupied('4711'), { attempts: lostOnce.attempts });
    expect(looked.state.attempts.has(code)).toBe(true);
    const later = read(proved(now - 10 * minuteMs), occupied('4711'), { attempts: lostOnce.attempts });
    expect(later.state.attempts.has(code)).toBe(false);
  });

  test('is nothing unusual after a longer time: somebody deleted it', () => {
    const after = read(proved(now - 10 * minuteMs), empty);
    expect(kinds(after)).toEqual(['lost']);
    expect(after.state.attempts.has(code)).toBe(false);
  });
});
