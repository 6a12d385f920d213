import { priorities, read } from './actions.ts';
import type { Action } from './actions.ts';
import { canPreload, isBound, proofFreshMs } from './native.ts';
import { askable } from './plan-input.ts';
import type { PlanInput, Waits } from './plan-input.ts';
import { sideBackoff } from './retry.ts';
import { holds, slotOwnedBy } from './slots.ts';

/**
 * Looks at codes that are loaded again a day before their time, the slot and its schedule: in the morning it is known
 * who gets in tonight, while there is time to mend what isn't so. It counts when their time begins too, so nothing is
 * read twice for it.
 */
export const proofs = (input: PlanInput, waits: Waits): Action | undefined => {
  const { state, wanted, capabilities, now } = input;
  if (!canPreload(capabilities)) return undefined;
  for (const code of wanted) {
    if (code.wanted !== 'preload' || code.neededAt === undefined) continue;
    const own = slotOwnedBy(state, code.accessCodeId);
    if (own === undefined || !isBound(own, code.window) || !holds(own, code.pin)) continue;
    const from = code.neededAt - proofFreshMs;
    const isSlotSeen = (own.evidenceAt ?? 0) >= from;
    const isScheduleSeen = (own.schedule?.at ?? 0) >= from;
    if ((isSlotSeen && isScheduleSeen) || !waits.due(from, now, Infinity)) continue;
    if (!isSlotSeen && askable(own, input, waits)) return read(own.slot, 'verify', priorities.audit);
    if (!isScheduleSeen && waits.due(own.sideAfter, now, sideBackoff.mostMs))
      return { kind: 'read_schedule', slot: own.slot, priority: priorities.audit };
  }
  return undefined;
};
