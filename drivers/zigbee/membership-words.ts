import type { LockAddress } from '../../src/core/ids.ts';
import type { Reason } from '../shared/membership.ts';

/** What is said to people about locks that come and go. */

/** How a Zigbee lock's radio link is secured once it has joined (Zigbee specification 4.2). */
export const security = 'Zigbee network key';

export const busy: Reason = {
  why: 'busy',
  message: 'The Zigbee network is already taking a device in or out. Try again when that is over.',
};

export const radioDown: Reason = {
  why: 'radio_down',
  message: 'The Zigbee coordinator went away. Check it, then try again.',
};

export const aborted: Reason = { why: 'aborted', message: 'Stopped. Nothing has joined or left.' };
export const abortedLate: Reason = { why: 'aborted', message: 'Stopped before the lock was ready.' };

export const refused: Reason = {
  why: 'unspecified',
  message: 'The Zigbee coordinator refused. Unplug it and plug it in again, then try once more.',
};

export const notWritable = (folder: string): Reason => ({
  why: 'unspecified',
  message: `${folder} can't be written: nothing was started. Check the disk's free space and permissions.`,
});

export const noQrCode: Reason = {
  why: 'bad_qr_code',
  message:
    "Zigbee locks are paired without a QR code here: leave it out, and start the lock's own pairing mode when the radio listens.",
};

export const noPin: Reason = {
  why: 'bad_pin',
  message: 'Zigbee locks ask for no PIN of a label: leave it out.',
};

export const nobodyJoined: Reason = {
  why: 'nobody',
  message:
    "No lock has answered. Start the lock's own pairing mode (see its manual) within a metre or two of the radio; a lock that was in another network has to leave it or be reset first.",
};

export const notRecorded = (folder: string): Reason => ({
  why: 'unspecified',
  message: `The lock joined, but ${folder} can't be written: it has to leave again. Check the disk's free space and permissions.`,
});

export const notALock = (address: LockAddress): Reason => ({
  why: 'not_a_lock',
  message: `${address} joined, but it has no Door Lock cluster: it is no lock.`,
});

export const interviewFailed = (address: LockAddress): Reason => ({
  why: 'interview_failed',
  message: `${address} joined, but did not tell what it can do. Bring it within a metre or two of the radio, keep it awake by touching its keypad, and pair it again.`,
});

export const unknownLock = (address: LockAddress): Reason => ({
  why: 'unknown_lock',
  message: `${address} is not in the Zigbee network.`,
});

export const stillAnswers = (address: LockAddress): Reason => ({
  why: 'still_answers',
  message: `${address} still answers, so it is not gone. Remove it without "gone": it is told to leave by radio.`,
});

export const didNotHear = (address: LockAddress): Reason => ({
  why: 'nobody',
  message: `${address} did not answer when it was told to leave, and stays. Wake it (touch its keypad) and try again. If it doesn't exist any more, strike it off as gone.`,
});

export const wouldNotLeave = (address: LockAddress): Reason => ({
  why: 'unspecified',
  message: `${address} was told to leave, but is still there. Reset it by hand (see its manual), then strike it off as gone.`,
});

/** Added where a lock that had joined could not be told to leave again. */
export const leftBehindWords = (address: LockAddress): string =>
  ` It is still in the network as ${address}, but not used. Remove ${address}, or reset it by hand (see its manual); then pair it again.`;

/** It was in the network, and came back as a new device does: after a reset, or a change of its batteries. */
export const joinedAgain =
  'This lock was in the network before and has joined again: it is the same lock as before. Whether its codes still stand is looked at next.';

export const notConfigured =
  'The lock did not take all settings for its reports, which is tried again later: until then codes changed at its keypad are noticed late.';
