import { fits, lengthsText } from './code-lengths.ts';
import type { LifecycleInput, Unreachable } from './lifecycle-input.ts';
import type { AccessCode, Attempt, Finding, Instant, ResetCause, SlotBelief } from './model.ts';
import { isBound } from './native.ts';
import { dueAt, phaseOf } from './phase.ts';
import { candidateSlots, slotOwnedBy } from './slots.ts';
import { clockUntrustedError } from './untimed.ts';
import { unmanagedHolder } from './wishes.ts';

/** After this long unset (or unremoved), a warning and an event (facts page SEAM, "Delays and failures"). */
export const delayMs = 5 * 60_000;
/** After this long, or this many failed attempts, an error and an event. Attempts go on. */
export const failureMs = 30 * 60_000;
export const failureAttempts = 5;

/** Raised by an external change, and kept until the code stands again; a warning where the change is allowed. */
export const externalChangeError = 'code_modified_external_to_seam';
/** Raised where somebody else's code was found in the slot, and kept until the code stands again. */
export const replacedError = 'replaced_by_newer_access_code';

/** On a lock that was reset, and on the access codes that wait for somebody to say that it may be written again. */
export const lockResetError = 'lockstep_lock_reset';

export const reach: Readonly<Record<Unreachable, string>> = {
  account_disconnected:
    'No driver of the config serves its radio: name it among the drivers again, and restart.',
  hub_disconnected: 'The radio is not available; the work waits for it.',
  device_disconnected: 'The lock does not answer; it is tried again by itself.',
  lockstep_lock_displaced:
    'Another lock answers at its place. Move its access codes there: lockstep replace OLD NEW',
};

const resetBy: Readonly<Record<ResetCause, string>> = {
  codes_gone: 'All its codes have gone at once: the lock was reset or exchanged.',
  all_deleted: 'All its codes were deleted at the lock.',
  code_length: "The lock's code length was changed, which deletes all its codes.",
};

/** For people: what has happened, and what to do. */
export const resetMessage = (why: ResetCause): string =>
  `${resetBy[why]} Nothing is written to it until you say so: lockstep repair LOCK --restore`;

const made = (
  previous: readonly Finding[],
  code: string,
  message: string,
  now: Instant,
  extra: Readonly<Record<string, string>> = {},
): Finding => {
  const before = previous.find((one) => one.code === code);
  return { code, message, created_at: before?.created_at ?? now, extra };
};

const anError = (
  { code, now }: LifecycleInput,
  name: string,
  message: string,
  extra?: Finding['extra'],
): Finding => made(code.errors, name, message, now, extra);

const aWarning = ({ code, now }: LifecycleInput, name: string, message: string): Finding =>
  made(code.warnings, name, message, now);

/** Further warnings and errors of an access code; `nextAt`: when they would be others although nothing has happened. */
export interface Findings {
  readonly errors: readonly Finding[];
  readonly warnings: readonly Finding[];
  readonly nextAt: Instant | undefined;
}

const reachErrors = (input: LifecycleInput): Finding[] =>
  input.unreachable === undefined ? [] : [anError(input, input.unreachable, reach[input.unreachable])];

/** What a code carries while it is wanted, however it stands with the lock. */
const always = (input: LifecycleInput): { errors: Finding[]; warnings: Finding[] } => {
  const { code, poolEmptySince, foreignSince } = input;
  const errors: Finding[] = [];
  const warnings: Finding[] = [];
  if (poolEmptySince !== undefined && code.timeFrame !== undefined && !code.isBackup)
    errors.push({
      code: 'empty_backup_access_code_pool',
      message: 'No backup code could be pulled for it: the pool of its lock is empty, and is being refilled.',
      created_at: poolEmptySince,
      extra: {},
    });
  if (code.pulledBackupId !== undefined)
    warnings.push(
      aWarning(input, 'using_backup_access_code', 'A backup access code stands in for this one.'),
    );
  if (code.externalChange !== undefined) warnings.push(leftSo(input, code.externalChange));
  if (foreignSince !== undefined)
    warnings.push({
      code: 'third_party_integration_detected',
      message:
        'Codes of this lock keep being changed by somebody else: a person at the keypad, or another system. That may make them fail.',
      created_at: foreignSince,
      extra: {},
    });
  return { errors, warnings };
};

