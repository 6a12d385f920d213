import { z } from 'zod';
import { behaviourChangeSchema } from './behaviours.ts';
import { digitsSchema, heldCodeSchema, slotKeySchema, slotSchema } from './slot.ts';

const u16Schema = z.int().min(0).max(0xffff);
const u8Schema = z.int().min(0).max(0xff);
/** A character string of the Basic cluster. */
const labelSchema = z.string().min(1).max(32);

/** Week-day, year-day and holiday schedules (ZCL §7.3). */
const schedulesSchema = z.strictObject({
  /** Schedules of each user. */
  year_day: z.int().min(0).max(16).default(1),
  week_day: z.int().min(0).max(16).default(0),
  /** Of the whole lock. */
  holidays: z.int().min(0).max(16).default(0),
  /** The lowest schedule id. */
  ids_from: z.union([z.literal(0), z.literal(1)]).default(0),
  /** What becomes of a schedule for a user without a code: stored, accepted and dropped, or refused. */
  needs_code: z.enum(['no', 'drops', 'refuses']).default('no'),
  /** A PIN that is set takes the user's schedules with it. */
  code_drops: z.boolean().default(false),
  /** A PIN that is cleared takes the user's schedules with it, as the specification wants (ZCL, Clear PIN Code). */
  clear_resets: z.boolean().default(true),
  /** A schedule that is set also makes its user a schedule user. */
  setting_binds: z.boolean().default(false),
  /** When a user's last schedule is cleared: an unrestricted user again, or one whom no schedule admits. */
  erase_restores_full_access: z.boolean().default(false),
  /** Users of the schedule types are bound; else schedules are kept and mean nothing. */
  binds: z.boolean().default(true),
  /** A year-day schedule that is over by the lock's clock is refused. */
  refuses_past: z.boolean().default(false),
});

