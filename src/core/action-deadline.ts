import type { Action } from './actions.ts';
import type { AccessCode, Instant, LockState } from './model.ts';
import { dueAt, phaseOf } from './phase.ts';
import { slotOwnedBy } from './slots.ts';

/**
 * When an exchange should be done, or should have been: among equally urgent ones the radio serves the earliest first
 * (DESIGN §4). Undefined: no code waits for it.
 * @param codes those of the lock that are looked at
 * @param leadMs config `scheduling.lead`
 */
export const actionDeadline = (
  action: Action,
  codes: readonly AccessCode[],
  state: LockState,
  now: Instant,
  leadMs: number,
): Instant | undefined => {
  const id =
    'code' in action ? action.code : 'slot' in action ? state.slots.get(action.slot)?.owner : undefined;
  const code = id === undefined ? undefined : codes.find((one) => one.accessCodeId === id);
  if (code !== undefined) return deadlineOf(code, now, leadMs);
  // A look at a slot that is nobody's yet, or at all of them, before something is written.
  return 'why' in action && action.why === 'fresh_proof'
    ? nextWithoutSlot(codes, state, now, leadMs)
    : undefined;
};

const deadlineOf = (code: AccessCode, now: Instant, leadMs: number): Instant => {
  if (code.deletingSince !== undefined) return code.deletingSince;
  // Taken off until then, since it was moved.
  if (code.status === 'removing') return code.timeFrameBefore?.at ?? code.wishedAt;
  return phaseOf(code, now, leadMs) === 'over' ? now : dueAt(code, leadMs);
};

const nextWithoutSlot = (
  codes: readonly AccessCode[],
  state: LockState,
  now: Instant,
  leadMs: number,
): Instant | undefined => {
  let earliest: Instant | undefined;
  for (const code of codes) {
    const due = dueAt(code, leadMs);
    if (earliest !== undefined && due >= earliest) continue;
    if (phaseOf(code, now, leadMs) !== 'over' && slotOwnedBy(state, code.accessCodeId) === undefined)
      earliest = due;
  }
  return earliest;
};
