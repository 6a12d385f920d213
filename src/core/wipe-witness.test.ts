import { describe, expect, test } from 'vitest';
import {
  belief,
  capabilities,
  circumstances,
  codeId,
  empty,
  lockState,
  minuteMs,
  now,
  occupied,
  pin,
  planInput,
  standing,
  unmanagedId,
  wantedCode,
} from '../../test/support/lock-states.ts';
import { expectedChecksum } from './checksum.ts';
import { learnChecksum } from './learn-checksum.ts';
import { learnRead, learnUnread } from './learn-read.ts';
import type { LockState, SlotBelief } from './model.ts';
import { plan } from './plan.ts';
import { repaired } from './repair.ts';
import { slotsOf } from './slots.ts';
import { isHeld, openLooks } from './wipe.ts';

// Which codes tell that a lock was not reset, and which can't (FIELD-BUGS 31).

const able = capabilities({ checksum: true });
const at = circumstances({ capabilities: able });
const [a, b, c] = [codeId(1), codeId(2), codeId(3)];
const three = [standing(1, a, '1234'), standing(2, b, '2345'), standing(3, c, '3456')];
const found = (slot: number, sinceMs: number): SlotBelief =>
  belief(slot, {
    state: occupied('9999'),
    grade: 'proved',
    evidenceAt: now - 1,
    source: 'read',
    unmanagedId: unmanagedId(slot),
    unmanagedSince: now - sinceMs,
  });
const read = (state: LockState, ...slots: number[]): LockState => {
  let after = state;
  for (const slot of slots) after = learnRead(after, slot, empty, at).state;
  return after;
};

describe('a code that came after the missing one was last seen', () => {
  test('does not rule a reset out: found on the lock, it may be its new owner’s', () => {
    const state = lockState([...three, found(5, minuteMs / 2)]);
    const doubted = read(state, 1, 2);
    const seen = learnRead(doubted, 5, occupied('9999'), at).state;
    expect(seen.reset).toBeUndefined();
    expect(isHeld(seen, able)).toBe(true);
    expect(read(seen, 3).reset).toMatchObject({ why: 'codes_gone' });
  });

  test('does not rule a reset out: written by us, it may be the first code since', () => {
    const late = { ...standing(4, codeId(4), '4567'), writtenAt: now - minuteMs / 2, evidenceAt: now - 1 };
    const doubted = read(lockState([...three, late]), 1);
    const seen = learnRead(doubted, 4, occupied('4567'), at).state;
    expect(isHeld(seen, able)).toBe(true);
    expect(read(seen, 2, 3).reset).toBeDefined();
  });

  const late = { ...standing(4, codeId(4), '4567'), writtenAt: now - minuteMs / 2, evidenceAt: now - 1 };
  const lately = { ...standing(2, b, '2345'), evidenceAt: now - 1 };

  test('rules it out where at most one is missing, or not looked at yet, that was last seen before it came', () => {
    for (const evidenceAt of [now - 1, now - minuteMs / 2]) {
      const doubted = read(lockState([standing(1, a, '1234'), { ...lately, evidenceAt }, late]), 1);
      expect(isHeld(doubted, able)).toBe(true);
      expect(learnRead(doubted, 4, occupied('4567'), at).state).toMatchObject({
        wipe: undefined,
        reset: undefined,
      });
    }
  });

  test('one that was seen after it came was deleted for itself: nothing follows for those that were there before', () => {
    const doubted = read(lockState([standing(1, a, '1234'), lately, standing(3, c, '3456'), late]), 2);
    const seen = learnRead(doubted, 4, occupied('4567'), at).state;
    expect(isHeld(seen, able)).toBe(true);
    expect(read(seen, 1, 3).reset).toMatchObject({ why: 'codes_gone' });
    expect(learnRead(read(seen, 1), 3, occupied('3456'), at).state).toMatchObject({
      wipe: undefined,
      reset: undefined,
    });
  });

  test('one that was there before does', () => {
    const doubted = read(lockState([...three, found(5, 60 * minuteMs)]), 1, 2);
    expect(learnRead(doubted, 5, occupied('9999'), at).state).toMatchObject({
      wipe: undefined,
      reset: undefined,
    });
  });
});

