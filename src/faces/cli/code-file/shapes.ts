import { z } from 'zod';

const side = z
  .object({
    name: z.string().nullish(),
    code: z.string().nullish(),
    starts_at: z.string().nullish(),
    ends_at: z.string().nullish(),
    common_code_key: z.string().nullish(),
    is_external_modification_allowed: z.boolean().optional(),
    is_one_time_use: z.boolean().optional(),
  })
  .nullable();
/** Absent where it doesn't differ; of a PIN, null where it may not be shown. */
export type Side = NonNullable<z.output<typeof side>>;

const change = z.object({
  change: z.enum(['create', 'update', 'delete']),
  entry: z.number().nullable(),
  access_code_id: z.string().nullable(),
  name: z.string().nullable(),
  from: side,
  to: side,
});
export type Change = z.output<typeof change>;

const lock = z.object({
  device_id: z.string(),
  changes: z.array(change),
  unchanged: z.number(),
  over: z.array(z.number()),
});
export type LockDifference = z.output<typeof lock>;

export const diffSchema = z.object({ diff: z.object({ digest: z.string(), devices: z.array(lock) }) });
export const appliedSchema = z.object({ applied: z.object({ devices: z.array(lock) }) });

/** The lock, and mostly the entry, that a refusal is about. */
export const refusedEntrySchema = z.object({
  error: z.object({
    type: z.string(),
    message: z.string(),
    data: z.object({ device_id: z.string(), entry: z.number().optional() }),
  }),
});

/** Null, or not told. */
export const isNone = (value: unknown): value is null | undefined => value === null || value === undefined;
