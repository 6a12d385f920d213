import {
  UserCredentialCredentialReportType,
  UserCredentialNameEncoding,
  UserCredentialOperationType,
  UserCredentialRule,
  UserCredentialType,
  UserCredentialUserReportType,
  UserCredentialUserType,
} from '@zwave-js/cc';
import {
  UserCredentialCC,
  UserCredentialCCCredentialCapabilitiesGet,
  UserCredentialCCCredentialCapabilitiesReport,
  UserCredentialCCCredentialGet,
  UserCredentialCCCredentialSet,
  UserCredentialCCKeyLockerCapabilitiesGet,
  UserCredentialCCKeyLockerCapabilitiesReport,
  UserCredentialCCUserCapabilitiesGet,
  UserCredentialCCUserCapabilitiesReport,
  UserCredentialCCUserGet,
  UserCredentialCCUserSet,
} from '@zwave-js/cc/UserCredentialCC';
import type { MockNodeBehavior, MockNodeResponse } from '@zwave-js/testing';
import type { EventLog } from './events.ts';
import type { SimulatedLock } from './lock.ts';
import { sleep } from '../shared/sleep.ts';
import type { LockVoice } from './user-code.ts';
import {
  type CredentialPlace,
  credentialAnswer,
  credentialDeleted,
  credentialReport,
  userAnswer,
  userDeleted,
  userReport,
  userTypes,
} from './user-credential-reports.ts';
import type { Credential, User, UserStore, UserType } from './user-store.ts';

interface Scene {
  readonly lock: SimulatedLock;
  readonly users: UserStore;
  readonly log: EventLog;
  readonly voice: LockVoice;
}

const pin = UserCredentialType.PINCode;
const ok: MockNodeResponse = { action: 'ok' };
/** Supervised: Fail. Unsupervised: silence, as where the specification says that a command must be ignored. */
const fail: MockNodeResponse = { action: 'fail' };

type UserReportType = Exclude<UserCredentialUserReportType, UserCredentialUserReportType.ResponseToGet>;
type CredentialReportType = Exclude<
  UserCredentialCredentialReportType,
  UserCredentialCredentialReportType.ResponseToGet
>;

const refuse = async (
  { lock, log }: Scene,
  userId: number,
  reason: string,
  counted = true,
): Promise<MockNodeResponse> => {
  if (counted) lock.counters.refused += 1;
  await log.emit(lock.spec.node, 'refused', { slot: userId, reason });
  return fail;
};

const deleteUsers = async (scene: Scene, userId: number): Promise<MockNodeResponse> => {
  const { lock, log, voice } = scene;
  const { node } = lock.spec;
  lock.counters.clears_received += 1;
  await log.emit(node, 'clear_received', { slot: userId });
  await sleep(lock.manners.delayMs('clear'));
  const change = userId === 0 ? lock.clearAll() : lock.clear(userId);
  if (!change.ok) return refuse(scene, userId, change.why, false);
  await log.emit(node, userId === 0 ? 'all_cleared' : 'clear_applied', { slot: userId });
  await voice.report((hubId) => userDeleted(hubId, userId, 'radio'));
  return ok;
};

const typeOf = ({
  userType = UserCredentialUserType.General,
}: UserCredentialCCUserSet): UserType | undefined => {
  if (userType === userTypes.general) return 'general';
  return userType === userTypes.non_access ? 'non_access' : undefined;
};

/** Why a User Set is ignored (User Credential CC, User Set: unsupported values MUST be ignored). */
const ignores = (lock: SimulatedLock, cc: UserCredentialCCUserSet): boolean =>
  !lock.hasSlot(cc.userId) ||
  typeOf(cc) === undefined ||
  (cc.credentialRule ?? UserCredentialRule.Single) !== UserCredentialRule.Single ||
  (cc.nameEncoding ?? UserCredentialNameEncoding.ASCII) !== UserCredentialNameEncoding.ASCII;

const sameUser = (a: User, b: User): boolean =>
  a.name === b.name && a.active === b.active && a.type === b.type;

