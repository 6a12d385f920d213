import { clockInside } from '../shared/service-clock.ts';
import type { SimulatedLock } from './lock.ts';
import type { YearDaySchedule } from './schedule-book.ts';

const two = (value: number): string => String(value).padStart(2, '0');

/** Year byte and all, as the lock holds it: 235 for 2235. */
const edges = (s: YearDaySchedule): { start: string; stop: string } => ({
  start: `${2000 + s.startYear}-${two(s.startMonth)}-${two(s.startDay)}T${two(s.startHour)}:${two(s.startMinute)}`,
  stop: `${2000 + s.stopYear}-${two(s.stopMonth)}-${two(s.stopDay)}T${two(s.stopHour)}:${two(s.stopMinute)}`,
});

/** What a lock of its kind holds besides slots, bolt and battery; absent where the kind has no such thing. */
export const inside = ({
  users,
  schedules,
  clock,
  spec,
  relockSeconds,
}: SimulatedLock): Record<string, unknown> => ({
  ...(spec.auto_relock === undefined ? {} : { relock_seconds: relockSeconds }),
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
  ...clockInside(clock),
});
