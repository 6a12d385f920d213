import {
  UserCredentialCredentialReportType as CredentialReport,
  UserCredentialModifierType,
  UserCredentialRule,
  UserCredentialType,
  UserCredentialUserReportType as UserReport,
  UserCredentialUserType,
} from '@zwave-js/cc';
import { Pin } from '../../src/core/pin.ts';
import type { ReadOutcome, WriteOutcome } from '../../src/ports/lock-driver.ts';

/** What locks with User Credential CC answer, in the bridge's terms. Pure. */

/** What is used of a User Report. */
export interface UserAnswer {
  readonly reportType: UserReport;
  readonly userId: number;
  readonly modifierType: UserCredentialModifierType;
  readonly active: boolean;
  readonly userType: UserCredentialUserType;
  readonly credentialRule: UserCredentialRule;
  readonly expiringTimeoutMinutes: number;
  readonly userName: string;
}

/** What is used of a Credential Report. */
export interface CredentialAnswer {
  readonly reportType: CredentialReport;
  readonly userId: number;
  readonly credentialType: UserCredentialType;
  readonly credentialSlot: number;
  readonly credentialReadBack: boolean;
  readonly credentialData?: Uint8Array;
  readonly modifierType: UserCredentialModifierType;
  readonly nextCredentialType?: UserCredentialType;
  readonly nextCredentialSlot?: number;
}

/** `undefined`: no answer, or one about somebody else, which is none either. */
export type Found<T> = { readonly kind: 'found'; readonly is: T } | { readonly kind: 'none' } | undefined;

/** The answer to a User Get. A missing user is reported as one that was made by nobody. */
export const userOf = (answer: UserAnswer | undefined, userId: number): Found<UserAnswer> => {
  if (answer === undefined || (answer.userId !== userId && answer.userId !== 0)) return undefined;
  return answer.userId === 0 || answer.modifierType === UserCredentialModifierType.DoesNotExist
    ? { kind: 'none' }
    : { kind: 'found', is: answer };
};

/**
 * The answer to a Credential Get for a user, or for anybody (`userId` 0). zwave-js takes any Credential Report that
 * answers a Get for the answer to this one: it may be a late one, to a question that was given up (FIELD-BUGS 16).
 */
export const credentialOf = (
  answer: CredentialAnswer | undefined,
  userId: number,
  type: UserCredentialType,
): Found<CredentialAnswer> => {
  if (answer === undefined) return undefined;
  const isNone =
    answer.modifierType === UserCredentialModifierType.DoesNotExist || answer.credentialSlot === 0;
  const isOfAnother = userId !== 0 && answer.userId !== userId;
  if (isOfAnother && !(isNone && answer.userId === 0)) return undefined;
  // "None" may come without a type, or say which one comes first beyond those asked for.
  if (isNone) return { kind: 'none' };
  const fits = type === UserCredentialType.None || answer.credentialType === type;
  return fits ? { kind: 'found', is: answer } : undefined;
};

/** The user's PIN opens by itself at any time: anything less isn't what an access code promises. */
export const simplyOpens = (user: UserAnswer): boolean =>
  user.active &&
  user.userType === UserCredentialUserType.General &&
  user.credentialRule === UserCredentialRule.Single;

/** Without read-back the data is a hash at best. */
const pinOf = ({ credentialReadBack, credentialData }: CredentialAnswer): Pin | 'masked' =>
  credentialReadBack && credentialData !== undefined
    ? (Pin.parse(Buffer.from(credentialData).toString('latin1')) ?? 'masked')
    : 'masked';

const silence: ReadOutcome = { kind: 'failed', why: 'timeout' };

/**
 * Whether a user without a PIN is somebody else's: one with a card or a finger, or one that wasn't made over the air
 * and may be about to be given them. What a hub made and gave nothing is left over from a write that was cut off.
 */
export const isSomebodys = (user: UserAnswer, anything: { readonly kind: 'found' | 'none' }): boolean =>
  anything.kind === 'found' || user.modifierType !== UserCredentialModifierType.ZWave;

