import { batteryStatus } from './battery.ts';
import {
  duplicate,
  failureAttempts,
  misfits,
  reach,
  resetMessage,
  roomError,
  whyNotSet,
} from './findings.ts';
import type { LifecycleInput } from './lifecycle-input.ts';
import type { AccessCode, Instant, LockState } from './model.ts';
import { proofFreshMs } from './native.ts';
import { phaseOf } from './phase.ts';
import { candidateSlots, slotOwnedBy } from './slots.ts';

/** Why a code may not open the door at its time; docs/arrivals.md says what each means. The gravest first. */
export const riskReasons = [
  'device_removed',
  'account_disconnected',
  'clock_untrusted',
  'lock_displaced',
  'hub_disconnected',
  'device_disconnected',
  'proof_too_old',
  'lock_reset',
  'capabilities_unknown',
  'changed_at_lock',
  'code_refused',
  'duplicate_code',
  'predecessor_not_removed',
  'no_space',
  'failed_to_set',
  'battery_critical',
] as const;

export type RiskReason = (typeof riskReasons)[number];

export interface Risk {
  readonly reason: RiskReason;
  /** For people: what is wrong, and what to do. Without PINs. */
  readonly message: string;
  /** Since when that has been so; undefined where it isn't known. */
  readonly since: Instant | undefined;
}

/** What of the bridge, the radio and the lock decides whether a code will come. */
export interface Surroundings {
  /** Since when the bridge's clock hasn't been trusted. */
  readonly untrustedSince: Instant | undefined;
  /** Since when it has been: instants before that may be of a clock that was days slow. Undefined: it isn't. */
  readonly trustedSince: Instant | undefined;
  /** Since when the lock has been out of the network for good. */
  readonly removedAt: Instant | undefined;
  /** No driver of the config serves its radio. */
  readonly isStranded: boolean;
  /** Another lock answers at its place. */
  readonly isDisplaced: boolean;
  /** Since when its radio has been ready, or not. */
  readonly radio: { readonly isReady: boolean; readonly since: Instant };
  /** Since when the lock hasn't answered. */
  readonly offlineSince: Instant | undefined;
  /** 0–1. */
  readonly battery: number | undefined;
}

/** What comes back by itself within this time (a radio that restarts, a lock that missed a call) is no risk. */
export const patienceMs = 10 * 60_000;

/**
 * `fresh`: it stands on the lock and was seen there within a day, and opens the door whatever becomes of bridge and
 * radio. `stale`: the same, seen longer ago. `missing`: it has yet to be written.
 */
type Standing = 'fresh' | 'stale' | 'missing';

type Concern = Risk & { readonly passes?: true };

/** The gravest of what speaks against a code; `nextAt`: when what may pass will have lasted too long. */
export const dueRisk = (
  input: LifecycleInput,
  around: Surroundings,
  standing: Standing,
): { readonly risk: Risk | undefined; readonly nextAt: Instant | undefined } => {
  const { code, now } = input;
  let nextAt: Instant | undefined;
  for (const { passes, ...risk } of concerns(input, around, standing)) {
    const { since = now } = risk;
    const tooLongAt = Math.max(since, around.trustedSince ?? since) + patienceMs;
    // Told already, it goes on until it is over: a restart of the bridge is no news.
    const isDue =
      passes !== true || code.arrivalRisk?.reason === risk.reason || since > now || tooLongAt <= now;
    if (isDue) return { risk, nextAt };
    nextAt = Math.min(nextAt ?? tooLongAt, tooLongAt);
  }
  return { risk: undefined, nextAt };
};

const concern = (reason: RiskReason, message: string, since?: Instant): Concern => ({
  reason,
  message,
  since,
});

