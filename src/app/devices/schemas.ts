import { z } from 'zod';
import {
  deviceId,
  flag,
  foreignId,
  foreignKey,
  limit,
  name,
  pageCursor,
  search,
  time,
  uuid,
} from '../parameters.ts';

/** Most devices on one page. */
export const mostListed = 500;
export const mostUnmanagedListed = 22_900;

/** What `include_if` and `exclude_if` may name: Seam's capability flags; those without a meaning here are false. */
const capabilityFlags = [
  'can_remotely_unlock',
  'can_remotely_lock',
  'can_program_offline_access_codes',
  'can_program_online_access_codes',
  'can_hvac_heat',
  'can_hvac_cool',
  'can_hvac_heat_cool',
  'can_turn_off_hvac',
  'can_simulate_removal',
  'can_simulate_connection',
  'can_simulate_disconnection',
  'can_simulate_hub_connection',
  'can_simulate_hub_disconnection',
  'can_simulate_paid_subscription',
  'can_unlock_with_code',
  'can_run_thermostat_programs',
  'can_program_thermostat_programs_as_weekday_weekend',
  'can_program_thermostat_programs_as_different_each_day',
  'can_program_thermostat_programs_as_same_each_day',
  'can_configure_auto_lock',
] as const;

const flags = z
  .array(z.enum(capabilityFlags, { error: 'must be capability flags such as can_remotely_unlock' }), {
    error: 'must be a list of capability flags',
  })
  .max(capabilityFlags.length, `must be at most ${capabilityFlags.length} flags`)
  .optional();

const deviceType = z
  .string({ error: 'must be a device type such as "lockstep_lock"' })
  .regex(/^[a-z0-9_]{1,64}$/, 'must be a device type such as "lockstep_lock"');

const listOf = (one: z.ZodString, what: string): z.ZodOptional<z.ZodArray<z.ZodString>> =>
  z
    .array(one, { error: `must be a list of ${what}` })
    .max(1000, `must be at most 1000 ${what}`)
    .optional();

const mostPairs = 50;
const metadataKey = z
  .string()
  .min(1, 'keys must not be empty')
  .max(40, 'keys must be at most 40 characters')
  .regex(/^[^.\p{Cc}]*$/u, 'keys must not contain a period or control characters')
  .refine((key) => !['__proto__', 'constructor', 'prototype'].includes(key), 'must not use this key');
const metadataError = 'values must be texts of at most 500 characters, true or false; null removes a key';
const metadataValue = z.union([z.string().max(500, metadataError), z.boolean(), z.null()], {
  error: metadataError,
});
export const metadata = z
  .record(metadataKey, metadataValue, { error: 'must be an object of texts and booleans' })
  .refine((pairs) => Object.keys(pairs).length <= mostPairs, `must be at most ${mostPairs} keys`)
  .optional();

const narrowing = {
  connect_webview_id: foreignId,
  connected_account_id: uuid('a connected_account_id').optional(),
  customer_key: foreignKey,
  device_type: deviceType.optional(),
  device_types: listOf(deviceType, 'device types'),
  manufacturer: z
    .string({ error: 'must be a string' })
    .min(1, 'must not be empty')
    .max(100, 'must be at most 100 characters')
    .optional(),
};
const more = {
  ...narrowing,
  connected_account_ids: listOf(uuid('a connected_account_id'), 'ids'),
  created_before: time.optional(),
  device_ids: listOf(deviceId, 'ids'),
  exclude_if: flags,
  include_if: flags,
  page_cursor: pageCursor,
  search,
};

const get = z
  .strictObject({
    device_id: deviceId.optional(),
    name: z
      .string({ error: 'must be a string' })
      .min(1, 'must not be empty')
      .max(100, 'must be at most 100 characters')
      .optional(),
  })
  .refine((p) => p.device_id !== undefined || p.name !== undefined, { error: 'give device_id or name' });

const zoneAllowed = 'must be an IANA time zone, such as Europe/Berlin';
const isTimeZone = (text: string): boolean => {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: text }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
};
const timeZone = z
  .string({ error: zoneAllowed })
  .regex(/^[A-Za-z][A-Za-z0-9_+/-]{0,63}$/, zoneAllowed)
  .refine(isTimeZone, { error: zoneAllowed });
const providerMetadata = z.strictObject({ time_zone: timeZone.optional() }).optional();

export const deviceSchemas = {
  get,
  list: z.strictObject({
    ...more,
    custom_metadata_has: metadata,
    limit: limit(mostListed),
    space_id: foreignId,
    unstable_location_id: foreignId.nullable(),
    user_identifier_key: foreignKey,
  }),
  unmanagedList: z.strictObject({ ...more, limit: limit(mostUnmanagedListed) }),
  lockList: z.strictObject(narrowing),
  update: z.strictObject({
    device_id: deviceId,
    backup_access_code_pool_enabled: flag.optional(),
    custom_metadata: metadata,
    is_managed: flag.optional(),
    name: name.optional(),
    properties: z
      .strictObject({ name: name.optional() }, { error: 'must be an object with a name' })
      .optional(),
  }),
  unmanagedUpdate: z.strictObject({
    device_id: deviceId,
    custom_metadata: metadata,
    is_managed: z
      .literal(true, { error: 'must be true: a lock is unmanaged with /devices/update' })
      .optional(),
  }),
  providers: z.strictObject({
    provider_category: z
      .enum(
        [
          'stable',
          'consumer_smartlocks',
          'beta',
          'thermostats',
          'noise_sensors',
          'access_control_systems',
          'cameras',
          'connectors',
        ],
        { error: 'must be a provider category such as "stable"' },
      )
      .optional(),
  }),
  providerMetadata: z.strictObject({
    devices: z
      .array(
        z.strictObject(
          {
            device_id: deviceId,
            omnitec_metadata: providerMetadata,
            schlage_metadata: providerMetadata,
            ultraloq_metadata: providerMetadata,
          },
          { error: 'must be objects with a device_id' },
        ),
        { error: 'must be a list of devices' },
      )
      .min(1, 'must name a device at least')
      .max(1000, 'must be at most 1000 devices'),
  }),
} as const;
