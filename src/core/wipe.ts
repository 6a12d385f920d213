import type { Circumstances, Lesson } from './lesson.ts';
import type { Capabilities, Instant, LockState, ResetCause, SlotBelief, WipeDoubt } from './model.ts';
import { beliefOf, slotsOf } from './slots.ts';

/**
 * Whether a code is known to stand here: ours, proved since it was written, or one that was found. Ours on its way
 * on or off is not: that it is missing may be our own doing.
 */
const isKnown = (belief: SlotBelief): boolean =>
  belief.state.kind === 'occupied' &&
  belief.grade === 'proved' &&
  (belief.owner === undefined ? belief.unmanagedId !== undefined : belief.confirmed);

/** Since when the code in this slot has been there, as far as is known. */
const cameAt = ({ owner, writtenAt, unmanagedSince }: SlotBelief): Instant =>
  (owner === undefined ? unmanagedSince : writtenAt) ?? 0;

/** Slots with a known code, ours first. */
const knownSlots = (state: LockState, capabilities: Capabilities): number[] => {
  const range = slotsOf(capabilities);
  return [...state.slots.values()]
    .filter((belief) => range.includes(belief.slot) && isKnown(belief))
    .sort((a, b) => Number(a.owner === undefined) - Number(b.owner === undefined) || a.slot - b.slot)
    .map((belief) => belief.slot);
};

/** A single code that is missing was deleted by somebody; it takes more than that to tell a reset by. */
const leastGone = (why: ResetCause): number => (why === 'codes_gone' ? 2 : 1);

/** Nothing is set on this lock: it was reset, or that is being found out. */
export const isHeld = (state: LockState, capabilities: Capabilities): boolean =>
  state.reset !== undefined || openLooks(state, capabilities).length > 0;

/** What has to be looked at before a reset is ruled out, or known. */
export const openLooks = (state: LockState, capabilities: Capabilities): readonly number[] => {
  const { wipe } = state;
  if (wipe === undefined || state.reset !== undefined || capabilities.readBack === 'none') return [];
  const range = slotsOf(capabilities);
  return wipe.open.filter((slot) => range.includes(slot));
};

/** A slot that gives no answer, asked this often, doesn't keep codes from the lock. */
const missesMost = 2;

/** The known codes but this one are worth a look; those in slots that are mute already don't hold anything up. */
const newDoubt = (state: LockState, why: ResetCause, capabilities: Capabilities, but?: number): WipeDoubt => {
  const known = knownSlots(state, capabilities).filter((slot) => slot !== but);
  const isMute = (slot: number): boolean => beliefOf(state, slot).misses >= missesMost;
  return {
    why,
    gone: 0,
    open: known.filter((slot) => !isMute(slot)),
    silent: known.filter(isMute),
    summed: false,
  };
};

/**
 * Are its codes still there? The lock has said that all of them are deleted, its code length has changed, or it has
 * joined the network anew (`codes_gone`).
 */
export const suspectWipe = (before: LockState, why: ResetCause, capabilities: Capabilities): LockState => {
  const wipe = newDoubt(before, why, capabilities);
  return before.reset !== undefined || wipe.open.length === 0 ? before : { ...before, wipe };
};

/**
 * A reset takes all that is on the lock. Where a code still stands, it was before that came: what was last seen before
 * that may have gone by it, and what was seen since was deleted by somebody, for itself. A code that has come since may
 * be the new owner's, or the first that we have written after the reset.
 */
const mayHaveGone = ({ stood }: WipeDoubt, lastSeen: Instant): boolean =>
  stood === undefined || lastSeen < stood;

/** Missing codes that a reset may have taken. */
const goneAtOnce = (doubt: WipeDoubt): number =>
  doubt.seen?.filter((lastSeen) => mayHaveGone(doubt, lastSeen)).length ?? doubt.gone;

/** What stands leaves too few codes that a reset could have taken. */
const isRuledOut = (before: LockState, doubt: WipeDoubt): boolean => {
  const { stood, seen, open, silent = [], why } = doubt;
  if (stood === undefined || seen === undefined) return stood !== undefined;
  const unseen = [...open, ...silent].filter((slot) =>
    mayHaveGone(doubt, beliefOf(before, slot).evidenceAt ?? 0),
  );
  return goneAtOnce(doubt) + unseen.length < leastGone(why);
};

/** A look is over: all codes gone, one still there, or more to look at? */
const decided = (lesson: Lesson, doubt: WipeDoubt, now: Instant): Lesson => {
  const { state } = lesson;
  if (isRuledOut(state, doubt)) return { ...lesson, state: { ...state, wipe: undefined } };
  const gone = goneAtOnce(doubt);
  // It has said that nothing is in it, and one look has borne that out.
  const told = state.checksum?.value === 0 && gone > 0 && doubt.open.length > 0;
  if (doubt.open.length > 0 && !told) return { ...lesson, state: { ...state, wipe: doubt } };
  if (!told && gone < leastGone(doubt.why)) return { ...lesson, state: { ...state, wipe: undefined } };
  return frozen(lesson, doubt, now);
};

/** Nothing is set any more. What has not been looked at yet still is: only a look proves a slot empty. */
const frozen = (lesson: Lesson, doubt: WipeDoubt, now: Instant): Lesson => {
  const slots = new Map(lesson.state.slots);
  const unseen = [...doubt.open, ...(doubt.silent ?? [])];
  for (const slot of unseen) {
    const belief = beliefOf(lesson.state, slot);
    slots.set(slot, { ...belief, suspicion: belief.suspicion ?? 'hint' });
  }
  const codes = [...slots.values()].filter((belief) => belief.owner !== undefined).length;
  return {
    state: {
      ...lesson.state,
      slots,
      wipe: undefined,
      reset: { at: now, why: doubt.why, unseen },
      // Reset or exchanged, it has lost the time too.
      clockSeen: undefined,
      clockCare: undefined,
    },
    learned: [...lesson.learned, { kind: 'reset', why: doubt.why, codes }],
  };
};

