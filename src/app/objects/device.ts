import { z } from 'zod';
import { uuidPattern } from '../../core/ids.ts';
import { capabilityFlags } from './capability-flags.ts';

// A lock as it goes out (facts page SEAM-ROUTES §2). What begins with `x_` is ours.

const uuid = z.string().regex(uuidPattern);
const time = z.iso.datetime();
const share = z.number().min(0).max(1);
const flag = z.boolean();

const errors = z.array(
  z.strictObject({
    error_code: z.enum([
      'device_removed',
      'device_disconnected',
      'hub_disconnected',
      'empty_backup_access_code_pool',
      'lockstep_lock_reset',
      'lockstep_lock_displaced',
    ]),
    message: z.string(),
    created_at: time,
    is_device_error: z.literal(true),
  }),
);

const plainWarning = { message: z.string(), created_at: time };
const warnings = z.array(
  z.discriminatedUnion('warning_code', [
    z.strictObject({ warning_code: z.literal('partial_backup_access_code_pool'), ...plainWarning }),
    z.strictObject({ warning_code: z.literal('third_party_integration_detected'), ...plainWarning }),
    z.strictObject({ warning_code: z.literal('lockstep_clock_off'), ...plainWarning }),
    z.strictObject({
      warning_code: z.literal('max_access_codes_reached'),
      ...plainWarning,
      active_access_code_count: z.int(),
      max_active_access_code_count: z.int(),
    }),
  ]),
);

/** What managed and unmanaged locks both have. */
const common = {
  device_id: uuid,
  device_type: z.enum(['lockstep_lock', 'smartthings_lock']),
  display_name: z.string(),
  nickname: z.string().optional(),
  workspace_id: uuid,
  connected_account_id: uuid,
  custom_metadata: z.record(z.string(), z.union([z.string(), flag])),
  created_at: time,
  capabilities_supported: z.array(z.enum(['access_code', 'lock', 'battery'])),
  ...capabilityFlags,
  device_manufacturer: z.strictObject({ display_name: z.string(), manufacturer: z.string() }).optional(),
  device_provider: z.strictObject({
    device_provider_name: z.string(),
    display_name: z.string(),
    provider_category: z.string(),
  }),
  location: z.strictObject({ time_zone: z.string(), timezone: z.string() }),
  errors,
  warnings,
  x_address: z.string(),
  x_removed_at: time.nullable(),
  x_slots: z.strictObject({ first: z.int(), last: z.int() }).nullable(),
  x_adopted: flag,
  x_read_back: z.enum(['full', 'masked', 'none']).nullable(),
  x_checksum: flag,
  x_seen_to_lie: flag,
};

const commonProperties = {
  online: flag,
  name: z.string(),
  battery_level: share.optional(),
  battery: z.strictObject({ level: share, status: z.enum(['critical', 'low', 'good', 'full']) }).optional(),
  manufacturer: z.string().optional(),
  model: z.strictObject({
    display_name: z.string(),
    manufacturer_display_name: z.string(),
    has_built_in_keypad: flag,
    can_connect_accessory_keypad: flag,
    accessory_keypad_supported: flag,
    online_access_codes_supported: flag,
    offline_access_codes_supported: flag,
  }),
  online_access_codes_enabled: flag,
  offline_access_codes_enabled: flag,
};

export const deviceObject = z.strictObject({
  ...common,
  space_ids: z.array(uuid),
  is_managed: z.literal(true),
  properties: z.strictObject({
    ...commonProperties,
    appearance: z.strictObject({ name: z.string() }),
    locked: flag.optional(),
    supported_code_lengths: z.array(z.int()).optional(),
    max_active_codes_supported: z.int().optional(),
    code_constraints: z
      .array(z.strictObject({ constraint_type: z.literal('name_length'), max_length: z.int() }))
      .optional(),
    has_direct_power: flag,
    has_native_entry_events: flag,
    supports_accessory_keypad: flag,
    supports_offline_access_codes: flag,
    supports_backup_access_code_pool: flag,
    backup_access_code_pool_enabled: flag,
    auto_lock_enabled: flag.optional(),
    auto_lock_delay_seconds: z.number().optional(),
  }),
});

export const unmanagedDeviceObject = z.strictObject({
  ...common,
  is_managed: z.literal(false),
  properties: z.strictObject(commonProperties),
});
