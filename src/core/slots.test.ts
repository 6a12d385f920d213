import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  anyLockState,
  anyPin,
  belief,
  capabilities,
  codeId,
  empty,
  emptySlot,
  lockState,
  minuteMs,
  now,
  occupied,
  pin,
  standing,
  unmanagedId,
} from '../../test/support/lock-states.ts';
import {
  beliefOf,
  candidateSlots,
  freshProofMs,
  holds,
  isCleared,
  isConverged,
  isFreshlyEmpty,
  mayStandUnseen,
  slotOwnedBy,
  slotsOf,
} from './slots.ts';
import type { Grade, SlotBelief } from './model.ts';
import { releaseSlot, unmanagedHolder } from './wishes.ts';

const able = capabilities();
const code = codeId(1);

test("the lock's slots are its range without those it keeps for itself, ascending (FIELD-BUGS 19)", () => {
  expect(slotsOf(capabilities({ slots: { first: 3, last: 7 }, reservedSlots: [7, 4] }))).toEqual([3, 5, 6]);
  expect(slotsOf(capabilities({ slots: { first: 1, last: 0 } }))).toEqual([]);
});

test('new codes are offered free slots only, lowest first, never one with a code or one the lock withholds', () => {
  const state = lockState([
    standing(1, code, '1234'),
    belief(2, { state: occupied('9999'), unmanagedId: unmanagedId(1) }),
    belief(3, { source: 'read' }),
    emptySlot(5),
  ]);
  expect(candidateSlots(state, [1, 2, 3, 4, 5]).map((one) => one.slot)).toEqual([4, 5]);
  expect(candidateSlots(state, [5])).toEqual([emptySlot(5)]);
  fc.assert(
    fc.property(anyLockState, (any) => {
      for (const one of candidateSlots(any, [1, 2, 3, 4, 5, 6])) {
        expect(one).toMatchObject({ owner: undefined, unmanagedId: undefined });
        expect(one.state.kind).not.toBe('occupied');
      }
    }),
  );
});

test('a disabled code does not stand, however right its digits are', () => {
  expect(holds(standing(1, code, '1234'), pin('1234'))).toBe(true);
  expect(holds({ ...standing(1, code, '1234'), state: occupied('1234', false) }, pin('1234'))).toBe(false);
});

test('leading zeros tell PINs apart on the lock too (FIELD-BUGS 18)', () => {
  expect(holds(standing(1, code, '0042'), pin('042'))).toBe(false);
});

test('what is unknown holds nothing and is not cleared (FIELD-BUGS 4)', () => {
  fc.assert(
    fc.property(anyLockState, anyPin, (state, any) => {
      for (const one of state.slots.values()) {
        if (one.state.kind !== 'unknown') continue;
        expect(holds(one, any)).toBe(false);
        expect(isCleared(one, able)).toBe(false);
        expect(isFreshlyEmpty(one, now)).toBe(false);
      }
    }),
  );
});

test('a slot is never both converged and cleared, and what is converged holds its PIN', () => {
  fc.assert(
    fc.property(anyLockState, anyPin, (state, any) => {
      for (const one of state.slots.values()) {
        if (!isConverged(one, any, able)) continue;
        expect(isCleared(one, able)).toBe(false);
        expect(one.grade).toBe('proved');
        expect(holds(one, any)).toBe(true);
      }
    }),
  );
});

test('a proof of emptiness is fresh for ten minutes, and not when anything casts doubt on it', () => {
  expect(freshProofMs).toBe(10 * minuteMs);
  expect([freshProofMs, 0].map((ageMs) => isFreshlyEmpty(emptySlot(1, ageMs), now))).toEqual([true, true]);
  for (const stale of [
    emptySlot(1, freshProofMs + 1),
    emptySlot(1, -1),
    { ...emptySlot(1), grade: 'accepted' as const },
    { ...emptySlot(1), suspicion: 'hint' as const },
    { ...emptySlot(1), evidenceAt: undefined },
    belief(1),
  ])
    expect(isFreshlyEmpty(stale, now)).toBe(false);
});