/**
 * A slot is a user. One that is left over, without any credential, holds no code: that is empty. One without a PIN
 * that is somebody's is occupied and masked, so that nothing is ever written there; no PIN of it opens.
 * @param anything the user's first credential of whatever kind; asked for only where there is no PIN
 */
export const readingOf = (
  user: Found<UserAnswer>,
  pin: Found<CredentialAnswer>,
  anything: Found<CredentialAnswer>,
): ReadOutcome => {
  if (user === undefined) return silence;
  if (user.kind === 'none') return { kind: 'read', reading: { kind: 'empty' } };
  if (pin === undefined) return silence;
  if (pin.kind === 'found') {
    const reading = { kind: 'occupied', pin: pinOf(pin.is), enabled: simplyOpens(user.is) } as const;
    return { kind: 'read', reading };
  }
  if (anything === undefined) return silence;
  return isSomebodys(user.is, anything)
    ? { kind: 'read', reading: { kind: 'occupied', pin: 'masked', enabled: false } }
    : { kind: 'read', reading: { kind: 'empty' } };
};

export const noAnswer: WriteOutcome = { kind: 'failed', why: 'timeout', mayHaveLanded: true };
export const accepted: WriteOutcome = { kind: 'accepted' };

/** What became of a User Set that adds: a user that was changed, or not even that, was there before. */
export const addOutcomeOf = (answer: UserAnswer | undefined): WriteOutcome | 'occupied' | 'empty' =>
  answer?.reportType === UserReport.UserModified || answer?.reportType === UserReport.UserUnchanged
    ? 'occupied'
    : userOutcomeOf(answer);

/** What became of a User Set. */
export const userOutcomeOf = (answer: UserAnswer | undefined): WriteOutcome | 'occupied' | 'empty' => {
  switch (answer?.reportType) {
    case undefined:
      return noAnswer;
    case UserReport.UserAdded:
    case UserReport.UserModified:
    case UserReport.UserDeleted:
    case UserReport.UserUnchanged:
      return accepted;
    case UserReport.UserAddRejectedLocationOccupied:
      return 'occupied';
    case UserReport.UserModifyRejectedLocationEmpty:
      return 'empty';
    case UserReport.ResponseToGet:
    case UserReport.ZeroExpiringMinutesInvalid:
      return { kind: 'refused', why: 'unspecified', certain: false };
  }
};

/**
 * What became of a Credential Set. The lock names its reason, so most refusals are certain. `occupied`: this
 * credential slot is another one's.
 * @param userHeldPin the user had a PIN before: then a duplicate may be that very PIN (FIELD-BUGS 8), unless the
 * report names another user as its holder
 */
export const credentialOutcomeOf = (
  answer: CredentialAnswer | undefined,
  userId: number,
  userHeldPin: boolean,
): WriteOutcome | 'occupied' => {
  switch (answer?.reportType) {
    case undefined:
      return noAnswer;
    case CredentialReport.CredentialAdded:
    case CredentialReport.CredentialModified:
    case CredentialReport.CredentialDeleted:
    case CredentialReport.CredentialUnchanged:
      return accepted;
    case CredentialReport.CredentialAddRejectedLocationOccupied:
      return 'occupied';
    case CredentialReport.DuplicateCredential: {
      const certain = !userHeldPin || answer.userId !== userId;
      return { kind: 'refused', why: 'duplicate', certain };
    }
    case CredentialReport.DuplicateAdminPINCode:
      return { kind: 'refused', why: 'duplicate', certain: true };
    case CredentialReport.ManufacturerSecurityRules:
      return { kind: 'refused', why: 'format', certain: true };
    case CredentialReport.CredentialModifyRejectedLocationEmpty:
    case CredentialReport.WrongUserUniqueIdentifier:
    case CredentialReport.ResponseToGet:
      return { kind: 'refused', why: 'unspecified', certain: false };
  }
};

/** The lowest number from 1 to `slots` that isn't taken, `preferred` before all others. */
export const freeSlot = (
  taken: ReadonlySet<number>,
  slots: number,
  preferred: number,
): number | undefined => {
  if (preferred <= slots && !taken.has(preferred)) return preferred;
  for (let slot = 1; slot <= slots; slot += 1) if (!taken.has(slot)) return slot;
  return undefined;
};