const concerns = (input: LifecycleInput, around: Surroundings, standing: Standing): Concern[] => {
  const { state, capabilities } = input;
  const { removedAt, isDisplaced, isStranded } = around;
  const out = standing === 'fresh' ? [] : outOfReach(around, standing);
  return [
    ...(removedAt === undefined ? [] : [concern('device_removed', removed, removedAt)]),
    ...(isStranded && standing === 'missing'
      ? [concern('account_disconnected', reach.account_disconnected)]
      : []),
    ...(standing === 'missing' ? untrusted(around) : []),
    ...(isDisplaced ? [concern('lock_displaced', reach.lockstep_lock_displaced)] : []),
    ...(standing === 'stale' ? out.map(tooOld(input)) : out),
    ...(state.reset === undefined
      ? []
      : [concern('lock_reset', resetMessage(state.reset.why), state.reset.at)]),
    ...(standing === 'missing' && capabilities === undefined
      ? [concern('capabilities_unknown', unknownLock)]
      : []),
    ...(standing === 'missing' ? ofTheCode(input) : []),
    ...emptyBattery(input, around),
  ];
};

const removed =
  'Its lock was removed from the network. Move the code to another lock (lockstep replace OLD NEW), or pair the lock again.';

const unknownLock =
  'The lock has not told yet what codes it takes, and nothing is written before. Wake it at its keypad; if that does not help, see lockstep doctor.';

const untrusted = ({ untrustedSince }: Surroundings): Concern[] =>
  untrustedSince === undefined
    ? []
    : [
        {
          ...concern(
            'clock_untrusted',
            'The bridge does not know the time, and writes no code with a time frame before it does. Have the system set its clock (timedatectl); if it is right: lockstep clock trust',
            untrustedSince,
          ),
          passes: true,
        },
      ];

const outOfReach = ({ radio, offlineSince, isStranded }: Surroundings, standing: Standing): Concern[] => {
  if (isStranded)
    return standing === 'stale' ? [concern('account_disconnected', reach.account_disconnected)] : [];
  const hub: Concern = {
    ...concern(
      'hub_disconnected',
      'The radio is not available, and the lock cannot be reached without it. lockstep status says what is wrong with it.',
      radio.since,
    ),
    passes: true,
  };
  // While the radio was away nobody could hear the lock.
  const silentSince =
    offlineSince === undefined || !radio.isReady ? offlineSince : Math.max(offlineSince, radio.since);
  const lock: Concern = {
    ...concern(
      'device_disconnected',
      'The lock does not answer. Check its batteries and that it is within reach of the radio; it is tried again by itself.',
      silentSince,
    ),
    passes: true,
  };
  return [...(radio.isReady ? [] : [hub]), ...(silentSince === undefined ? [] : [lock])];
};

const tooOld =
  ({ state, code }: LifecycleInput) =>
  ({ passes, since }: Concern): Concern => {
    const seenAt = slotOwnedBy(state, code.accessCodeId)?.evidenceAt;
    const old = concern(
      'proof_too_old',
      'It was loaded onto the lock, but was last seen there more than a day ago, and the lock cannot be asked now. Check its batteries and the radio: lockstep doctor',
      Math.max((seenAt ?? 0) + proofFreshMs, since ?? 0),
    );
    return passes === true ? { ...old, passes } : old;
  };

/** What speaks against a code that isn't on its lock yet, beside what keeps the bridge from it. */
const ofTheCode = (input: LifecycleInput): Concern[] => {
  const { code, state } = input;
  const own = slotOwnedBy(state, code.accessCodeId);
  const attempt = state.attempts.get(code.accessCodeId);
  const mayBeTwice = own !== undefined || hasStrangers(state);
  const twice = mayBeTwice ? duplicate(input, own) : undefined;
  const isRefused = misfits(input) || attempt?.terminal === 'format';
  const before = predecessor(input);
  const isRoom = attempt?.lastFailure !== 'full' && hasFreeSlot(input);
  const room = isRoom ? undefined : roomError(input, own, attempt);
  return [
    ...leftSo(code),
    ...(isRefused ? [concern('code_refused', whyNotSet(input, attempt))] : []),
    ...(twice === undefined ? [] : [concern('duplicate_code', twice.message)]),
    ...(attempt?.terminal === 'duplicate' ? [concern('duplicate_code', heldTwice)] : []),
    ...(before === undefined ? [] : [concern('predecessor_not_removed', notRemoved, before.deletingSince)]),
    ...(room === undefined
      ? []
      : [
          concern(
            'no_space',
            `${room.message} Delete one that is not needed, or give its guest another lock.`,
          ),
        ]),
    ...(hasFailed(input) ? [concern('failed_to_set', whyNotSet(input, attempt))] : []),
  ];
};

