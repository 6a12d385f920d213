import { fits, lengthsText } from './code-lengths.ts';
import type {
  AccessCode,
  AccessCodeStatus,
  Attempt,
  Capabilities,
  Finding,
  Instant,
  LockState,
  ResetCause,
  SlotBelief,
} from './model.ts';
import { candidateSlots, isCleared, isConverged, slotOwnedBy } from './slots.ts';

/** After this long unset (or unremoved), a warning and an event (facts page SEAM, "Delays and failures"). */
export const delayMs = 5 * 60_000;
/** After this long, or this many failed attempts, an error and an event. Attempts go on. */
export const failureMs = 30 * 60_000;
export const failureAttempts = 5;

/** `lockstep_lock_displaced`: another lock answers at its place. */
export type Unreachable = 'device_disconnected' | 'hub_disconnected' | 'lockstep_lock_displaced';

const reach: Readonly<Record<Unreachable, string>> = {
  hub_disconnected: 'The radio is not available; the work waits for it.',
  device_disconnected: 'The lock does not answer; it is tried again by itself.',
  lockstep_lock_displaced:
    'Another lock answers at its place. Move its access codes there: lockstep replace OLD NEW',
};

export interface LifecycleInput {
  readonly code: AccessCode;
  readonly state: LockState;
  readonly capabilities: Capabilities | undefined;
  readonly usable: readonly number[];
  /** What is out of reach, if anything: the error that codes on their way then carry. */
  readonly unreachable: Unreachable | undefined;
  readonly now: Instant;
}

export interface Lifecycle {
  readonly status: AccessCodeStatus;
  readonly errors: readonly Finding[];
  readonly warnings: readonly Finding[];
  /** The code was wanted off the lock and is proved to be off it: its record can go. */
  readonly finished: boolean;
  /** When this would read differently although nothing has happened. */
  readonly nextAt: Instant | undefined;
}

/** Raised by an external change, and kept until the code stands again. */
export const externalChangeError = 'code_modified_external_to_seam';

/** On a lock that was reset, and on the access codes that wait for somebody to say that it may be written again. */
export const lockResetError = 'lockstep_lock_reset';

const resetBy: Readonly<Record<ResetCause, string>> = {
  codes_gone: 'All its codes have gone at once: the lock was reset or exchanged.',
  all_deleted: 'All its codes were deleted at the lock.',
  code_length: "The lock's code length was changed, which deletes all its codes.",
};

/** For people: what has happened, and what to do. */
export const resetMessage = (why: ResetCause): string =>
  `${resetBy[why]} Nothing is written to it until you say so: lockstep repair LOCK --restore`;

const finding = (
  previous: readonly Finding[],
  code: string,
  message: string,
  now: Instant,
  extra: Readonly<Record<string, string>> = {},
): Finding => {
  const before = previous.find((one) => one.code === code);
  return { code, message, created_at: before?.created_at ?? now, extra };
};

/** Status, errors and warnings of one access code, from what is believed of its lock. Pure. */
export const lifecycle = (input: LifecycleInput): Lifecycle =>
  input.code.deletingSince === undefined ? wanted(input) : unwanted(input, input.code.deletingSince);

const wanted = (input: LifecycleInput): Lifecycle => {
  const { code, state, capabilities, now } = input;
  const belief = slotOwnedBy(state, code.accessCodeId);
  if (belief !== undefined && capabilities !== undefined && isConverged(belief, code.pin, capabilities))
    return { status: 'set', errors: [], warnings: [], finished: false, nextAt: undefined };
  const attempt = state.attempts.get(code.accessCodeId);
  const errors: Finding[] = [];
  const kept = code.errors.find((one) => one.code === externalChangeError);
  if (kept !== undefined)
    errors.push(state.reset === undefined ? kept : { ...kept, message: changedWhileFrozen(kept) });
  if (state.reset !== undefined)
    errors.push(finding(code.errors, lockResetError, resetMessage(state.reset.why), now));
  errors.push(...reachErrors(input));
  const room = roomError(input, belief, attempt);
  if (room !== undefined) errors.push(room);
  if (attempt?.terminal === 'duplicate')
    errors.push(
      finding(
        code.errors,
        'duplicate_code_on_device',
        'The lock holds this PIN already, in another slot. Give this access code another PIN.',
        now,
      ),
    );
  const overdueAt = code.wishedAt + failureMs;
  const failed =
    attempt?.terminal !== undefined ||
    misfits(input) ||
    (attempt?.count ?? 0) >= failureAttempts ||
    now >= overdueAt;
  if (failed) errors.push(finding(code.errors, 'failed_to_set_on_device', whyNotSet(input, attempt), now));
  return { status: 'setting', errors, ...late(input, failed, code.wishedAt, 'setting_on'), finished: false };
};

/** Without the promise that it is being set again. */
const changedWhileFrozen = ({ extra }: Finding): string =>
  extra['change_type'] === 'modified'
    ? 'The code was changed at the lock.'
    : 'The code was deleted at the lock.';

