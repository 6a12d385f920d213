import { z } from 'zod';
import {
  accessCodeId,
  accessCodeIds,
  code,
  deviceId,
  flag,
  foreignKey,
  idOrDeviceAndCode,
  limit,
  pageCursor,
  search,
} from '../parameters.ts';

/** As many codes are on a page where nothing else is asked for (Seam's default). */
export const mostOnPage = 300_000;

/** What a code may be given that becomes a managed one. */
const conversion = {
  access_code_id: accessCodeId,
  is_external_modification_allowed: flag.optional(),
  /** The older name of the same. */
  allow_external_modification: flag.optional(),
  /** For codes that another workspace manages: there is none here. */
  force: flag.optional(),
};

export const schemas = {
  get: z
    .strictObject({
      access_code_id: accessCodeId.optional(),
      device_id: deviceId.optional(),
      code: z
        .string({ error: 'must be a string of digits (a number would lose leading zeros)' })
        .regex(/^\d{1,32}$/, 'must be digits')
        .optional(),
    })
    .refine(...idOrDeviceAndCode),
  list: z.strictObject({
    device_id: deviceId.optional(),
    access_code_ids: accessCodeIds.optional(),
    search,
    user_identifier_key: foreignKey,
    limit: limit(mostOnPage),
    page_cursor: pageCursor,
  }),
  update: z.strictObject({
    ...conversion,
    is_managed: z.literal(true, {
      error: 'must be true, which makes it a managed access code: an unmanaged one is left as it is',
    }),
  }),
  convert: z
    .strictObject({
      ...conversion,
      sync: flag.optional(),
      x_code: code.optional(),
      x_replace: flag.optional(),
    })
    .refine((p) => p.x_code === undefined || p.x_replace !== true, {
      error: 'give x_code or x_replace, not both',
    }),
  delete: z.strictObject({ access_code_id: accessCodeId, sync: flag.optional() }),
} as const;

export type Params<K extends keyof typeof schemas> = z.infer<(typeof schemas)[K]>;
