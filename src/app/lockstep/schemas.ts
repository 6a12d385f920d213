import { z } from 'zod';
import { accessCodeId, deviceId, limit, uuid } from '../parameters.ts';

const pairingId = uuid("a pairing's pairing_id");

/** What a label shows underlined: the first five digits of the lock's DSK. A secret until the lock is paired. */
const dskPin = z
  .string({ error: 'must be a string of 5 digits (a number would lose leading zeros)' })
  .regex(/^\d{5}$/, "must be the first 5 digits of the number on the lock's label")
  .refine((digits) => Number(digits) <= 0xffff, "must be at most 65535: no lock's label begins with more");

export const schemas = {
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
} as const;
