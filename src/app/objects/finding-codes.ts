import { currentErrors, currentErrorsOfWarnings, currentWarnings } from '../vocabulary.ts';

/** Every error that an access code may carry here, by the seeds' names; docs/seam-codes.md says when. `lockstep_…`: ours. */
export const accessCodeErrors = [
  'account_disconnected',
  'code_modified_external_to_seam',
  'device_disconnected',
  'device_removed',
  'duplicate_code_attempt_prevented',
  'duplicate_code_on_device',
  'empty_backup_access_code_pool',
  'failed_to_remove_from_device',
  'failed_to_set_on_device',
  'hub_disconnected',
  'kwikset_unable_to_confirm_code',
  'kwikset_unable_to_confirm_deletion',
  'lockstep_clock_untrusted',
  'lockstep_lock_displaced',
  'lockstep_lock_reset',
  'no_space_for_access_code_on_device',
  'replaced_by_newer_access_code',
] as const;

/** Every warning, in the same way. */
export const accessCodeWarnings = [
  'being_deleted',
  'code_modified_external_to_seam',
  'delay_in_removing_from_device',
  'delay_in_setting_on_device',
  'kwikset_unable_to_confirm_code',
  'schlage_access_code_ambiguous_timezone_dst_risk',
  'third_party_integration_detected',
  'ultraloq_access_code_disabled',
  'using_backup_access_code',
] as const;

/** In either vocabulary. */
export const shownErrors: readonly string[] = [
  ...new Set([
    ...accessCodeErrors,
    ...Object.values(currentErrors),
    ...Object.values(currentErrorsOfWarnings),
  ]),
];

export const shownWarnings: readonly string[] = [
  ...new Set([...accessCodeWarnings, ...Object.values(currentWarnings)]),
];
