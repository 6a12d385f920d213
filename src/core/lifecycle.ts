import { earliest } from './earliest.ts';
import {
  findingsAtRest,
  findingsOfLeaving,
  findingsOfMissing,
  findingsOfStanding,
  findingsOfUnknown,
} from './findings.ts';
import type { Findings } from './findings.ts';
import type { LifecycleInput } from './lifecycle-input.ts';
import { isKnownSet, lifecycleTable } from './lifecycle-table.ts';
import type { Situation } from './lifecycle-table.ts';
import type { AccessCode, AccessCodeStatus, Finding, Instant, SlotBelief } from './model.ts';
import { isBound, proofFreshMs, shutOutFrom } from './native.ts';
import { phaseOf } from './phase.ts';
import type { Pin } from './pin.ts';
import { holds, isCleared, isConverged, slotOwnedBy } from './slots.ts';
import { staysUntimed } from './untimed.ts';

export {
  delayMs,
  externalChangeError,
  failureAttempts,
  failureMs,
  lockResetError,
  replacedError,
  resetMessage,
} from './findings.ts';
export type { LifecycleInput, Unreachable } from './lifecycle-input.ts';

export interface Lifecycle {
  readonly situation: Situation;
  readonly status: AccessCodeStatus;
  readonly errors: readonly Finding[];
  readonly warnings: readonly Finding[];
  /** The code was wanted off the lock and is proved to be off it: its record can go. */
  readonly finished: boolean;
  /** It isn't wanted on the lock yet, and is proved to be off it: its slot is anybody's. */
  readonly isVacant: boolean;
  /** It stands on the lock bound by a schedule of the lock's own. */
  readonly isScheduled: boolean;
  /** When this would read differently although nothing has happened. */
  readonly nextAt: Instant | undefined;
}

/** Status, errors and warnings of one access code, from what is believed of its lock. Pure. */
export const lifecycle = (input: LifecycleInput): Lifecycle => {
  const { code, state } = input;
  const belief = slotOwnedBy(state, code.accessCodeId);
  const situation = situationOf(input, belief);
  const next = lifecycleTable[situation][code.status];
  const status = next === 'ended' ? 'unset' : next;
  const { errors, warnings, nextAt } = findingsOf(input, situation, status, belief);
  return {
    situation,
    status,
    errors,
    warnings,
    finished: next === 'ended',
    isScheduled:
      belief !== undefined &&
      (situation === 'scheduled' || situation === 'standing' || situation === 'doubted') &&
      isScheduled(input, belief),
    isVacant: situation === 'early_absent' && belief !== undefined,
    nextAt: earliest(nextAt, turnsAt(input)),
  };
};

const situationOf = (input: LifecycleInput, belief: SlotBelief | undefined): Situation => {
  const { code, capabilities, leadMs, now } = input;
  const phase = phaseOf(code, now, leadMs);
  const isOff = belief === undefined || isCleared(belief, capabilities);
  if (phase === 'over') return isOff ? 'gone' : 'leaving';
  const stands =
    belief !== undefined && capabilities !== undefined && isConverged(belief, code.pin, capabilities);
  if (phase === 'early') {
    if (isOff) return 'early_absent';
    if (stands && isScheduled(input, belief)) return 'scheduled';
    if (stands && input.isTimeUnknown === true && staysUntimed(code, belief))
      return whereItStands(input, belief);
    return input.loading?.isAhead === true && !mayOpen(belief) ? 'preloading' : 'early_present';
  }
  if (stands) return whereItStands(input, belief);
  if (code.externalChange !== undefined)
    return code.externalChange === 'removed' || belief?.state.kind !== 'occupied'
      ? 'left_off'
      : 'left_changed';
  return belief !== undefined && capabilities !== undefined && wasThere(belief, code.pin)
    ? 'doubted'
    : 'missing';
};

/** It may stand there, enabled, without a schedule that was seen. */
const mayOpen = ({ state, schedule }: SlotBelief): boolean =>
  state.kind !== 'empty' && !(state.kind === 'occupied' && !state.enabled) && schedule === undefined;

/** Nobody has found it gone; a lock that masks its codes may have said that something was done to it. */
const wasThere = (belief: SlotBelief, pin: Pin): boolean =>
  holds(belief, pin) ||
  (belief.confirmed &&
    belief.suspicion === 'hint' &&
    belief.state.kind === 'occupied' &&
    pin.equals(belief.written));

