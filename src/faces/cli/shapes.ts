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
  x_address: z.string().default(''),
  x_slots: z.object({ first: z.number(), last: z.number() }).nullish(),
  x_adopted: z.boolean().default(true),
});
export type Device = z.output<typeof deviceSchema>;
export const devicesSchema = z.object({ devices: z.array(deviceSchema) });

export const codeSchema = z.object({
  access_code_id: z.string(),
  device_id: z.string(),
  name: z.string().nullable(),
  code: z.string().nullable(),
  status: z.string(),
  created_at: z.string(),
  errors: problems,
  warnings: problems,
  pending_mutations: z.array(z.object({ mutation_code: z.string() })).default([]),
  x_slot: z.number().nullish(),
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
      z.object({ driver: z.string(), state: z.string(), detail: z.string().nullish(), locks: z.number() }),
    ),
    mqtt: z.object({ connected: z.boolean() }),
    counts: z.record(z.string(), z.number()),
    last_seq: z.number(),
  }),
});

export const slotSchema = z.object({
  slot: z.number(),
  state: z.string(),
  masked: z.boolean().default(false),
  enabled: z.boolean().nullish(),
  owner: z.string().nullable(),
  access_code_id: z.string().nullish(),
  name: z.string().nullish(),
  evidence: z.object({ grade: z.string(), at: z.string().nullable() }),
  pending: z.string().nullish(),
  drift: z.string().nullish(),
});
export type Slot = z.output<typeof slotSchema>;
export const slotsSchema = z.object({ slots: z.array(slotSchema) });

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

export const errorSchema = z.object({
  error: z.object({ type: z.string(), message: z.string(), validation_errors: z.unknown().optional() }),
});
