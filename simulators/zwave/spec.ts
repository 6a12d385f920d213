import { z } from 'zod';

/** `true` = until told otherwise, a number = that many more times, `false` = never. */
const timesSchema = z.union([z.boolean(), z.int().min(1).max(1_000_000)]);
const msSchema = z.number().min(0).max(600_000);

/** How long a lock works on a command before it answers, in milliseconds. */
const delaySchema = z.union([
  msSchema,
  z.strictObject({
    set: msSchema.default(0),
    clear: msSchema.default(0),
    read: msSchema.default(0),
    bolt: msSchema.default(0),
  }),
]);

/** What can be changed on a lock while it runs; each is a fault or a trait that the field knows. */
export const behaviourSchema = z.strictObject({
  /** Off the air: it neither hears nor answers; the stick reports "no ACK" after `no_ack_ms`. */
  offline: z.boolean(),
  delay_ms: delaySchema,
  /** How long the stick tries before it gives up on an offline lock, in milliseconds. */
  no_ack_ms: msSchema,
  /** Wake-up beam of a battery lock that has been idle for five seconds, in milliseconds. */
  beam_ms: msSchema,
  /** Commands arrive and are applied, but the lock's application frames are lost on the way back. */
  lose_reports: timesSchema,
  /** Sets and clears are refused. */
  refuse: timesSchema,
  /** Sets succeed in words and store nothing. */
  lie: z.union([timesSchema, z.strictObject({ one_in: z.int().min(1).max(1_000_000) })]),
  /** No empty slot takes a code any more. */
  full: z.boolean(),
  /** Whether keypad programming is reported (notification events 12 to 15). */
  report_programming: z.boolean(),
  /** Whether the lock refuses a PIN that another of its slots holds. */
  duplicate_check: z.boolean(),
  /** Whether occupied slots read as `****`. */
  mask: z.boolean(),
  /** How long the keypad stays dead after five wrong entries in a row, in milliseconds. */
  lockout_ms: msSchema,
  /** Commands are applied, but the answers wait until this is set to false. */
  answer_hold: z.boolean(),
});
export type Behaviour = z.infer<typeof behaviourSchema>;

export const behaviourChangeSchema = behaviourSchema.partial();
export type BehaviourChange = z.infer<typeof behaviourChangeSchema>;

export const defaultBehaviour: Behaviour = {
  offline: false,
  delay_ms: 0,
  no_ack_ms: 100,
  beam_ms: 0,
  lose_reports: false,
  refuse: false,
  lie: false,
  full: false,
  report_programming: true,
  duplicate_check: true,
  mask: false,
  lockout_ms: 60_000,
  answer_hold: false,
};

export const digitsSchema = z.string().regex(/^\d{4,10}$/, '4 to 10 digits, as a string');

/** A lock as it left the factory and was included: everything that doesn't change while it runs. */
export const lockSpecSchema = z.strictObject({
  node: z.int().min(2).max(232),
  name: z.string().min(1).max(64),
  manufacturer_id: z.int().min(0).max(0xffff).default(0x7e57),
  product_type: z.int().min(0).max(0xffff).default(1),
  product_id: z.int().min(0).max(0xffff),
  security: z.enum(['s2_access_control', 's2_authenticated', 'none']),
  supervision: z.boolean(),
  power: z.enum(['battery', 'mains']),
  user_code_version: z.union([z.literal(1), z.literal(2)]),
  checksum: z.boolean().default(false),
  slots: z.int().min(1).max(250),
  code_length: z.strictObject({ min: z.int().min(4).max(10), max: z.int().min(4).max(10) }),
  /** What an empty slot's report carries beside its status; the BE469 sends "0000" (FIELD-BUGS 5). */
  empty_reads: z.enum(['', '0000']).default(''),
  /** Access Control notification events (type 6) that the lock can send. */
  events: z.array(z.int().min(1).max(254)),
  behaviour: behaviourChangeSchema.default({}),
  /** Codes a person has already put in, by slot. */
  codes: z.record(z.string().regex(/^\d{1,3}$/), digitsSchema).default({}),
});
export type LockSpec = z.infer<typeof lockSpecSchema>;

export const lockSpecsSchema = z
  .array(lockSpecSchema)
  .min(1)
  .refine((specs) => new Set(specs.map((s) => s.node)).size === specs.length, 'node ids must differ');
