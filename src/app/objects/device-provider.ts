import { z } from 'zod';
import { capabilityFlags } from './capability-flags.ts';

/** The one provider of locks as it goes out (facts page SEAM-ROUTES §2). */
export const deviceProviderObject = z.strictObject({
  device_provider_name: z.string(),
  display_name: z.string(),
  image_url: z.string(),
  provider_categories: z.array(z.string()),
  ...capabilityFlags,
});
