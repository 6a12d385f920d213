import { z } from 'zod';
import { deviceId, limit } from '../parameters.ts';

export const schemas = {
  list: z.strictObject({
    hours: z
      .number({ error: 'must be a number of hours' })
      .int('must be a whole number of hours')
      .min(1, 'must be at least 1')
      .max(168, 'must be at most 168, a week')
      .optional(),
    device_id: deviceId.optional(),
    limit: limit(1000),
  }),
} as const;

export type Params<K extends keyof typeof schemas> = z.infer<(typeof schemas)[K]>;
