import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  anyCapabilities,
  anyLockState,
  anyPlanInput,
  anyReading,
  belief,
  capabilities,
  circumstances,
  codeId,
  empty,
  emptySlot,
  lockState,
  minuteMs,
  now,
  occupied,
  planInput,
  standing,
  unmanagedId,
  wantedCode,
} from '../../test/support/lock-states.ts';
import { learnChecksum } from './learn-checksum.ts';
import { learnAllDeleted } from './learn-hint.ts';
import { learnRead, learnUnavailable, learnUnread } from './learn-read.ts';
import { learnCodeLengths } from './code-lengths.ts';
import type { Lesson } from './lesson.ts';
import type { LockState, SlotBelief } from './model.ts';
import { plan } from './plan.ts';
import { isHeld, openLooks } from './wipe.ts';

const runs = { numRuns: 1_000 };
const able = capabilities({ checksum: true });
const at = circumstances({ capabilities: able });
const [a, b, c] = [codeId(1), codeId(2), codeId(3)];
const three = lockState([standing(1, a, '1234'), standing(2, b, '2345'), standing(3, c, '3456')]);
const kinds = (lesson: Lesson): string[] => lesson.learned.map((one) => one.kind);
const read = (state: LockState, ...slots: number[]): Lesson => {
  let lesson: Lesson = { state, learned: [] };
  for (const slot of slots) lesson = learnRead(lesson.state, slot, empty, at);
  return lesson;
};

describe('a known code found gone (FIELD-BUGS 31)', () => {
  test('makes the others worth a look, ours first, and keeps codes from the lock until then', () => {
    const found = belief(4, { state: occupied('9999'), grade: 'proved', unmanagedId: unmanagedId(1) });
    const state = lockState([found, ...three.slots.values()]);
    const after = read(state, 2).state;
    expect(after).toMatchObject({ reset: undefined, wipe: { why: 'codes_gone', gone: 1, open: [1, 3, 4] } });
    expect(isHeld(after, able)).toBe(true);
  });

  test('one of several is no reset as soon as another is seen to stand', () => {
    const after = learnRead(read(three, 2).state, 1, occupied('1234'), at);
    expect(after.state).toMatchObject({ wipe: undefined, reset: undefined });
  });

  test('all of them are, once, with the number of codes of ours', () => {
    const lesson = read(three, 2, 1, 3);
    expect(lesson.state.reset).toEqual({ at: now, why: 'codes_gone', unseen: [] });
    // Its clock is told anew.
    expect(lesson.state).toMatchObject({ clockCare: undefined, clockSeen: undefined });
    expect(lesson.learned).toContainEqual({ kind: 'reset', why: 'codes_gone', codes: 3 });
    expect(kinds(read(lesson.state, 1, 2, 3))).not.toContain('reset');
  });

  test('the only one was deleted by somebody: no reset', () => {
    const after = read(lockState([standing(1, a, '1234'), emptySlot(2)]), 1).state;
    expect(after).toMatchObject({ wipe: undefined, reset: undefined });
  });

  test('by our own doing counts for nothing', () => {
    const cleared = { ...standing(1, a, '1234'), confirmed: false, grade: 'accepted' as const };
    const state = lockState([{ ...cleared, state: empty }, standing(2, b, '2345')]);
    expect(learnRead(state, 1, empty, at).state.wipe).toBeUndefined();
  });

  test('counts as missing, and is not believed to stand, where another PIN has taken its place', () => {
    const lesson = learnRead(read(three, 2).state, 1, occupied('0000'), at);
    expect(lesson.state.wipe).toMatchObject({ gone: 2, open: [3] });
    expect(read(lesson.state, 3).state.reset).toBeDefined();
  });

  test('does not keep codes from a lock whose other slots give no answer', () => {
    let { state } = read(three, 2);
    for (const slot of [1, 1, 3, 3]) state = learnUnread(state, slot, 'unanswered', at).state;
    expect(state).toMatchObject({ wipe: undefined, reset: undefined });
    const unreachable = learnUnread(read(three, 2).state, 1, 'unreachable', at).state;
    expect(unreachable.wipe?.open, 'out of reach says nothing of a slot').toEqual([1, 3]);
  });
});

