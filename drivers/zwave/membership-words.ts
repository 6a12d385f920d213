import { SecurityClass } from '@zwave-js/core';
import type { LockAddress } from '../../src/core/ids.ts';
import type { Reason } from '../shared/membership.ts';

/** What is said to people about locks that come and go. Holds no PIN, key or whole DSK. */

const names: ReadonlyMap<SecurityClass, string> = new Map([
  [SecurityClass.S2_AccessControl, 'S2 Access Control'],
  [SecurityClass.S2_Authenticated, 'S2 Authenticated'],
  [SecurityClass.S2_Unauthenticated, 'S2 Unauthenticated'],
  [SecurityClass.S0_Legacy, 'S0'],
]);

/** A security class as the label and the manuals call it. */
export const securityName = (security: SecurityClass | undefined): string =>
  (security === undefined ? undefined : names.get(security)) ?? 'none';

/** True where the radio's messages to the lock can be read or forged with little effort. */
export const isWeak = (security: SecurityClass | undefined): boolean =>
  security === undefined || security === SecurityClass.None || security === SecurityClass.S0_Legacy;

/**
 * What to warn of; undefined where nothing is.
 * @param byLabel the whole DSK of its label was compared with the lock's
 */
export const warningFor = (security: SecurityClass | undefined, byLabel: boolean): string | undefined => {
  if (security === SecurityClass.S2_Unauthenticated && !byLabel)
    return 'This lock asked for no PIN (S2 Unauthenticated): nothing proves that it is the lock before you. If it has a QR code or a PIN on its label, remove it and pair it again by the code.';
  if (!isWeak(security)) return undefined;
  return security === SecurityClass.S0_Legacy
    ? 'This lock knows only the old S0 security: its key can be overheard while it is paired. Prefer a lock with S2.'
    : 'This lock was paired without any encryption: anybody near the radio can read its codes and open it. Do not rely on it.';
};

export const busy: Reason = {
  why: 'busy',
  message: 'The Z-Wave controller is already taking a device in or out. Try again when that is over.',
};

export const radioDown: Reason = {
  why: 'radio_down',
  message:
    'The Z-Wave controller went away. Check the stick, then try again; a lock that says it has joined meanwhile has to be reset first.',
};

export const aborted: Reason = { why: 'aborted', message: 'Stopped. Nothing has joined or left.' };
export const abortedLate: Reason = { why: 'aborted', message: 'Stopped before the lock was secured.' };

export const refused: Reason = {
  why: 'unspecified',
  message: 'The Z-Wave controller refused. Unplug it and plug it in again, then try once more.',
};

export const notWritable = (folder: string): Reason => ({
  why: 'unspecified',
  message: `${folder} can't be written: nothing was started. Check the disk's free space and permissions.`,
});

export const nobodyJoined: Reason = {
  why: 'nobody',
  message:
    "No lock has answered. Start the lock's own pairing mode (see its manual) within a metre or two of the radio; a lock that was in another network has to be unpaired or reset first.",
};

export const nobodyAnnounced: Reason = {
  why: 'nobody',
  message:
    'The lock of this QR code has not announced itself. Take its batteries out and put them in again near the radio, or pair it without the QR code.',
};

export const notRecorded = (folder: string): Reason => ({
  why: 'unspecified',
  message: `The lock joined, but ${folder} can't be written: it has to leave again. Check the disk's free space and permissions.`,
});

export const joinFailed: Reason = {
  why: 'unspecified',
  message:
    'The lock answered, but the controller could not take it in. Bring it nearer to the radio and try again.',
};

export const knownAnswered: Reason = {
  why: 'already_paired',
  message: 'The device that answered is in this network already. Remove it first if it is to be paired anew.',
};

export const alreadyPaired = (address: LockAddress): Reason => ({
  why: 'already_paired',
  message: `The lock of this QR code is in the network already, as ${address}. If it has been reset since, strike that one off as gone first.`,
});

export const twinStays = (address: LockAddress): Reason => ({
  why: 'already_paired',
  message: `This lock is still listed as ${address}, which could not be struck off. Remove ${address} first, then pair again.`,
});

export const wrongPin: Reason = {
  why: 'wrong_pin',
  message: 'The lock did not accept the PIN. Look at its label again: the first five digits of the DSK.',
};

export const malformedPin: Reason = {
  why: 'bad_pin',
  message: "That is no PIN of a label: five digits, at most 65535, the first group of the label's DSK.",
};

export const noPin: Reason = { why: 'aborted', message: 'No PIN was given within four minutes.' };
export const declined: Reason = { why: 'aborted', message: 'No PIN was given.' };

export const otherLock: Reason = {
  why: 'unspecified',
  message:
    'Another lock than the one of the QR code has answered. Pair it without the code, or with its own.',
};

export const insecure: Reason = {
  why: 'insecure',
  message:
    'The lock joined, but could not be secured. Bring it within a metre or two of the radio, check the PIN, and pair it again.',
};

export const notALock = (address: LockAddress): Reason => ({
  why: 'not_a_lock',
  message: `${address} joined, but it has neither codes nor a bolt: it is no lock.`,
});

export const interviewLate = (address: LockAddress): Reason => ({
  why: 'interview_failed',
  message: `${address} has joined and stays, but has not told yet what it can do. That goes on in the background: touch its keypad if it does not show up within some minutes.`,
});

export const nobodyLeft: Reason = {
  why: 'nobody',
  message:
    "No device has left. Start the lock's own unpairing mode (see its manual) near the radio. If it doesn't exist any more, strike it off as gone.",
};

export const unknownLock = (address: LockAddress): Reason => ({
  why: 'unknown_lock',
  message: `${address} is not in the Z-Wave network.`,
});

export const stillAnswers = (address: LockAddress): Reason => ({
  why: 'still_answers',
  message: `${address} still answers, so it is not gone. Remove it by its own unpairing mode.`,
});

export const notStruckOff = (address: LockAddress): Reason => ({
  why: 'unspecified',
  message: `The Z-Wave controller could not strike ${address} off. Try again in a minute.`,
});

/** Added where a lock that had joined could not be released again. */
export const leftBehindWords = (address: LockAddress): string =>
  ` It is still in the network as ${address}, but not used. Remove ${address} by its own unpairing mode, or reset it by hand (see its manual); then pair it again.`;