const heldTwice =
  'The lock holds this PIN already, in another slot. Give this access code another PIN, or delete the other code.';

const notRemoved =
  'A code that is to be off the lock cannot be removed from it, and this one needs its PIN or its slot. Delete that one at the lock, or give this access code another PIN.';

/** What somebody made of it at the lock is left so, also when its time comes. */
const leftSo = ({ externalChange }: AccessCode): Concern[] =>
  externalChange === undefined
    ? []
    : [
        concern(
          'changed_at_lock',
          `Somebody ${externalChange === 'removed' ? 'deleted' : 'changed'} it at the lock, and it is left so. Change this access code to have it written again.`,
        ),
      ];

/** A code that was to be off the lock, couldn't be taken off, and has what this one needs. */
const predecessor = (input: LifecycleInput): AccessCode | undefined => {
  const { code, state, capabilities, others = [] } = input;
  const stuck = notComingOff(others).filter(
    (one) => one.accessCodeId !== code.accessCodeId && slotOwnedBy(state, one.accessCodeId) !== undefined,
  );
  const samePin = stuck.find(
    (one) => code.pin.equals(one.pin) || code.pin.equals(slotOwnedBy(state, one.accessCodeId)?.written),
  );
  if (samePin !== undefined || stuck.length === 0) return samePin;
  if (slotOwnedBy(state, code.accessCodeId) !== undefined || capabilities === undefined) return undefined;
  if (hasFreeSlot(input)) return undefined;
  const rest = { ...input, others: others.filter((one) => !stuck.includes(one)) };
  return roomError(rest, undefined, undefined) === undefined ? undefined : stuck[0];
};

/** What is the same for many codes of a lock, worked out once: a lock may have hundreds that begin soon. */
const once = <K extends object, T>(find: (key: K) => T): ((key: K) => T) => {
  const known = new WeakMap<K, { readonly found: T }>();
  return (key) => {
    const kept = known.get(key) ?? { found: find(key) };
    known.set(key, kept);
    return kept.found;
  };
};

const notComingOff = once((codes: readonly AccessCode[]) =>
  codes.filter((one) => one.errors.some((error) => error.code === 'failed_to_remove_from_device')),
);

const hasStrangers = once((state: LockState) =>
  [...state.slots.values()].some((one) => one.owner === undefined && one.state.kind === 'occupied'),
);

const freeSlots = once((state: LockState) =>
  once((usable: readonly number[]) => candidateSlots(state, usable).length),
);

const hasFreeSlot = ({ state, usable }: LifecycleInput): boolean => freeSlots(state)(usable) > 0;

/** Its time has come, and writing it has failed so often that it is an error. */
const hasFailed = ({ code, state, leadMs, now }: LifecycleInput): boolean =>
  phaseOf(code, now, leadMs) === 'due' &&
  ((state.attempts.get(code.accessCodeId)?.count ?? 0) >= failureAttempts ||
    code.errors.some((error) => error.code === 'failed_to_set_on_device'));

const emptyBattery = ({ capabilities }: LifecycleInput, { battery }: Surroundings): Concern[] =>
  battery === undefined || capabilities?.power === 'mains' || batteryStatus(battery) !== 'critical'
    ? []
    : [concern('battery_critical', "The lock's battery is almost empty: change it before the guest comes.")];