/** How the lock's clock comes by its time, and how well it runs. */
const clockSchema = z.strictObject({
  /** What it asks the coordinator's time cluster for: LocalTime, or Time with TimeZone and the DST attributes. */
  asks: z.enum(['local_time', 'utc', 'never']).default('local_time'),
  /** How often, once it has had an answer, in seconds; without one it asks every half minute. */
  asks_every_s: z.number().min(1).max(604_800).default(86_400),
  /** It has a time cluster of its own, which can be read and set. */
  server: z.boolean().default(false),
  /** That cluster has the zone and its changes, and shows LocalTime by them; else it shows Time as it was set. */
  zoned: z.boolean().default(true),
  /** It remembers when its zone's clocks change, as it was told; else it says yes to that and forgets it. */
  keeps_dst: z.boolean().default(true),
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

/** Numbers of digits. */
const lengthsSchema = z.strictObject({ min: z.int().min(1).max(16), max: z.int().min(1).max(16) });

/** An attribute of the manufacturer's own, with nothing behind it. */
const vendorAttributeSchema = z.strictObject({
  cluster: u16Schema.default(0x0101),
  id: u16Schema,
  /** A ZCL data type: 0x10 boolean, 0x20 to 0x23 unsigned, 0x30 enum8, 0x41 octets, 0x42 text. */
  type: z.union([z.int().min(0x08).max(0x2f), z.literal(0x30), z.literal(0x41), z.literal(0x42)]),
  /** A number, or for octets and text the string. */
  value: z.union([z.int().min(0), z.string().max(64)]),
  /** Reached only by frames that carry the manufacturer code; a number is another maker's than the lock's. */
  manufacturer_specific: z.union([z.boolean(), u16Schema]).default(false),
  writable: z.boolean().default(false),
});

const secondsSchema = z.int().min(1).max(0xffff_fffe);
/** Its AutoRelockTime (0x0023). */
const autoRelockSchema = z.strictObject({
  /** What it is at the factory; 0: never. */
  factory: z.union([z.literal(0), secondsSchema]).default(0),
  /** What it takes besides 0; absent: any time. */
  takes: z.array(secondsSchema).optional(),
  /** 0 and 1 only, which stands for so many seconds (Onesti). */
  switches_s: secondsSchema.optional(),
  writable: z.boolean().default(true),
});

/** A lock as it left the factory and was paired: everything that doesn't change while it runs. */
const lockShape = z.strictObject({
  name: z.string().min(1).max(64),
  /** EUI-64, `0x` and 16 small hex digits; absent: made of the seed and the lock's id. */
  ieee: z
    .string()
    .regex(/^0x[0-9a-f]{16}$/, '0x and 16 hex digits in small letters')
    .optional(),
  /** Powered, but in no network. */
  waiting: z.boolean().default(false),
  /** `held`: in pairing mode all the time, so that it joins as soon as a network is open. */
  pairing_button: z.enum(['press', 'held']).default('press'),
  /** How long it looks for a network after the button was pressed, in milliseconds. */
  pairing_window_ms: z.number().min(0).max(600_000).default(30_000),
  /** Whether it forgets its codes when it leaves the network. */
  wipes_on_leave: z.boolean().default(false),
  /** ManufacturerName and ModelIdentifier of the Basic cluster, exactly. */
  manufacturer: labelSchema,
  model: labelSchema,
  manufacturer_code: u16Schema,
  /** LocationDescription of the Basic cluster; absent: the first 16 characters of the name. */
  location: z.string().max(16).optional(),
  date_code: z.string().max(16).default('20240115'),
  sw_build: z.string().max(16).default('1.0.0'),
  hw_version: u8Schema.default(1),
  app_version: u8Schema.default(1),
  /** Where all its clusters are. */
  endpoint: z.int().min(1).max(240).default(1),
  /** Another endpoint, told first, which has the Power Configuration cluster and no lock (Weiser). */
  power_endpoint: z.int().min(1).max(240).optional(),
  power: z.enum(['battery', 'mains']).default('battery'),
  /** PowerSource of the Basic cluster, where it tells something else (ZCL table 3-8: 1 mains, 3 battery). */
  power_source_told: u8Schema.optional(),
  /** Its radio sleeps and polls its parent; absent: as battery locks do. */
  sleepy: z.boolean().optional(),
  poll_control: z.boolean().default(false),
  /** RequirePINforRFOperation is set at the factory: the bolt moves by radio only with a code. */
  radio_needs_pin: z.boolean().default(false),
  alarms: z.boolean().default(true),
  /** BatteryPercentageRemaining counts in whole percent instead of halves. */
  battery_in_percent: z.boolean().default(false),
  /** Which battery attribute it has. */
  battery_tells: z.enum(['percentage', 'voltage', 'both']).default('percentage'),
  /** Number of PIN users; they are numbered from `first_slot`. */
  slots: z.int().min(1).max(1_000),
  first_slot: z.int().min(0).max(255).default(1),
  /** Slots that the lock keeps for itself: nothing there, writes refused. */
  reserved_slots: z.array(slotSchema).default([]),
  /** Holds the master code, and takes nothing but one: user type 3 (Yale). */
  master_slot: slotSchema.optional(),
  master_code: digitsSchema.default('9731'),
  code_length: lengthsSchema,
  /** Min and MaxPINCodeLength, where they tell something else. */
  code_length_told: lengthsSchema.optional(),
  /** All codes have one length at a time, this one at the factory; another at the keypad wipes all codes. */
  one_code_length: z.int().min(4).max(10).optional(),
  /**
   * Factory setting of SendPINOverTheAir. Where it is false, PINs go over the air as 0xff octets until it is
   * set (ZCL, that attribute). Absent: no such attribute, and PINs are sent.
   */
  pin_over_air: z.boolean().optional(),
  /** Factory setting of all event masks; `none`: no such attributes, every event is sent. */
  event_masks: z.union([u16Schema, z.literal('none')]).default(0),
  /** Attributes and commands of the Door Lock cluster that it does without. */
  missing_attributes: z.array(u16Schema).default([]),
  missing_commands: z.array(u8Schema).default([]),
  vendor_attributes: z.array(vendorAttributeSchema).default([]),
  auto_relock: autoRelockSchema.prefault({}),
  schedules: schedulesSchema.optional(),
  clock: clockSchema.optional(),
  behaviour: behaviourChangeSchema.default({}),
  /** Codes a person has already put in, by slot; '' is a card or a finger, which has no digits. */
  codes: z.record(slotKeySchema, heldCodeSchema).default({}),
});

export const lockSpecSchema = lockShape
  .refine((spec) => spec.schedules === undefined || spec.clock !== undefined, {
    message: 'needed for schedules',
    path: ['clock'],
  })
  .refine((spec) => spec.code_length.min <= spec.code_length.max, {
    message: 'min may not be above max',
    path: ['code_length'],
  })
  .refine(
    (spec) =>
      Object.keys(spec.codes).every(
        (slot) => Number(slot) >= spec.first_slot && Number(slot) < spec.first_slot + spec.slots,
      ),
    { message: 'beyond the slots of the lock', path: ['codes'] },
  );
export type LockSpec = z.infer<typeof lockSpecSchema>;
export type LockInput = z.input<typeof lockSpecSchema>;
export type ClockTraits = z.infer<typeof clockSchema>;
export type ScheduleTraits = z.infer<typeof schedulesSchema>;

export const lockSpecsSchema = z
  .array(lockSpecSchema)
  .min(1)
  .refine((specs) => {
    const given = specs.flatMap(({ ieee }) => (ieee === undefined ? [] : [ieee]));
    return new Set(given).size === given.length;
  }, 'ieee addresses must differ');
