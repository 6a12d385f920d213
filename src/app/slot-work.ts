import { fits } from '../core/code-lengths.ts';
import type { UnmanagedWish } from '../core/convert.ts';
import type { AccessCode, Attempt, Device, Instant, LockState, SlotBelief } from '../core/model.ts';
import { dueAt } from '../core/phase.ts';
import type { Action } from '../core/plan.ts';
import { candidateSlots } from '../core/slots.ts';
import { isHeld } from '../core/wipe.ts';
import type { AnswerBody } from './answer.ts';
import { iso } from './objects/common.ts';

export interface SlotsInput {
  readonly device: Device;
  readonly state: LockState;
  readonly codes: readonly AccessCode[];
  /** What was asked for codes of others on it. */
  readonly wishes?: readonly UnmanagedWish[];
  /** What is being done at the lock at this moment. */
  readonly action: Action | undefined;
  /** Slots the bridge may use, by the lock and the config. */
  readonly usable: readonly number[];
  readonly now: Instant;
  /** So long before its `startsAt` a code is written, milliseconds. */
  readonly leadMs: number;
}

/** Whether this is being done at this slot. */
export const isAt = (action: Action | undefined, slot: number): boolean =>
  action !== undefined && 'slot' in action && action.slot === slot;

/** Somebody wants the stranger's code in this slot deleted. */
export const deletionOf = (
  { wishes = [] }: Pick<SlotsInput, 'wishes'>,
  belief: SlotBelief | undefined,
): UnmanagedWish | undefined =>
  belief?.unmanagedId === undefined || belief.owner !== undefined
    ? undefined
    : wishes.find((wish) => wish.kind === 'delete' && wish.accessCodeId === belief.unmanagedId);

const attemptAt = (
  input: SlotsInput,
  belief: SlotBelief | undefined,
  code: AccessCode | undefined,
): Attempt | undefined => {
  const id = code?.accessCodeId ?? deletionOf(input, belief)?.accessCodeId;
  return id && input.state.attempts.get(id);
};

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
  const attempt = attemptAt(input, belief, code);
  const writes = what === 'set' || what === 'clear';
  const running = belief !== undefined && isAt(input.action, belief.slot);
  const { reason, final, held } = running
    ? { reason: null, final: false, held: true }
    : hindrance(input, belief, code, what);
  const waits = [state.health.retryAt, writes ? attempt?.notBefore : waitBeside(belief, what)];
  const later = waits.filter((one) => one !== undefined).filter((one) => one > now);
  const since = code ? (code.deletingSince ?? dueAt(code, input.leadMs)) : deletionOf(input, belief)?.since;
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
  input: SlotsInput,
  belief: SlotBelief | undefined,
  code: AccessCode | undefined,
  what: string,
): Hindrance => {
  const { state, usable, now } = input;
  const { capabilities } = input.device;
  const attempt = attemptAt(input, belief, code);
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
