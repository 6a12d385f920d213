import type { DeviceId } from '../../core/ids.ts';
import type { AccessCode, LockState, TimeFrame } from '../../core/model.ts';
import { pendingMutations } from '../../core/mutations.ts';
import type { PendingMutation } from '../../core/mutations.ts';
import { pullableSpares } from '../../core/pool.ts';
import { slotOwnedBy } from '../../core/slots.ts';
import type { AnswerBody, AnswerValue } from '../answer.ts';
import { iso } from '../objects/common.ts';
import { findingsView } from '../objects/findings.ts';
import type { AppParts } from '../parts.ts';

const timesOf = (frame: TimeFrame | undefined): AnswerBody => ({
  starts_at: frame === undefined ? null : iso(frame.startsAt),
  ends_at: frame === undefined ? null : iso(frame.endsAt),
});

const mutationView = (one: PendingMutation): AnswerBody => {
  const entry = { mutation_code: one.kind, created_at: iso(one.at), message: one.message };
  switch (one.kind) {
    case 'creating':
    case 'deleting':
      return entry;
    case 'deferring_creation':
      return { ...entry, scheduled_at: iso(one.scheduledAt) };
    case 'updating_code':
      return { ...entry, from: { code: one.from }, to: { code: one.to } };
    case 'updating_name':
      return { ...entry, from: { name: one.from }, to: { name: one.to } };
    case 'updating_time_frame':
      return { ...entry, from: timesOf(one.from), to: timesOf(one.to) };
    default:
      return one satisfies never;
  }
};

/** For people; nothing is to be decided by it. */
const displayStatus = ({ status, timeFrame, externalChange }: AccessCode): string => {
  switch (status) {
    case 'set':
      return 'Active';
    case 'setting':
      return 'Setting';
    case 'removing':
      return 'Removing';
    case 'unknown':
      return 'Unknown';
    case 'unset':
      return timeFrame === undefined || externalChange !== undefined ? 'Unset' : 'Scheduled';
    default:
      return status satisfies never;
  }
};

/** What of a code's lock shows on it. */
interface OfItsLock {
  readonly state: LockState;
  /** A code of the lock's pool could be pulled now. */
  readonly isBackupAvailable: boolean;
}

/** Changed at a lock that doesn't show its PINs: which one it has now isn't known. */
const isPinKnown = ({ externalChange, status }: AccessCode): boolean =>
  externalChange !== 'modified' || status !== 'unknown';

const view = (parts: AppParts, code: AccessCode, { state, isBackupAvailable }: OfItsLock): AnswerBody => {
  const { store, bridge, reconciler } = parts;
  const belief = slotOwnedBy(state, code.accessCodeId);
  const mutations: readonly AnswerValue[] = pendingMutations(code, reconciler.leadMs).map(mutationView);
  return {
    access_code_id: code.accessCodeId,
    device_id: code.deviceId,
    workspace_id: store.workspaceId,
    name: code.name,
    appearance: { name: belief?.writtenName ?? null },
    code: isPinKnown(code) ? code.pin : null,
    type: code.timeFrame === undefined ? 'ongoing' : 'time_bound',
    ...timesOf(code.timeFrame),
    status: code.status,
    display_status: displayStatus(code),
    is_managed: true,
    created_at: iso(code.createdAt),
    ...findingsView(code, bridge.vocabulary ?? 'seeds'),
    pending_mutations: mutations,
    common_code_key: code.commonCodeKey,
    is_backup: code.isBackup,
    is_backup_access_code_available:
      isBackupAvailable &&
      !code.isBackup &&
      code.timeFrame !== undefined &&
      code.deletingSince === undefined &&
      code.pulledBackupId === undefined,
    is_external_modification_allowed: code.externalChangesAllowed,
    is_offline_access_code: false,
    is_one_time_use: code.isOneTimeUse,
    is_scheduled_on_device: code.isScheduledOnDevice,
    // A PIN is chosen at the request.
    is_waiting_for_code_assignment: false,
    pulled_backup_access_code_id: code.pulledBackupId ?? null,
    x_slot: belief?.slot ?? null,
  };
};

/**
 * Shows access codes as Seam models them (facts page SEAM-ROUTES §2; `x_slot` is ours). One viewer for a whole list
 * looks at each lock once.
 */
export const codeViewer = (parts: AppParts): ((code: AccessCode) => AnswerBody) => {
  const locks = new Map<DeviceId, OfItsLock>();
  const lockOf = (deviceId: DeviceId): OfItsLock => {
    const known = locks.get(deviceId);
    if (known !== undefined) return known;
    const found = ofItsLock(parts, deviceId);
    locks.set(deviceId, found);
    return found;
  };
  return (code) => view(parts, code, lockOf(code.deviceId));
};

const ofItsLock = ({ store }: AppParts, deviceId: DeviceId): OfItsLock => {
  const state = store.lockState(deviceId);
  const device = store.device(deviceId);
  const isBackupAvailable =
    device?.wishes?.backupPool === true &&
    pullableSpares(store.accessCodes({ deviceId }), state, device.capabilities).length > 0;
  return { state, isBackupAvailable };
};

/** One access code as it is answered. */
export const accessCodeView = (parts: AppParts, code: AccessCode): AnswerBody => codeViewer(parts)(code);
