import { z } from 'zod';

// What the tables need of the daemon's answers; everything else passes `--json` untouched.

const problem = z.object({
  error_code: z.string().optional(),
  warning_code: z.string().optional(),
  message: z.string().default(''),
});
const problems = z.array(problem).default([]);

export const deviceSchema = z.object({
  device_id: z.string(),
  display_name: z.string().nullish(),
  nickname: z.string().nullish(),
  properties: z.object({
    name: z.string().nullish(),
    online: z.boolean(),
    locked: z.boolean().nullish(),
    battery_level: z.number().nullish(),
    model: z.object({ display_name: z.string().nullish() }).nullish(),
  }),
  errors: problems,
  warnings: problems,
  location: z.object({ time_zone: z.string() }).nullish(),
  x_address: z.string().default(''),
  x_slots: z.object({ first: z.number(), last: z.number() }).nullish(),
  x_adopted: z.boolean().default(true),
  x_read_back: z.string().nullish(),
  x_removed_at: z.string().nullish(),
});
export type Device = z.output<typeof deviceSchema>;
export const oneDeviceSchema = z.object({ device: deviceSchema });
export const devicesSchema = z.object({ devices: z.array(deviceSchema) });

const side = z
  .object({
    name: z.string().nullish(),
    code: z.string().nullish(),
    starts_at: z.string().nullish(),
    ends_at: z.string().nullish(),
  })
  .nullish();
const mutation = z.object({
  mutation_code: z.string(),
  message: z.string().nullish(),
  scheduled_at: z.string().nullish(),
  from: side,
  to: side,
});
export type Mutation = z.output<typeof mutation>;

export const codeSchema = z.object({
  access_code_id: z.string(),
  device_id: z.string(),
  name: z.string().nullable(),
  code: z.string().nullable(),
  status: z.string(),
  created_at: z.string(),
  errors: problems,
  warnings: problems,
  pending_mutations: z.array(mutation).default([]),
  starts_at: z.string().nullish(),
  ends_at: z.string().nullish(),
  common_code_key: z.string().nullish(),
  is_backup: z.boolean().default(false),
  is_one_time_use: z.boolean().default(false),
  is_scheduled_on_device: z.boolean().default(false),
  is_external_modification_allowed: z.boolean().default(false),
  x_slot: z.number().nullish(),
  x_pending: z.string().nullish(),
});
export type Code = z.output<typeof codeSchema>;
export const codesSchema = z.object({ access_codes: z.array(codeSchema) });
export const oneCodeSchema = z.object({ access_code: codeSchema });

export const attemptSchema = z.object({
  action_attempt: z.object({
    status: z.string(),
    result: z.object({ was_confirmed_by_device: z.boolean().nullish() }).nullish(),
    error: z.object({ type: z.string(), message: z.string() }).nullish(),
  }),
});

export const statusSchema = z.object({
  bridge: z.object({
    bridge_id: z.string(),
    version: z.string(),
    started_at: z.string(),
    drivers: z.array(
      z.object({
        driver: z.string(),
        state: z.string(),
        detail: z.string().nullish(),
        locks: z.number(),
        left_behind: z.array(z.string()).default([]),
      }),
    ),
    mqtt: z.object({ connected: z.boolean(), since: z.string().nullish() }),
    clock: z.object({ trusted: z.boolean(), why: z.string().nullable() }),
    counts: z.record(z.string(), z.number()),
    last_seq: z.number(),
  }),
  uptime_s: z.number().nullish(),
  outbox: z
    .object({
      length: z.number(),
      oldest_at: z.string().nullable(),
      refused: z.object({ event_type: z.string(), since: z.string() }).nullable(),
    })
    .nullish(),
  findings: z.object({ problems: z.number(), warnings: z.number() }).nullish(),
});

const workSchema = z.object({
  what: z.string(),
  in_flight: z.boolean().default(false),
  since: z.string().nullish(),
  attempts: z.number().default(0),
  next_at: z.string().nullish(),
  reason: z.string().nullish(),
  final: z.boolean().default(false),
});
export type Work = z.output<typeof workSchema>;

