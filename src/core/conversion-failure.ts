import type { ConversionFailure } from './convert.ts';
import type { Unreachable } from './lifecycle.ts';
import type { Instant } from './model.ts';

/** The event that a conversion has come to nothing. */
export const conversionFailed = 'access_code.unmanaged.failed_to_convert_to_managed';

/** `deleted`: it was given up for a deletion. */
type Reason = ConversionFailure['why'] | 'deleted';

/** The seeds' name for an attempt on a code that was turned away. */
const prevented = 'duplicate_code_attempt_prevented';

const failureTexts: Readonly<Record<Reason, readonly [code: string, message: string]>> = {
  deleted: [prevented, 'Somebody asked for the code to be deleted.'],
  gone: ['code_modified_external_to_seam', 'The code was changed or deleted at the lock.'],
  disabled: [prevented, 'The code is disabled on the lock: it opens nothing.'],
  masked: [prevented, 'The lock withholds the PIN: give one with x_code, or x_replace.'],
  unproved: ['failed_to_set_on_device', 'The lock did not show in time whether the code still stands.'],
  unreadable: [prevented, "The lock's slots can't be read."],
  reserved: [prevented, 'The bridge may not use this slot.'],
  duplicate: ['duplicate_code_on_device', 'Another access code on this lock has this PIN.'],
};

/** The arrays that this event carries (facts page SEAM-ROUTES §3, "DIAG"). */
export const conversionDiagnosis = (
  failure: ConversionFailure | { readonly why: 'deleted' },
  unreachable: Unreachable | undefined,
  now: Instant,
): Readonly<Record<string, unknown>> => {
  const created_at = new Date(now).toISOString();
  const [error_code, message] = failureTexts[failure.why];
  const holder =
    failure.why === 'duplicate' && failure.holder.accessCodeId !== undefined
      ? { [`${failure.holder.kind}_access_code_id`]: failure.holder.accessCodeId }
      : {};
  return {
    access_code_errors: [{ error_code, message, created_at, ...holder }],
    access_code_warnings: [],
    device_errors:
      unreachable === undefined
        ? []
        : [{ error_code: unreachable, message: 'The lock was out of reach.', created_at }],
    device_warnings: [],
    connected_account_errors: [],
    connected_account_warnings: [],
    x_reason: failure.why,
  };
};
