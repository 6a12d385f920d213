import { z } from 'zod';
import type { SimulatedLock } from './lock.ts';
import type { Reaction } from './person.ts';
import type { YearDaySchedule } from './schedule-book.ts';

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
});

export const adjustClock = (
  lock: SimulatedLock,
  { local, add_s, ppm }: z.infer<typeof clockAdjustmentSchema>,
): Reaction => {
  const { clock } = lock;
  if (clock === undefined) return { accepted: false, reason: 'no_clock' };
  if (local !== undefined) clock.setLocal(Date.parse(`${local}Z`));
  if (add_s !== undefined) clock.setRunning(clock.running() + add_s * 1_000);
  if (ppm !== undefined) clock.runAt(ppm);
  lock.changed();
  return { accepted: true };
};

const two = (value: number): string => String(value).padStart(2, '0');

/** Year byte and all, as the lock holds it: 235 for 2235. */
const edges = (s: YearDaySchedule): { start: string; stop: string } => ({
  start: `${2000 + s.startYear}-${two(s.startMonth)}-${two(s.startDay)}T${two(s.startHour)}:${two(s.startMinute)}`,
  stop: `${2000 + s.stopYear}-${two(s.stopMonth)}-${two(s.stopDay)}T${two(s.stopHour)}:${two(s.stopMinute)}`,
});

/** What a lock of its kind holds besides slots, bolt and battery; absent where the kind has no such thing. */
export const inside = ({ users, schedules, clock }: SimulatedLock): Record<string, unknown> => ({
  ...(users === undefined
    ? {}
    : {
        users: users.users().map(([user, { name, active, type, by }]) => ({
          user,
          name,
          active,
          type,
          by,
          credentials: users
            .credentials(user)
            .map(([slot, { code, by: writer }]) => ({ slot, code, by: writer })),
        })),
      }),
  ...(schedules === undefined
    ? {}
    : {
        schedules: Object.entries(schedules.memory).map(([user, { enforced, year_day }]) => ({
          user: Number(user),
          enforced,
          year_day: Object.entries(year_day).map(([slot, schedule]) => ({
            slot: Number(slot),
            ...edges(schedule),
          })),
        })),
      }),
  ...(clock === undefined
    ? {}
    : {
        clock: {
          local: new Date(clock.local()).toISOString().slice(0, 19),
          ppm: clock.ppm,
          zone: clock.zone,
        },
      }),
});
