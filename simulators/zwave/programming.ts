import {
  UserCredentialCredentialReportType,
  UserCredentialType,
  UserCredentialUserReportType,
} from '@zwave-js/cc';
import type { SimulatedLock } from './lock.ts';
import type { LockVoice } from './user-code.ts';
import { credentialReport, userDeleted, userReport } from './user-credential-reports.ts';
import type { UserStore } from './user-store.ts';

/** What somebody has done to the codes at the keypad. */
export type Programming = 'added' | 'changed' | 'deleted' | 'all_deleted' | 'duplicate';
/** And to the users of a User Credential lock, apart from their codes. */
type UserProgramming = 'user_added' | 'user_changed';

/** Access Control notification events of a User Code lock (Notification CC, type 6). */
const events: Record<Programming, number> = {
  all_deleted: 12,
  deleted: 13,
  added: 14,
  changed: 14,
  duplicate: 15,
};

/** A User Credential lock tells of users and credentials by its own reports, modified "locally". */
const reportUsers = async (
  lock: SimulatedLock,
  users: UserStore,
  voice: LockVoice,
  what: Programming | UserProgramming,
  userId: number,
): Promise<void> => {
  if (what === 'duplicate') return;
  const { UserAdded, UserModified } = UserCredentialUserReportType;
  if (what === 'user_added' || what === 'user_changed') {
    const reportType = what === 'user_added' ? UserAdded : UserModified;
    await voice.report((hubId) => userReport(hubId, reportType, userId, users.user(userId)));
    return;
  }
  if (what === 'deleted' || what === 'all_deleted') {
    await voice.report((hubId) => userDeleted(hubId, userId, 'local'));
    return;
  }
  const added = what === 'added';
  if (added) await voice.report((hubId) => userReport(hubId, UserAdded, userId, users.user(userId)));
  const { CredentialAdded, CredentialModified } = UserCredentialCredentialReportType;
  const type = added ? CredentialAdded : CredentialModified;
  for (const [credentialSlot, held] of users.credentials(userId).slice(0, 1)) {
    const place = { userId, credentialType: UserCredentialType.PINCode, credentialSlot };
    await voice.report((hubId) => credentialReport(lock, hubId, type, place, held));
  }
};

/** Tells the hub of programming at the keypad, if the lock does that at all. */
export const tellOfProgramming = async (
  { lock, radio }: { readonly lock: SimulatedLock; readonly radio: LockVoice },
  what: Programming | UserProgramming,
  slot: number,
): Promise<void> => {
  if (what === 'user_added' || what === 'user_changed') {
    if (lock.users !== undefined && lock.behaviour.report_programming)
      await reportUsers(lock, lock.users, radio, what, slot);
  } else if (lock.users === undefined)
    await radio.notify(events[what], what === 'all_deleted' ? undefined : slot);
  else if (lock.behaviour.report_programming) await reportUsers(lock, lock.users, radio, what, slot);
};
