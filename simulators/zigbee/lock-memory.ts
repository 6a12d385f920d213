import { z } from 'zod';
import { clockMemorySchema } from './lock-clock.ts';
import { scheduleMemorySchema } from './schedule-book.ts';
import { digitsSchema, heldCodeSchema, slotKeySchema, slotStatusSchema, userTypeSchema } from './slot.ts';

const u16Schema = z.int().min(0).max(0xffff);

const bindingSchema = z.strictObject({
  endpoint: z.int().min(0).max(255),
  cluster: u16Schema,
  destination: z.string().regex(/^0x[0-9a-f]{16}$/),
  destinationEndpoint: z.int().min(0).max(255),
});

const ruleSchema = z.strictObject({
  cluster: u16Schema,
  attribute: u16Schema,
  min: u16Schema,
  max: u16Schema,
});

/** What a lock keeps over a power cut; `battery` in percent, absent on mains. */
export const lockMemorySchema = z.strictObject({
  locked: z.boolean(),
  battery: z.number().min(0).max(100).optional(),
  slots: z.record(
    slotKeySchema,
    z.strictObject({ status: slotStatusSchema, type: userTypeSchema, code: heldCodeSchema }),
  ),
  master_code: digitsSchema,
  /** Digits of every code, where all have the same number. */
  code_length: z.int().min(1).max(16).optional(),
  schedules: scheduleMemorySchema.optional(),
  clock: clockMemorySchema.optional(),
  /** Attributes that were written, by `cluster/attribute`; octets in hex. */
  attributes: z.record(z.string().regex(/^\d{1,5}\/\d{1,5}$/), z.union([z.number(), z.string()])),
  bindings: z.array(bindingSchema),
  reporting: z.array(ruleSchema),
});
export type LockMemory = z.infer<typeof lockMemorySchema>;
