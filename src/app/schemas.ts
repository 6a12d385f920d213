import { z } from 'zod';
import { uuidPattern } from '../core/ids.ts';

/** A property that Seam has and this version doesn't: harmless when it asks for nothing. */
const notYet = (what: string): z.ZodType =>
  z.literal([false, null], { error: `${what} not supported by this version; leave it out` }).optional();

const uuid = (what: string): z.ZodString =>
  z.string({ error: `must be ${what}, a UUID in a string` }).regex(uuidPattern, `must be ${what}, a UUID`);

const deviceId = uuid("a lock's device_id");
const accessCodeId = uuid("an access code's access_code_id");

/** Digits in a string: a JSON number would lose leading zeros (FIELD-BUGS 18). */
const code = z
  .string({ error: 'must be a string of 4 to 12 digits (a number would lose leading zeros)' })
  .regex(/^\d{4,12}$/, 'must be 4 to 12 digits');

const name = z
  .string({ error: 'must be a string' })
  .trim()
  .min(1, 'must not be empty')
  .max(100, 'must be at most 100 characters')
  .regex(/^\P{Cc}*$/u, 'must not contain control characters')
  .nullable();

const pairingId = uuid("a pairing's pairing_id");

/** What a label shows underlined: the first five digits of the lock's DSK. A secret until the lock is paired. */
const dskPin = z
  .string({ error: 'must be a string of 5 digits (a number would lose leading zeros)' })
  .regex(/^\d{5}$/, "must be the first 5 digits of the number on the lock's label")
  .refine((digits) => Number(digits) <= 0xffff, "must be at most 65535: no lock's label begins with more");

const limit = (most: number): z.ZodOptional<z.ZodNumber> =>
  z.number({ error: 'must be a number' }).int().min(1).max(most, `must be at most ${most}`).optional();

const ongoingOnly = {
  starts_at: notYet('time-bound access codes are'),
  ends_at: notYet('time-bound access codes are'),
};

export const schemas = {
  create: z.strictObject({
    device_id: deviceId,
    name: name.optional(),
    code: code.optional(),
    preferred_code_length: z.number({ error: 'must be a number' }).int().optional(),
    attempt_for_offline_device: z.boolean({ error: 'must be true or false' }).optional(),
    prefer_native_scheduling: z.boolean({ error: 'must be true or false' }).optional(),
    ...ongoingOnly,
    allow_external_modification: notYet('external modification is'),
    is_external_modification_allowed: notYet('external modification is'),
    use_backup_access_code_pool: notYet('the backup pool is'),
    is_offline_access_code: notYet('offline access codes are'),
    use_offline_access_code: notYet('offline access codes are'),
    is_one_time_use: notYet('one-time use is'),
    common_code_key: notYet('linked access codes are'),
    max_time_rounding: notYet('max_time_rounding is'),
    sync: notYet('waiting for the result is'),
  }),
  get: z
    .strictObject({
      access_code_id: accessCodeId.optional(),
      device_id: deviceId.optional(),
      code: code.optional(),
    })
    .refine((p) => p.access_code_id !== undefined || (p.device_id !== undefined && p.code !== undefined), {
      error: 'give access_code_id, or device_id and code together',
    }),
  list: z.strictObject({
    device_id: deviceId.optional(),
    access_code_ids: z.array(accessCodeId).max(1000).optional(),
    search: z.string().min(1).max(100).optional(),
    limit: limit(55_000),
  }),
  update: z.strictObject({
    access_code_id: accessCodeId,
    device_id: deviceId.optional(),
    name: name.optional(),
    code: code.optional(),
    type: z
      .literal('ongoing', {
        error: 'must be "ongoing": time-bound access codes are not supported by this version',
      })
      .optional(),
    attempt_for_offline_device: z.boolean({ error: 'must be true or false' }).optional(),
    ...ongoingOnly,
    allow_external_modification: notYet('external modification is'),
    is_external_modification_allowed: notYet('external modification is'),
    is_managed: z.literal(true, { error: 'handing a code over is not supported by this version' }).optional(),
    sync: notYet('waiting for the result is'),
  }),
  delete: z.strictObject({
    access_code_id: accessCodeId,
    device_id: deviceId.optional(),
    sync: notYet('waiting for the result is'),
  }),
  deviceGet: z
    .strictObject({ device_id: deviceId.optional(), name: z.string().min(1).optional() })
    .refine((p) => p.device_id !== undefined || p.name !== undefined, { error: 'give device_id or name' }),
  deviceList: z.strictObject({
    device_ids: z.array(deviceId).max(1000).optional(),
    search: z.string().min(1).max(100).optional(),
    limit: limit(500),
  }),
  operate: z.strictObject({ device_id: deviceId, sync: z.boolean().optional() }),
  device: z.strictObject({ device_id: deviceId }),
  nothing: z.strictObject({}),
  certify: z.strictObject({
    device_id: deviceId,
    quick: z.boolean({ error: 'must be true or false' }).optional(),
  }),
  certifyGet: z.strictObject({ certify_id: uuid("a trial's certify_id") }),
  repair: z.strictObject({
    device_id: deviceId,
    slot: z.int({ error: 'must be a slot number' }).min(0, 'must be a slot number').optional(),
    restore: z.boolean({ error: 'must be true or false' }).optional(),
  }),
  pairingStart: z.strictObject({
    radio: z
      .string({ error: 'must be the name of a driver, such as "zwave" or "zigbee"' })
      .regex(/^[a-z0-9_-]{1,32}$/, 'must be the name of a driver, such as "zwave" or "zigbee"'),
    qr_code: z
      .string({ error: 'must be the text of the QR code' })
      .min(1, 'must not be empty')
      .max(1024, 'must be at most 1024 characters')
      .optional(),
    dsk_pin: dskPin.optional(),
  }),
  pairing: z.strictObject({ pairing_id: pairingId }),
  pairingPin: z.strictObject({ pairing_id: pairingId, pin: dskPin }),
  deviceRemove: z
    .strictObject({
      device_id: deviceId.optional(),
      address: z
        .string({ error: 'must be a string such as "zwave:7" or "zigbee:0x00124b0001020304"' })
        .regex(
          /^[a-z0-9_-]{1,32}:[a-z0-9]{1,32}$/,
          'must be an address such as "zwave:7" or "zigbee:0x00124b0001020304"',
        )
        .optional(),
      gone: z.boolean({ error: 'must be true or false' }).optional(),
      keep_codes: z.boolean({ error: 'must be true or false' }).optional(),
      forget_codes: z.boolean({ error: 'must be true or false' }).optional(),
    })
    .refine((p) => (p.device_id === undefined) !== (p.address === undefined), {
      error: 'give device_id, or the address of a device that a pairing left behind',
    })
    .refine((p) => p.keep_codes !== true || p.forget_codes !== true, {
      error: 'give keep_codes or forget_codes, not both',
    }),
  deviceReplace: z.strictObject({ old_device_id: deviceId, new_device_id: deviceId }),
  history: z
    .strictObject({
      device_id: deviceId.optional(),
      access_code_id: accessCodeId.optional(),
      limit: limit(1000),
    })
    .refine((p) => p.device_id !== undefined || p.access_code_id !== undefined, {
      error: 'give device_id or access_code_id',
    }),
  events: z.strictObject({
    after: z.number({ error: 'must be a sequence number' }).int().min(0).optional(),
    limit: limit(1000),
  }),
} as const;
