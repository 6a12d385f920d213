import { z } from 'zod';
import { deviceId, flag } from '../parameters.ts';

const delayAllowed = 'must be a whole number of seconds from 1 to 60';

export const lockSchemas = {
  operate: z.strictObject({ device_id: deviceId, sync: flag.optional() }),
  configureAutoLock: z
    .strictObject({
      device_id: deviceId,
      auto_lock_enabled: flag,
      auto_lock_delay_seconds: z
        .int({ error: delayAllowed })
        .min(1, delayAllowed)
        .max(60, delayAllowed)
        .optional(),
    })
    .refine((p) => !p.auto_lock_enabled || p.auto_lock_delay_seconds !== undefined, {
      path: ['auto_lock_delay_seconds'],
      error: 'must be given where auto_lock_enabled is true',
    }),
} as const;
