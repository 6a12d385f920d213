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
    schedule: msSchema.default(0),
  }),
]);

/** What can be changed on a lock while it runs; each is a fault or a trait that the field knows. */
export const behaviourSchema = z.strictObject({
  /** Off the air. A frame to one that listens always fails as `MAC no ack`, to one that sleeps as `expired`. */
  offline: z.boolean(),
  /** How long the radio tries before it gives up, in milliseconds. */
  no_ack_ms: msSchema,
  /** How long the parent of a sleeping lock keeps a frame for it, in milliseconds. */
  expire_ms: msSchema,
  /** The next frames to it fail so: MAC_NO_ACK (0xe9), APS_NO_ACK (0xb7), no route (0xcd). */
  mac_no_ack: timesSchema,
  aps_no_ack: timesSchema,
  no_route: timesSchema,
  /** What fails so did arrive: only the acknowledgement was lost. */
  no_ack_arrives: z.boolean(),
  /** How often a sleeping lock asks its parent for frames; 0: it never has to be waited for, in milliseconds. */
  poll_interval_ms: msSchema,
  /** The way between coordinator and lock, in either direction, in milliseconds. */
  hop_ms: msSchema,
  delay_ms: delaySchema,
  /** How well the coordinator hears the lock, 0 to 255. */
  lqi: z.int().min(0).max(255),
  /** Says yes when it is told to leave the network, and stays. */
  ignores_leave: z.boolean(),
  /** Commands of the Door Lock cluster arrive and are applied, but their answers are lost on the way back. */
  lose_answers: timesSchema,
  /** Notifications, reports and alarms are lost on their way. */
  lose_events: timesSchema,
  /** Those commands are applied at once and answered so much later, in milliseconds. */
  late_answers_ms: msSchema,
  /** They are applied, but the answers wait until this is set to false. */
  answer_hold: z.boolean(),
  /** Sets and clears are refused (status 1). */
  refuse: timesSchema,
  /** Sets succeed in words and store nothing. */
  lie: z.union([timesSchema, z.strictObject({ one_in: z.int().min(1).max(1_000_000) })]),
  /** No empty slot takes a code any more (status 2). */
  full: z.boolean(),
  /** Whether the lock refuses a PIN that another of its slots holds. */
  duplicate_check: z.boolean(),
  /** And also one that the very slot holds: a set that is sent again is then refused. */
  duplicate_own_slot: z.boolean(),
  /** What a duplicate is answered: status 3, or a mere 1. */
  duplicate_answer: z.enum(['duplicate', 'failure']),
  /** A request that is sent again with its sequence number gets its answer again, and isn't done twice. */
  knows_repeats: z.boolean(),
  /**
   * What occupied slots show instead of their digits. `true` or `stars`: an asterisk for each; `ff`: an octet 0xff
   * for each; `zeros`: a digit 0 for each; `empty`: nothing.
   */
  mask: z.union([z.boolean(), z.enum(['stars', 'ff', 'zeros', 'empty'])]),
  /** Every slot reads as empty, whatever it holds. */
  reads_empty: z.boolean(),
  /** Get PIN Code is refused by default response; `all`: Get User Status too. */
  unreadable: z.enum(['no', 'pins', 'all']),
  /** With this status: 0x81 unsupported, 0x7e not authorized, 0x01 failure. */
  unreadable_status: z.int().min(1).max(255),
  /** For so long after a set or clear, a read still tells what was there before, in milliseconds. */
  read_back_delay_ms: msSchema,
  /** A set succeeds and stores the code, which is gone again so long afterwards (FIELD-BUGS 7); 0: it stays. */
  drops_after_ms: msSchema,
  /** How long the keypad stays dead after too many wrong entries in a row, in milliseconds. */
  lockout_ms: msSchema,
  /** Whether programming at the keypad is reported (Programming Event Notification). */
  report_programming: z.union([z.boolean(), z.literal('not_deletions')]),
  /** Whether programming by radio is. */
  report_own: z.boolean(),
  /** The user id of programming events comes with its octets exchanged. */
  swap_event_user: z.boolean(),
  /** The user id by which an event means all users; 0 is ID Lock's (zigbee2mqtt 7567). */
  delete_all_user: z.union([z.literal(0), z.literal(0xff), z.literal(0xffff)]),
  /** Events come without their last field, by which herdsman can't tell what they are. */
  unparsable_operation_events: z.boolean(),
  unparsable_programming_events: z.boolean(),
  /** Events carry the PIN where SendPINOverTheAir is set. */
  event_carries_pin: z.boolean(),
  /** NumberOfPINUsersSupported tells this instead of the truth. */
  bogus_user_count: z.union([z.literal(false), z.int().min(0).max(0xffff)]),
  /** The last field of programming events repeats the PIN (ID Lock). */
  trailing_bytes: z.boolean(),
  /** Digits typed at the keypad are reported as attribute 0x0101, with who it was as 0x0100 (Onesti). */
  typed_pin_attribute: z.boolean(),
});
export type Behaviour = z.infer<typeof behaviourSchema>;

export const behaviourChangeSchema = behaviourSchema.partial().extend({
  /** The lock sets or forgets SendPINOverTheAir by itself. */
  pin_over_air: z.boolean().optional(),
});
export type BehaviourChange = z.infer<typeof behaviourChangeSchema>;

export const defaultBehaviour: Behaviour = {
  offline: false,
  no_ack_ms: 100,
  expire_ms: 7_000,
  mac_no_ack: false,
  aps_no_ack: false,
  no_route: false,
  no_ack_arrives: false,
  poll_interval_ms: 0,
  hop_ms: 0,
  delay_ms: 0,
  lqi: 180,
  ignores_leave: false,
  lose_answers: false,
  lose_events: false,
  late_answers_ms: 0,
  answer_hold: false,
  refuse: false,
  lie: false,
  full: false,
  duplicate_check: true,
  duplicate_own_slot: false,
  duplicate_answer: 'duplicate',
  knows_repeats: false,
  mask: false,
  reads_empty: false,
  unreadable: 'no',
  unreadable_status: 0x81,
  read_back_delay_ms: 0,
  drops_after_ms: 0,
  lockout_ms: 60_000,
  report_programming: true,
  report_own: true,
  swap_event_user: false,
  delete_all_user: 0xffff,
  unparsable_operation_events: false,
  unparsable_programming_events: false,
  event_carries_pin: true,
  bogus_user_count: false,
  trailing_bytes: false,
  typed_pin_attribute: false,
};
