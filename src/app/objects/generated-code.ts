import { z } from 'zod';

/** A PIN that was proposed for a lock (`access_codes/generate_code`), as it goes out. */
export const generatedCodeObject = z.strictObject({ device_id: z.uuid(), code: z.string().nullable() });
