import { z } from 'zod';
import { leftDailySchema, leftWeekDaysSchema } from './repeating-schedules.ts';

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
  /** How strongly the stick receives the lock, in dBm; a transmit report tells it to the hub. */
  rssi_dbm: z.int().min(-120).max(-20),
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
  /** A PIN refused as a duplicate is explained by notification event 15 beforehand; else it is a bare Fail. */
  reports_duplicate_event: z.boolean(),
  /** Whether occupied slots withhold their digits, and what they show instead (`true`: `****`). */
  mask: z.union([z.boolean(), z.string().regex(/^\*{0,10}$/, 'up to ten asterisks')]),
  /** Every slot reads as empty, whatever it holds. */
  reads_empty: z.boolean(),
  /** For so long after a set or clear, a read still tells what was there before, in milliseconds. */
  read_back_delay_ms: msSchema,
  /** A set succeeds and stores the code, which is gone again so long afterwards (FIELD-BUGS 7); 0: it stays. */
  drops_after_ms: msSchema,
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
  rssi_dbm: -60,
  beam_ms: 0,
  lose_reports: false,
  refuse: false,
  lie: false,
  full: false,
  report_programming: true,
  duplicate_check: true,
  reports_duplicate_event: true,
  mask: false,
  reads_empty: false,
  read_back_delay_ms: 0,
  drops_after_ms: 0,
  lockout_ms: 60_000,
  answer_hold: false,
};

export const digitsSchema = z.string().regex(/^\d{4,10}$/, '4 to 10 digits, as a string');

/** What a slot may hold: digits, or `tag:` and a tag's bytes in hex. */
export const heldCodeSchema = z
  .string()
  .regex(/^(\d{4,10}|tag:([0-9a-f]{2}){4,10})$/, '4 to 10 digits, as a string');

/** User Credential CC in place of User Code CC. `slots` is then the number of users, `code_length` that of PINs. */
const userCredentialSchema = z.strictObject({
  version: z.union([z.literal(1), z.literal(2)]).default(1),
  /** PIN credentials that all users have together. */
  credential_slots: z.int().min(1).max(1_000),
  /** Bytes of a user's name; the specification wants an even number. */
  name_max_length: z.int().min(0).max(254).multipleOf(2).default(32),
});

const scheduleSlotsSchema = z.int().min(0).max(255);

/** Schedule Entry Lock CC. */
const schedulesSchema = z
  .strictObject({
    version: z.union([z.literal(1), z.literal(2), z.literal(3)]).default(3),
    /** Schedules of each user, by kind. */
    year_day_slots: scheduleSlotsSchema.default(1),
    week_day_slots: scheduleSlotsSchema.default(0),
    /** From version 3 on. */
    daily_repeating_slots: scheduleSlotsSchema.default(0),
    /** `one`: a user has the kind that was set last, others stand idle. `all`: a user may come in by any of all kinds. */
    kinds_at_once: z.enum(['one', 'all']).default('one'),
    /** Whether Enable Set and Enable All Set are obeyed; else they are refused. */
    can_disable: z.boolean().default(true),
    /** Whether it answers to a Get of a week-day or daily repeating schedule. */
    tells_repeating: z.boolean().default(true),
    /** An erasure succeeds and leaves the schedule where it is. */
    erase_lies: z.boolean().default(false),
    /**
     * Whose code a schedule binds. `guests`: the parameter of Configuration CC with the slot's number is 3 or 4;
     * else the user is an owner, who opens at any time (Kwikset).
     */
    binds: z.enum(['all', 'guests']).default('all'),
    /** What becomes of a schedule for a user without a code: stored, accepted and dropped, or refused. */
    needs_code: z.enum(['no', 'drops', 'refuses']).default('no'),
    /** When a user's last schedule is erased: the code opens round the clock again, or never. */
    erase_restores_full_access: z.boolean().default(true),
    /**
     * What another hub has left, by user: a year-day window as long as the century, said by the schedule slot that it
     * stands in; or week-day or daily repeating schedules by schedule slot.
     */
    left_behind: z
      .record(
        z.string().regex(/^[1-9]\d{0,2}$/),
        z.union([
          z.int().min(1).max(255),
          z.strictObject({ week_day: leftWeekDaysSchema }),
          z.strictObject({ daily_repeating: leftDailySchema }),
        ]),
      )
      .default({}),
  })
  .refine(({ version, daily_repeating_slots }) => version === 3 || daily_repeating_slots === 0, {
    message: 'only with version 3',
    path: ['daily_repeating_slots'],
  });

/** How the lock's clock can be set and read, and how well it runs. */
const clockSchema = z.strictObject({
  /** Time Parameters CC: set and read, date and time. */
  time_parameters: z.boolean().default(true),
  /** Time CC v2: the lock keeps UTC and its zone with both DST dates. Without it the clock holds local time. */
  time_cc: z.boolean().default(false),
  /** Without Time CC: the lock keeps UTC all the same, and the offset that Schedule Entry Lock CC 2 tells it. */
  keeps_utc: z.boolean().default(false),
  /** Clock CC: weekday, hour and minute. */
  clock_cc: z.boolean().default(false),
  /** Zone of the factory setting, minutes east of UTC. */
  zone_minutes: z
    .int()
    .min(-14 * 60)
    .max(14 * 60)
    .default(0),
  /** How much it runs fast, parts per million; negative: slow. */
  ppm: z.number().min(-1_000_000).max(1_000_000).default(0),
  /** After a power cut it starts at the beginning of the year 2000, else it has run on. */
  lost_on_power_cut: z.boolean().default(false),
});