const leftSo = (input: LifecycleInput, change: NonNullable<AccessCode['externalChange']>): Finding => ({
  ...aWarning(
    input,
    externalChangeError,
    change === 'removed'
      ? 'The code was deleted at the lock, and is left so: it is written again once this access code is changed.'
      : 'The code was changed at the lock, and is left so.',
  ),
  extra: { change_type: change },
});

/** Somebody else's code has this PIN on the same lock, or another one of ours has. */
export const duplicate = (input: LifecycleInput, own: SlotBelief | undefined): Finding | undefined => {
  const { code, state } = input;
  const stranger = unmanagedHolder(state, code.pin);
  if (stranger !== undefined)
    return anError(
      input,
      'duplicate_code_on_device',
      'The lock holds this PIN in another slot too. Give this access code another PIN, or delete the other code.',
      stranger.unmanagedId === undefined ? {} : { unmanaged_access_code_id: stranger.unmanagedId },
    );
  if (own?.state.kind !== 'occupied') return undefined;
  for (const { slot, owner, state: other } of state.slots.values())
    if (
      slot !== own.slot &&
      owner !== undefined &&
      other.kind === 'occupied' &&
      other.pin !== 'masked' &&
      other.pin.equals(code.pin)
    )
      return anError(
        input,
        'duplicate_code_on_device',
        'The lock holds this PIN in another slot too. Give one of the two access codes another PIN.',
        { managed_access_code_id: owner },
      );
  return undefined;
};

/** Of a code that is on the lock, as well as that can be known. */
export const findingsOfStanding = (input: LifecycleInput, own: SlotBelief): Findings => {
  const { code } = input;
  // Deleted by somebody, it is back as it was.
  const isBack = code.externalChange === 'removed';
  const { errors, warnings } = always(
    isBack ? { ...input, code: { ...code, externalChange: undefined } } : input,
  );
  const twice = duplicate(input, own);
  if (twice !== undefined) errors.push(twice);
  if (input.capabilities?.readBack === 'none')
    warnings.push(
      aWarning(
        input,
        'kwikset_unable_to_confirm_code',
        'The lock said yes to this code, but its codes cannot be read: nothing proves that it is there.',
      ),
    );
  if (input.loading?.isAmbiguous === true && isBound(own, input.loading.window))
    warnings.push(
      aWarning(
        input,
        'schlage_access_code_ambiguous_timezone_dst_risk',
        'It begins or ends in an hour that the clocks show twice, and the lock cannot tell the one from the other: there it opens up to that hour too early or too late.',
      ),
    );
  return { errors, warnings, nextAt: undefined };
};

/** Of a code that nothing is being done about: not due yet, or left as somebody made it at the lock. */
export const findingsAtRest = (input: LifecycleInput): Findings => ({ ...always(input), nextAt: undefined });

/** A slot asked this often in vain is worth an error. */
const missesMost = 3;

/** Of a code that was on the lock, of which nothing can be known now. */
export const findingsOfUnknown = (input: LifecycleInput, own: SlotBelief | undefined): Findings => {
  const { errors, warnings } = always(input);
  const isMute = (own?.misses ?? 0) >= missesMost;
  return {
    errors: [...errors, ...reachErrors(input), ...(isMute ? [unconfirmed(input)] : [])],
    warnings,
    nextAt: undefined,
  };
};

/** Without the promise that it is being set again. */
const changedWhileFrozen = ({ extra }: Finding): string =>
  extra['change_type'] === 'modified'
    ? 'The code was changed at the lock.'
    : 'The code was deleted at the lock.';

