import { z } from 'zod';
import { hourAndMinute, timeOfDaySchema } from '../shared/time-of-day.ts';

/** Within one day of the week, 0 is Sunday; as it goes over the air (Schedule Entry Lock CC, Week Day Schedule Set). */
export interface WeekDaySchedule {
  readonly weekday: number;
  readonly startHour: number;
  readonly startMinute: number;
  readonly stopHour: number;
  readonly stopMinute: number;
}

/** From a time on some days of the week, for less than a day, over midnight too (the same, Daily Repeating Set). */
export interface DailyRepeatingSchedule {
  readonly weekdays: readonly number[];
  readonly startHour: number;
  readonly startMinute: number;
  readonly durationHour: number;
  readonly durationMinute: number;
}

const dayOfWeekSchema = z.int().min(0).max(6);
const bySlot = <T extends z.ZodType>(schema: T): z.ZodRecord<z.ZodString, T> =>
  z.record(z.string().regex(/^[1-9]\d{0,2}$/), schema);

/** What another hub has left, by schedule slot; days of the week count from Sunday, 0. */
export const leftWeekDaysSchema = bySlot(
  z.strictObject({ weekday: dayOfWeekSchema, start: timeOfDaySchema, stop: timeOfDaySchema }),
);
export const leftDailySchema = bySlot(
  z.strictObject({
    weekdays: z.array(dayOfWeekSchema).min(1).max(7),
    start: timeOfDaySchema,
    duration: timeOfDaySchema,
  }),
);

export const weekDayOf = ({
  weekday,
  start,
  stop,
}: z.infer<typeof leftWeekDaysSchema>[string]): WeekDaySchedule => {
  const [startHour, startMinute] = hourAndMinute(start);
  const [stopHour, stopMinute] = hourAndMinute(stop);
  return { weekday, startHour, startMinute, stopHour, stopMinute };
};

export const dailyOf = ({
  weekdays,
  start,
  duration,
}: z.infer<typeof leftDailySchema>[string]): DailyRepeatingSchedule => {
  const [startHour, startMinute] = hourAndMinute(start);
  const [durationHour, durationMinute] = hourAndMinute(duration);
  return { weekdays, startHour, startMinute, durationHour, durationMinute };
};

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;
const msOf = (hours: number, minutes: number): number => (hours * 60 + minutes) * minuteMs;

/** The specification lets no week-day schedule span days. */
export const isWeekDay = (s: WeekDaySchedule): boolean =>
  s.weekday <= 6 && msOf(s.startHour, s.startMinute) < msOf(s.stopHour, s.stopMinute);

export const weekDayAdmits = (s: WeekDaySchedule, localMs: number): boolean => {
  if (new Date(localMs).getUTCDay() !== s.weekday) return false;
  const sinceMidnight = localMs % dayMs;
  return msOf(s.startHour, s.startMinute) <= sinceMidnight && sinceMidnight < msOf(s.stopHour, s.stopMinute);
};

/** One that began yesterday may still last. */
export const dailyAdmits = (s: DailyRepeatingSchedule, localMs: number): boolean =>
  [localMs, localMs - dayMs].some((dayOfStart) => {
    if (!s.weekdays.includes(new Date(dayOfStart).getUTCDay())) return false;
    const start = dayOfStart - (dayOfStart % dayMs) + msOf(s.startHour, s.startMinute);
    return start <= localMs && localMs < start + msOf(s.durationHour, s.durationMinute);
  });