const relockSecondsSchema = z.int().min(0).max(0xffff);
/** How it locks itself after it was unlocked. Absent: not at all. */
const autoRelockSchema = z.discriminatedUnion('by', [
  z.strictObject({
    /** The auto-relock time of Door Lock CC v4; 0: never. */
    by: z.literal('door_lock'),
    factory: relockSecondsSchema.default(0),
    /** What it takes besides 0; absent: any time. */
    takes: z.array(relockSecondsSchema).optional(),
  }),
  z.strictObject({
    /** Parameters of Configuration CC: one is `on` or 0, the other the seconds (Yale: 2, 255 and 3). */
    by: z.literal('parameters'),
    toggle: z.int().min(1).max(255),
    on: z.int().min(1).max(255).default(255),
    seconds: z.int().min(1).max(255),
    /** Seconds at the factory, where it is off. */
    factory: z.int().min(1).max(255).default(30),
  }),
]);

/** The node id of a lock that is in no network. */
export const noNode = 0;

/** A lock as it left the factory and was included: everything that doesn't change while it runs. */
const lockShape = z.strictObject({
  /** Its node id; none for a lock that waits to be paired: the stick gives it one. */
  node: z.union([z.literal(noNode), z.int().min(2).max(232)]).default(noNode),
  name: z.string().min(1).max(64),
  /** Powered, but in no network. */
  waiting: z.boolean().default(false),
  /** `held`: in pairing mode all the time, so that it joins as soon as a stick listens. */
  pairing_button: z.enum(['press', 'held']).default('press'),
  /** How long it stays in pairing or unpairing mode after the button was pressed, in milliseconds. */
  pairing_window_ms: msSchema.default(30_000),
  /** Whether it announces itself by SmartStart when powered up outside a network; S2 locks only. */
  smart_start: z.boolean().default(true),
  /** Whether it forgets its codes when it is excluded. */
  wipes_on_exclusion: z.boolean().default(false),
  manufacturer_id: z.int().min(0).max(0xffff).default(0x7e57),
  product_type: z.int().min(0).max(0xffff).default(1),
  product_id: z.int().min(0).max(0xffff),
  security: z.enum(['s2_access_control', 's2_authenticated', 's0', 'none']),
  supervision: z.boolean(),
  power: z.enum(['battery', 'mains']),
  /** Either this or `user_credential`. */
  user_code_version: z.union([z.literal(1), z.literal(2)]).optional(),
  user_credential: userCredentialSchema.optional(),
  checksum: z.boolean().default(false),
  slots: z.int().min(1).max(1_000),
  code_length: z.strictObject({ min: z.int().min(4).max(10), max: z.int().min(4).max(10) }),
  /**
   * All codes have one length at a time, which this parameter of Configuration CC holds; setting another wipes
   * all codes (BE469: parameter 16; FIELD-BUGS 6). `value` is the factory setting.
   */
  code_length_parameter: z
    .strictObject({ number: z.int().min(1).max(255), value: z.int().min(4).max(10) })
    .optional(),
  /** Configuration CC; any parameter holds a byte, only `code_length_parameter` has an effect. */
  configuration: z.boolean().default(false),
  auto_relock: autoRelockSchema.optional(),
  /** Slots that the lock keeps for itself (master code): status "not available", writes refused. */
  reserved_slots: z.array(z.int().min(1).max(1_000)).default([]),
  schedules: schedulesSchema.optional(),
  clock: clockSchema.optional(),
  /** What an empty slot's report carries beside its status; the BE469 sends "0000" (FIELD-BUGS 5). */
  empty_reads: z.enum(['', '0000']).default(''),
  /** Access Control notification events (type 6) that the lock can send. */
  events: z.array(z.int().min(1).max(254)),
  /** Whether programming events carry the slot. */
  events_name_slot: z.boolean().default(true),
  /** A new master code, given at the keypad (event 18), takes all user codes with it. */
  master_code_wipes: z.boolean().default(false),
  behaviour: behaviourChangeSchema.default({}),
  /** Codes a person has already put in, by slot; or tags, that stand among them and open without digits. */
  codes: z.record(z.string().regex(/^\d{1,3}$/), heldCodeSchema).default({}),
  /** Names of those users, where the lock keeps names. */
  names: z.record(z.string().regex(/^\d{1,3}$/), z.string().max(127)).default({}),
});

export const lockSpecSchema = lockShape
  .refine((spec) => (spec.user_code_version === undefined) !== (spec.user_credential === undefined), {
    message: 'either user_code_version or user_credential',
    path: ['user_code_version'],
  })
  .refine((spec) => spec.schedules === undefined || spec.user_credential === undefined, {
    message: 'only with user_code_version: Schedule Entry Lock CC belongs to User Code CC',
    path: ['schedules'],
  })
  .refine((spec) => spec.schedules === undefined || spec.clock !== undefined, {
    message: 'needed for schedules',
    path: ['clock'],
  });
export type LockSpec = z.infer<typeof lockSpecSchema>;

export const lockSpecsSchema = z
  .array(lockSpecSchema)
  .min(1)
  .refine((specs) => {
    const nodes = specs.map((s) => s.node).filter((node) => node !== noNode);
    return new Set(nodes).size === nodes.length;
  }, 'node ids must differ')
  .refine(
    (specs) => specs.every((s) => s.waiting === (s.node === noNode)),
    'a lock has either a node id or "waiting": true',
  );