const setUser = async (scene: Scene, cc: UserCredentialCCUserSet): Promise<MockNodeResponse> => {
  const { lock, users, log, voice } = scene;
  const { userId, operationType } = cc;
  if (operationType === UserCredentialOperationType.Delete) return deleteUsers(scene, userId);
  await log.emit(lock.spec.node, 'user_received', { slot: userId });
  await sleep(lock.manners.delayMs('set'));
  if (ignores(lock, cc)) return refuse(scene, userId, 'format');
  const before = users.user(userId);
  const tell = (type: UserReportType): Promise<void> =>
    voice.report((hubId) => userReport(hubId, type, userId, users.user(userId)));
  const adds = operationType === UserCredentialOperationType.Add;
  if (adds && before !== undefined) {
    await tell(UserCredentialUserReportType.UserAddRejectedLocationOccupied);
    return refuse(scene, userId, 'occupied');
  }
  if (!adds && before === undefined) {
    await tell(UserCredentialUserReportType.UserModifyRejectedLocationEmpty);
    return refuse(scene, userId, 'empty');
  }
  lock.rememberUsers();
  users.putUser(userId, {
    name: cc.userName ?? '',
    active: cc.active ?? true,
    type: typeOf(cc) ?? 'general',
    by: 'radio',
  });
  const after = users.user(userId);
  if (before !== undefined && after !== undefined && sameUser(before, after)) {
    users.putUser(userId, before);
    await tell(UserCredentialUserReportType.UserUnchanged);
    return ok;
  }
  lock.changed();
  await log.emit(lock.spec.node, 'user_applied', { slot: userId });
  await tell(adds ? UserCredentialUserReportType.UserAdded : UserCredentialUserReportType.UserModified);
  return ok;
};

/** Zero for user, type or slot means all of them (User Credential CC, Credential Set, Delete). */
const deleteCredentials = async (
  scene: Scene,
  cc: UserCredentialCCCredentialSet,
): Promise<MockNodeResponse> => {
  const { lock, users, log, voice } = scene;
  const { userId, credentialType, credentialSlot } = cc;
  lock.counters.clears_received += 1;
  await log.emit(lock.spec.node, 'clear_received', { slot: userId });
  await sleep(lock.manners.delayMs('clear'));
  if (lock.manners.take('refuse')) return refuse(scene, userId, 'told_to');
  if (credentialType === UserCredentialType.None && credentialSlot !== 0)
    return refuse(scene, userId, 'slot');
  lock.rememberUsers();
  if (credentialType === UserCredentialType.None || credentialType === pin)
    for (const [slot, held] of users.credentials())
      if ((userId === 0 || held.user === userId) && (credentialSlot === 0 || slot === credentialSlot))
        users.deleteCredential(slot);
  lock.changed();
  lock.counters.clears_applied += 1;
  await log.emit(lock.spec.node, 'clear_applied', { slot: userId });
  const place = { userId, credentialType, credentialSlot };
  await voice.report((hubId) => credentialDeleted(lock, hubId, place, 'radio'));
  return ok;
};

interface Rejection {
  readonly reason: string;
  /** What the report says; absent where the specification has the command ignored. */
  readonly report?: CredentialReportType;
  /** The credential that stands in the way. */
  readonly other?: readonly [slot: number, held: Credential];
}

const types = UserCredentialCredentialReportType;

/** Why a PIN isn't taken, in the order in which a lock looks. */
const rejection = (
  { lock, users }: Scene,
  cc: UserCredentialCCCredentialSet,
  code: string,
): Rejection | undefined => {
  const { userId, credentialSlot, operationType } = cc;
  const { min, max } = lock.codeLength;
  if (cc.credentialType !== pin || !users.hasCredentialSlot(credentialSlot)) return { reason: 'slot' };
  if (code.length < min || code.length > max) return { reason: 'format' };
  if (lock.manners.take('refuse')) return { reason: 'told_to', report: types.ManufacturerSecurityRules };
  if (users.user(userId) === undefined) return { reason: 'user', report: types.WrongUserUniqueIdentifier };
  const held = users.credential(credentialSlot);
  const inTheWay = held === undefined ? {} : { other: [credentialSlot, held] as const };
  const adds = operationType === UserCredentialOperationType.Add;
  if (adds && held !== undefined)
    return { reason: 'occupied', report: types.CredentialAddRejectedLocationOccupied, ...inTheWay };
  if (!adds && held === undefined)
    return { reason: 'empty', report: types.CredentialModifyRejectedLocationEmpty };
  if (held !== undefined && held.user !== userId)
    return { reason: 'user', report: types.WrongUserUniqueIdentifier, ...inTheWay };
  if (lock.codeObjection(code) !== undefined)
    return { reason: 'format', report: types.ManufacturerSecurityRules };
  if (adds && lock.behaviour.full) return { reason: 'full', report: types.ManufacturerSecurityRules };
  const twin = users
    .credentials()
    .find(([slot, { code: other }]) => slot !== credentialSlot && other === code);
  if (twin !== undefined && lock.behaviour.duplicate_check)
    return { reason: 'duplicate', report: types.DuplicateCredential, other: twin };
  return undefined;
};

