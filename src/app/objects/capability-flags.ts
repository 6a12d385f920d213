import { z } from 'zod';

const flag = z.boolean();

/** What a lock, or its provider, can do: the same words in both objects (facts page SEAM-ROUTES §2). */
export const capabilityFlags = {
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
};
