import type { Circumstances, Lesson } from './lesson.ts';
import type { Capabilities, Instant, LockState, ResetCause, SlotBelief, WipeDoubt } from './model.ts';
import { beliefOf, slotsOf } from './slots.ts';

/**
 * Whether a code is known to stand here: ours, proved since it was written, or one that was found. Ours on its way
 * on or off is not: that it is missing may be our own doing.
 */
const isKnown = (belief: SlotBelief): boolean =>
  belief.state.kind === 'occupied' &&
  (belief.owner === undefined ? belief.unmanagedId !== undefined : belief.confirmed);

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

/** The lock has said that all its codes are deleted, or its code length has changed: are they? */
export const suspectWipe = (
  before: LockState,
  why: Exclude<ResetCause, 'codes_gone'>,
  capabilities: Capabilities,
): LockState => {
  const open = knownSlots(before, capabilities);
  if (before.reset !== undefined || open.length === 0) return before;
  return { ...before, wipe: { why, gone: 0, open, summed: false } };
};

/** A look is over: all codes gone, one still there, or more to look at? */
const decided = (lesson: Lesson, doubt: WipeDoubt, now: Instant): Lesson => {
  const { state } = lesson;
  // It has said that nothing is in it, and one look has borne that out.
  const told = state.checksum?.value === 0 && doubt.gone > 0 && doubt.open.length > 0;
  if (doubt.open.length > 0 && !told) return { ...lesson, state: { ...state, wipe: doubt } };
  if (!told && doubt.gone < leastGone(doubt.why)) return { ...lesson, state: { ...state, wipe: undefined } };
  return frozen(lesson, doubt, now);
};

/** Nothing is set any more. What has not been looked at yet still is: only a look proves a slot empty. */
const frozen = (lesson: Lesson, doubt: WipeDoubt, now: Instant): Lesson => {
  const slots = new Map(lesson.state.slots);
  for (const slot of doubt.open) {
    const belief = beliefOf(lesson.state, slot);
    slots.set(slot, { ...belief, suspicion: belief.suspicion ?? 'hint' });
  }
  const codes = [...slots.values()].filter((belief) => belief.owner !== undefined).length;
  return {
    state: {
      ...lesson.state,
      slots,
      wipe: undefined,
      reset: { at: now, why: doubt.why, unseen: doubt.open },
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
  const gone = known && is.state.kind === 'empty';
  const stands =
    is.state.kind === 'occupied' &&
    (is.owner === undefined ? known && is.unmanagedId === was.unmanagedId : is.confirmed);
  if (before.reset !== undefined) {
    // What was put on the lock since, by whomever, says nothing of what was there before.
    const unseen = before.reset.unseen ?? [];
    const back = is.owner !== undefined && was.state.kind === 'empty';
    if (stands && (back || unseen.includes(slot))) return thawed(lesson);
    const reset = { ...before.reset, unseen: unseen.filter((one) => one !== slot) };
    return unseen.includes(slot) ? { ...lesson, state: { ...lesson.state, reset } } : lesson;
  }
  // One that was on its way when the doubt arose may have come after the reset.
  if (stands)
    return before.wipe?.open.includes(slot) === true
      ? { ...lesson, state: { ...lesson.state, wipe: undefined } }
      : lesson;
  if (!gone) return withoutLook(before, slot, lesson, at);
  const doubt = before.wipe ?? {
    why: 'codes_gone',
    gone: 0,
    open: knownSlots(before, at.capabilities),
    summed: false,
  };
  const open = doubt.open.filter((one) => one !== slot);
  return decided(lesson, { ...doubt, gone: doubt.gone + 1, open }, at.now);
};

/** A slot that gives no answer, asked this often, doesn't keep codes from the lock. */
const missesMost = 2;

/** A slot was asked in vain: others may tell as much. */
export const wipeAfterSilence = (
  before: LockState,
  slot: number,
  lesson: Lesson,
  at: Circumstances,
): Lesson =>
  beliefOf(lesson.state, slot).misses < missesMost ? lesson : withoutLook(before, slot, lesson, at);

/** This slot tells nothing: the others have to. */
export const withoutLook = (before: LockState, slot: number, lesson: Lesson, at: Circumstances): Lesson => {
  const doubt = before.wipe;
  if (doubt?.open.includes(slot) !== true) return lesson;
  return decided(lesson, { ...doubt, open: doubt.open.filter((one) => one !== slot) }, at.now);
};

/** @param agrees the checksum is the one of the codes that we believe to stand */
export const wipeAfterChecksum = (
  before: LockState,
  value: number,
  agrees: boolean,
  lesson: Lesson,
  at: Circumstances,
): Lesson => {
  const standing = knownSlots(before, at.capabilities).length > 0;
  if (before.reset !== undefined) return agrees && standing ? thawed(lesson) : lesson;
  const doubt = before.wipe;
  if (doubt === undefined) return lesson;
  if (agrees && standing) return { ...lesson, state: { ...lesson.state, wipe: undefined } };
  if (value === 0) return frozen(lesson, doubt, at.now);
  return { ...lesson, state: { ...lesson.state, wipe: { ...doubt, summed: true } } };
};