const store = (scene: Scene, cc: UserCredentialCCCredentialSet, code: string): Credential => {
  const { lock, users } = scene;
  const credential: Credential = { user: cc.userId, code, by: 'radio' };
  lock.rememberUsers();
  users.putCredential(cc.credentialSlot, credential);
  lock.changed();
  lock.counters.sets_applied += 1;
  lock.dropLater(
    cc.userId,
    () => users.credential(cc.credentialSlot) === credential,
    () => users.deleteCredential(cc.credentialSlot),
  );
  return credential;
};

const setCredential = async (scene: Scene, cc: UserCredentialCCCredentialSet): Promise<MockNodeResponse> => {
  const { lock, users, log, voice } = scene;
  const { userId, credentialType, credentialSlot, operationType } = cc;
  if (operationType === UserCredentialOperationType.Delete) return deleteCredentials(scene, cc);
  lock.counters.sets_received += 1;
  await log.emit(lock.spec.node, 'set_received', { slot: userId });
  await sleep(lock.manners.delayMs('set'));
  const code = Buffer.from(cc.credentialData ?? []).toString('latin1');
  const here: CredentialPlace = { userId, credentialType, credentialSlot };
  const tell = (type: CredentialReportType, place: CredentialPlace, held: Credential | undefined) =>
    voice.report((hubId) => credentialReport(lock, hubId, type, place, held));
  const rejected = rejection(scene, cc, code);
  if (rejected !== undefined) {
    const { report, other } = rejected;
    // The report names the credential in the way: another slot of another user, where it is a duplicate.
    const place =
      other === undefined ? here : { userId: other[1].user, credentialType, credentialSlot: other[0] };
    if (report !== undefined) await tell(report, place, other?.[1]);
    return refuse(scene, userId, rejected.reason);
  }
  const before = users.credential(credentialSlot);
  if (before?.code === code) {
    await tell(types.CredentialUnchanged, here, before);
    return ok;
  }
  const done =
    operationType === UserCredentialOperationType.Add ? types.CredentialAdded : types.CredentialModified;
  if (lock.manners.lies()) {
    lock.counters.sets_dropped += 1;
    await log.emit(lock.spec.node, 'set_dropped', { slot: userId });
    await tell(done, here, { user: userId, code, by: 'radio' });
    return ok;
  }
  const held = store(scene, cc, code);
  await log.emit(lock.spec.node, 'set_applied', { slot: userId });
  await tell(done, here, held);
  return ok;
};

const readUser = async (
  { lock, users, log }: Scene,
  cc: UserCredentialCCUserGet,
  hubId: number,
): Promise<MockNodeResponse> => {
  await sleep(lock.manners.delayMs('read'));
  const told = lock.toldUsers ?? users;
  // User 0 asks for the first one there is.
  const userId = cc.userId === 0 ? (told.users()[0]?.[0] ?? 0) : cc.userId;
  const next = told.users().find(([id]) => id > userId)?.[0] ?? 0;
  await log.emit(lock.spec.node, 'user_read', { slot: userId });
  return { action: 'sendCC', cc: userAnswer(hubId, userId, told.user(userId), next) };
};