/** It stands there bound by a schedule of the lock's, as far as is known. */
export const isScheduled = ({ code, loading }: LifecycleInput, belief: SlotBelief): boolean =>
  loading === undefined ? code.isScheduledOnDevice : isBound(belief, loading.window);

const whereItStands = (input: LifecycleInput, belief: SlotBelief): Situation => {
  const { code, state, loading, unreachable, now } = input;
  const { timeFrame } = code;
  const isBoundToIt = timeFrame !== undefined && isScheduled(input, belief);
  // A schedule of another time keeps its guest out.
  if (belief.mayBeScheduled && !isBoundToIt) return 'doubted';
  if (isBoundToIt) {
    if (now < timeFrame.startsAt) return 'scheduled';
    // Loaded days ago, it may have been taken off since.
    if ((belief.evidenceAt ?? 0) < timeFrame.startsAt - proofFreshMs) return 'doubted';
    const shutAt = shutOutFrom(state, loading?.clockRules, timeFrame, now);
    if (shutAt !== undefined && now >= shutAt) return 'doubted';
  }
  return unreachable === 'hub_disconnected' || unreachable === 'account_disconnected'
    ? 'out_of_sight'
    : 'standing';
};

const nothing: Findings = { errors: [], warnings: [], nextAt: undefined };

const findingsOf = (
  input: LifecycleInput,
  situation: Situation,
  status: AccessCodeStatus,
  belief: SlotBelief | undefined,
): Findings => {
  const { code } = input;
  if (situation === 'gone') return nothing;
  if (belief !== undefined && situation === 'leaving')
    return findingsOfLeaving(input, belief, code.deletingSince ?? code.timeFrame?.endsAt ?? code.wishedAt);
  if (belief !== undefined && situation === 'early_present')
    return findingsOfLeaving(
      input,
      belief,
      code.timeFrameBefore?.at ?? Math.max(code.wishedAt, belief.writtenAt ?? 0),
    );
  if (status === 'unknown') return findingsOfUnknown(input, belief);
  if (belief !== undefined && status === 'set') return findingsOfStanding(input, belief);
  return status === 'setting' ? findingsOfMissing(input) : findingsAtRest(input);
};

/** The next edge of its time frame. */
const turnsAt = ({ code, leadMs, loading, now }: LifecycleInput): Instant | undefined => {
  const { timeFrame } = code;
  if (timeFrame === undefined || code.deletingSince !== undefined) return undefined;
  const edges = [loading?.beginsAt ?? now, timeFrame.startsAt - leadMs, timeFrame.startsAt, timeFrame.endsAt];
  return edges.find((edge) => edge > now);
};

/**
 * The status of a code whose wish has just been expressed or changed, for the answer to that request. Never `set`
 * anew: that is told with its event, once the lock was looked at (`settle`).
 */
export const statusOnRequest = (
  input: Pick<LifecycleInput, 'code' | 'state' | 'capabilities' | 'leadMs' | 'now'>,
): AccessCodeStatus => {
  const { status } = lifecycle({ ...input, usable: [], unreachable: undefined });
  if (status !== 'set') return status;
  return isKnownSet(input.code.status) ? input.code.status : 'setting';
};

const findingEvents: ReadonlyMap<string, string> = new Map([
  ['failed_to_set_on_device', 'access_code.failed_to_set_on_device'],
  ['failed_to_remove_from_device', 'access_code.failed_to_remove_from_device'],
  ['delay_in_setting_on_device', 'access_code.delay_in_setting_on_device'],
  ['delay_in_removing_from_device', 'access_code.delay_in_removing_from_device'],
]);

/** The events that going from one record of an access code to the next is worth, in order. */
export const transitionEvents = (before: AccessCode, after: AccessCode): string[] => {
  const events: string[] = [];
  if (after.isScheduledOnDevice && !before.isScheduledOnDevice)
    events.push('access_code.scheduled_on_device');
  if (after.status === 'set' && !isKnownSet(before.status)) events.push('access_code.set_on_device');
  const had = new Set([...before.errors, ...before.warnings].map((one) => one.code));
  for (const one of [...after.errors, ...after.warnings]) {
    const event = findingEvents.get(one.code);
    if (event !== undefined && !had.has(one.code)) events.push(event);
  }
  return events;
};
