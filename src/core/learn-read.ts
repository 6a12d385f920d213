import type { AccessCodeId } from './ids.ts';
import { afterLooking } from './learn-look.ts';
import {
  answered,
  failedAttempt,
  learnNoReading,
  unnamed,
  vacated,
  withAttempt,
  withoutAttempt,
  withSlot,
} from './lesson.ts';
import type { Circumstances, Learned, Lesson, Silence } from './lesson.ts';
import type { Instant, LockState, SlotBelief, SlotReading, SlotState } from './model.ts';
import { beliefOf, freshProofMs, stateHolds } from './slots.ts';
import { bindsBySchedule, droppedRestMs, unsure } from './native.ts';
import { wipeAfterRead, wipeAfterSilence, withoutLook } from './wipe.ts';

/** Folds in what the lock said of one slot. */
export const learnRead = (
  before: LockState,
  slot: number,
  reading: SlotReading,
  at: Circumstances,
): Lesson => {
  const belief = beliefOf(before, slot);
  const seen: SlotBelief = {
    ...belief,
    state: belief.owner === undefined ? reading : asItOpens(belief, reading),
    grade: 'proved',
    evidenceAt: at.now,
    source: 'read',
    suspicion: undefined,
    misses: 0,
    lookAfter: undefined,
    ...(reading.kind === 'empty' ? { ...unnamed, schedule: undefined } : {}),
  };
  const lesson =
    belief.owner === undefined
      ? readForeign(answered(before), belief, seen, at)
      : readOwn(afterManners(answered(before), belief, seen, at), belief.owner, belief, seen, at);
  return wipeAfterRead(before, slot, afterLooking(before, lesson, at), at);
};

/**
 * The lock says it has no such slot for us: it is never used, and not asked again by the adoption scan. Of a slot
 * that is ours that is no answer: our code may still stand there.
 */
export const learnUnavailable = (before: LockState, slot: number, at: Circumstances): Lesson => {
  const belief = beliefOf(before, slot);
  if (belief.owner !== undefined) return learnUnread(before, slot, 'unanswered', at);
  const state = withSlot(answered(before), {
    ...vacated(belief),
    state: { kind: 'unknown' },
    evidenceAt: at.now,
    source: 'read',
    suspicion: undefined,
    misses: 0,
    lookAfter: undefined,
  });
  return withoutLook(before, slot, afterLooking(before, { state, learned: [] }, at), at);
};

/** The slot was asked, and there is no answer to learn from. */
export const learnUnread = (before: LockState, slot: number, silence: Silence, at: Circumstances): Lesson => {
  const silent: Lesson = { state: learnNoReading(before, slot, silence, at), learned: [] };
  return wipeAfterSilence(before, slot, afterLooking(before, silent, at), at);
};

const readForeign = (state: LockState, before: SlotBelief, seen: SlotBelief, at: Circumstances): Lesson => {
  const learned: Learned[] = [];
  let id = before.unmanagedId;
  let since = before.unmanagedSince;
  const samePin = sameOccupant(before, seen);
  if (id !== undefined && !samePin) {
    learned.push({ kind: 'unmanaged_gone', slot: seen.slot, id });
    id = undefined;
    since = undefined;
  }
  if (seen.state.kind === 'occupied' && id === undefined) {
    id = at.freshId;
    since = at.now;
    learned.push({ kind: 'unmanaged_found', slot: seen.slot, id });
  }
  // Whoever wrote a code there may have written schedules too.
  const isScheduleFree = seen.state.kind === 'occupied' ? undefined : seen.isScheduleFree;
  return {
    state: withSlot(state, { ...seen, unmanagedId: id, unmanagedSince: since, isScheduleFree }),
    learned,
  };
};

/** Masked counts as the same occupant: the lock gives no reason to think otherwise. */
const sameOccupant = (before: SlotBelief, seen: SlotBelief): boolean => {
  if (seen.state.kind !== 'occupied') return false;
  if (before.state.kind !== 'occupied') return true;
  const [a, b] = [before.state.pin, seen.state.pin];
  return a === 'masked' || b === 'masked' || a.equals(b);
};

/** Our last write there said: disabled, until its schedule stands. */
const isToldDisabled = ({ state, source }: SlotBelief): boolean =>
  state.kind === 'occupied' && !state.enabled && source === 'write';

/**
 * A code that is bound to schedules, and has none, opens nothing: as if it were disabled. Only where it was to be
 * disabled isn't that taken for it: a lock that doesn't heed the one may not heed the other.
 */
const asItOpens = (belief: SlotBelief, reading: SlotReading): SlotReading => {
  if (reading.kind !== 'occupied' || isToldDisabled(belief)) return reading;
  const { userType } = reading;
  const { mayBeScheduled } = belief;
  const isShut =
    userType === 'non_access' || userType === 'week_day' || (userType === 'year_day' && !mayBeScheduled);
  return isShut ? { ...reading, enabled: false } : reading;
};