/** Kept until the code stands again. */
const keptErrors = ({ code, state }: LifecycleInput): Finding[] =>
  code.errors
    .filter((one) => one.code === externalChangeError || one.code === replacedError)
    .map((kept) =>
      state.reset === undefined || kept.code === replacedError
        ? kept
        : { ...kept, message: changedWhileFrozen(kept) },
    );

/** Of a code that should be on the lock and isn't known to be. */
export const findingsOfMissing = (input: LifecycleInput): Findings => {
  const { code, state, leadMs, now } = input;
  const { errors, warnings } = always(input);
  const own = slotOwnedBy(state, code.accessCodeId);
  const attempt = state.attempts.get(code.accessCodeId);
  const since = dueAt(code, leadMs);
  errors.push(...keptErrors(input));
  if (state.reset !== undefined) errors.push(anError(input, lockResetError, resetMessage(state.reset.why)));
  if (waitsForTime(input)) errors.push(anError(input, clockUntrustedError, untimedMessage));
  errors.push(...reachErrors(input));
  const room = roomError(input, own, attempt);
  if (room !== undefined) errors.push(room);
  errors.push(...duplicates(input, own, attempt, since));
  if (isUnproved(own, 'occupied') && now >= since + delayMs) errors.push(unconfirmed(input));
  if (attempt?.lastFailure === 'disabled')
    warnings.push(
      aWarning(
        input,
        'ultraloq_access_code_disabled',
        'The lock has the code, but disabled: it opens nothing. Is the lock in a holiday or privacy mode?',
      ),
    );
  const failed =
    attempt?.terminal !== undefined ||
    misfits(input) ||
    (attempt?.count ?? 0) >= failureAttempts ||
    now >= since + failureMs;
  if (failed) errors.push(anError(input, 'failed_to_set_on_device', whyNotSet(input, attempt)));
  const late = lateness(input, failed, since, 'setting_on');
  return { errors, warnings: [...warnings, ...late.warnings], nextAt: late.nextAt };
};

const untimedMessage =
  "The bridge doesn't know what time it is: its clock is not trusted. The code is set as soon as it is. See: lockstep clock";

/** Nothing is put on a lock for a time that nobody knows. */
const waitsForTime = ({ code, isTimeUnknown }: LifecycleInput): boolean =>
  isTimeUnknown === true && code.timeFrame !== undefined;

const unconfirmed = (input: LifecycleInput): Finding =>
  anError(
    input,
    'kwikset_unable_to_confirm_code',
    'The lock does not answer when it is asked whether it has this code. It is asked again.',
  );

/** A write was taken, and no look has borne it out. */
const isUnproved = (own: SlotBelief | undefined, kind: 'occupied' | 'empty'): boolean =>
  own?.state.kind === kind && own.source === 'write' && own.grade === 'accepted';

const duplicates = (
  input: LifecycleInput,
  own: SlotBelief | undefined,
  attempt: Attempt | undefined,
  since: Instant,
): Finding[] => {
  const found = duplicate(input, own);
  if (found !== undefined) return [found];
  if (attempt?.terminal === 'duplicate')
    return [
      anError(
        input,
        'duplicate_code_on_device',
        'The lock holds this PIN already, in another slot. Give this access code another PIN.',
      ),
    ];
  const { code, state, now } = input;
  const blocking = [...state.slots.values()].find(
    (one) =>
      one.slot !== own?.slot &&
      one.owner !== undefined &&
      !(one.state.kind === 'empty' && one.grade === 'proved') &&
      code.pin.equals(one.written),
  );
  if (blocking?.owner === undefined || now < since + delayMs) return [];
  return [
    anError(
      input,
      'duplicate_code_attempt_prevented',
      'It is not written yet: the lock may still hold this PIN in another slot, and would then have it twice.',
      { managed_access_code_id: blocking.owner },
    ),
  ];
};

/** A PIN of a length that the lock doesn't take is not tried (FIELD-BUGS 6). */
export const misfits = ({ code, capabilities }: LifecycleInput): boolean =>
  capabilities !== undefined && !fits(code.pin, capabilities);

