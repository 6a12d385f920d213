import { z } from 'zod';
import { code, deviceId, flag } from '../parameters.ts';

const shortCode = z
  .string({ error: 'must be a string of 4 to 8 digits (a number would lose leading zeros)' })
  .regex(/^\d{4,8}$/, 'must be 4 to 8 digits');

export const simulateSchemas = {
  device: z.strictObject({ device_id: deviceId }),
  subscription: z.strictObject({ device_id: deviceId, is_expired: flag }),
  entry: z.strictObject({ device_id: deviceId, code }),
  unmanagedCode: z.strictObject({
    device_id: deviceId,
    code: shortCode,
    name: z
      .string({ error: 'must be a string' })
      .trim()
      .min(1, 'must not be empty')
      .max(100, 'must be at most 100 characters')
      .regex(/^\P{Cc}*$/u, 'must not contain control characters'),
  }),
} as const;
