import { z } from 'zod';
import type { SimulatedLock } from './lock.ts';
import type { Reaction } from './person.ts';
import { zigbeeEpochMs } from './schedule-book.ts';

/** What a person with the lock's service software can do to its clock. */
export const clockAdjustmentSchema = z.strictObject({
  /** What it shall show, its own local time. */
  local: z
    .string()
    .regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?$/, 'local time of the lock, like 2026-07-01T12:30:00')
    .refine((text) => !Number.isNaN(Date.parse(`${text}Z`)), 'a date and time that exist')
    .optional(),
  /** Seconds to put it forward, or back where negative. */
  add_s: z.number().min(-4e9).max(4e9).optional(),
  ppm: z.number().min(-1_000_000).max(1_000_000).optional(),
  /** It asks the coordinator for the time now. */
  ask: z.literal(true).optional(),
});
export type ClockAdjustment = z.infer<typeof clockAdjustmentSchema>;

export const adjustClock = (lock: SimulatedLock, { local, add_s, ppm }: ClockAdjustment): Reaction => {
  const { clock } = lock;
  if (clock === undefined) return { accepted: false, reason: 'no_clock' };
  if (local !== undefined) clock.setLocal(Date.parse(`${local}Z`));
  if (add_s !== undefined) clock.setRunning(clock.running() + add_s * 1_000);
  if (ppm !== undefined) clock.runAt(ppm);
  lock.changed();
  return { accepted: true };
};

const minute = (seconds: number): string =>
  new Date(zigbeeEpochMs + seconds * 1000).toISOString().slice(0, 16);
const two = (value: number): string => String(value).padStart(2, '0');

/** Users with schedules, each in local time of the lock. */
const schedulesOf = (lock: SimulatedLock): Record<string, unknown>[] =>
  Object.entries(lock.schedules?.memory.users ?? {}).map(([user, { year_day, week_day }]) => ({
    user: Number(user),
    // Whether its code obeys them.
    enforced: ['year_day', 'week_day'].includes(lock.slot(Number(user))?.type ?? ''),
    year_day: Object.entries(year_day).map(([id, { start, end }]) => ({
      slot: Number(id),
      start: minute(start),
      stop: minute(end),
    })),
    week_day: Object.entries(week_day).map(([id, held]) => ({
      slot: Number(id),
      days: held.days,
      start: `${two(held.start_hour)}:${two(held.start_minute)}`,
      stop: `${two(held.end_hour)}:${two(held.end_minute)}`,
    })),
  }));

/** What a lock of its kind holds besides slots, bolt and battery; absent where the kind has no such thing. */
export const inside = (lock: SimulatedLock): Record<string, unknown> => {
  const { schedules, clock, spec } = lock;
  return {
    ...(schedules === undefined ? {} : { schedules: schedulesOf(lock) }),
    ...(clock === undefined
      ? {}
      : {
          clock: {
            local: new Date(clock.local()).toISOString().slice(0, 19),
            ppm: clock.ppm,
            zone: clock.zone,
          },
        }),
    ...(spec.master_slot === undefined ? {} : { master_code: lock.masterCode }),
  };
};
