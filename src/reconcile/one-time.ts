import type { AccessCodeId } from '../core/ids.ts';
import type { Instant } from '../core/model.ts';
import { wantRemoved } from '../core/wishes.ts';
import type { Change } from '../ports/changes.ts';
import type { Store } from '../ports/store.ts';

/**
 * An access code has opened its lock: where it may do so only once, it is wanted off the lock from now on. Runs inside
 * the transaction that keeps the event, so that neither is ever known without the other.
 */
export const afterUse = (store: Store, id: AccessCodeId | undefined, now: Instant): Change[] => {
  const code = id === undefined ? undefined : store.accessCode(id);
  if (code?.isOneTimeUse !== true || code.deletingSince !== undefined) return [];
  const state = store.lockState(code.deviceId);
  store.putLockState(state, wantRemoved(state, code.accessCodeId));
  store.putAccessCode({ ...code, deletingSince: now, status: 'removing', errors: [], warnings: [] });
  store.journal({
    at: now,
    deviceId: code.deviceId,
    accessCodeId: code.accessCodeId,
    slot: undefined,
    kind: 'used_up',
    detail: {},
  });
  return [
    { kind: 'access_code', id: code.accessCodeId },
    { kind: 'slots', id: code.deviceId },
    { kind: 'bridge' },
  ];
};