/** Zero for user, type or slot: the first credential that fits the others (Credential Get). */
const readCredential = async (
  { lock, users, log }: Scene,
  cc: UserCredentialCCCredentialGet,
  hubId: number,
): Promise<MockNodeResponse> => {
  await sleep(lock.manners.delayMs('read'));
  const { userId, credentialType, credentialSlot } = cc;
  if (credentialType === UserCredentialType.None && credentialSlot !== 0) return { action: 'stop' };
  const told = lock.toldUsers ?? users;
  const inScope = told.credentials(userId === 0 ? undefined : userId);
  const asked = credentialType === UserCredentialType.None || credentialType === pin ? inScope : [];
  const [slot, held] =
    asked.find(([slot]) => credentialSlot === 0 || slot === credentialSlot) ??
    ([credentialSlot, undefined] as const);
  const next = inScope.find(([other]) => other > slot)?.[0] ?? 0;
  lock.counters.reads += 1;
  await log.emit(lock.spec.node, 'read', { slot: held?.user ?? userId });
  const place =
    held === undefined
      ? { userId, credentialType, credentialSlot }
      : { userId: held.user, credentialType: pin, credentialSlot: slot };
  return { action: 'sendCC', cc: credentialAnswer(lock, hubId, place, held, next) };
};

const userCapabilities = (users: UserStore, nodeId: number): UserCredentialCCUserCapabilitiesReport =>
  new UserCredentialCCUserCapabilitiesReport({
    nodeId,
    numberOfSupportedUsers: users.limits.users,
    supportedCredentialRules: [UserCredentialRule.Single],
    maxUserNameLength: users.limits.name_max_length,
    supportsUserSchedule: false,
    supportsAllUsersChecksum: false,
    supportsUserChecksum: false,
    supportedUserNameEncodings: [UserCredentialNameEncoding.ASCII],
    supportedUserTypes: Object.values(userTypes),
  });

const credentialCapabilities = (
  lock: SimulatedLock,
  users: UserStore,
  nodeId: number,
): UserCredentialCCCredentialCapabilitiesReport =>
  new UserCredentialCCCredentialCapabilitiesReport({
    nodeId,
    supportsCredentialChecksum: false,
    supportsAdminCode: false,
    supportsAdminCodeDeactivation: false,
    credentialTypes: new Map([
      [
        pin,
        {
          numberOfCredentialSlots: users.limits.credential_slots,
          minCredentialLength: lock.codeLength.min,
          maxCredentialLength: lock.codeLength.max,
          // Zero obliges a lock to show its credentials; a masking one could tell hashes, and tells none.
          maxCredentialHashLength: lock.manners.maskedAs() === undefined ? 0 : 1,
          supportsCredentialLearn: false,
        },
      ],
    ]),
  });

/** User Credential CC with PINs only: no admin code, checksums, key locker, learning or reassignment. */
export const userCredentialBehaviour = (
  lock: SimulatedLock,
  log: EventLog,
  voice: LockVoice,
): MockNodeBehavior => ({
  async handleCC(controller, _node, cc) {
    const { users } = lock;
    if (users === undefined || !(cc instanceof UserCredentialCC)) return undefined;
    const nodeId = controller.ownNodeId;
    const scene = { lock, users, log, voice };
    if (cc instanceof UserCredentialCCUserCapabilitiesGet)
      return { action: 'sendCC', cc: userCapabilities(users, nodeId) };
    if (cc instanceof UserCredentialCCCredentialCapabilitiesGet)
      return { action: 'sendCC', cc: credentialCapabilities(lock, users, nodeId) };
    if (cc instanceof UserCredentialCCKeyLockerCapabilitiesGet) {
      const keyLockerCapabilities = new Map<never, never>();
      const report = new UserCredentialCCKeyLockerCapabilitiesReport({ nodeId, keyLockerCapabilities });
      return { action: 'sendCC', cc: report };
    }
    if (cc instanceof UserCredentialCCUserGet) return lock.exclusive(() => readUser(scene, cc, nodeId));
    if (cc instanceof UserCredentialCCCredentialGet)
      return lock.exclusive(() => readCredential(scene, cc, nodeId));
    if (cc instanceof UserCredentialCCUserSet) return lock.exclusive(() => setUser(scene, cc));
    if (cc instanceof UserCredentialCCCredentialSet) return lock.exclusive(() => setCredential(scene, cc));
    // Left to the library's own mock, everything else would be answered from a memory of its own.
    return fail;
  },
});
