import {
  UserCredentialCredentialReportType,
  UserCredentialModifierType,
  UserCredentialNameEncoding,
  UserCredentialRule,
  UserCredentialType,
  UserCredentialUserReportType,
  UserCredentialUserType,
} from '@zwave-js/cc';
import { UserCredentialCCCredentialReport, UserCredentialCCUserReport } from '@zwave-js/cc/UserCredentialCC';
import { Bytes } from '@zwave-js/shared';
import type { SimulatedLock } from './lock.ts';
import type { Credential, Modifier, User, UserType } from './user-store.ts';

const modifierOf = (
  hubId: number,
  by: Modifier | undefined,
): { modifierType: UserCredentialModifierType; modifierNodeId: number } => {
  if (by === undefined) return { modifierType: UserCredentialModifierType.DoesNotExist, modifierNodeId: 0 };
  return by === 'radio'
    ? { modifierType: UserCredentialModifierType.ZWave, modifierNodeId: hubId }
    : { modifierType: UserCredentialModifierType.Locally, modifierNodeId: 0 };
};

/** The user types that the lock knows, by the lock's own names for them. */
export const userTypes: Readonly<Record<UserType, UserCredentialUserType>> = {
  general: UserCredentialUserType.General,
  non_access: UserCredentialUserType.NonAccess,
};

const userFields = (hubId: number, userId: number, user: User | undefined) =>
  ({
    nodeId: hubId,
    userId,
    ...modifierOf(hubId, user?.by),
    userType: userTypes[user?.type ?? 'general'],
    active: user?.active ?? false,
    credentialRule: UserCredentialRule.Single,
    expiringTimeoutMinutes: 0,
    nameEncoding: UserCredentialNameEncoding.ASCII,
    userName: user?.name ?? '',
  }) as const;

/** A User Report that nobody asked for with a Get: what became of a User Set, or what somebody did at the lock. */
export const userReport = (
  hubId: number,
  reportType: Exclude<UserCredentialUserReportType, UserCredentialUserReportType.ResponseToGet>,
  userId: number,
  user: User | undefined,
): UserCredentialCCUserReport =>
  new UserCredentialCCUserReport({ ...userFields(hubId, userId, user), reportType });

/** A deletion's modifier is whoever deleted; nothing is left of the user to tell. */
export const userDeleted = (hubId: number, userId: number, by: Modifier): UserCredentialCCUserReport =>
  new UserCredentialCCUserReport({
    ...userFields(hubId, userId, undefined),
    ...modifierOf(hubId, by),
    reportType: UserCredentialUserReportType.UserDeleted,
  });

export const userAnswer = (
  hubId: number,
  userId: number,
  user: User | undefined,
  nextUserId: number,
): UserCredentialCCUserReport =>
  new UserCredentialCCUserReport({
    ...userFields(hubId, userId, user),
    reportType: UserCredentialUserReportType.ResponseToGet,
    nextUserId,
  });

/** Where a credential stands, or would stand. */
export interface CredentialPlace {
  readonly userId: number;
  readonly credentialType: UserCredentialType;
  readonly credentialSlot: number;
}

const credentialFields = (
  lock: SimulatedLock,
  hubId: number,
  place: CredentialPlace,
  held: Credential | undefined,
) => {
  const fields = { nodeId: hubId, ...place, ...modifierOf(hubId, held?.by) };
  const shows = lock.manners.maskedAs() === undefined;
  return shows
    ? ({
        ...fields,
        credentialReadBack: true,
        credentialData: Bytes.from(held?.code ?? '', 'ascii'),
      } as const)
    : ({ ...fields, credentialReadBack: false } as const);
};

/** A Credential Report without a Get; a masking lock leaves the digits out and says so. */
export const credentialReport = (
  lock: SimulatedLock,
  hubId: number,
  reportType: Exclude<UserCredentialCredentialReportType, UserCredentialCredentialReportType.ResponseToGet>,
  place: CredentialPlace,
  held: Credential | undefined,
): UserCredentialCCCredentialReport =>
  new UserCredentialCCCredentialReport({ ...credentialFields(lock, hubId, place, held), reportType });

export const credentialDeleted = (
  lock: SimulatedLock,
  hubId: number,
  place: CredentialPlace,
  by: Modifier,
): UserCredentialCCCredentialReport =>
  new UserCredentialCCCredentialReport({
    ...credentialFields(lock, hubId, place, undefined),
    ...modifierOf(hubId, by),
    reportType: UserCredentialCredentialReportType.CredentialDeleted,
  });

/** `nextSlot` 0: there is no further credential. */
export const credentialAnswer = (
  lock: SimulatedLock,
  hubId: number,
  place: CredentialPlace,
  held: Credential | undefined,
  nextSlot: number,
): UserCredentialCCCredentialReport =>
  new UserCredentialCCCredentialReport({
    ...credentialFields(lock, hubId, place, held),
    reportType: UserCredentialCredentialReportType.ResponseToGet,
    nextCredentialType: nextSlot === 0 ? UserCredentialType.None : UserCredentialType.PINCode,
    nextCredentialSlot: nextSlot,
  });
