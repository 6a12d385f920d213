import type { AccessCodeId } from './ids.ts';
import { vacated, withoutAttempt, withSlot } from './lesson.ts';
import type { LockState, SlotBelief } from './model.ts';
import type { Pin } from './pin.ts';
import { slotOwnedBy } from './slots.ts';

/** The wish for a code has changed (new PIN, removal): what failed before says nothing about the new one. */
export const forgetAttempts = (before: LockState, code: AccessCodeId): LockState =>
  withoutAttempt(before, code);

/** A removed code's slot, proved empty, is anybody's again. */
export const releaseSlot = (before: LockState, code: AccessCodeId): LockState => {
  const belief = slotOwnedBy(before, code);
  const state = withoutAttempt(before, code);
  return belief === undefined ? state : withSlot(state, vacated(belief));
};

/** Whether a PIN is believed to stand on the lock outside this code's own slot: a duplicate, if written. */
export const otherHolder = (
  state: LockState,
  pin: Pin,
  except: AccessCodeId | undefined,
): SlotBelief | undefined => {
  for (const belief of state.slots.values()) {
    if (belief.owner !== undefined && belief.owner === except) continue;
    if (belief.state.kind !== 'occupied') continue;
    const held = belief.state.pin === 'masked' ? belief.written : belief.state.pin;
    if (pin.equals(held)) return belief;
  }
  return undefined;
};
