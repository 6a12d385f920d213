import {
  UserCredentialCredentialReportType as CredentialReport,
  UserCredentialModifierType as Modifier,
  UserCredentialRule,
  UserCredentialType,
  UserCredentialUserReportType as UserReport,
  UserCredentialUserType,
} from '@zwave-js/cc';
import { describe, expect, test } from 'vitest';
import { Pin } from '../../src/core/pin.ts';
import {
  addOutcomeOf,
  credentialOf,
  credentialOutcomeOf,
  freeSlot,
  readingOf,
  simplyOpens,
  userOf,
  userOutcomeOf,
} from './credential-answers.ts';
import type { CredentialAnswer, UserAnswer } from './credential-answers.ts';

const user = (change: Partial<UserAnswer> = {}): UserAnswer => ({
  reportType: UserReport.ResponseToGet,
  userId: 7,
  modifierType: Modifier.ZWave,
  active: true,
  userType: UserCredentialUserType.General,
  credentialRule: UserCredentialRule.Single,
  expiringTimeoutMinutes: 0,
  userName: '',
  ...change,
});

const credential = (change: Partial<CredentialAnswer> = {}): CredentialAnswer => ({
  reportType: CredentialReport.ResponseToGet,
  userId: 7,
  credentialType: UserCredentialType.PINCode,
  credentialSlot: 7,
  credentialReadBack: true,
  credentialData: Buffer.from('0042'),
  modifierType: Modifier.ZWave,
  ...change,
});

const pinType = UserCredentialType.PINCode;
const none = { kind: 'none' } as const;
const silence = { kind: 'failed', why: 'timeout' };
const empty = { kind: 'read', reading: { kind: 'empty' } };

describe('the answer about a user', () => {
  test('that nobody made means there is none, though it bears the number that was asked for', () => {
    expect(userOf(user({ modifierType: Modifier.DoesNotExist }), 7)).toEqual(none);
    expect(userOf(user({ userId: 0, modifierType: Modifier.DoesNotExist }), 7)).toEqual(none);
  });

  test('that never came, or is about another user, is no answer (FIELD-BUGS 4, 16)', () => {
    expect(userOf(undefined, 7)).toBeUndefined();
    expect(userOf(user({ userId: 8 }), 7)).toBeUndefined();
    expect(userOf(user(), 7)).toEqual({ kind: 'found', is: user() });
  });
});

describe('the answer about a credential', () => {
  test.each([
    ['made by nobody', { modifierType: Modifier.DoesNotExist }],
    ['in slot 0', { credentialSlot: 0 }],
  ])('%s means there is none', (_, change) => {
    expect(credentialOf(credential(change), 7, pinType)).toEqual(none);
    expect(credentialOf(credential({ ...change, userId: 0 }), 7, pinType)).toEqual(none);
    // A late answer to an earlier question would make an occupied slot empty (FIELD-BUGS 4, 16).
    expect(credentialOf(credential({ ...change, userId: 8 }), 7, pinType)).toBeUndefined();
    expect(credentialOf(credential({ ...change, userId: 8 }), 0, pinType)).toEqual(none);
  });

  test('of another user is no answer, unless anybody was asked for', () => {
    expect(credentialOf(credential({ userId: 8 }), 7, pinType)).toBeUndefined();
    expect(credentialOf(credential({ userId: 0 }), 7, pinType)).toBeUndefined();
    expect(credentialOf(undefined, 7, pinType)).toBeUndefined();
    const theirs = credential({ userId: 8 });
    expect(credentialOf(theirs, 0, pinType)).toEqual({ kind: 'found', is: theirs });
  });

  test('of another kind is no answer, unless any was asked for', () => {
    const card = credential({ credentialType: UserCredentialType.RFIDCode });
    expect(credentialOf(card, 7, pinType)).toBeUndefined();
    expect(credentialOf(card, 7, UserCredentialType.None)).toEqual({ kind: 'found', is: card });
  });
});

describe('a slot', () => {
  const found = { kind: 'found', is: user() } as const;
  const pin = { kind: 'found', is: credential() } as const;

  test('with a PIN is occupied by it, its leading zeros kept (FIELD-BUGS 18)', () => {
    expect(readingOf(found, pin, undefined)).toEqual({
      kind: 'read',
      reading: { kind: 'occupied', pin: Pin.parse('0042'), enabled: true },
    });
  });

  test.each([
    ['withheld', { credentialReadBack: false }],
    ['a hash, though it be digits', { credentialReadBack: false, credentialData: Buffer.from('1234') }],
    ['asterisks', { credentialData: Buffer.from('****') }],
    ['nothing', { credentialData: Buffer.alloc(0) }],
  ])('whose PIN is %s is occupied and masked (FIELD-BUGS 4)', (_, change) => {
    const withheld = { kind: 'found', is: credential(change) } as const;
    expect(readingOf(found, withheld, undefined)).toEqual({
      kind: 'read',
      reading: { kind: 'occupied', pin: 'masked', enabled: true },
    });
  });

  test('without a user, or with one whom a hub made and gave no credential at all, is empty', () => {
    expect(readingOf(none, undefined, undefined)).toEqual(empty);
    expect(readingOf(found, none, none)).toEqual(empty);
  });

  test('of a user with a card but no PIN is occupied, never to be written, and no PIN opens', () => {
    const card = credential({ credentialType: UserCredentialType.RFIDCode });
    expect(readingOf(found, none, { kind: 'found', is: card })).toEqual({
      kind: 'read',
      reading: { kind: 'occupied', pin: 'masked', enabled: false },
    });
  });

  test.each([
    ['somebody made at the lock', Modifier.Locally],
    ['came from an app', Modifier.Other],
    ['came from who knows where', Modifier.Unknown],
  ])('of a user without any credential who %s is theirs: they may be about to get one', (_, modifierType) => {
    const theirs = { kind: 'found', is: user({ modifierType }) } as const;
    expect(readingOf(theirs, none, none)).toEqual({
      kind: 'read',
      reading: { kind: 'occupied', pin: 'masked', enabled: false },
    });
  });

  test('is unknown whichever of the answers fails to come, never empty (FIELD-BUGS 4)', () => {
    expect(readingOf(undefined, none, none)).toEqual(silence);
    expect(readingOf(found, undefined, none)).toEqual(silence);
    expect(readingOf(found, none, undefined)).toEqual(silence);
  });

  test.each([
    ['inactive', { active: false }],
    ['for an alarm only', { userType: UserCredentialUserType.Duress }],
    ['for one entry', { userType: UserCredentialUserType.Disposable }],
    ['asking for a second credential', { credentialRule: UserCredentialRule.Dual }],
  ])('of a user who is %s is occupied and not enabled', (_, change) => {
    expect(simplyOpens(user(change))).toBe(false);
    expect(readingOf({ kind: 'found', is: user(change) }, pin, undefined)).toMatchObject({
      reading: { kind: 'occupied', enabled: false },
    });
  });
});

