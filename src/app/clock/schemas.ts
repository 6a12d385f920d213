import { z } from 'zod';

export const schemas = {
  look: z.strictObject({}),
  trust: z.strictObject({ set_floor: z.boolean({ error: 'must be true or false' }).optional() }),
} as const;
