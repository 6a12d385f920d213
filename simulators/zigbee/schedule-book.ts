import { z } from 'zod';
import type { UserType } from './slot.ts';
import type { ScheduleTraits } from './spec.ts';

const u32Schema = z.int().min(0).max(0xffff_ffff);

/** Seconds since 2000-01-01T00:00 on the lock's own wall clock (ZCL, Set Year Day Schedule). */
const yearDaySchema = z.strictObject({ start: u32Schema, end: u32Schema });
export type YearDaySchedule = z.infer<typeof yearDaySchema>;

const hourSchema = z.int().min(0).max(23);
const minuteSchema = z.int().min(0).max(59);
/** `days`: bit 0 is Sunday. */
const weekDaySchema = z.strictObject({
  days: z.int().min(0).max(0xff),
  start_hour: hourSchema,
  start_minute: minuteSchema,
  end_hour: hourSchema,
  end_minute: minuteSchema,
});
export type WeekDaySchedule = z.infer<typeof weekDaySchema>;

const holidaySchema = z.strictObject({ start: u32Schema, end: u32Schema, mode: z.int().min(0).max(0xff) });
export type HolidaySchedule = z.infer<typeof holidaySchema>;

const byId = <T extends z.ZodType>(schema: T): z.ZodRecord<z.ZodString, T> => z.record(z.string(), schema);

/** What the lock keeps of its schedules, by user and schedule id. */
export const scheduleMemorySchema = z.strictObject({
  users: byId(z.strictObject({ year_day: byId(yearDaySchema), week_day: byId(weekDaySchema) })),
  holidays: byId(holidaySchema),
});
export type ScheduleMemory = z.infer<typeof scheduleMemorySchema>;

export type ScheduleKind = 'year_day' | 'week_day';
/** `dropped`: accepted in words, nothing stored. */
export type ScheduleChange = 'stored' | 'dropped' | 'refused';

/** The epoch of the seconds above, as `Date.UTC` counts. */
export const zigbeeEpochMs = Date.UTC(2000, 0, 1);
const dayMinutes = 24 * 60;

const holds = ({ start, end }: YearDaySchedule, localS: number): boolean => start <= localS && localS < end;

const holdsToday = (schedule: WeekDaySchedule, localMs: number): boolean => {
  const local = new Date(localMs);
  if ((schedule.days & (1 << local.getUTCDay())) === 0) return false;
  const now = local.getUTCHours() * 60 + local.getUTCMinutes();
  const start = schedule.start_hour * 60 + schedule.start_minute;
  return start <= now && now < schedule.end_hour * 60 + schedule.end_minute;
};

const mapOf = <T>(record: Readonly<Record<string, T>> = {}): Map<number, T> =>
  new Map(Object.entries(record).map(([id, held]) => [Number(id), held]));

interface UserSchedules {
  readonly year_day: Map<number, YearDaySchedule>;
  readonly week_day: Map<number, WeekDaySchedule>;
}

/** The schedules of a lock, by user id. Whom they bind is a matter of the user's type. */
export class ScheduleBook {
  readonly traits: ScheduleTraits;
  readonly #users = new Map<number, UserSchedules>();
  readonly #holidays: Map<number, HolidaySchedule>;

  constructor(traits: ScheduleTraits, memory?: ScheduleMemory) {
    this.traits = traits;
    this.#holidays = mapOf(memory?.holidays);
    for (const [user, held] of Object.entries(memory?.users ?? {}))
      this.#users.set(Number(user), { year_day: mapOf(held.year_day), week_day: mapOf(held.week_day) });
  }

  get memory(): ScheduleMemory {
    const users = [...this.#users].filter(([, held]) => held.year_day.size + held.week_day.size > 0);
    return {
      users: Object.fromEntries(
        users.map(([user, { year_day, week_day }]) => [
          user,
          { year_day: Object.fromEntries(year_day), week_day: Object.fromEntries(week_day) },
        ]),
      ),
      holidays: Object.fromEntries(this.#holidays),
    };
  }

  /** Whether the lock has a schedule of that kind and id. */
  has(kind: ScheduleKind | 'holidays', id: number): boolean {
    const { ids_from } = this.traits;
    return id >= ids_from && id < ids_from + this.traits[kind];
  }

  yearDay(user: number, id: number): YearDaySchedule | undefined {
    return this.#users.get(user)?.year_day.get(id);
  }

  weekDay(user: number, id: number): WeekDaySchedule | undefined {
    return this.#users.get(user)?.week_day.get(id);
  }

  holiday(id: number): HolidaySchedule | undefined {
    return this.#holidays.get(id);
  }

  setYearDay(
    user: number,
    id: number,
    schedule: YearDaySchedule,
    { userHasCode, localMs }: { readonly userHasCode: boolean; readonly localMs: number },
  ): ScheduleChange {
    if (schedule.start >= schedule.end) return 'refused';
    const nowS = (localMs - zigbeeEpochMs) / 1000;
    if (this.traits.refuses_past && schedule.end <= nowS) return 'refused';
    const refusal = this.#withoutCode(userHasCode);
    if (refusal === undefined) this.#of(user).year_day.set(id, schedule);
    return refusal ?? 'stored';
  }

  setWeekDay(user: number, id: number, schedule: WeekDaySchedule, userHasCode: boolean): ScheduleChange {
    const { start_hour, start_minute, end_hour, end_minute } = schedule;
    const start = start_hour * 60 + start_minute;
    const end = end_hour * 60 + end_minute;
    if (start >= end || end >= dayMinutes || start_minute > 59 || end_minute > 59) return 'refused';
    const refusal = this.#withoutCode(userHasCode);
    if (refusal === undefined) this.#of(user).week_day.set(id, schedule);
    return refusal ?? 'stored';
  }

  setHoliday(id: number, schedule: HolidaySchedule): ScheduleChange {
    if (schedule.start >= schedule.end) return 'refused';
    this.#holidays.set(id, schedule);
    return 'stored';
  }

  clearHoliday(id: number): void {
    this.#holidays.delete(id);
  }

  /** @returns whether that was the last schedule of the user. */
  clear(kind: ScheduleKind, user: number, id: number): boolean {
    const held = this.#users.get(user);
    if (held?.[kind].delete(id) !== true) return false;
    return held.year_day.size + held.week_day.size === 0;
  }

  clearUser(user: number): void {
    this.#users.delete(user);
  }

  clearAll(): void {
    this.#users.clear();
    this.#holidays.clear();
  }

  /** Whether the user's code opens the door at this time on the lock's wall clock. */
  admits(user: number, type: UserType, localMs: number): boolean {
    const held = this.#users.get(user);
    if (type === 'year_day')
      return [...(held?.year_day.values() ?? [])].some((each) =>
        holds(each, (localMs - zigbeeEpochMs) / 1000),
      );
    if (type === 'week_day')
      return [...(held?.week_day.values() ?? [])].some((each) => holdsToday(each, localMs));
    return type !== 'non_access';
  }

  #withoutCode(userHasCode: boolean): 'dropped' | 'refused' | undefined {
    if (userHasCode || this.traits.needs_code === 'no') return undefined;
    return this.traits.needs_code === 'drops' ? 'dropped' : 'refused';
  }

  #of(user: number): UserSchedules {
    const held = this.#users.get(user) ?? { year_day: new Map(), week_day: new Map() };
    this.#users.set(user, held);
    return held;
  }
}