/**
 * The lock doesn't keep what a code may do as it was told with it: it is enabled without being told so, or is none that
 * its schedule binds. No code is loaded there ahead of its time for a while.
 */
const afterManners = (
  state: LockState,
  before: SlotBelief,
  seen: SlotBelief,
  { now }: Circumstances,
): LockState => {
  if (seen.state.kind !== 'occupied' || !seen.state.enabled) return state;
  const isUnbound = before.schedule !== undefined && !bindsBySchedule(seen.state);
  return isToldDisabled(before) || isUnbound ? { ...state, preloadAfter: now + droppedRestMs } : state;
};

const isSamePin = (before: SlotState, seen: SlotState): boolean =>
  before.kind === 'occupied' &&
  seen.kind === 'occupied' &&
  before.pin !== 'masked' &&
  seen.pin !== 'masked' &&
  seen.pin.equals(before.pin);

const isMasked = (belief: SlotBelief): boolean =>
  belief.state.kind === 'occupied' && belief.state.pin === 'masked';

/**
 * On a lock that masks, an occupied slot proves an unacknowledged write only while nobody else can be thought to
 * have filled it since. One that was acknowledged, or cut off by a crash, far likelier landed than not: taking it
 * for a stranger's would leave our code on the lock when its guest has gone.
 */
const isStale = (before: SlotBelief, seen: SlotBelief, now: Instant): boolean => {
  const age = now - (before.writtenAt ?? now);
  return before.landed === 'if_soon' && isMasked(seen) && (age < 0 || age > freshProofMs);
};

/** A code that was proved, and soon after is gone: written again at once, it could go on so for ever. */
const notKept = 'not_kept';
const keptMs = 10 * 60_000;

const isShortLived = ({ writtenAt }: SlotBelief, now: Instant): boolean =>
  writtenAt !== undefined && now >= writtenAt && now < writtenAt + keptMs;

/** Once may have been somebody at the keypad: only from the second time on does writing it again wait. */
const afterLosing = (state: LockState, code: AccessCodeId, at: Circumstances): LockState => {
  const counted = failedAttempt(state, code, notKept, at);
  const attempt = counted.attempts.get(code);
  return attempt?.count === 1 ? withAttempt(counted, { ...attempt, notBefore: undefined }) : counted;
};

const readOwn = (
  state: LockState,
  code: AccessCodeId,
  before: SlotBelief,
  seen: SlotBelief,
  at: Circumstances,
): Lesson => {
  const slot = seen.slot;
  // The lock said that this slot was changed, and turns out to mask: only its word is left to go by.
  const undecidable = before.suspicion === 'hint' && before.confirmed && isMasked(seen) && !isMasked(before);
  const stands =
    before.written !== undefined &&
    !undecidable &&
    !isStale(before, seen, at.now) &&
    stateHolds(seen.state, before, before.written);
  if (stands) {
    if (before.confirmed) {
      const kept = withSlot(state, seen);
      return { state: isShortLived(before, at.now) ? kept : withoutAttempt(kept, code), learned: [] };
    }
    if (before.state.kind === 'empty' && before.grade === 'accepted') return lie(state, code, seen, at);
    // It had landed before the doubt arose: the doubt is about a removal, which hasn't.
    if (before.suspicion === 'uncertain' && before.landed === 'yes')
      return { state: withSlot(state, { ...seen, confirmed: true }), learned: [] };
    const confirmed = withSlot(state, { ...seen, landed: 'yes', confirmed: true });
    return {
      // What it lost before it may lose again: only time proves that it keeps this one.
      state: state.attempts.get(code)?.lastFailure === notKept ? confirmed : withoutAttempt(confirmed, code),
      learned: [{ kind: 'confirmed', slot, code }],
    };
  }
  if (before.confirmed) {
    const how = seen.state.kind === 'empty' ? 'deleted' : 'modified';
    const lost = withSlot(state, {
      ...seen,
      landed: 'no',
      confirmed: false,
      schedule: unsure(seen.schedule),
    });
    return {
      state: isShortLived(before, at.now) ? afterLosing(lost, code, at) : lost,
      learned: [{ kind: 'lost', slot, code, how }],
    };
  }
  if (seen.state.kind === 'empty') return ownFoundEmpty(state, code, before, seen, at);
  return ownFoundOther(state, code, before, seen, at);
};

