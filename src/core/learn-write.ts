import {
  answered,
  failedAttempt,
  learnSilence,
  unnamed,
  vacated,
  withAttempt,
  withoutAttempt,
  withSlot,
} from './lesson.ts';
import type { Circumstances, Learned, Lesson, WriteResult } from './lesson.ts';
import { unsure } from './native.ts';
import type { Intent, LockState, SlotBelief } from './model.ts';
import { beliefOf, slotOwnedBy } from './slots.ts';
import { beginStrangersClear, isStrangersClear, learnStrangersClear } from './strangers.ts';

/**
 * Before the frame leaves: the slot is the code's, and until there is a result it is in doubt. Durable
 * together with the intent.
 */
export const beginIntent = (state: LockState, intent: Intent): LockState => {
  const belief = beliefOf(state, intent.slot);
  if (isStrangersClear(belief, intent)) return beginStrangersClear(state, belief);
  const set = intent.kind === 'set';
  return withSlot(set ? withoutFormerSlot(state, intent) : state, {
    ...belief,
    owner: intent.accessCodeId,
    written: set ? intent.pin : belief.written,
    writtenAt: set ? intent.createdAt : belief.writtenAt,
    landed: set && !isSameAgain(belief, intent) ? landedAtBest(belief) : belief.landed,
    confirmed: false,
    suspicion: 'uncertain',
    // A lock may drop a schedule as its code is written, and does as it is erased.
    schedule: set ? unsure(belief.schedule) : undefined,
    // Told to be bound, it isn't taken for one that opens nothing for want of a schedule, should its answer be lost.
    mayBeScheduled: belief.mayBeScheduled || intent.manner?.scheduled === true,
    // A lock that was emptied just before takes the code without the name that stood beside it.
    ...unnamed,
  });
};

/** A code that goes into another slot leaves its own, which is empty but for a schedule: that is erased later. */
const withoutFormerSlot = (state: LockState, { accessCodeId, slot }: Intent): LockState => {
  const former = slotOwnedBy(state, accessCodeId);
  if (former?.state.kind !== 'empty' || former.slot === slot) return state;
  const { sideFailures, sideAfter } = former;
  return withSlot(state, { ...vacated(former), sideFailures, sideAfter });
};

const landedAtBest = ({ state, grade }: SlotBelief): SlotBelief['landed'] =>
  state.kind === 'empty' && grade === 'proved' ? 'if_occupied' : 'no';

/** The very PIN that was proved there is written over itself, to enable it: whatever becomes of that, it stands there. */
const isSameAgain = (belief: SlotBelief, { pin }: Intent): boolean =>
  belief.landed === 'yes' &&
  belief.suspicion === undefined &&
  belief.state.kind === 'occupied' &&
  !belief.state.enabled &&
  pin?.equals(belief.written) === true;

/**
 * Folds in the result of a write whose intent was begun.
 * @param prior what was believed of the slot before the intent: it holds again where the frame surely didn't land
 */
export const learnWrite = (
  before: LockState,
  prior: SlotBelief,
  intent: Intent,
  result: WriteResult,
  at: Circumstances,
): Lesson => {
  const belief = beliefOf(before, intent.slot);
  if (isStrangersClear(belief, intent)) return learnStrangersClear(before, prior, intent, result, at);
  const code = intent.accessCodeId;
  switch (result.kind) {
    case 'confirmed':
    case 'accepted': {
      const proved = result.kind === 'confirmed';
      const pin = intent.kind === 'set' ? intent.pin : undefined;
      const set = pin !== undefined;
      const next: SlotBelief = {
        ...belief,
        state: set ? { kind: 'occupied', pin, enabled: isEnabled(intent) } : { kind: 'empty' },
        grade: proved ? 'proved' : 'accepted',
        evidenceAt: at.now,
        source: 'write',
        landed: set ? landedBy(belief, proved) : belief.landed,
        confirmed: set && proved && isEnabled(intent),
        suspicion: undefined,
        misses: 0,
        lookAfter: undefined,
      };
      const state = staleChecksum(withSlot(answered(before), next));
      if (!proved) return { state, learned: [] };
      return {
        state: withoutAttempt(state, code),
        learned: [{ kind: set ? 'confirmed' : 'cleared', slot: intent.slot, code }],
      };
    }
    case 'refused':
      return refused(answered(before), intent, result, at);
    case 'failed': {
      const silent = learnSilence(before, result.why === 'timeout' ? 'unanswered' : 'unreachable', at);
      // The read that follows is an answer and ends the lock's own back-off: only the code's keeps a lock that
      // answers reads but no writes from being written to every few seconds.
      if (result.mayHaveLanded) {
        const unheard = result.why === 'unreachable' || result.why === 'asleep';
        const landed = unheard && belief.landed === 'if_occupied' ? 'if_soon' : belief.landed;
        return {
          state: failedAttempt(withSlot(silent, { ...belief, landed }), code, result.why, at),
          learned: [],
        };
      }
      const state = withSlot(silent, prior);
      const attempt = failedAttempt(state, code, result.why, at).attempts.get(code);
      // The lock's own back-off decides when to try again; the code's adds nothing to it.
      return {
        state: attempt ? withAttempt(state, { ...attempt, notBefore: undefined }) : state,
        learned: [],
      };
    }
    default:
      return result satisfies never;
  }
};

const isEnabled = ({ manner }: Intent): boolean => manner?.enabled !== false;

/** Over an occupied slot the lock's yes is all there is: seen masked, it looks the same as before. */
const landedBy = (belief: SlotBelief, proved: boolean): SlotBelief['landed'] => {
  if (proved || belief.landed === 'yes') return 'yes';
  return belief.landed === 'if_occupied' ? 'accepted' : 'no';
};

/**
 * A certain refusal of a set ends the matter for `format`; everything else is looked at once before anything is
 * concluded, because it may have been our own write that landed (FIELD-BUGS 8).
 */
const refused = (
  before: LockState,
  intent: Intent,
  result: { readonly why: string; readonly certain: boolean },
  at: Circumstances,
): Lesson => {
  const code = intent.accessCodeId;
  const learned: Learned[] = [{ kind: 'refused', slot: intent.slot, code, why: result.why }];
  const counted = failedAttempt(before, code, result.why, at);
  const attempt = counted.attempts.get(code);
  const final = intent.kind === 'set' && result.certain;
  if (final && result.why === 'format' && attempt !== undefined) {
    const belief = beliefOf(before, intent.slot);
    const kept =
      belief.state.kind === 'occupied'
        ? { ...belief, suspicion: 'uncertain' as const }
        : vacated({ ...belief, suspicion: undefined });
    return {
      state: withAttempt(withSlot(counted, kept), { ...attempt, notBefore: undefined, terminal: 'format' }),
      learned,
    };
  }
  // It went into a slot that was occupied after all: what stands there isn't ours.
  const belief = beliefOf(counted, intent.slot);
  const state = result.why === 'occupied' ? withSlot(counted, { ...belief, landed: 'no' }) : counted;
  return { state, learned };
};

/** A reported checksum says nothing about writes that came after it. */
const staleChecksum = (state: LockState): LockState => {
  if (state.checksum === undefined) return state;
  const slots = new Map(state.slots);
  for (const belief of state.slots.values())
    if (belief.suspicion === 'checksum') slots.set(belief.slot, { ...belief, suspicion: 'audit' });
  return { ...state, slots, checksum: undefined };
};