const reachErrors = ({ code, unreachable, now }: LifecycleInput): Finding[] =>
  unreachable === undefined ? [] : [finding(code.errors, unreachable, reach[unreachable], now)];

/** A PIN of a length that the lock doesn't take is not tried (FIELD-BUGS 6). */
const misfits = ({ code, capabilities }: LifecycleInput): boolean =>
  capabilities !== undefined && !fits(code.pin, capabilities);

const whyNotSet = (input: LifecycleInput, attempt: Attempt | undefined): string => {
  const { code, capabilities, unreachable, state } = input;
  const lengths = capabilities?.codeLengths ?? [];
  if (misfits(input))
    return `This lock takes PINs of ${lengthsText(lengths)} digits, and this one has ${code.pin.length}. Give this access code another PIN.`;
  if (attempt?.terminal === 'duplicate') return 'The lock refused the PIN as a duplicate.';
  if (attempt?.terminal === 'format')
    return `The lock refused the PIN: its length or digits. It says that it takes ${lengthsText(lengths)} digits. Give this access code another PIN.`;
  if (state.reset !== undefined) return resetMessage(state.reset.why);
  if (unreachable === 'hub_disconnected')
    return 'The radio is not available. Setting the code is tried again when it is back.';
  if (unreachable === 'lockstep_lock_displaced') return reach[unreachable];
  if (unreachable === 'device_disconnected')
    return 'The lock does not answer. Setting the code is tried again when it is heard.';
  if (attempt?.lastFailure === 'not_applied')
    return 'The lock said yes, but a look showed that it did not store the code. Setting it is tried again.';
  if (attempt?.lastFailure === 'disabled')
    return 'The lock has the code, but disabled: it opens nothing. Is the lock in a holiday or privacy mode? Setting it is tried again, more rarely each time.';
  if (attempt?.lastFailure === 'not_kept')
    return 'The code was on the lock and is gone again soon after, more than once. Setting it is tried again, more rarely each time.';
  return 'The code does not stand on the lock yet. Setting it is tried again.';
};

const roomError = (
  { code, state, usable, capabilities, now }: LifecycleInput,
  belief: SlotBelief | undefined,
  attempt: Attempt | undefined,
): Finding | undefined => {
  const nowhere =
    belief === undefined && capabilities !== undefined && candidateSlots(state, usable).length === 0;
  if (!nowhere && attempt?.lastFailure !== 'full') return undefined;
  return finding(
    code.errors,
    'no_space_for_access_code_on_device',
    'The lock has no free slot for this code.',
    now,
  );
};

const unwanted = (input: LifecycleInput, since: Instant): Lifecycle => {
  const { code, state, capabilities, now } = input;
  const belief = slotOwnedBy(state, code.accessCodeId);
  if (belief === undefined || isCleared(belief, capabilities))
    return { status: 'unset', errors: [], warnings: [], finished: true, nextAt: undefined };
  const attempt = state.attempts.get(code.accessCodeId);
  const failed = (attempt?.count ?? 0) >= failureAttempts || now >= since + failureMs;
  const errors: Finding[] = [];
  errors.push(...reachErrors(input));
  if (failed)
    errors.push(
      finding(
        code.errors,
        'failed_to_remove_from_device',
        'THE CODE MAY STILL OPEN THE DOOR. Removing it is tried again until it is proved gone.',
        now,
      ),
    );
  return { status: 'removing', errors, ...late(input, failed, since, 'removing_from'), finished: false };
};

const late = (
  { code, now }: LifecycleInput,
  failed: boolean,
  since: Instant,
  what: 'setting_on' | 'removing_from',
): Pick<Lifecycle, 'warnings' | 'nextAt'> => {
  const delayedAt = since + delayMs;
  const failsAt = since + failureMs;
  if (failed) return { warnings: [], nextAt: undefined };
  if (now < delayedAt) return { warnings: [], nextAt: delayedAt };
  const text =
    what === 'setting_on'
      ? 'Setting the code takes longer than it should.'
      : 'Removing the code takes longer than it should.';
  return { warnings: [finding(code.warnings, `delay_in_${what}_device`, text, now)], nextAt: failsAt };
};

const failureEvents = new Map([
  ['failed_to_set_on_device', 'access_code.failed_to_set_on_device'],
  ['failed_to_remove_from_device', 'access_code.failed_to_remove_from_device'],
  ['delay_in_setting_on_device', 'access_code.delay_in_setting_on_device'],
  ['delay_in_removing_from_device', 'access_code.delay_in_removing_from_device'],
]);

/** The events that going from one record of an access code to the next is worth, in order. */
export const transitionEvents = (before: AccessCode, after: AccessCode): string[] => {
  const events: string[] = [];
  if (after.status === 'set' && before.status !== 'set') events.push('access_code.set_on_device');
  const had = new Set([...before.errors, ...before.warnings].map((one) => one.code));
  for (const one of [...after.errors, ...after.warnings]) {
    const event = failureEvents.get(one.code);
    if (event !== undefined && !had.has(one.code)) events.push(event);
  }
  return events;
};