describe('what became of setting a user', () => {
  const outcome = (reportType: UserReport): unknown => userOutcomeOf(user({ reportType }));
  test.each([
    UserReport.UserAdded,
    UserReport.UserModified,
    UserReport.UserDeleted,
    UserReport.UserUnchanged,
  ])('report %i accepts it', (reportType) => {
    expect(outcome(reportType)).toEqual({ kind: 'accepted' });
  });

  test('a place that is taken or empty is told apart from a refusal', () => {
    expect(outcome(UserReport.UserAddRejectedLocationOccupied)).toBe('occupied');
    expect(outcome(UserReport.UserModifyRejectedLocationEmpty)).toBe('empty');
    expect(outcome(UserReport.ZeroExpiringMinutesInvalid)).toMatchObject({ kind: 'refused', certain: false });
  });

  test('adding one that was there before, changed or not, has made none that could be deleted again', () => {
    const added = (reportType: UserReport): unknown => addOutcomeOf(user({ reportType }));
    expect(added(UserReport.UserAdded)).toEqual({ kind: 'accepted' });
    expect(added(UserReport.UserUnchanged)).toBe('occupied');
    expect(added(UserReport.UserModified)).toBe('occupied');
    expect(added(UserReport.UserAddRejectedLocationOccupied)).toBe('occupied');
    expect(addOutcomeOf(undefined)).toEqual({ kind: 'failed', why: 'timeout', mayHaveLanded: true });
  });

  test('no report: it may have landed', () => {
    expect(userOutcomeOf(undefined)).toEqual({ kind: 'failed', why: 'timeout', mayHaveLanded: true });
  });
});

describe('what became of setting a PIN', () => {
  const outcome = (change: Partial<CredentialAnswer>, held = false): unknown =>
    credentialOutcomeOf(credential(change), 7, held);
  const duplicate = CredentialReport.DuplicateCredential;

  test.each([
    CredentialReport.CredentialAdded,
    CredentialReport.CredentialModified,
    CredentialReport.CredentialUnchanged,
  ])('report %i accepts it', (reportType) => {
    expect(outcome({ reportType })).toEqual({ kind: 'accepted' });
  });

  test('a duplicate is certain where it cannot be the PIN of the user itself (FIELD-BUGS 8)', () => {
    const refused = (certain: boolean): object => ({ kind: 'refused', why: 'duplicate', certain });
    expect(outcome({ reportType: duplicate })).toEqual(refused(true));
    expect(outcome({ reportType: duplicate, userId: 3 }, true)).toEqual(refused(true));
    expect(outcome({ reportType: duplicate }, true)).toEqual(refused(false));
    expect(outcome({ reportType: CredentialReport.DuplicateAdminPINCode }, true)).toEqual(refused(true));
  });

  test("a PIN that the maker's rules forbid is a matter of format", () => {
    expect(outcome({ reportType: CredentialReport.ManufacturerSecurityRules })).toEqual({
      kind: 'refused',
      why: 'format',
      certain: true,
    });
  });

  test('a taken place is told apart, everything else is read before anything is concluded', () => {
    expect(outcome({ reportType: CredentialReport.CredentialAddRejectedLocationOccupied })).toBe('occupied');
    for (const reportType of [
      CredentialReport.CredentialModifyRejectedLocationEmpty,
      CredentialReport.WrongUserUniqueIdentifier,
    ])
      expect(outcome({ reportType })).toEqual({ kind: 'refused', why: 'unspecified', certain: false });
    expect(credentialOutcomeOf(undefined, 7, false)).toMatchObject({ kind: 'failed', mayHaveLanded: true });
  });
});

test("a PIN goes into the slot of its user's number, else the lowest free one, else nowhere", () => {
  expect(freeSlot(new Set(), 10, 4)).toBe(4);
  expect(freeSlot(new Set([4, 1]), 10, 4)).toBe(2);
  expect(freeSlot(new Set([1]), 3, 40)).toBe(2);
  expect(freeSlot(new Set([1, 2, 3]), 3, 2)).toBeUndefined();
});
