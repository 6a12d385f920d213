import { z } from 'zod';
import { uuidPattern } from '../../core/ids.ts';

/** The one connected account as it goes out (facts page SEAM-ROUTES §2). */
export const connectedAccountObject = z.strictObject({
  connected_account_id: z.string().regex(uuidPattern),
  account_type: z.string(),
  account_type_display_name: z.string(),
  display_name: z.string(),
  errors: z.tuple([]),
  warnings: z.tuple([]),
  custom_metadata: z.strictObject({}),
  automatically_manage_new_devices: z.boolean(),
  accepted_capabilities: z.array(z.literal('lock')),
});
