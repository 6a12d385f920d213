import type { AccessCodeId } from './ids.ts';
import { vacated, withoutAttempt, withSlot } from './lesson.ts';
import type { AccessCode, Instant, LockState, SlotBelief } from './model.ts';
import { phaseOf } from './phase.ts';
import type { Pin } from './pin.ts';
import { slotOwnedBy } from './slots.ts';

/** The wish for a code has changed (new PIN, removal): what failed before says nothing about the new one. */
export const forgetAttempts = (before: LockState, code: AccessCodeId): LockState =>
  withoutAttempt(before, code);

/**
 * The code is wanted off its lock. That one which is frozen was seen without it is old news, and may have been a fault
 * of the lock: the removal ends only after another look.
 */
export const wantRemoved = (before: LockState, code: AccessCodeId): LockState => {
  const state = forgetAttempts(before, code);
  const belief = slotOwnedBy(state, code);
  if (state.reset === undefined || belief?.state.kind !== 'empty') return state;
  return withSlot(state, { ...belief, suspicion: belief.suspicion ?? 'repair' });
};

/**
 * The wish for a code has changed: its PIN, or the time in which it is wanted.
 * @param code as it is now
 * @param leadMs config `scheduling.lead`
 */
export const wishChanged = (before: LockState, code: AccessCode, now: Instant, leadMs: number): LockState =>
  phaseOf(code, now, leadMs) === 'due'
    ? forgetAttempts(before, code.accessCodeId)
    : wantRemoved(before, code.accessCodeId);

/** A removed code's slot, proved empty, is anybody's again. */
export const releaseSlot = (before: LockState, code: AccessCodeId): LockState =>
  vacateSlot(withoutAttempt(before, code), code);

/** The same of a code that lives on: what failed for it isn't forgotten, or it would be tried again at once. */
export const vacateSlot = (state: LockState, code: AccessCodeId): LockState => {
  const belief = slotOwnedBy(state, code);
  return belief === undefined ? state : withSlot(state, vacated(belief));
};

/** The slot in which a PIN of nobody here is believed to stand: a duplicate, if it were written again. */
export const unmanagedHolder = (state: LockState, pin: Pin): SlotBelief | undefined => {
  for (const belief of state.slots.values()) {
    if (belief.owner !== undefined || belief.state.kind !== 'occupied' || belief.state.pin === 'masked')
      continue;
    if (belief.state.pin.equals(pin)) return belief;
  }
  return undefined;
};