export const slotSchema = z.object({
  slot: z.number(),
  state: z.string(),
  masked: z.boolean().default(false),
  enabled: z.boolean().nullish(),
  owner: z.string().nullable(),
  access_code_id: z.string().nullish(),
  name: z.string().nullish(),
  usable: z.boolean().default(true),
  schedule: z.string().nullish(),
  evidence: z.object({ grade: z.string(), at: z.string().nullable() }),
  pending: z.string().nullish(),
  work: workSchema.nullish(),
  drift: z.string().nullish(),
});
export type Slot = z.output<typeof slotSchema>;
export const slotsSchema = z.object({
  slots: z.array(slotSchema),
  unplaced: z
    .array(z.object({ access_code_id: z.string(), name: z.string().nullish(), work: workSchema }))
    .default([]),
  lock: z
    .object({
      adopted: z.boolean(),
      readable: z.boolean().default(true),
      retry_at: z.string().nullable(),
      frozen_since: z.string().nullish(),
      last_audit_at: z.string().nullable(),
      audit_due: z.boolean(),
      checksum: z.string(),
    })
    .nullish(),
});
export type SlotMap = z.output<typeof slotsSchema>;

export const historySchema = z.object({
  entries: z.array(
    z.object({
      at: z.string(),
      kind: z.string(),
      slot: z.number().nullish(),
      device_id: z.string().nullish(),
      access_code_id: z.string().nullish(),
      detail: z.record(z.string(), z.unknown()).nullish(),
    }),
  ),
});

export const eventSchema = z.object({
  seq: z.number(),
  event_type: z.string(),
  occurred_at: z.string(),
  device_id: z.string().nullish(),
  access_code_id: z.string().nullish(),
});
export type Event = z.output<typeof eventSchema>;
export const eventsSchema = z.object({ events: z.array(eventSchema) });

export const pairingSchema = z.object({
  pairing: z.object({
    pairing_id: z.string(),
    kind: z.string().default('pair'),
    state: z.string(),
    message: z.string(),
    pin_needed: z.boolean(),
    dsk: z.string().nullable(),
    security: z.string().nullable(),
    warning: z.string().nullable(),
    device_id: z.string().nullable(),
    error: z.object({ type: z.string(), message: z.string() }).nullable(),
    steps: z.array(z.object({ at: z.string(), step: z.string(), message: z.string() })),
  }),
});
export type Pairing = z.output<typeof pairingSchema>['pairing'];

const movedSchema = z.array(z.object({ access_code_id: z.string(), name: z.string().nullable() }));
export const replacementSchema = z.object({
  replacement: z.object({ moved: movedSchema, left_behind: movedSchema }),
});

export const repairSchema = z.object({
  repair: z.object({ codes_to_set: z.number(), slots_to_look_at: z.number(), frozen: z.boolean() }),
});

export const certificationSchema = z.object({
  certification: z.object({
    certify_id: z.string(),
    state: z.string(),
    steps: z.array(z.object({ name: z.string(), state: z.string(), result: z.string() })),
    error: z.object({ type: z.string(), message: z.string() }).nullish(),
    row: z.unknown(),
  }),
});
export type Certification = z.output<typeof certificationSchema>['certification'];

/** Refused because of another pairing, with its id. */
export const busySchema = z.object({
  error: z.object({ type: z.literal('pairing_busy'), data: z.object({ pairing_id: z.string() }) }),
});

export const errorSchema = z.object({
  error: z.object({
    type: z.string(),
    message: z.string(),
    validation_errors: z.unknown().optional(),
    data: z.unknown().optional(),
  }),
});

const arrivalSchema = z.object({
  access_code_id: z.string(),
  device_name: z.string(),
  name: z.string().nullable(),
  starts_at: z.string(),
  time_zone: z.string().nullish(),
  how: z.string(),
  deferred_because: z.object({ message: z.string(), until: z.string().nullish() }).nullish(),
  proof: z.string(),
  risk: z.object({ reason: z.string(), message: z.string() }).nullable(),
  backup_access_code_id: z.string().nullish(),
  is_backup_access_code_available: z.boolean().default(false),
});
export type Arrival = z.output<typeof arrivalSchema>;
export const arrivalsSchema = z.object({ arrivals: z.array(arrivalSchema), total: z.number() });

const clockSchema = z.object({
  trusted: z.boolean(),
  since: z.string(),
  message: z.string(),
  consequence: z.string().nullable(),
  what_to_do: z.string().nullable(),
  system_time: z.string(),
  bridge_time: z.string(),
  floor: z.string(),
});
export type ClockState = z.output<typeof clockSchema>;
export const clockTrustSchema = z.object({ clock: clockSchema });

const lockClockSchema = z.object({
  display_name: z.string().nullable(),
  time_zone: z.string(),
  can_be_set: z.boolean(),
  can_be_read: z.boolean(),
  offset_ms: z.number().nullable(),
  measured_at: z.string().nullable(),
  set_at: z.string().nullable(),
});
export type LockClock = z.output<typeof lockClockSchema>;
export const clocksSchema = z.object({ clock: clockSchema, locks: z.array(lockClockSchema) });
