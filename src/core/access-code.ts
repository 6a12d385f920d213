import type { AccessCodeId, DeviceId } from './ids.ts';
import type { AccessCode, Instant } from './model.ts';
import type { Pin } from './pin.ts';

/** An access code as it is when it is asked for, but for what `wish` says otherwise: ongoing, alone, wanted at once. */
export const newAccessCode = (
  wish: {
    readonly accessCodeId: AccessCodeId;
    readonly deviceId: DeviceId;
    readonly pin: Pin;
    /** When it is asked for. */
    readonly at: Instant;
  } & Partial<AccessCode>,
): AccessCode => {
  const { at, ...given } = wish;
  return {
    name: null,
    createdAt: at,
    wishedAt: at,
    previousPin: undefined,
    timeFrame: undefined,
    timeFrameBefore: undefined,
    nameBefore: undefined,
    commonCodeKey: null,
    isBackup: false,
    backupFor: undefined,
    pulledBackupId: undefined,
    externalChangesAllowed: false,
    isOneTimeUse: false,
    preferNativeScheduling: true,
    isScheduledOnDevice: false,
    externalChange: undefined,
    setAt: undefined,
    deletingSince: undefined,
    status: 'setting',
    errors: [],
    warnings: [],
    ...given,
  };
};
