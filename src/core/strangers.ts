import { priorities, read } from './actions.ts';
import type { Action } from './actions.ts';
import { slotOfUnmanaged } from './convert.ts';
import { learnRead } from './learn-read.ts';
import { answered, failedAttempt, learnSilence, withAttempt, withSlot } from './lesson.ts';
import type { Circumstances, Lesson, WriteResult } from './lesson.ts';
import type { Instant, Intent, LockState, SlotBelief } from './model.ts';
import { askable, inDoubt } from './plan-input.ts';
import type { PlanInput, Waits } from './plan-input.ts';
import { attemptBackoff } from './retry.ts';

/**
 * A code that isn't ours is only emptied this soon after a look has shown that it is still the one which was meant:
 * whoever has put another PIN into the slot meanwhile keeps it. Nobody reprograms a slot in so short a time.
 */
export const freshLookMs = 5_000;

const isFresh = ({ grade, suspicion, evidenceAt }: SlotBelief, now: Instant): boolean =>
  grade === 'proved' &&
  suspicion === undefined &&
  evidenceAt !== undefined &&
  now >= evidenceAt &&
  now - evidenceAt <= freshLookMs;

/** Takes unmanaged codes off that somebody wants deleted: a look, then the clear, then another look. */
export const strangerRemovals = (input: PlanInput, waits: Waits): Action | undefined => {
  const { state, now } = input;
  for (const code of input.unwantedStrangers ?? []) {
    const belief = slotOfUnmanaged(state, code);
    if (belief === undefined) continue;
    if (!waits.due(state.attempts.get(code)?.notBefore, now, attemptBackoff.mostMs)) continue;
    if (!inDoubt(input, belief) && isFresh(belief, now))
      return { kind: 'clear', slot: belief.slot, code, priority: priorities.removal };
    if (askable(belief, input, waits)) return read(belief.slot, 'resolve', priorities.removal);
  }
  return undefined;
};

/** The slot is nobody's here, and it is emptied all the same. */
export const isStrangersClear = ({ owner, unmanagedId }: SlotBelief, intent: Intent): boolean =>
  intent.kind === 'clear' && owner === undefined && unmanagedId === intent.accessCodeId;

/** In doubt until it was looked at. Should it be found empty, that is our doing, and no sign of a reset. */
export const beginStrangersClear = (state: LockState, belief: SlotBelief): LockState =>
  withSlot(state, { ...belief, grade: 'assumed', suspicion: 'uncertain' });

/**
 * Folds in what became of a clear. Whatever the lock says, short of proof, a look decides; until then the code counts
 * as standing.
 * @param prior what was believed of the slot before: it holds again where the frame surely didn't land
 */
export const learnStrangersClear = (
  before: LockState,
  prior: SlotBelief,
  { slot, accessCodeId }: Intent,
  result: WriteResult,
  at: Circumstances,
): Lesson => {
  const counted = (state: LockState, failure: string): Lesson => ({
    state: failedAttempt(state, accessCodeId, failure, at),
    learned: [],
  });
  switch (result.kind) {
    case 'confirmed':
      return learnRead(before, slot, { kind: 'empty' }, at);
    case 'accepted':
      return counted(answered(before), 'not_applied');
    case 'refused':
      return counted(answered(before), result.why);
    case 'failed': {
      const silent = learnSilence(before, result.why === 'timeout' ? 'unanswered' : 'unreachable', at);
      if (result.mayHaveLanded) return counted(silent, result.why);
      const { state } = counted(withSlot(silent, prior), result.why);
      const attempt = state.attempts.get(accessCodeId);
      // The lock's own back-off decides when to try again.
      return {
        state: attempt === undefined ? state : withAttempt(state, { ...attempt, notBefore: undefined }),
        learned: [],
      };
    }
    default:
      return result satisfies never;
  }
};
