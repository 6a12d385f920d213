import { clockInside } from '../shared/service-clock.ts';
import type { SimulatedLock } from './lock.ts';
import { zigbeeEpochMs } from './schedule-book.ts';

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
    ...clockInside(clock),
    ...(spec.master_slot === undefined ? {} : { master_code: lock.masterCode }),
  };
};
