import { newAccessCode } from '../../core/access-code.ts';
import { AccessCodeId } from '../../core/ids.ts';
import { statusOnRequest } from '../../core/lifecycle.ts';
import type { AccessCode, TimeFrame } from '../../core/model.ts';
import type { Pin } from '../../core/pin.ts';
import { startPool } from '../backup/pool.ts';
import type { AppParts } from '../parts.ts';
import { invalid, Refusal } from '../problems.ts';
import type { Admission } from './admission.ts';
import { recordCreated } from './record.ts';
import type { Params } from './schemas.ts';
import { newTimeFrame } from './time-frame.ts';

/** What is asked of new access codes, whichever locks they are for. */
export interface CodeWish {
  readonly name: string | null;
  readonly timeFrame: TimeFrame | undefined;
  readonly externalChangesAllowed: boolean;
  readonly isOneTimeUse: boolean;
  readonly preferNativeScheduling: boolean;
  readonly startsPool: boolean;
}

type WishParams = Pick<
  Params<'create'>,
  | 'name'
  | 'starts_at'
  | 'ends_at'
  | 'is_external_modification_allowed'
  | 'allow_external_modification'
  | 'is_one_time_use'
  | 'prefer_native_scheduling'
  | 'use_backup_access_code_pool'
>;

/** The wish behind the parameters. @throws Refusal where they contradict each other */
export const wishOf = ({ clock }: AppParts, params: WishParams): CodeWish => {
  const timeFrame = newTimeFrame(params, clock.now());
  const startsPool = params.use_backup_access_code_pool ?? false;
  if (startsPool && timeFrame === undefined)
    throw invalid(
      'use_backup_access_code_pool',
      'is for time-bound access codes only: give starts_at and ends_at',
    );
  return {
    name: params.name ?? null,
    timeFrame,
    externalChangesAllowed: externalChangesOf(params) ?? false,
    isOneTimeUse: params.is_one_time_use ?? false,
    preferNativeScheduling: params.prefer_native_scheduling ?? true,
    startsPool,
  };
};

/** Undefined: neither was given. */
export const externalChangesOf = ({
  is_external_modification_allowed: present,
  allow_external_modification: older,
}: Pick<WishParams, 'is_external_modification_allowed' | 'allow_external_modification'>):
  boolean | undefined => {
  if (present !== undefined && older !== undefined && present !== older)
    throw invalid(
      'allow_external_modification',
      'contradicts is_external_modification_allowed, of which it is the older name',
    );
  return present ?? older;
};

/** A lock that doesn't tell who unlocked would never have the code removed. */
export const requireUseReports = ({ capabilities }: Pick<Admission, 'capabilities'>): void => {
  if (capabilities.reportsUse === true) return;
  throw new Refusal({
    ...invalid(
      'is_one_time_use',
      'this lock does not report which access code was used, so that the bridge could not remove it after its first use',
    ).error,
    type: 'unsupported',
  });
};

/** Makes an access code on an admitted lock: room and PIN have been judged. Within the request's transaction. */
export const makeCode = (
  parts: AppParts,
  { device, state, capabilities, now, leadMs }: Admission,
  wish: CodeWish,
  pin: Pin,
  commonCodeKey: string | null,
): AccessCode => {
  const { startsPool, ...wanted } = wish;
  const made = newAccessCode({
    ...wanted,
    accessCodeId: AccessCodeId(parts.random.uuid()),
    deviceId: device.deviceId,
    pin,
    commonCodeKey,
    at: now,
  });
  const code = { ...made, status: statusOnRequest({ code: made, state, capabilities, leadMs, now }) };
  recordCreated(parts, code);
  if (startsPool) startPool(parts, device);
  return code;
};
