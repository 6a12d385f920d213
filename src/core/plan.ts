import type { Action } from './actions.ts';
import { clockCare } from './clock-care.ts';
import type { Instant } from './model.ts';
import { adoption, audit, resolveIntents, secondLook, verification, wipeLooks } from './plan-looks.ts';
import { Waits } from './plan-input.ts';
import type { PlanInput } from './plan-input.ts';
import { bindings, preloads } from './plan-native.ts';
import { proofs } from './plan-proof.ts';
import { names, removals, schedules, sets } from './plan-writes.ts';
import { lockBackoff } from './retry.ts';
import { strangerRemovals } from './strangers.ts';

export { priorities } from './actions.ts';
export type { Action, Priority, ReadReason } from './actions.ts';
export type { PlanInput } from './plan-input.ts';
export { doubtful, secondLookMs } from './plan-looks.ts';

export interface Plan {
  /** The next exchange; undefined when there is nothing to do now. */
  readonly action: Action | undefined;
  /** When to plan again although nothing has happened. */
  readonly wakeAt: Instant | undefined;
}

/**
 * The next action for one lock. Pure: the same input gives the same plan, and nothing but the input counts.
 * It is called again after every action, so it never plans further than one exchange.
 */
export const plan = (input: PlanInput): Plan => {
  const waits = new Waits();
  if (!waits.due(input.state.health.retryAt, input.now, lockBackoff.mostMs))
    return { action: undefined, wakeAt: waits.earliest };
  const action =
    removals(input, waits) ??
    bindings(input, waits, 'preload') ??
    strangerRemovals(input, waits) ??
    resolveIntents(input, waits) ??
    clockCare(input, waits, 'urgent') ??
    bindings(input, waits, 'present') ??
    schedules(input, waits) ??
    wipeLooks(input, waits) ??
    sets(input, waits) ??
    verification(input, waits) ??
    clockCare(input, waits, 'idle') ??
    preloads(input, waits) ??
    proofs(input, waits) ??
    secondLook(input, waits) ??
    audit(input) ??
    adoption(input, waits) ??
    names(input, waits);
  return { action, wakeAt: action === undefined ? waits.earliest : undefined };
};
