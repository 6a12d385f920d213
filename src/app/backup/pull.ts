import type { AccessCode, Device } from '../../core/model.ts';
import { statusOnRequest } from '../../core/lifecycle.ts';
import { frameOfBackup, pullableSpares } from '../../core/pool.ts';
import { wishChanged } from '../../core/wishes.ts';
import { admissionOf, requireRoom } from '../access-codes/admission.ts';
import { afterCommit, isLeaving, record, shown } from '../access-codes/record.ts';
import type { AnswerBody } from '../answer.ts';
import type { AppParts } from '../parts.ts';
import { codeById, codeEventOf, managedDevice } from '../parts.ts';
import { invalid, Refusal } from '../problems.ts';
import type { Params } from './schemas.ts';

const refused = (type: string, message: string): Refusal => new Refusal({ type, message, status: 400 });

/**
 * Ties a spare code that is proved to stand on the lock to a time-bound one, for which it stands in until that one
 * ends. Asked again, it is the same one.
 * @throws Refusal where there is none to pull; nothing has changed then
 */
export const pull = (parts: AppParts, params: Params<'pull'>): AnswerBody => {
  const { store } = parts;
  const original = codeById(parts, params.access_code_id);
  if (original.isBackup) throw invalid('access_code_id', 'is a backup access code itself');
  if (original.timeFrame === undefined)
    throw invalid('access_code_id', 'is an ongoing access code: backups are for time-bound ones only');
  if (isLeaving(parts, original))
    throw refused(
      'access_code_being_removed',
      'This access code is being removed, or its time is over: nothing stands in for it.',
    );
  const pulled = original.pulledBackupId && store.accessCode(original.pulledBackupId);
  if (pulled !== undefined && pulled.deletingSince === undefined) return answer(parts, pulled);
  const device = managedDevice(parts, original.deviceId);
  const [spare] = pullableSpares(
    store.accessCodes({ deviceId: device.deviceId }),
    store.lockState(device.deviceId),
    device.capabilities,
  );
  if (spare === undefined) throw emptyPool(device);
  // A spare makes room for bookings; standing in for somebody it doesn't any more.
  requireRoom(admissionOf(parts, device), frameOfBackup(original, undefined, parts.clock.now()));
  return answer(parts, tie(parts, device, original, spare));
};

const emptyPool = ({ wishes }: Device): Refusal =>
  refused(
    'empty_backup_access_code_pool',
    wishes?.backupPool === true
      ? 'No code of the backup pool is proved to stand on this lock at the moment. Try again later.'
      : 'This lock has no backup pool. Start one: use_backup_access_code_pool with access_codes/create, or backup_access_code_pool_enabled with devices/update.',
  );

const tie = (
  parts: AppParts,
  { capabilities }: Device,
  original: AccessCode,
  spare: AccessCode,
): AccessCode => {
  const { store, clock, reconciler, changes } = parts;
  const now = clock.now();
  const { leadMs } = reconciler;
  const pulled: AccessCode = {
    ...spare,
    name: spare.name ?? original.name,
    backupFor: original.accessCodeId,
    timeFrame: frameOfBackup(original, undefined, now),
    isOneTimeUse: original.isOneTimeUse,
  };
  const before = store.lockState(pulled.deviceId);
  const state = wishChanged(before, pulled, now, leadMs);
  store.putLockState(before, state);
  const status = statusOnRequest({ code: pulled, state, capabilities, leadMs, now });
  const backup: AccessCode = { ...pulled, status };
  store.putAccessCode(backup);
  store.putAccessCode({ ...original, pulledBackupId: backup.accessCodeId });
  record(parts, backup, 'pulled', { for: original.accessCodeId });
  store.appendEvent(
    codeEventOf(parts, 'access_code.backup_access_code_pulled', original, {
      backup_access_code_id: backup.accessCodeId,
    }),
  );
  afterCommit(() => {
    for (const { accessCodeId } of [original, backup])
      changes.emit({ kind: 'access_code', id: accessCodeId });
    changes.emit({ kind: 'bridge' });
    changes.emit({ kind: 'events' });
    reconciler.kick(backup.deviceId);
  });
  return backup;
};

/** The second name is the older one. */
const answer = (parts: AppParts, backup: AccessCode): AnswerBody => {
  const view = shown(parts, backup);
  return { access_code: view, backup_access_code: view };
};
