import { z } from 'zod';
import { digitsSchema, heldCodeSchema } from './spec.ts';

/** What a lock keeps over a power cut, as it stands in the state file; see `LockMemory`. */
const id = z.string().regex(/^[1-9]\d{0,3}$/);
const by = z.enum(['radio', 'local']);
const slotSchema = z.strictObject({ status: z.enum(['enabled', 'disabled']), code: heldCodeSchema });

const userCredentialSchema = z.strictObject({
  users: z.record(
    id,
    z.strictObject({
      name: z.string().max(254),
      active: z.boolean(),
      type: z.enum(['general', 'non_access']),
      by,
    }),
  ),
  credentials: z.record(id, z.strictObject({ user: z.int().min(1), code: digitsSchema, by })),
});

const byte = z.int().min(0).max(0xff);
const yearDaySchema = z.strictObject({
  startYear: byte,
  startMonth: byte,
  startDay: byte,
  startHour: byte,
  startMinute: byte,
  stopYear: byte,
  stopMonth: byte,
  stopDay: byte,
  stopHour: byte,
  stopMinute: byte,
});

const timesSchema = { startHour: byte, startMinute: byte };
const weekDaySchema = z.strictObject({ weekday: byte, ...timesSchema, stopHour: byte, stopMinute: byte });
const dailyRepeatingSchema = z.strictObject({
  weekdays: z.array(byte).max(7),
  ...timesSchema,
  durationHour: byte,
  durationMinute: byte,
});
const userSchedulesSchema = z.strictObject({
  enforced: z.boolean(),
  kind: z.enum(['year_day', 'week_day', 'daily_repeating']).optional(),
  year_day: z.record(id, yearDaySchema),
  week_day: z.record(id, weekDaySchema).optional(),
  daily_repeating: z.record(id, dailyRepeatingSchema).optional(),
});

const zoneChangeSchema = z.strictObject({ month: byte, day: byte, hour: byte });
const clockSchema = z.strictObject({
  ahead_ms: z.int(),
  zone: z.strictObject({
    standard_minutes: z.int(),
    dst_minutes: z.int(),
    dst_start: zoneChangeSchema.optional(),
    dst_end: zoneChangeSchema.optional(),
  }),
});

export const memorySchema = z.strictObject({
  locked: z.boolean(),
  battery: z.int().min(0).max(100).optional(),
  slots: z.record(z.string().regex(/^[1-9]\d{0,2}$/), slotSchema),
  user_credential: userCredentialSchema.optional(),
  schedules: z.record(id, userSchedulesSchema).optional(),
  clock: clockSchema.optional(),
  parameters: z.record(id, byte).optional(),
  relock_s: z.int().min(0).max(0xffff).optional(),
});
