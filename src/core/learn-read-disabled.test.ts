import { describe, expect, test } from 'vitest';
import {
  belief,
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
import { learnRead } from './learn-read.ts';
import { beginIntent, learnWrite } from './learn-write.ts';
import { plan } from './plan.ts';
import type { Lesson } from './lesson.ts';
import type { LockState, SlotBelief, SlotReading } from './model.ts';
import { beliefOf, isConverged } from './slots.ts';

const at = circumstances();
const code = codeId(1);
const read = (before: SlotBelief, reading: SlotReading): Lesson =>
  learnRead(lockState([before]), before.slot, reading, at);
const slotAfter = (lesson: Lesson): SlotBelief => beliefOf(lesson.state, 1);
const kinds = (lesson: Lesson): string[] => lesson.learned.map((one) => one.kind);

describe('a code of ours that stands disabled', () => {
  const disabled = occupied('1234', false);
  const written = (changes: Partial<SlotBelief>): SlotBelief =>
    belief(1, { owner: code, written: pin('1234'), writtenAt: now - minuteMs, ...changes });
  const intoEmpty = written({ state: empty, grade: 'proved', landed: 'if_occupied', suspicion: 'uncertain' });

  test.each([
    [
      'just accepted',
      written({ state: occupied('1234'), grade: 'accepted', source: 'write', landed: 'accepted' }),
    ],
    ['whose answer was lost', intoEmpty],
  ])('%s, is ours still, and nobody is found to have put it there', (_, before) => {
    const lesson = read(before, disabled);
    expect(kinds(lesson)).toEqual([]);
    expect(slotAfter(lesson)).toMatchObject({ owner: code, unmanagedId: undefined, confirmed: false });
    expect(isConverged(slotAfter(lesson), pin('1234'), at.capabilities)).toBe(false);
  });

  test('by somebody, after it was proved, was modified', () => {
    expect(kinds(read(standing(1, code, '1234'), disabled))).toEqual(['lost']);
  });

  // A lock in some holiday mode, or one whose "clear" only disables.
  const dayOf = (shown: SlotReading, wanted: 'present' | 'absent'): { sent: string[]; end: LockState } => {
    const dayMs = 24 * 60 * minuteMs;
    const sent: string[] = [];
    let state = lockState([wanted === 'present' ? emptySlot(1) : standing(1, code, '1234')]);
    let holds = wanted === 'absent';
    for (let time = now; time < now + dayMs && sent.length < 1_000;) {
      const here = { ...at, now: time };
      const { action, wakeAt } = plan(
        planInput(state, [wantedCode(code, '1234', { wanted })], { now: time }),
      );
      if (action === undefined && wakeAt === undefined) break;
      time = action === undefined ? (wakeAt ?? time) : time + 100;
      if (action === undefined) continue;
      sent.push(action.kind);
      if (action.kind === 'set' || action.kind === 'clear') {
        const set = action.kind === 'set';
        const intent = { ...intentFor(1, code, set ? '1234' : undefined), createdAt: time };
        const prior = beliefOf(state, 1);
        state = learnWrite(beginIntent(state, intent), prior, intent, { kind: 'accepted' }, here).state;
        holds = set || wanted === 'absent';
      } else state = learnRead(state, 1, holds ? shown : empty, here).state;
    }
    return { sent, end: state };
  };
  const count = (sent: readonly string[], kind: string): number => sent.filter((one) => one === kind).length;

  test.each(['1234', 'masked'])(
    'whenever it is written, is written ever more rarely, and the reason is told: %s',
    (shown) => {
      const { sent, end } = dayOf(occupied(shown, false), 'present');
      expect(count(sent, 'set')).toBeGreaterThan(10);
      expect(count(sent, 'set')).toBeLessThan(250);
      expect(end.attempts.get(code)).toMatchObject({ lastFailure: 'disabled' });
      expect(slotAfter({ state: end, learned: [] })).toMatchObject({ owner: code, confirmed: false });
    },
  );

  test.each(['1234', 'masked'])(
    'after it was cleared is not gone: it is cleared again, ever more rarely (FIELD-BUGS 27): %s',
    (shown) => {
      const { sent, end } = dayOf(occupied(shown, false), 'absent');
      expect(count(sent, 'clear')).toBeGreaterThan(10);
      expect(count(sent, 'clear')).toBeLessThan(250);
      expect(end.attempts.get(code)).toMatchObject({ lastFailure: 'not_applied' });
      expect(slotAfter({ state: end, learned: [] })).toMatchObject({ owner: code });
    },
  );

  test("but has other digits, is somebody else's", () => {
    expect(kinds(read(intoEmpty, occupied('9876', false)))).toContain('unmanaged_found');
  });
});