/** The slot is empty and our PIN was never proved there: not landed, cleared as wished, or a lie. */
const ownFoundEmpty = (
  state: LockState,
  code: AccessCodeId,
  before: SlotBelief,
  seen: SlotBelief,
  at: Circumstances,
): Lesson => {
  const { slot } = seen;
  const next = { ...seen, landed: 'no' as const };
  // It may be slow to show what it took (`mayStandUnseen`).
  if (before.state.kind === 'occupied' && before.grade === 'accepted')
    return lie(state, code, before.landed === 'accepted' ? seen : next, at);
  const attempt = state.attempts.get(code);
  if (attempt?.lastFailure === 'duplicate') {
    // Looked once, and it wasn't our own write: trying again can't help (FIELD-BUGS 8).
    const ended = withAttempt(state, { ...attempt, notBefore: undefined, terminal: 'duplicate' });
    return { state: withSlot(ended, vacated(next)), learned: [{ kind: 'released', slot, code }] };
  }
  // `yes` stays: it tells that the code was on the lock, which its end is reported by.
  const cleared = before.landed === 'accepted' ? next : seen;
  if (before.state.kind === 'occupied' || before.grade === 'accepted')
    return {
      // It was only made room for the next try.
      state:
        attempt?.lastFailure === standsDisabled || attempt?.lastFailure === notApplied
          ? withSlot(state, cleared)
          : withoutAttempt(withSlot(state, cleared), code),
      learned: [{ kind: 'cleared', slot, code }],
    };
  return { state: withSlot(state, next), learned: [] };
};

/** The lock took the code, and shows it disabled. */
const standsDisabled = 'disabled';

/** The lock said yes, and doesn't show it. */
const notApplied = 'not_applied';

/** What we wrote stands there, and opens nothing. */
const isDisabledOwn = (before: SlotBelief, seen: SlotBelief): boolean =>
  before.written !== undefined &&
  seen.state.kind === 'occupied' &&
  !seen.state.enabled &&
  stateHolds({ ...seen.state, enabled: true }, before, before.written);

/** The slot holds something that isn't what we wrote, and what we wrote was never proved there. */
const ownFoundOther = (
  state: LockState,
  code: AccessCodeId,
  before: SlotBelief,
  seen: SlotBelief,
  at: Circumstances,
): Lesson => {
  const isCleared = before.state.kind === 'empty' && before.grade === 'accepted';
  if (!isCleared && isDisabledOwn(before, seen) && !isStale(before, seen, at.now)) {
    const kept = withSlot(state, { ...seen, landed: 'yes' });
    // Written again at once, on a lock that goes on so, it would be written for ever.
    const claimed = before.grade === 'accepted' && before.source === 'write';
    // Written so, until its schedule stands beside it.
    const asTold = before.state.kind === 'occupied' && !before.state.enabled;
    return {
      state: claimed && !asTold ? failedAttempt(kept, code, standsDisabled, at) : kept,
      learned: [],
    };
  }
  const attempt = state.attempts.get(code);
  if (before.state.kind === 'occupied') {
    // Ours before, and still the old one: an update or a removal that hasn't landed.
    const claimed = before.grade === 'accepted' && before.source === 'write';
    const intoEmpty = before.landed === 'accepted' && !isMasked(seen);
    if (claimed && intoEmpty) return takenByOther(state, code, before, seen, at);
    // Masked, the old PIN and the new look alike: nobody has lied, and nothing is proved.
    // What it last said yes to does stand: it is a later write, without an answer, that hasn't landed.
    const isAsSaid = isSamePin(before.state, seen.state);
    if (claimed && !isMasked(seen) && !isAsSaid) return lie(state, code, { ...seen, landed: 'no' }, at);
    const ended =
      attempt?.lastFailure === 'duplicate'
        ? withAttempt(state, { ...attempt, notBefore: undefined, terminal: 'duplicate' })
        : state;
    return { state: withSlot(ended, { ...seen, landed: 'no' }), learned: [] };
  }
  // The lock said that it had cleared what stood here: its word was wrong, and the slot is still ours.
  if (isCleared) return lie(state, code, { ...seen, landed: 'no' }, at);
  return takenByOther(state, code, before, seen, at);
};

/** It was empty before our write, and somebody else's code is in it now: theirs, not ours (idea 4). */
const takenByOther = (
  state: LockState,
  code: AccessCodeId,
  before: SlotBelief,
  seen: SlotBelief,
  at: Circumstances,
): Lesson => {
  const empty: SlotBelief = { ...vacated(before), state: { kind: 'empty' } };
  const lesson = readForeign(state, empty, vacated(seen), at);
  return { state: lesson.state, learned: [{ kind: 'released', slot: seen.slot, code }, ...lesson.learned] };
};

/** The lock said yes, and it wasn't so. */
const lie = (state: LockState, code: AccessCodeId, seen: SlotBelief, at: Circumstances): Lesson => ({
  state: { ...failedAttempt(withSlot(state, seen), code, notApplied, at), seenToLie: true },
  learned: [{ kind: 'lied', slot: seen.slot, code }],
});
