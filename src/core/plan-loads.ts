import { isWrongForGood } from './clock-care.ts';
import { fits } from './code-lengths.ts';
import type { AccessCodeId } from './ids.ts';
import type { SlotBelief, WantedCode } from './model.ts';
import { droppedRestMs, isClockRight, lackOf, loadAttempts } from './native.ts';
import type { Lack } from './native.ts';
import { inDoubt } from './plan-input.ts';
import type { PlanInput, Waits } from './plan-input.ts';
import { standsElsewhere } from './plan-pins.ts';
import { attemptBackoff } from './retry.ts';
import { candidateSlots, slotOwnedBy } from './slots.ts';
import { isHeld } from './wipe.ts';

/**
 * What keeps all codes of a lock from being loaded ahead of their time. `being_looked_at`, `clock_to_be_seen`: that is
 * about to pass; all else is told (`core/deferral`).
 */
export type LockHindrance =
  | Lack
  | 'lock_reset'
  | 'being_looked_at'
  | 'loading_rests'
  | 'clock_untrusted'
  | 'clock_wrong'
  | 'clock_silent'
  | 'clock_to_be_seen';

/** The same of one code. `stands`, `in_doubt`, `waits`: that is about to pass. */
export type CodeHindrance =
  'code_refused' | 'loading_failed' | 'no_free_slot' | 'same_pin' | 'stands' | 'in_doubt' | 'waits';

export const lockHindrance = (input: PlanInput, waits: Waits): LockHindrance | undefined => {
  const { state, capabilities, clockRules, now } = input;
  const lack = lackOf(capabilities);
  if (lack !== undefined) return lack;
  if (isHeld(state, capabilities)) return state.reset === undefined ? 'being_looked_at' : 'lock_reset';
  if (!waits.due(state.preloadAfter, now, droppedRestMs)) return 'loading_rests';
  if (clockRules === undefined) return 'clock_untrusted';
  if (isClockRight(state, clockRules, now)) return undefined;
  if (isWrongForGood(state, capabilities, clockRules)) return 'clock_wrong';
  const { clockSeen } = state;
  return clockSeen !== undefined && clockSeen.offsetMs === undefined ? 'clock_silent' : 'clock_to_be_seen';
};

/** Codes to be loaded ahead of their time, the first to begin first. */
const loads = ({ wanted }: PlanInput): WantedCode[] =>
  wanted
    .filter((code) => code.wanted === 'preload')
    .sort((a, b) => (a.neededAt ?? a.dueAt) - (b.neededAt ?? b.dueAt));

/** It stands disabled until its schedule stands beside it, and opens nothing. */
export const isParked = ({ capabilities }: PlanInput, { state }: SlotBelief): boolean =>
  capabilities.scheduleOrder === 'code_disabled_first' && state.kind === 'occupied' && !state.enabled;

/** A code that is to be loaded, the slot that it has already, and what keeps it from being loaded. */
export interface Load {
  readonly code: WantedCode;
  readonly own: SlotBelief | undefined;
  readonly hindrance: CodeHindrance | undefined;
}

/** Codes to be loaded, in the order in which slots are given to them. Each that can be loaded takes its slot. */
export function* loadQueue(input: PlanInput, waits: Waits): Generator<Load> {
  const { state, usable } = input;
  const due = loads(input);
  if (due.length === 0) return;
  const victims = evicted(input);
  const free = candidateSlots(state, usable).length;
  let owed = withoutSlot(input, false);
  for (const code of due) {
    const own = slotOwnedBy(state, code.accessCodeId);
    const hindrance = codeHindrance(
      input,
      waits,
      { code, own, isVictim: victims.has(code.accessCodeId) },
      () => free > owed,
    );
    if (own === undefined && hindrance === undefined) owed += 1;
    yield { code, own, hindrance };
  }
}

const codeHindrance = (
  input: PlanInput,
  waits: Waits,
  { code, own, isVictim }: Pick<Load, 'code' | 'own'> & { readonly isVictim: boolean },
  isRoom: () => boolean,
): CodeHindrance | undefined => {
  const { state, capabilities, now } = input;
  const attempt = state.attempts.get(code.accessCodeId);
  if (attempt?.terminal !== undefined || !fits(code.pin, capabilities)) return 'code_refused';
  // Then it comes when it is due.
  if ((attempt?.count ?? 0) >= loadAttempts) return 'loading_failed';
  if (isVictim) return isRivalled(input, code) ? 'same_pin' : 'no_free_slot';
  if (own?.state.kind === 'occupied' && !isParked(input, own)) return 'stands';
  if (own !== undefined && inDoubt(input, own)) return 'in_doubt';
  if (!waits.due(attempt?.notBefore, now, attemptBackoff.mostMs)) return 'waits';
  if (own === undefined && !isRoom()) return 'no_free_slot';
  return isRivalled(input, code) || standsElsewhere(input, code, own?.slot) ? 'same_pin' : undefined;
};

/** Codes that are due and have no slot, and can be set as things are. */
const withoutSlot = ({ state, wanted, capabilities, now }: PlanInput, isNeeded: boolean): number =>
  wanted.filter(
    (code) =>
      code.wanted === 'present' &&
      (!isNeeded || (code.neededAt ?? now) <= now) &&
      slotOwnedBy(state, code.accessCodeId) === undefined &&
      state.attempts.get(code.accessCodeId)?.terminal === undefined &&
      fits(code.pin, capabilities),
  ).length;

/** Another code has the same PIN, and its time is before: only one of them can be on the lock. */
const isRivalled = ({ wanted }: PlanInput, code: WantedCode): boolean =>
  wanted.some(
    (other) =>
      other.accessCodeId !== code.accessCodeId &&
      other.pin.equals(code.pin) &&
      (other.wanted === 'present' ||
        (other.wanted === 'preload' && (other.neededAt ?? 0) < (code.neededAt ?? 0))),
  );

/**
 * Codes on the lock ahead of their time that have to make room for one whose time it is, the latest first, or whose PIN
 * is needed before. No slot that is about to be free is waited for by taking another.
 */
export const evicted = (input: PlanInput): ReadonlySet<AccessCodeId> => {
  const { state, wanted, usable } = input;
  const ahead = loads(input).filter((code) => slotOwnedBy(state, code.accessCodeId) !== undefined);
  if (ahead.length === 0) return new Set();
  const leaving = wanted.filter(
    (code) => code.wanted === 'absent' && slotOwnedBy(state, code.accessCodeId) !== undefined,
  ).length;
  const missing = withoutSlot(input, true) - candidateSlots(state, usable).length - leaving;
  const victims = [
    ...ahead.filter((code) => isRivalled(input, code)),
    ...(missing > 0 ? ahead.slice(-missing) : []),
  ];
  return new Set(victims.map((code) => code.accessCodeId));
};
