import { priorities, read } from './actions.ts';
import type { Action } from './actions.ts';
import { isWrongForGood, keepsOutFrom } from './clock-care.ts';
import type { CodeManner, LocalWindow, SlotBelief, WantedCode } from './model.ts';
import { hasSchedule, isBound, proofFreshMs } from './native.ts';
import { askable, inDoubt } from './plan-input.ts';
import type { PlanInput, Waits } from './plan-input.ts';
import { evicted, isParked, loadQueue, lockHindrance } from './plan-loads.ts';
import { attemptBackoff, sideBackoff } from './retry.ts';
import { candidateSlots, holds, isFreshlyEmpty, mayStandUnseen, slotOwnedBy } from './slots.ts';
import { isHeld } from './wipe.ts';

/** How a code is written: where the lock is told with the code what it may do, one that is bound must be told so. */
export const mannerOf = (
  { capabilities }: PlanInput,
  belief: SlotBelief,
  code: WantedCode,
): { readonly manner?: CodeManner } =>
  capabilities.codeManners === true && hasSchedule(belief, code.window)
    ? { manner: { scheduled: true, enabled: true } }
    : {};

/**
 * What must not wait: a code that stands ahead of its time, and isn't known to be bound by its schedule, is taken off
 * at once (DESIGN §5). A code whose time it is may stand unbound, but not bound by a schedule of another time.
 */
export const bindings = (
  input: PlanInput,
  waits: Waits,
  which: 'preload' | 'present',
): Action | undefined => {
  const { state, wanted, capabilities, now } = input;
  if (which === 'present' && isHeld(state, capabilities)) return undefined;
  const victims = evicted(input);
  for (const code of wanted) {
    const own = code.wanted === which ? slotOwnedBy(state, code.accessCodeId) : undefined;
    if (own === undefined || inDoubt(input, own)) continue;
    const isUnseen = which === 'preload' && mayStandUnseen(own);
    if (own.state.kind !== 'occupied' && !isUnseen) continue;
    // Moved to later, one that stands unbound opens the door at any hour until it is loaded anew.
    if (which === 'present' && !own.mayBeScheduled) continue;
    if (isParked(input, own) && which === 'preload' && !victims.has(code.accessCodeId)) continue;
    const next = isUnseen || victims.has(code.accessCodeId) ? 'clear' : bindingOf(input, code, own, waits);
    if (next === undefined) continue;
    if (next !== 'clear') return next;
    if (!waits.due(state.attempts.get(code.accessCodeId)?.notBefore, now, attemptBackoff.mostMs)) continue;
    return { kind: 'clear', slot: own.slot, code: code.accessCodeId, priority: priorities.removal };
  }
  return undefined;
};

const bindingOf = (
  input: PlanInput,
  code: WantedCode,
  own: SlotBelief,
  waits: Waits,
): Action | 'clear' | undefined => {
  const { state, capabilities, clockRules, now } = input;
  const isEarly = code.wanted === 'preload';
  const look = { kind: 'read_schedule', slot: own.slot, priority: priorities.removal } as const;
  const mayLook = (): boolean => waits.due(own.sideAfter, now, sideBackoff.mostMs);
  if (own.schedule?.beside === false) return look;
  if (isBound(own, code.window)) {
    if (isEarly) {
      const isKept = !isWrongForGood(state, capabilities, clockRules);
      return isKept && holds(own, code.pin) ? undefined : 'clear';
    }
    const shutAt = keepsOutFrom(input, code);
    if (shutAt !== undefined && waits.due(shutAt, now, Infinity)) return 'clear';
    const least = (code.neededAt ?? 0) - proofFreshMs;
    if ((own.schedule?.at ?? 0) < least) return mayLook() ? look : undefined;
    if (input.capabilities.readBack === 'none') return undefined;
    if ((own.evidenceAt ?? 0) >= least || !askable(own, input, waits)) return undefined;
    return read(own.slot, 'verify', priorities.verify);
  }
  const { window } = code;
  // Overwritten, never erased, under a code that is needed.
  if (!isEarly && window !== undefined && own.schedule !== undefined && own.sideFailures === 0)
    // Where nobody knows the time, one that was meant for this code does less harm than none.
    return clockRules === undefined
      ? undefined
      : { kind: 'schedule', slot: own.slot, code: code.accessCodeId, window, priority: priorities.set };
  return 'clear';
};

/** Loads codes ahead of their time: the schedule, read back, and then the code. When there is nothing else to do. */
export const preloads = (input: PlanInput, waits: Waits): Action | undefined => {
  const { state, usable, wanted } = input;
  if (!wanted.some((code) => code.wanted === 'preload') || lockHindrance(input, waits) !== undefined)
    return undefined;
  const free = candidateSlots(state, usable);
  for (const { code, own, hindrance } of loadQueue(input, waits)) {
    if (hindrance !== undefined) continue;
    const target = own ?? free.find((slot) => askable(slot, input, waits));
    const step =
      target &&
      (own !== undefined && isParked(input, own) ? parkedStep : loadStep)(input, code, target, waits);
    if (step !== undefined) return step;
  }
  return undefined;
};

/** Into an empty slot: first the schedule, or the code that doesn't open anything before it has one. */
const loadStep = (
  input: PlanInput,
  code: WantedCode,
  target: SlotBelief,
  waits: Waits,
): Action | undefined => {
  const { now, capabilities } = input;
  const { slot } = target;
  const { accessCodeId, pin, window } = code;
  if (window === undefined) return undefined;
  const isParking = capabilities.scheduleOrder === 'code_disabled_first';
  const isScheduled = hasSchedule(target, window);
  if (!isScheduled && !waits.due(target.sideAfter, now, sideBackoff.mostMs)) return undefined;
  if (!isFreshlyEmpty(target, now))
    return askable(target, input, waits) ? read(slot, 'fresh_proof', priorities.audit) : undefined;
  if (!isScheduled && !isParking) return scheduleFor(code, slot, window);
  const manner = isParking ? { manner: parked } : mannerOf(input, target, code);
  return { kind: 'set', slot, code: accessCodeId, pin, ...manner, priority: priorities.audit };
};

const parked: CodeManner = { scheduled: true, enabled: false };

/** Beside a code that stands disabled: the schedule; and once both are read back, it is enabled (DESIGN §5). */
const parkedStep = (
  input: PlanInput,
  code: WantedCode,
  own: SlotBelief,
  waits: Waits,
): Action | undefined => {
  const { slot, state, grade, suspicion, written } = own;
  const { accessCodeId, pin, window } = code;
  if (window === undefined || grade !== 'proved' || suspicion !== undefined) return undefined;
  const isOurs =
    state.kind === 'occupied' && (state.pin === 'masked' ? pin.equals(written) : pin.equals(state.pin));
  if (!isOurs) return { kind: 'clear', slot, code: accessCodeId, priority: priorities.audit };
  if (!hasSchedule(own, window))
    return waits.due(own.sideAfter, input.now, sideBackoff.mostMs)
      ? scheduleFor(code, slot, window)
      : undefined;
  if (own.schedule?.beside !== true)
    return waits.due(own.sideAfter, input.now, sideBackoff.mostMs)
      ? { kind: 'read_schedule', slot, priority: priorities.audit }
      : undefined;
  const manner: CodeManner = { scheduled: true, enabled: true };
  return { kind: 'set', slot, code: accessCodeId, pin, manner, priority: priorities.audit };
};

const scheduleFor = ({ accessCodeId: code }: WantedCode, slot: number, window: LocalWindow): Action => ({
  kind: 'schedule',
  slot,
  code,
  window,
  priority: priorities.audit,
});