test('a slot that the lock says it does not have is left out of the question at once', () => {
  const found = belief(4, { state: occupied('9999'), grade: 'proved', unmanagedId: unmanagedId(1) });
  const doubted = read(lockState([found, standing(1, a, '1234')]), 1).state;
  expect(openLooks(doubted, able)).toEqual([4]);
  expect(learnUnavailable(doubted, 4, at).state).toMatchObject({ wipe: undefined, reset: undefined });
});

describe('the checksum', () => {
  test('of 0 decides for a reset, and leaves it to looks to prove each slot', () => {
    const lesson = learnChecksum(read(three, 2).state, 0, at);
    expect(kinds(lesson)).toContain('reset');
    expect(lesson.state.slots.get(1)).toMatchObject({ state: { kind: 'occupied' } });
    expect(lesson.state.slots.get(1)?.suspicion).toBeDefined();
  });

  test('of 0 without anything else amiss freezes nothing by itself', () => {
    const state = lockState([...three.slots.values(), ...[4, 5, 6].map((slot) => emptySlot(slot))]);
    const doubted = learnChecksum(state, 0, at).state;
    expect(doubted.reset).toBeUndefined();
    expect(kinds(read(doubted, 1)), 'but one look that bears it out does').toContain('reset');
  });

  test('that tells nothing is asked for once', () => {
    const masked = lockState([
      standing(1, a, '1234'),
      belief(2, { state: occupied('masked'), grade: 'proved', unmanagedId: unmanagedId(1) }),
      standing(3, c, '3456'),
    ]);
    const doubted = read(masked, 1).state;
    const ask = (state: LockState): string | undefined =>
      plan(planInput(state, [], { capabilities: able })).action?.kind;
    expect(ask(doubted)).toBe('checksum');
    expect(ask(learnChecksum(doubted, 4711, at).state)).toBe('read');
  });
});

describe('a lock that says that all its codes are deleted', () => {
  test('is believed after one look, even with a single code', () => {
    const state = lockState([standing(1, a, '1234')]);
    const told = learnAllDeleted(state, at);
    expect(isHeld(told, able)).toBe(true);
    expect(read(told, 1).state.reset).toMatchObject({ why: 'all_deleted' });
  });

  test('is not believed where a code still stands, and has nothing to say where none did', () => {
    const told = learnAllDeleted(three, at);
    expect(learnRead(told, 3, occupied('3456'), at).state).toMatchObject({
      wipe: undefined,
      reset: undefined,
    });
    const none = lockState([emptySlot(1)]);
    expect(learnAllDeleted(none, at).wipe).toBeUndefined();
  });
});

describe('another code length (FIELD-BUGS 6)', () => {
  const one = capabilities({ oneCodeLength: true, codeLengths: [4] });
  test('of a lock that has one makes every known code worth a look', () => {
    const after = learnCodeLengths(three, one, { ...one, codeLengths: [6] });
    expect(openLooks(after, one)).toEqual([1, 2, 3]);
    expect(read(after, 1, 2, 3).state.reset).toMatchObject({ why: 'code_length' });
  });

  test('of another lock makes only those worth a look that no longer fit', () => {
    const state = lockState([standing(1, a, '1234'), standing(2, b, '55555')]);
    const after = learnCodeLengths(state, capabilities(), capabilities({ codeLengths: [4] }));
    expect([...after.slots.values()].map((slot) => slot.suspicion)).toEqual([undefined, 'hint']);
    expect(after.wipe).toBeUndefined();
  });

  test('the same lengths in another order, or known for the first time, are no change', () => {
    expect(learnCodeLengths(three, undefined, one)).toBe(three);
    expect(learnCodeLengths(three, capabilities(), capabilities({ codeLengths: [6, 5, 4] }))).toBe(three);
  });

  test('keeps codes that no longer fit from the radio', () => {
    const state = lockState([emptySlot(1)]);
    const wanted = [wantedCode(a, '55555'), wantedCode(b, '1234')];
    const able = capabilities({ codeLengths: [4] });
    expect(plan(planInput(state, wanted, { capabilities: able })).action).toMatchObject({
      kind: 'set',
      code: b,
    });
    expect(plan(planInput(state, wanted.slice(0, 1), { capabilities: able }))).toEqual({
      action: undefined,
      wakeAt: undefined,
    });
  });
});

