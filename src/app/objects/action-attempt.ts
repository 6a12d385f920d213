import { z } from 'zod';
import { uuidPattern } from '../../core/ids.ts';

const uuid = z.string().regex(uuidPattern);
const time = z.iso.datetime();

const every = {
  action_attempt_id: uuid,
  action_type: z.enum([
    'LOCK_DOOR',
    'UNLOCK_DOOR',
    'CONFIGURE_AUTO_LOCK',
    'SIMULATE_KEYPAD_CODE_ENTRY',
    'SIMULATE_MANUAL_LOCK_VIA_KEYPAD',
  ]),
  x_device_id: uuid,
  x_created_at: time,
};

/** A command to a lock as it goes out (facts page SEAM-ROUTES §2). What begins with `x_` is ours. */
export const actionAttemptObject = z.discriminatedUnion('status', [
  z.strictObject({
    ...every,
    status: z.literal('pending'),
    result: z.null(),
    error: z.null(),
    x_ended_at: z.null(),
  }),
  z.strictObject({
    ...every,
    status: z.literal('success'),
    result: z.strictObject({ was_confirmed_by_device: z.boolean().optional() }),
    error: z.null(),
    x_ended_at: time,
  }),
  z.strictObject({
    ...every,
    status: z.literal('error'),
    result: z.null(),
    error: z.strictObject({ type: z.string(), message: z.string() }),
    x_ended_at: time,
  }),
]);
