import { fits } from '../core/code-lengths.ts';
import type { AccessCode, Device, Instant, LockState, SlotBelief } from '../core/model.ts';
import type { Action } from '../core/plan.ts';
import { candidateSlots } from '../core/slots.ts';
import { isHeld } from '../core/wipe.ts';
import type { AnswerBody } from './answer.ts';
import { iso } from './views.ts';

export interface SlotsInput {
  readonly device: Device;
  readonly state: LockState;
  readonly codes: readonly AccessCode[];
  /** What is being done at the lock at this moment. */
  readonly action: Action | undefined;
  /** Slots the bridge may use, by the lock and the config. */
  readonly usable: readonly number[];
  readonly now: Instant;
}

/** Whether this is being done at this slot. */
export const isAt = (action: Action | undefined, slot: number): boolean =>
  action !== undefined && action.kind !== 'checksum' && action.slot === slot;

interface Hindrance {
  /** A code for why it isn't done yet; null where it is merely its turn. */
  readonly reason: string | null;
  /** It isn't tried again as things are. */
  readonly final: boolean;
  /** Nothing happens before somebody or something else has acted. */
  readonly held: boolean;
}

/**
 * Since when work is due, how often it was tried in vain, what is in its way, and when it is tried next.
 * @param belief undefined where the code has no slot yet
 */
export const workOf = (
  input: SlotsInput,
  belief: SlotBelief | undefined,
  code: AccessCode | undefined,
  what: string,
): AnswerBody => {
  const { state, now } = input;
  const attempt = code && state.attempts.get(code.accessCodeId);
  const writes = what === 'set' || what === 'clear';
  const running = belief !== undefined && isAt(input.action, belief.slot);
  const { reason, final, held } = running
    ? { reason: null, final: false, held: true }
    : hindrance(input, belief, code, what);
  const waits = [state.health.retryAt, writes ? attempt?.notBefore : waitBeside(belief, what)];
  const later = waits.filter((one) => one !== undefined).filter((one) => one > now);
  const since = code?.deletingSince ?? code?.wishedAt;
  return {
    what,
    in_flight: running,
    since: writes && since !== undefined ? iso(since) : null,
    attempts: (writes ? attempt?.count : what === 'read' ? belief?.misses : belief?.sideFailures) ?? 0,
    next_at: held || later.length === 0 ? null : iso(Math.max(...later)),
    reason,
    final,
  };
};

const waitBeside = (belief: SlotBelief | undefined, what: string): Instant | undefined =>
  what === 'read' ? belief?.lookAfter : belief?.sideAfter;

const hindrance = (
  { state, device: { capabilities }, usable, now }: SlotsInput,
  belief: SlotBelief | undefined,
  code: AccessCode | undefined,
  what: string,
): Hindrance => {
  const attempt = code && state.attempts.get(code.accessCodeId);
  const may = (reason: string | null): Hindrance => ({ reason, final: false, held: false });
  if (what === 'set') {
    if (state.reset !== undefined) return { reason: 'frozen', final: false, held: true };
    if (capabilities !== undefined && isHeld(state, capabilities))
      return { reason: 'maybe_reset', final: false, held: true };
    if (attempt?.terminal !== undefined) return { reason: attempt.terminal, final: true, held: true };
    if (code !== undefined && capabilities !== undefined && !fits(code.pin, capabilities))
      return { reason: 'format', final: true, held: true };
    if (belief === undefined && capabilities !== undefined && candidateSlots(state, usable).length === 0)
      return { reason: 'full', final: false, held: true };
  }
  if (state.health.retryAt !== undefined && state.health.retryAt > now) return may('no_answer');
  if (what === 'read') return may((belief?.misses ?? 0) > 0 ? 'timeout' : null);
  return may(what === 'set' || what === 'clear' ? (attempt?.lastFailure ?? null) : null);
};
