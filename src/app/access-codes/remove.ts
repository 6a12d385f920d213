import type { AccessCode } from '../../core/model.ts';
import { wantRemoved } from '../../core/wishes.ts';
import type { AnswerBody } from '../answer.ts';
import type { AppParts } from '../parts.ts';
import { codeById } from '../parts.ts';
import { mutationsRequested } from './current-events.ts';
import { afterCommit, record } from './record.ts';
import type { Params } from './schemas.ts';

/** Asks for removal. The record stays, `removing`, until the lock is proved not to hold the code. */
export const remove = (parts: AppParts, params: Params<'delete'>): AnswerBody => {
  const { store, clock, reconciler, changes } = parts;
  const before = codeById(parts, params.access_code_id, params.device_id);
  if (before.deletingSince !== undefined) return {};
  const state = store.lockState(before.deviceId);
  store.putLockState(state, wantRemoved(state, before.accessCodeId));
  const leaving: AccessCode = {
    ...before,
    deletingSince: clock.now(),
    status: 'removing',
    errors: [],
    warnings: [],
  };
  store.putAccessCode(leaving);
  for (const event of mutationsRequested(parts, leaving)) store.appendEvent(event);
  record(parts, before, 'removal_requested', {});
  afterCommit(() => {
    changes.emit({ kind: 'access_code', id: before.accessCodeId });
    changes.emit({ kind: 'slots', id: before.deviceId });
    changes.emit({ kind: 'events' });
    reconciler.kick(before.deviceId);
  });
  return {};
};