/** The lock is not reset after all: what was found missing is looked at again before anything is set. */
const thawed = (lesson: Lesson): Lesson => {
  const slots = new Map(lesson.state.slots);
  for (const belief of slots.values())
    if (belief.owner !== undefined && belief.state.kind === 'empty')
      slots.set(belief.slot, { ...belief, suspicion: belief.suspicion ?? 'hint' });
  return {
    state: { ...lesson.state, slots, reset: undefined, wipe: undefined },
    learned: [...lesson.learned, { kind: 'reset_over' }],
  };
};

/**
 * After a slot was read: what that says of the lock as a whole. Where a known code is missing the others are looked
 * at before it is put back, so that codes are never written onto a lock that has been reset (FIELD-BUGS 31).
 */
export const wipeAfterRead = (before: LockState, slot: number, lesson: Lesson, at: Circumstances): Lesson => {
  const was = beliefOf(before, slot);
  const is = beliefOf(lesson.state, slot);
  const known = isKnown(was);
  const stands =
    is.state.kind === 'occupied' &&
    (is.owner === undefined ? known && is.unmanagedId === was.unmanagedId : is.confirmed);
  if (before.reset !== undefined) return readWhileFrozen(before.reset, was, stands, lesson);
  if (stands) {
    // One that was on its way when the doubt arose may have come after the reset.
    const doubt = before.wipe;
    if (doubt === undefined || ![...doubt.open, ...(doubt.silent ?? [])].includes(slot)) return lesson;
    const stood = Math.min(doubt.stood ?? Infinity, cameAt(was));
    return decided(lesson, { ...without(doubt, slot), stood }, at.now);
  }
  // Ours that was changed is missing too; one that was found may be changed by whoever put it there.
  if (!known || (is.state.kind !== 'empty' && was.owner === undefined))
    return withoutLook(before, slot, lesson, at);
  const doubt = before.wipe ?? { ...newDoubt(before, 'codes_gone', at.capabilities, slot), seen: [] };
  const left = without(doubt, slot);
  if (!isProvedMissing(is)) return decided(lesson, left, at.now);
  const seen = doubt.seen === undefined ? undefined : [...doubt.seen, was.evidenceAt ?? 0];
  return decided(lesson, { ...left, gone: doubt.gone + 1, seen }, at.now);
};

/** Masked or disabled, it may be our code still: the lock has only said that something was changed. */
const isProvedMissing = ({ state, written }: SlotBelief): boolean =>
  state.kind === 'empty' ||
  (state.kind === 'occupied' && state.pin !== 'masked' && !state.pin.equals(written));

const readWhileFrozen = (
  reset: NonNullable<LockState['reset']>,
  was: SlotBelief,
  stands: boolean,
  lesson: Lesson,
): Lesson => {
  // What was put on the lock since, by whomever, says nothing of what was there before.
  const unseen = reset.unseen ?? [];
  const back = was.owner !== undefined && was.state.kind === 'empty';
  if (stands && (back || unseen.includes(was.slot))) return thawed(lesson);
  if (!unseen.includes(was.slot)) return lesson;
  const left = { ...reset, unseen: unseen.filter((one) => one !== was.slot) };
  return { ...lesson, state: { ...lesson.state, reset: left } };
};

const without = (doubt: WipeDoubt, slot: number): WipeDoubt => ({
  ...doubt,
  open: doubt.open.filter((one) => one !== slot),
  silent: doubt.silent?.filter((one) => one !== slot),
});

/** A slot was asked in vain: others may tell as much. */
export const wipeAfterSilence = (
  before: LockState,
  slot: number,
  lesson: Lesson,
  at: Circumstances,
): Lesson => {
  const doubt = before.wipe;
  if (doubt?.open.includes(slot) !== true || beliefOf(lesson.state, slot).misses < missesMost) return lesson;
  const left = without(doubt, slot);
  return decided(lesson, { ...left, silent: [...(left.silent ?? []), slot] }, at.now);
};

/** This slot tells nothing: the others have to. */
export const withoutLook = (before: LockState, slot: number, lesson: Lesson, at: Circumstances): Lesson => {
  const doubt = before.wipe;
  if (doubt?.open.includes(slot) !== true) return lesson;
  return decided(lesson, without(doubt, slot), at.now);
};

/** @param agrees the checksum is the one of the codes that we believe to stand */
export const wipeAfterChecksum = (
  before: LockState,
  value: number,
  agrees: boolean,
  lesson: Lesson,
  at: Circumstances,
): Lesson => {
  const doubt = before.wipe;
  if (before.reset !== undefined) {
    const unseen = before.reset.unseen ?? [];
    return agrees && unseen.some((slot) => isKnown(beliefOf(before, slot))) ? thawed(lesson) : lesson;
  }
  if (doubt === undefined) return lesson;
  if (agrees) {
    // Each of them stands.
    const came = knownSlots(before, at.capabilities).map((slot) => cameAt(beliefOf(before, slot)));
    const stood = came.length === 0 ? doubt.stood : Math.min(doubt.stood ?? Infinity, ...came);
    return decided(lesson, { ...doubt, open: [], silent: [], stood }, at.now);
  }
  if (value === 0) return frozen(lesson, doubt, at.now);
  return { ...lesson, state: { ...lesson.state, wipe: { ...doubt, summed: true } } };
};