describe('a checksum that agrees', () => {
  const agreed = (state: LockState): LockState => {
    const sum = expectedChecksum(state.slots, slotsOf(able));
    if (sum === undefined) throw new Error('this state has no checksum');
    return learnChecksum(state, sum, at).state;
  };
  const rest = (...but: number[]): SlotBelief[] =>
    [1, 2, 3, 4, 5, 6]
      .filter((slot) => !but.includes(slot))
      .map((slot) => belief(slot, { state: empty, grade: 'proved', evidenceAt: now, source: 'read' }));

  test('does not thaw a lock on which only codes stand that have come since', () => {
    const frozen = read(lockState([...three, ...rest(1, 2, 3)]), 1, 2, 3);
    expect(frozen.reset).toBeDefined();
    const added = learnRead(frozen, 5, occupied('7777'), at).state;
    expect(agreed(added).reset).toBeDefined();
  });

  test('does thaw one that was frozen before all its codes were looked at', () => {
    const frozen = learnChecksum(read(lockState([...three, ...rest(1, 2, 3)]), 2), 0, at).state;
    expect(frozen).toMatchObject({ reset: { unseen: [1, 3] } });
    expect(agreed(frozen).reset).toBeUndefined();
  });

  test('does not rule a reset out where only codes stand that have come since the missing ones were seen', () => {
    const doubted = read(lockState([...three, found(5, minuteMs / 2), ...rest(1, 2, 3, 5)]), 1, 2);
    const gone = { ...doubted, slots: new Map(doubted.slots).set(3, { ...rest()[2]!, owner: c }) };
    expect(agreed(gone).reset).toBeDefined();
  });
});

describe('a slot that gave no answer before already', () => {
  test('does not keep codes from the lock for the hours until it is asked again', () => {
    const mute = { ...found(5, 60 * minuteMs), misses: 6, lookAfter: now + 600 * minuteMs };
    const state = read(lockState([standing(1, a, '1234'), mute]), 1);
    expect(openLooks(state, able)).toEqual([]);
    expect(plan(planInput(state, [wantedCode(a, '1234')], { capabilities: able })).action).toMatchObject({
      kind: 'set',
    });
  });

  test('thaws a lock that was frozen without it, when it shows its code after all', () => {
    let state = read(lockState(three), 1);
    for (let misses = 0; misses < 2; misses += 1) state = learnUnread(state, 3, 'unanswered', at).state;
    state = read(state, 2);
    expect(state.reset).toMatchObject({ unseen: [3] });
    expect(learnRead(state, 3, occupied('3456'), at).state.reset).toBeUndefined();
  });
});

describe('a code of ours that was changed at the lock', () => {
  const wanted = [wantedCode(a, '1234'), wantedCode(b, '2345'), wantedCode(c, '3456')];

  test('is not written again before another was seen to stand: the PIN there may be a new owner’s', () => {
    const { state } = learnRead(lockState(three), 1, occupied('7777'), at);
    expect(plan(planInput(state, wanted)).action).toMatchObject({ kind: 'read', slot: 2 });
    const stands = learnRead(state, 2, occupied('2345'), at).state;
    expect(plan(planInput(stands, wanted)).action).toMatchObject({ kind: 'set', slot: 1 });
  });

  test('counts as missing beside one that is gone', () => {
    const state = learnRead(lockState(three.slice(0, 2)), 1, occupied('7777'), at).state;
    expect(read(state, 2).reset).toBeDefined();
    const single = learnRead(lockState(three.slice(0, 1)), 1, occupied('7777'), at).state;
    expect(single).toMatchObject({ wipe: undefined, reset: undefined });
  });

  test('does not count where the lock only says so and masks what stands there', () => {
    const masked = [standing(1, a, '1234', true), standing(2, b, '2345', true)].map((one) => ({
      ...one,
      landed: 'no' as const,
      suspicion: 'hint' as const,
    }));
    const { state: doubted } = learnRead(lockState(masked), 1, occupied('masked'), at);
    expect(isHeld(doubted, able), 'the other is looked at').toBe(true);
    const { state } = learnRead(doubted, 2, occupied('masked'), at);
    expect(state).toMatchObject({ wipe: undefined, reset: undefined });
  });
});

describe('repair', () => {
  test('does not forget that a reset is being found out', () => {
    const doubted = read(lockState(three), 1);
    const after = repaired(doubted, able, { slot: undefined, restore: false });
    expect(isHeld(after, able)).toBe(true);
    expect(read(after, 2, 3).reset).toBeDefined();
  });

  test('that restores takes nothing for known that was last seen before the reset', () => {
    const old = { ...found(5, 60 * minuteMs), evidenceAt: now - minuteMs };
    const also = { ...found(6, 60 * minuteMs), evidenceAt: now - minuteMs, state: occupied('8888') };
    let state = read(lockState([standing(1, a, '1234'), old, also]), 1);
    state = learnChecksum(state, 0, at).state;
    expect(state.reset).toBeDefined();
    const restored = repaired(state, able, { slot: undefined, restore: true });
    expect(read(restored, 5, 6)).toMatchObject({ wipe: undefined, reset: undefined });
    expect(restored.slots.get(1)?.written?.equals(pin('1234'))).toBe(true);
  });
});
