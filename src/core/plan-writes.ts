import { priorities, read } from './actions.ts';
import type { Action } from './actions.ts';
import { fits } from './code-lengths.ts';
import type { AccessCodeId } from './ids.ts';
import type { SlotBelief, WantedCode } from './model.ts';
import { nameToWrite } from './beside.ts';
import { askable, checksumProves, inDoubt } from './plan-input.ts';
import type { PlanInput, Waits } from './plan-input.ts';
import { evicted } from './plan-loads.ts';
import { mannerOf } from './plan-native.ts';
import { standsElsewhere } from './plan-pins.ts';
import { hasSchedule } from './native.ts';
import { attemptBackoff, sideBackoff } from './retry.ts';
import {
  candidateSlots,
  holds,
  isCleared,
  isConverged,
  isEmptied,
  isFreshlyEmpty,
  mayStandUnseen,
  slotOwnedBy,
} from './slots.ts';
import { isHeld, openLooks } from './wipe.ts';

export const removals = (input: PlanInput, waits: Waits): Action | undefined => {
  const { state, wanted, capabilities, now } = input;
  for (const code of wanted) {
    if (code.wanted !== 'absent') continue;
    const belief = slotOwnedBy(state, code.accessCodeId);
    if (belief === undefined || isCleared(belief, capabilities)) continue;
    if (inDoubt(input, belief) || isUnseenSinceReset(input, belief)) {
      if (!askable(belief, input, waits)) continue;
      return read(belief.slot, 'resolve', priorities.removal);
    }
    // Cleared, proof follows with the other verifications. In doubt, only a lock that can't be read comes here:
    // what may have landed on it is cleared (FIELD-BUGS 27).
    if (belief.state.kind === 'empty' && belief.suspicion !== 'uncertain' && !mayStandUnseen(belief))
      continue;
    const attempt = state.attempts.get(code.accessCodeId);
    if (!waits.due(attempt?.notBefore, now, attemptBackoff.mostMs)) continue;
    return { kind: 'clear', slot: belief.slot, code: code.accessCodeId, priority: priorities.removal };
  }
  return undefined;
};

/** On a lock that may have been reset, a removal is over once its slot is found empty: it is looked at first. */
const isUnseenSinceReset = ({ state, capabilities }: PlanInput, { slot, evidenceAt }: SlotBelief): boolean =>
  capabilities.readBack !== 'none' &&
  (openLooks(state, capabilities).includes(slot) ||
    (state.reset !== undefined && (evidenceAt ?? 0) < state.reset.at));

/**
 * A schedule without its code would bind the next one in its slot: erased once the code is gone (DESIGN §5), and before
 * a code comes that it isn't meant for.
 */
export const schedules = (input: PlanInput, waits: Waits): Action | undefined => {
  const { state, now } = input;
  const victims = evicted(input);
  for (const belief of state.slots.values()) {
    if (!belief.mayBeScheduled || inDoubt(input, belief) || isNeededSchedule(input, belief, victims))
      continue;
    if (waits.due(belief.sideAfter, now, sideBackoff.mostMs))
      return { kind: 'clear_schedule', slot: belief.slot, priority: priorities.removal };
  }
  return undefined;
};

const isNeededSchedule = (
  { wanted, capabilities }: PlanInput,
  belief: SlotBelief,
  victims: ReadonlySet<AccessCodeId>,
): boolean => {
  if (belief.owner === undefined) return false;
  const wish = wanted.find((one) => one.accessCodeId === belief.owner);
  if (wish === undefined || !isEmptied(belief, capabilities)) return true;
  // The code may stand there after all: it goes first.
  if (wish.wanted !== 'present' && mayStandUnseen(belief)) return true;
  if (victims.has(belief.owner)) return false;
  return (wish.wanted === 'preload' || wish.wanted === 'present') && hasSchedule(belief, wish.window);
};

/**
 * After so many failures with a slot's schedules in a row, a code that is due doesn't wait for them: its guest may stand at the
 * door. Twice, as a driver goes on where it ran out of time.
 */
const stuckAfter = 2;

/** Where two are due at once, the one that was made first: `wanted` is in that order. */
const byDueTime = (a: WantedCode, b: WantedCode): number => a.dueAt - b.dueAt;

