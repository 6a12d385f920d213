import { z } from 'zod';
import { uuidPattern } from '../../core/ids.ts';

/**
 * A webhook as it goes out (facts page SEAM-ROUTES §2). What begins with `x_` is ours: how it does.
 */
export const webhookObject = z.strictObject({
  webhook_id: z.string().regex(uuidPattern),
  url: z.string(),
  event_types: z.array(z.string()),
  /** Null where the reader may not see it: over MQTT, unless `include_codes` says otherwise. */
  secret: z
    .string()
    .regex(/^whsec_[A-Za-z0-9+/]+=*$/)
    .nullable(),
  x_created_at: z.iso.datetime(),
  x_taken_at: z.iso.datetime().nullable(),
  x_failing_since: z.iso.datetime().nullable(),
  x_last_failure: z.string().nullable(),
  x_waiting: z.int(),
  x_lost: z.int(),
});