describe('a frozen lock', () => {
  const frozen = read(three, 1, 2, 3).state;

  test('gets no sets, whatever is wished and believed', () => {
    fc.assert(
      fc.property(anyPlanInput, (input) => {
        const held = [
          { ...input.state, reset: { at: now, why: 'codes_gone' as const } },
          {
            ...input.state,
            reset: undefined,
            wipe: { why: 'codes_gone' as const, gone: 1, open: [2], summed: false },
          },
        ];
        for (const state of held) {
          if (state.reset === undefined && openLooks(state, input.capabilities).length === 0) continue;
          const { action } = plan({ ...input, state });
          expect(action?.kind).not.toBe('set');
          if (action?.kind === 'clear')
            expect(['absent', 'preload']).toContain(
              input.wanted.find((one) => one.accessCodeId === action.code)?.wanted,
            );
        }
      }),
      runs,
    );
  });

  test('is looked at before a removal is done there: found empty, it is over', () => {
    const unseen = {
      ...frozen,
      slots: new Map([[1, { ...standing(1, a, '1234'), evidenceAt: now - minuteMs }]]),
    };
    const gone = [wantedCode(a, '1234', { wanted: 'absent' })];
    expect(plan(planInput(unseen, gone)).action).toMatchObject({ kind: 'read', slot: 1 });
    expect(plan(planInput(frozen, gone)).action).toBeUndefined();
  });

  test('thaws when one of its codes is there unchanged, and looks at the others before it sets any', () => {
    const lesson = learnRead(frozen, 2, occupied('2345'), at);
    expect(kinds(lesson)).toContain('reset_over');
    expect(lesson.state).toMatchObject({ reset: undefined });
    const wanted = [wantedCode(a, '1234'), wantedCode(b, '2345')];
    expect(plan(planInput(lesson.state, wanted)).action).toMatchObject({ kind: 'read', slot: 1 });
  });

  test('thaws when a code stands that was not looked at before, once only', () => {
    const summed = learnChecksum(read(three, 2).state, 0, at).state;
    expect(summed.reset).toMatchObject({ unseen: [1, 3] });
    expect(kinds(learnRead(summed, 3, occupied('3456'), at))).toContain('reset_over');
    expect(read(summed, 1).state.reset).toMatchObject({ unseen: [3] });
  });

  test('is not thawed, nor kept from freezing, by a code that was on its way meanwhile', () => {
    const late: SlotBelief = {
      ...standing(4, codeId(4), '4567'),
      grade: 'accepted',
      confirmed: false,
      landed: 'accepted',
    };
    let { state } = learnRead(
      learnAllDeleted(lockState([...three.slots.values(), late]), at),
      4,
      occupied('4567'),
      at,
    );
    expect(isHeld(state, able)).toBe(true);
    ({ state } = read(state, 1, 2, 3));
    expect(state.reset).toMatchObject({ why: 'all_deleted' });
    const again = learnRead(state, 4, occupied('4567'), { ...at, now: now + minuteMs });
    expect(kinds(again)).not.toContain('reset_over');
  });

  test('does not thaw for a code that somebody has put on it since', () => {
    const added = learnRead(frozen, 5, occupied('7777'), { ...at, now: now + minuteMs });
    const again = learnRead(added.state, 5, occupied('7777'), { ...at, now: now + 2 * minuteMs });
    expect([...kinds(added), ...kinds(again)]).not.toContain('reset_over');
  });
});

test('no reading ever makes a reset of a lock on which that reading shows a code standing', () => {
  fc.assert(
    fc.property(
      anyLockState,
      fc.integer({ min: 1, max: 6 }),
      anyReading,
      anyCapabilities,
      (state, slot, reading, any) => {
        const lesson = learnRead(state, slot, reading, circumstances({ capabilities: any }));
        const is = lesson.state.slots.get(slot);
        const known = state.wipe?.open.includes(slot) === true && state.reset === undefined;
        const { seen = [], open = [], silent = [] } = state.wipe ?? {};
        const lookedFor = [...open, ...silent].map((one) => state.slots.get(one)?.evidenceAt ?? 0);
        // All that is missing, or may be, was seen there when this one was already on the lock.
        const wasThere = Math.min(...seen, ...lookedFor) >= (is?.writtenAt ?? 0);
        if (known && wasThere && reading.kind === 'occupied' && is?.owner !== undefined && is.confirmed)
          expect(lesson.state).toMatchObject({ wipe: undefined, reset: undefined });
        if (state.reset === undefined && reading.kind === 'occupied' && state.wipe === undefined)
          expect(lesson.state.reset).toBeUndefined();
      },
    ),
    runs,
  );
});
