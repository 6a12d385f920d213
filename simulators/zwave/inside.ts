import { clockInside } from '../shared/service-clock.ts';
import type { SimulatedLock } from './lock.ts';
import type { UserSchedules, YearDaySchedule } from './schedule-book.ts';

const two = (value: number): string => String(value).padStart(2, '0');

/** Year byte and all, as the lock holds it: 235 for 2235. */
const edges = (s: YearDaySchedule): { start: string; stop: string } => ({
  start: `${2000 + s.startYear}-${two(s.startMonth)}-${two(s.startDay)}T${two(s.startHour)}:${two(s.startMinute)}`,
  stop: `${2000 + s.stopYear}-${two(s.stopMonth)}-${two(s.stopDay)}T${two(s.stopHour)}:${two(s.stopMinute)}`,
});

const time = (hour: number, minute: number): string => `${two(hour)}:${two(minute)}`;

/** Other kinds than year-day only where there are any. */
const repeating = ({ kind, week_day, daily_repeating }: UserSchedules): Record<string, unknown> => ({
  ...(kind === undefined ? {} : { kind }),
  ...(week_day === undefined
    ? {}
    : {
        week_day: Object.entries(week_day).map(([slot, s]) => ({
          slot: Number(slot),
          weekday: s.weekday,
          start: time(s.startHour, s.startMinute),
          stop: time(s.stopHour, s.stopMinute),
        })),
      }),
  ...(daily_repeating === undefined
    ? {}
    : {
        daily_repeating: Object.entries(daily_repeating).map(([slot, s]) => ({
          slot: Number(slot),
          weekdays: s.weekdays,
          start: time(s.startHour, s.startMinute),
          duration: time(s.durationHour, s.durationMinute),
        })),
      }),
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
        schedules: Object.entries(schedules.memory).map(([user, held]) => ({
          user: Number(user),
          enforced: held.enforced,
          year_day: Object.entries(held.year_day).map(([slot, schedule]) => ({
            slot: Number(slot),
            ...edges(schedule),
          })),
          ...repeating(held),
        })),
      }),
  ...clockInside(clock),
});