export const whyNotSet = (input: LifecycleInput, attempt: Attempt | undefined): string => {
  const { code, capabilities, unreachable, state } = input;
  const lengths = capabilities?.codeLengths ?? [];
  if (misfits(input))
    return `This lock takes PINs of ${lengthsText(lengths)} digits, and this one has ${code.pin.length}. Give this access code another PIN.`;
  if (attempt?.terminal === 'duplicate') return 'The lock refused the PIN as a duplicate.';
  if (attempt?.terminal === 'format')
    return `The lock refused the PIN: its length or digits. It says that it takes ${lengthsText(lengths)} digits. Give this access code another PIN.`;
  if (state.reset !== undefined) return resetMessage(state.reset.why);
  if (waitsForTime(input)) return untimedMessage;
  if (unreachable === 'hub_disconnected')
    return 'The radio is not available. Setting the code is tried again when it is back.';
  if (unreachable === 'lockstep_lock_displaced' || unreachable === 'account_disconnected')
    return reach[unreachable];
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

export const roomError = (
  input: LifecycleInput,
  own: SlotBelief | undefined,
  attempt: Attempt | undefined,
): Finding | undefined => {
  const { state, usable, capabilities } = input;
  const nowhere =
    own === undefined &&
    capabilities !== undefined &&
    candidateSlots(state, usable).length === 0 &&
    !isRoomToCome(input);
  if (!nowhere && attempt?.lastFailure !== 'full') return undefined;
  return anError(input, 'no_space_for_access_code_on_device', 'The lock has no free slot for this code.');
};

/** The slot of a code whose time is over by then, which was reckoned with when this one was taken on. */
const isRoomToCome = ({ code, state, leadMs, now, others = [] }: LifecycleInput): boolean =>
  others.some(
    (one) =>
      (phaseOf(one, now, leadMs) !== 'due' ||
        (one.timeFrame !== undefined &&
          code.timeFrame !== undefined &&
          one.timeFrame.endsAt <= code.timeFrame.startsAt)) &&
      slotOwnedBy(state, one.accessCodeId) !== undefined,
  );

/** Of a code that is wanted off its lock and may still be there. */
export const findingsOfLeaving = (input: LifecycleInput, own: SlotBelief, since: Instant): Findings => {
  const { code, state, now } = input;
  const attempt = state.attempts.get(code.accessCodeId);
  const failed = (attempt?.count ?? 0) >= failureAttempts || now >= since + failureMs;
  const errors: Finding[] = [...reachErrors(input)];
  if (isUnproved(own, 'empty') && now >= since + delayMs)
    errors.push(
      anError(
        input,
        'kwikset_unable_to_confirm_deletion',
        'The lock said that it deleted the code, but does not answer when it is asked whether it did. It is asked again.',
      ),
    );
  if (failed)
    errors.push(
      anError(
        input,
        'failed_to_remove_from_device',
        'THE CODE MAY STILL OPEN THE DOOR. Removing it is tried again until it is proved gone.',
      ),
    );
  const late = lateness(input, failed, since, 'removing_from');
  const being =
    code.deletingSince === undefined
      ? []
      : [aWarning(input, 'being_deleted', 'The access code is being deleted.')];
  return { errors, warnings: [...being, ...late.warnings], nextAt: late.nextAt };
};

const lateness = (
  input: LifecycleInput,
  failed: boolean,
  since: Instant,
  what: 'setting_on' | 'removing_from',
): Pick<Findings, 'warnings' | 'nextAt'> => {
  const delayedAt = since + delayMs;
  const failsAt = since + failureMs;
  if (failed) return { warnings: [], nextAt: undefined };
  if (input.now < delayedAt) return { warnings: [], nextAt: delayedAt };
  const text =
    what === 'setting_on'
      ? 'Setting the code takes longer than it should.'
      : 'Removing the code takes longer than it should.';
  return { warnings: [aWarning(input, `delay_in_${what}_device`, text)], nextAt: failsAt };
};