test('what a lock said yes to counts as standing, or as gone, only where it cannot be asked', () => {
  const [full, none] = [able, capabilities({ readBack: 'none' })];
  const of = (
    counts: typeof isCleared,
    one: SlotBelief,
    grades: readonly Grade[] = ['proved', 'accepted', 'assumed'],
  ): boolean[][] => [full, none].map((each) => grades.map((grade) => counts({ ...one, grade }, each)));
  const isStanding = (one: SlotBelief, each = full): boolean => isConverged(one, pin('1234'), each);
  const expected = [
    [true, false, false],
    [true, true, false],
  ];
  expect(of((one, each) => isStanding(one, each), standing(1, code, '1234'))).toEqual(expected);
  expect(of(isCleared, emptySlot(1))).toEqual(expected);
  expect(isCleared({ ...emptySlot(1), grade: 'accepted' }, undefined), 'nothing is known of the lock').toBe(
    false,
  );
  const doubted = { suspicion: 'uncertain' } as const;
  expect(isStanding({ ...standing(1, code, '1234'), ...doubted })).toBe(false);
  expect(isStanding({ ...standing(1, code, '1234'), suspicion: 'hint' })).toBe(true);
  expect(isCleared({ ...emptySlot(1), suspicion: 'hint' }, able)).toBe(false);
});

test('a slot is not given up while a schedule of ours may stand there, or our code unseen', () => {
  expect(isCleared({ ...emptySlot(1), mayBeScheduled: true }, able)).toBe(false);
  const unseen: SlotBelief = { ...emptySlot(1), owner: code, landed: 'accepted' };
  expect([mayStandUnseen(unseen), isCleared(unseen, able)]).toEqual([true, false]);
  const others: Partial<SlotBelief>[] = [
    { owner: undefined },
    { state: occupied('1234') },
    { source: 'write' },
    { landed: 'yes' },
    { landed: 'no' },
  ];
  for (const changes of others) expect(mayStandUnseen({ ...unseen, ...changes })).toBe(false);
});

test('a masked slot holds what was written last, where that is known to have landed', () => {
  const masked = standing(1, code, '1234', true);
  expect([holds(masked, pin('1234')), holds(masked, pin('5678'))]).toEqual([true, false]);
  expect(holds({ ...masked, landed: 'no' }, pin('1234'))).toBe(false);
});

test('the slot of a code is the first that is its own', () => {
  const [own, twice] = [standing(2, code, '1234'), standing(5, code, '1234')];
  const state = lockState([emptySlot(1), own, standing(3, codeId(2), '5678'), twice]);
  expect(slotOwnedBy(state, code)).toBe(own);
  expect(slotOwnedBy(state, code), 'asked again').toBe(own);
  expect(slotOwnedBy(lockState([emptySlot(1)]), code)).toBeUndefined();
});

test('a released slot is nobody’s and keeps what is known of it', () => {
  const cleared = { ...standing(2, code, '1234'), state: empty };
  const after = releaseSlot(lockState([cleared]), code);
  expect(slotOwnedBy(after, code)).toBeUndefined();
  expect(beliefOf(after, 2)).toMatchObject({
    state: empty,
    grade: 'proved',
    evidenceAt: cleared.evidenceAt,
    written: undefined,
    landed: 'no',
  });
});

test('a PIN of somebody else on the lock is found, ours and cleared ones are not', () => {
  const state = lockState([
    standing(1, code, '1234', true),
    belief(2, { state: occupied('9999'), unmanagedId: unmanagedId(1) }),
    { ...standing(3, codeId(3), '7777'), state: empty },
  ]);
  expect(unmanagedHolder(state, pin('1234'))).toBeUndefined();
  expect(unmanagedHolder(state, pin('9999'))?.slot).toBe(2);
  expect(unmanagedHolder(state, pin('7777'))).toBeUndefined();
});
