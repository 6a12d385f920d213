import type { z } from 'zod';
import type { AutoLock, Device } from '../../core/model.ts';
import { runAttempt } from '../action-attempts/run.ts';
import type { AnswerBody } from '../answer.ts';
import { managedDevice } from '../parts.ts';
import type { AppParts } from '../parts.ts';
import { Refusal } from '../problems.ts';
import { autoLockWords, boltWords, endedBy } from './outcome.ts';
import type { lockSchemas } from './schemas.ts';

type Params<K extends keyof typeof lockSchemas> = z.infer<(typeof lockSchemas)[K]>;

/** Locks or unlocks, ahead of everything else on the radio. */
export const operate = (
  parts: AppParts,
  params: Params<'operate'>,
  action: 'lock' | 'unlock',
  expiresAt: number | undefined,
): Promise<AnswerBody> => {
  const device = managedDevice(parts, params.device_id);
  requireThat(device.capabilities?.remoteLock ?? true, 'this lock cannot be operated by radio.');
  const order = {
    device,
    actionType: action === 'lock' ? ('LOCK_DOOR' as const) : ('UNLOCK_DOOR' as const),
    sync: params.sync ?? false,
  };
  return runAttempt(parts, order, async (attemptId) =>
    endedBy(
      action,
      await parts.reconciler.operate(device.deviceId, action, { expiresAt, attemptId }),
      boltWords,
    ),
  );
};

/** Sets whether, and after how long, a lock locks itself. */
export const configureAutoLock = (
  parts: AppParts,
  params: Params<'configureAutoLock'>,
  expiresAt: number | undefined,
): Promise<AnswerBody> => {
  const device = managedDevice(parts, params.device_id);
  requireThat(canAutoLock(device), 'how this lock locks itself cannot be set by radio.');
  const { auto_lock_enabled: enabled, auto_lock_delay_seconds: delay } = params;
  const wanted: AutoLock =
    enabled && delay !== undefined ? { enabled, delaySeconds: delay } : { enabled: false };
  return runAttempt(parts, { device, actionType: 'CONFIGURE_AUTO_LOCK', sync: false }, async (attemptId) =>
    endedBy(
      'configure_auto_lock',
      await parts.reconciler.configureAutoLock(device.deviceId, wanted, { expiresAt, attemptId }),
      autoLockWords,
    ),
  );
};

export const canAutoLock = ({ capabilities }: Device): boolean => capabilities?.autoLock === true;

const requireThat = (holds: boolean, message: string): void => {
  if (!holds) throw new Refusal({ type: 'unsupported', message: `device_id: ${message}`, status: 400 });
};
