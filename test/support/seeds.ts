/** What the seeds (Seam's published access-code model) name: each has one row in docs/seam-conformance.md. */

export const properties = [
  ...['access_code_id', 'code', 'common_code_key', 'created_at', 'device_id', 'dormakaba_oracode_metadata'],
  ...[
    'ends_at',
    'errors',
    'is_backup',
    'is_backup_access_code_available',
    'is_external_modification_allowed',
  ],
  ...['is_managed', 'is_offline_access_code', 'is_one_time_use', 'is_scheduled_on_device'],
  ...['is_waiting_for_code_assignment', 'name', 'appearance', 'pending_mutations'],
  ...['pulled_backup_access_code_id', 'starts_at', 'status', 'type', 'warnings', 'workspace_id'],
];

export const unmanagedProperties = [
  ...['access_code_id', 'code', 'created_at', 'device_id', 'ends_at', 'errors', 'is_managed', 'name'],
  ...['starts_at', 'status', 'type', 'warnings'],
];

export const statuses = ['setting', 'set', 'unset', 'removing', 'unknown'];

export const mutations = [
  ...['creating', 'deferring_creation', 'deleting', 'updating_code', 'updating_name', 'updating_time_frame'],
];

export const operations = [
  ...[
    'access_codes/create',
    'access_codes/create_multiple',
    'access_codes/delete',
    'access_codes/generate_code',
  ],
  ...['access_codes/get', 'access_codes/list', 'access_codes/pull_backup_access_code'],
  ...['access_codes/report_device_constraints', 'access_codes/update', 'access_codes/update_multiple'],
  ...['access_codes/unmanaged/convert_to_managed', 'access_codes/unmanaged/delete'],
  ...['access_codes/unmanaged/get', 'access_codes/unmanaged/list', 'access_codes/unmanaged/update'],
];

/** What the mission asks for beyond the seeds, so that the official SDK works. */
export const furtherOperations = [
  ...['devices/get', 'devices/list', 'devices/update', 'devices/list_device_providers'],
  ...['devices/report_provider_metadata', 'devices/unmanaged/get', 'devices/unmanaged/list'],
  ...['devices/unmanaged/update', 'locks/get', 'locks/list', 'locks/lock_door', 'locks/unlock_door'],
  ...[
    'locks/configure_auto_lock',
    'action_attempts/get',
    'action_attempts/list',
    'events/get',
    'events/list',
  ],
  ...['webhooks/create', 'webhooks/get', 'webhooks/list', 'webhooks/update', 'webhooks/delete'],
  ...['workspaces/get', 'workspaces/list', 'connected_accounts/get', 'connected_accounts/list'],
  ...['access_codes/simulate/create_unmanaged_access_code', 'devices/simulate/connect'],
  ...[
    'devices/simulate/disconnect',
    'devices/simulate/connect_to_hub',
    'devices/simulate/disconnect_from_hub',
  ],
  ...['devices/simulate/paid_subscription', 'devices/simulate/remove', 'locks/simulate/keypad_code_entry'],
  'locks/simulate/manual_lock_via_keypad',
];

export const events = [
  ...['access_code.created', 'access_code.changed', 'access_code.scheduled_on_device'],
  ...['access_code.set_on_device', 'access_code.removed_from_device'],
  ...['access_code.delay_in_setting_on_device', 'access_code.failed_to_set_on_device', 'access_code.deleted'],
  ...['access_code.delay_in_removing_from_device', 'access_code.failed_to_remove_from_device'],
  ...['access_code.modified_external_to_seam', 'access_code.deleted_external_to_seam'],
  ...['access_code.backup_access_code_pulled', 'access_code.unmanaged.converted_to_managed'],
  ...['access_code.unmanaged.failed_to_convert_to_managed', 'access_code.unmanaged.created'],
  'access_code.unmanaged.removed',
];

export const errors = [
  ...['wyze_potential_duplicate_code', 'wyze_duplicate_code_name', 'smartthings_no_free_slots_available'],
  ...['smartthings_failed_to_set_after_multiple_retries', 'smartthings_failed_to_set_access_code'],
  ...['salto_ks_user_not_subscribed', 'replaced_by_newer_access_code', 'no_space_for_access_code_on_device'],
  ...[
    'kwikset_unable_to_confirm_deletion',
    'kwikset_unable_to_confirm_code',
    'kwikset_insufficient_permissions',
  ],
  ...['keynest_unsupported_third_party_locker', 'failed_to_set_on_device', 'failed_to_remove_from_device'],
  ...['duplicate_code_on_device', 'duplicate_code_attempt_prevented', 'dormakaba_oracode_invalid_time_range'],
  ...['code_modified_external_to_seam', 'august_lock_temporarily_offline', 'august_lock_missing_keypad'],
  ...['august_lock_invalid_code_length', 'august_device_programming_delay', 'account_disconnected'],
  ...[
    'august_lock_missing_bridge',
    'august_lock_not_authorized',
    'bridge_disconnected',
    'device_disconnected',
  ],
  ...['device_offline', 'device_removed', 'empty_backup_access_code_pool', 'hub_disconnected'],
  ...['lockly_missing_wifi_bridge', 'missing_device_credentials', 'salto_ks_subscription_limit_exceeded'],
  ...['subscription_required', 'ttlock_lock_not_paired_to_gateway'],
];

export const warnings = [
  ...['august_device_programming_delay', 'august_lock_temporarily_offline', 'being_deleted'],
  ...['code_modified_external_to_seam', 'delay_in_removing_from_device', 'delay_in_setting_on_device'],
  ...[
    'igloo_algopin_must_be_used_within_24_hours',
    'kwikset_unable_to_confirm_code',
    'management_transferred',
  ],
  ...[
    'schlage_access_code_ambiguous_timezone_dst_risk',
    'schlage_creation_outage',
    'schlage_detected_duplicate',
  ],
  ...['smartthings_failed_to_set_access_code', 'third_party_integration_detected'],
  ...['ultraloq_access_code_disabled', 'using_backup_access_code'],
];
