import { z } from 'zod';
import { commonCodeKey } from '../access-codes/schemas.ts';
import { accessCodeId, code, deviceId, flag, name, time } from '../parameters.ts';

const idText = (id: string): string => id.toLowerCase();

/** One access code as it is to be. It is known again by its id, else by its name. */
const wanted = z
  .strictObject({
    access_code_id: accessCodeId.transform(idText).optional(),
    name: name.optional(),
    code: code.optional(),
    starts_at: time.nullable().optional(),
    ends_at: time.nullable().optional(),
    common_code_key: commonCodeKey.nullable().optional(),
    is_external_modification_allowed: flag.optional(),
    is_one_time_use: flag.optional(),
  })
  .refine((one) => one.access_code_id !== undefined || typeof one.name === 'string', {
    error: 'must have a name, or an access_code_id, by which it is known again',
  });

const lock = z.strictObject({
  device_id: deviceId.transform(idText),
  access_codes: z
    .array(wanted, { error: 'must be a list of all access codes that this lock is to have' })
    .max(1000, 'must be at most 1000'),
});

const devices = z
  .array(lock, { error: 'must be a list of locks, each with its device_id and access_codes' })
  .min(1, 'must name at least one lock')
  .max(1000, 'must name at most 1000 locks')
  .refine((all) => new Set(all.map((one) => one.device_id)).size === all.length, {
    error: 'must not name a lock twice',
  });

export const applySchemas = {
  diff: z.strictObject({ devices }),
  apply: z.strictObject({
    devices,
    /** Of `lockstep/diff`: refused if what it compared with has changed since. */
    expect: z
      .string({ error: 'must be the digest of a lockstep/diff' })
      .regex(/^[0-9a-f]{64}$/, 'must be the digest of a lockstep/diff')
      .optional(),
  }),
} as const;

/** The whole wanted set of one lock. */
export type WantedLock = z.output<typeof lock>;
export type WantedEntry = z.output<typeof wanted>;
export type ApplyParams = z.output<(typeof applySchemas)['apply']>;
