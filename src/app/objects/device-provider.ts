import { z } from 'zod';

const flag = z.boolean();

/** The one provider of locks as it goes out (facts page SEAM-ROUTES §2). */
export const deviceProviderObject = z.strictObject({
  device_provider_name: z.string(),
  display_name: z.string(),
  image_url: z.string(),
  provider_categories: z.array(z.string()),
  can_configure_auto_lock: flag,
  can_program_offline_access_codes: flag,
  can_program_online_access_codes: flag,
  can_remotely_lock: flag,
  can_remotely_unlock: flag,
  can_unlock_with_code: flag,
  can_simulate_connection: flag,
  can_simulate_disconnection: flag,
  can_simulate_hub_connection: flag,
  can_simulate_hub_disconnection: flag,
  can_simulate_paid_subscription: flag,
  can_simulate_removal: flag,
});
