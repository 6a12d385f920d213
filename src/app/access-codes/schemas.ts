import { z } from 'zod';
import {
  accessCodeIds,
  idOrDeviceAndCode,
  accessCodeId,
  code,
  deviceId,
  flag,
  foreignId,
  foreignKey,
  limit,
  name,
  pageCursor,
  search,
  time,
} from '../parameters.ts';

/** What no lock here has: harmless where it asks for nothing, else refused with the reason. */
const absent = (reason: string): z.ZodType =>
  z.literal([false, null], { error: `${reason}; leave it out` }).optional();

const notOffline = absent(
  'no lock here has offline (algorithmic) access codes: the bridge writes each code to the lock by radio',
);
const notRounded = absent('times are kept as they are given, to the second');

/** Both are accepted: the second is the older name of the first. */
const externalModification = {
  is_external_modification_allowed: flag.optional(),
  allow_external_modification: flag.optional(),
};

/** Null: not given. */
const times = { starts_at: time.nullable().optional(), ends_at: time.nullable().optional() };

/** Seam's own promise of an answer only when all is done is undocumented; the answer comes at once here. */
const sync = flag.optional();

export const commonCodeKey = z
  .string({ error: 'must be a string' })
  .min(1, 'must not be empty')
  .max(200, 'must be at most 200 characters')
  .regex(/^\P{Cc}*$/u, 'must not contain control characters');

/** What one and several new access codes have in common. */
const wish = {
  name: name.optional(),
  code: code.optional(),
  preferred_code_length: z
    .number({ error: 'must be a number of digits' })
    .int('must be a whole number of digits')
    .optional(),
  attempt_for_offline_device: flag.optional(),
  prefer_native_scheduling: flag.optional(),
  use_backup_access_code_pool: flag.optional(),
  is_one_time_use: flag.optional(),
  is_offline_access_code: notOffline,
  max_time_rounding: notRounded,
  ...times,
  ...externalModification,
};

const digits = z
  .int({ error: 'must be a whole number of digits' })
  .min(4, 'must be at least 4')
  .max(20, 'must be at most 20');

export const schemas = {
  create: z.strictObject({
    device_id: deviceId,
    ...wish,
    common_code_key: commonCodeKey.nullable().optional(),
    use_offline_access_code: notOffline,
    sync,
  }),
  createMultiple: z.strictObject({
    device_ids: z
      .array(deviceId, { error: "must be a list of locks' device_ids" })
      .min(1, 'must name at least one lock')
      .max(1000, 'must name at most 1000 locks')
      .refine((ids) => new Set(ids.map((id) => id.toLowerCase())).size === ids.length, {
        error: 'must not name a lock twice',
      }),
    behavior_when_code_cannot_be_shared: z
      .enum(['throw', 'create_random_code'], { error: 'must be "throw" or "create_random_code"' })
      .optional(),
    ...wish,
  }),
  get: z
    .strictObject({
      access_code_id: accessCodeId.optional(),
      device_id: deviceId.optional(),
      code: code.optional(),
    })
    .refine(...idOrDeviceAndCode),
  list: z.strictObject({
    device_id: deviceId.optional(),
    access_code_ids: accessCodeIds.optional(),
    search,
    access_grant_id: foreignId,
    access_grant_key: foreignKey,
    access_method_id: foreignId,
    customer_key: foreignKey,
    user_identifier_key: foreignKey,
    limit: limit(55_000),
    page_cursor: pageCursor,
  }),
  update: z.strictObject({
    access_code_id: accessCodeId,
    device_id: deviceId.optional(),
    name: name.optional(),
    code: code.optional(),
    type: z.enum(['ongoing', 'time_bound'], { error: 'must be "ongoing" or "time_bound"' }).optional(),
    attempt_for_offline_device: flag.optional(),
    ...times,
    ...externalModification,
    is_managed: flag.optional(),
    is_one_time_use: flag.optional(),
    is_offline_access_code: notOffline,
    use_offline_access_code: notOffline,
    max_time_rounding: notRounded,
    prefer_native_scheduling: flag.optional(),
    preferred_code_length: wish.preferred_code_length,
    use_backup_access_code_pool: flag.optional(),
    sync,
  }),
  updateMultiple: z.strictObject({ common_code_key: commonCodeKey, name: name.optional(), ...times }),
  delete: z.strictObject({ access_code_id: accessCodeId, device_id: deviceId.optional(), sync }),
  generateCode: z.strictObject({ device_id: deviceId }),
  reportDeviceConstraints: z.strictObject({
    device_id: deviceId,
    supported_code_lengths: z
      .array(digits, { error: 'must be a list of numbers of digits' })
      .min(1, 'must name at least one length')
      .max(17, 'must name each length once')
      .optional(),
    min_code_length: digits.optional(),
    max_code_length: digits.optional(),
  }),
} as const;

export type Params<K extends keyof typeof schemas> = z.infer<(typeof schemas)[K]>;