export const sets = (input: PlanInput, waits: Waits): Action | undefined => {
  const { state, wanted, now, capabilities } = input;
  if (isHeld(state, capabilities)) return undefined;
  const due = wanted.filter((code) => code.wanted === 'present').sort(byDueTime);
  let proof: Action | undefined;
  /** Slots that codes which are due earlier will need. */
  let owed = 0;
  for (const code of due) {
    const attempt = state.attempts.get(code.accessCodeId);
    if (attempt?.terminal !== undefined) continue;
    const held = slotOwnedBy(state, code.accessCodeId);
    if (held !== undefined && holds(held, code.pin)) continue;
    if (!fits(code.pin, capabilities)) continue; // a finding, not an action (FIELD-BUGS 6)
    if (held !== undefined && inDoubt(input, held)) continue;
    const isWrong = held !== undefined && isWronglyBound(input, held, code);
    if (isWrong && (held.sideFailures < stuckAfter || mayStandUnseen(held))) continue;
    const own = isWrong ? undefined : held;
    const free = own === undefined ? candidateSlots(state, input.usable) : [];
    const isAhead = (code.neededAt ?? now) > now;
    if (own === undefined && isAhead && free.length <= owed) continue;
    if (own === undefined) owed += 1;
    if (!waits.due(attempt?.notBefore, now, attemptBackoff.mostMs)) continue;
    if (standsElsewhere(input, code, own?.slot)) continue;
    const target = own ?? free.find((slot) => askable(slot, input, waits));
    if (target === undefined) continue; // no room: a finding, not an action
    if (own !== undefined && isToldOf(own, input)) {
      // It may have been emptied, and the whole lock with it.
      if (askable(own, input, waits)) return read(own.slot, 'suspicion', priorities.set);
      continue;
    }
    if (own?.state.kind === 'occupied' && own.state.pin === 'masked')
      // Overwritten, a masked slot would look the same whether the new PIN landed or not: empty it first.
      return { kind: 'clear', slot: own.slot, code: code.accessCodeId, priority: priorities.set };
    if (own === undefined || own.state.kind !== 'occupied') {
      if (!isFreshlyEmpty(target, now) && capabilities.readBack !== 'none') {
        // Sets whose slots are already proved go first, so that one checksum can serve all the others.
        if (askable(target, input, waits)) proof ??= proofOfEmptiness(input, target);
        continue;
      }
      if (mayInherit(input, target, code))
        return {
          kind: 'clear_schedule',
          slot: target.slot,
          code: code.accessCodeId,
          priority: priorities.set,
        };
    }
    return {
      kind: 'set',
      slot: target.slot,
      code: code.accessCodeId,
      pin: code.pin,
      ...mannerOf(input, target, code),
      priority: priorities.set,
    };
  }
  return proof;
};

/**
 * What another hub once wrote for this user would bind our code, and keep its guest out: erased before the first code of
 * ours comes there. A lock that twice refuses it gets the code all the same. Where a code says itself whether it is
 * scheduled, nothing else binds it.
 */
const mayInherit = (
  { capabilities: { yearDaySchedules = 0, repeatingSchedules, codeManners } }: PlanInput,
  target: SlotBelief,
  code: WantedCode,
): boolean =>
  (yearDaySchedules > 0 || repeatingSchedules === true) &&
  codeManners !== true &&
  target.state.kind === 'empty' &&
  target.isScheduleFree !== true &&
  target.sideFailures < stuckAfter &&
  !hasSchedule(target, code.window);

/** A schedule may stand at its slot that isn't this code's: it would bind what is written there. */
const isWronglyBound = ({ capabilities }: PlanInput, own: SlotBelief, code: WantedCode): boolean =>
  own.mayBeScheduled && isEmptied(own, capabilities) && !hasSchedule(own, code.window);

/** A masked slot of ours of which the lock has said that it was changed. */
const isToldOf = ({ state, suspicion }: SlotBelief, { capabilities }: PlanInput): boolean =>
  capabilities.readBack !== 'none' &&
  state.kind === 'occupied' &&
  state.pin === 'masked' &&
  suspicion !== undefined;

const proofOfEmptiness = (input: PlanInput, target: SlotBelief): Action =>
  checksumProves(input) && target.state.kind === 'empty' && target.suspicion === undefined
    ? { kind: 'checksum', why: 'fresh_proof', priority: priorities.set }
    : read(target.slot, 'fresh_proof', priorities.set);

/** Names come when everything else is done: nobody's entry depends on them. */
export const names = (input: PlanInput, waits: Waits): Action | undefined => {
  const { state, wanted, capabilities, now } = input;
  if (capabilities.names === undefined) return undefined;
  for (const code of wanted) {
    const belief = code.wanted === 'present' ? slotOwnedBy(state, code.accessCodeId) : undefined;
    if (belief === undefined || !belief.confirmed || !isConverged(belief, code.pin, capabilities)) continue;
    const name = nameToWrite(belief, code.name, capabilities);
    if (name === undefined || !waits.due(belief.sideAfter, now, sideBackoff.mostMs)) continue;
    return { kind: 'name', slot: belief.slot, code: code.accessCodeId, name, priority: priorities.audit };
  }
  return undefined;
};
