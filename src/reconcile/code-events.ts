import type { Unreachable } from '../core/lifecycle.ts';
import type { AccessCode, Finding, Instant } from '../core/model.ts';
import type { Random } from '../ports/random.ts';
import type { NewEvent } from '../ports/store.ts';

/** An event about an access code. Its PIN travels beside the payload, sealed. */
export const codeEvent = (
  eventType: string,
  code: Pick<AccessCode, 'accessCodeId' | 'deviceId' | 'pin'>,
  at: Instant,
  random: Random,
  payload: Readonly<Record<string, unknown>> = {},
): NewEvent => ({
  eventId: random.uuid(),
  eventType,
  occurredAt: at,
  deviceId: code.deviceId,
  accessCodeId: code.accessCodeId,
  payload,
  pin: carriesCode.has(eventType) ? code.pin : undefined,
});

/** Events that have a `code` property (facts page SEAM-ROUTES §3). */
const carriesCode = new Set([
  'access_code.set_on_device',
  'access_code.scheduled_on_device',
  'access_code.deleted',
]);

const iso = (at: Instant): string => new Date(at).toISOString();

/** Errors of an access code that are its lock's. */
const ofTheDevice: ReadonlySet<string> = new Set<
  Unreachable | 'device_removed' | 'empty_backup_access_code_pool'
>([
  'device_disconnected',
  'hub_disconnected',
  'device_removed',
  'lockstep_lock_displaced',
  'empty_backup_access_code_pool',
]);

/** The arrays that failure and delay events carry (facts page SEAM-ROUTES §3, "DIAG"). */
export const diagnosis = (type: string, code: AccessCode): Readonly<Record<string, unknown>> => {
  if (!type.includes('failed') && !type.includes('delay')) return {};
  const ofAccount = code.errors.filter((one) => one.code === 'account_disconnected');
  const errors = code.errors.filter((one) => !ofTheDevice.has(one.code) && !ofAccount.includes(one));
  const ofDevice = code.errors.filter((one) => ofTheDevice.has(one.code));
  const entry = (kind: string) => (one: Finding) => ({
    [kind]: one.code,
    message: one.message,
    created_at: iso(one.created_at),
  });
  return {
    access_code_errors: errors.map(entry('error_code')),
    access_code_warnings: code.warnings.map(entry('warning_code')),
    device_errors: ofDevice.map(entry('error_code')),
    device_warnings: [],
    connected_account_errors: ofAccount.map(entry('error_code')),
    connected_account_warnings: [],
  };
};
