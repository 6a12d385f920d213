import type { z } from 'zod';
import { dailyAdmits, dailyOf, isWeekDay, weekDayAdmits, weekDayOf } from './repeating-schedules.ts';
import type {
  DailyRepeatingSchedule,
  WeekDaySchedule,
  leftDailySchema,
  leftWeekDaysSchema,
} from './repeating-schedules.ts';

/** A year-day schedule as it goes over the air: local time of the lock, year without the century. */
export interface YearDaySchedule {
  readonly startYear: number;
  readonly startMonth: number;
  readonly startDay: number;
  readonly startHour: number;
  readonly startMinute: number;
  readonly stopYear: number;
  readonly stopMonth: number;
  readonly stopDay: number;
  readonly stopHour: number;
  readonly stopMinute: number;
}

interface Schedules {
  year_day: YearDaySchedule;
  week_day: WeekDaySchedule;
  daily_repeating: DailyRepeatingSchedule;
}
export type ScheduleKind = keyof Schedules;
type BySlot = { readonly [K in ScheduleKind]: Map<number, Schedules[K]> };
type Kept<T> = Readonly<Record<string, T>>;

/** One user's schedules by schedule slot, whether they are enforced, and which kind the user has now. */
export interface UserSchedules {
  readonly enforced: boolean;
  /** Absent: year-day. */
  readonly kind?: ScheduleKind | undefined;
  readonly year_day: Kept<YearDaySchedule>;
  readonly week_day?: Kept<WeekDaySchedule> | undefined;
  readonly daily_repeating?: Kept<DailyRepeatingSchedule> | undefined;
}

type Left =
  | number
  | { readonly week_day: z.infer<typeof leftWeekDaysSchema> }
  | { readonly daily_repeating: z.infer<typeof leftDailySchema> };

export interface ScheduleTraits {
  readonly year_day_slots: number;
  readonly week_day_slots?: number;
  readonly daily_repeating_slots?: number;
  readonly kinds_at_once?: 'one' | 'all';
  readonly needs_code: 'no' | 'drops' | 'refuses';
  readonly erase_restores_full_access: boolean;
  readonly left_behind?: Readonly<Record<string, Left>>;
}

/** `dropped`: accepted in words, nothing stored. */
export type ScheduleChange = 'stored' | 'dropped' | 'refused';

const wholeCentury: YearDaySchedule = {
  startYear: 0,
  startMonth: 1,
  startDay: 1,
  startHour: 0,
  startMinute: 0,
  stopYear: 99,
  stopMonth: 12,
  stopDay: 31,
  stopHour: 23,
  stopMinute: 59,
};

const mapped = <T, U>(record: Readonly<Record<string, T>>, of: (one: T) => U): Record<string, U> =>
  Object.fromEntries(Object.entries(record).map(([slot, one]) => [slot, of(one)]));

const leftToUser = (left: Left): UserSchedules => {
  if (typeof left === 'number') return { enforced: true, year_day: { [left]: wholeCentury } };
  const kept = { enforced: true, year_day: {} };
  return 'week_day' in left
    ? { ...kept, kind: 'week_day', week_day: mapped(left.week_day, weekDayOf) }
    : { ...kept, kind: 'daily_repeating', daily_repeating: mapped(left.daily_repeating, dailyOf) };
};

const startMs = (s: YearDaySchedule): number =>
  Date.UTC(2000 + s.startYear, s.startMonth - 1, s.startDay, s.startHour, s.startMinute);
const stopMs = (s: YearDaySchedule): number =>
  Date.UTC(2000 + s.stopYear, s.stopMonth - 1, s.stopDay, s.stopHour, s.stopMinute);

const some = <T>(bySlot: ReadonlyMap<number, T>, admits: (schedule: T) => boolean): boolean =>
  [...bySlot.values()].some(admits);

const rules: {
  readonly [K in ScheduleKind]: {
    /** Whether it can be stored at all. */
    readonly isOne: (schedule: Schedules[K]) => boolean;
    /** Whether one of this kind lets its user in at this local time. */
    readonly admits: (held: BySlot, localMs: number) => boolean;
  };
} = {
  year_day: {
    isOne: (s) => startMs(s) < stopMs(s),
    admits: ({ year_day }, localMs) => some(year_day, (s) => startMs(s) <= localMs && localMs < stopMs(s)),
  },
  week_day: {
    isOne: isWeekDay,
    admits: ({ week_day }, localMs) => some(week_day, (s) => weekDayAdmits(s, localMs)),
  },
  daily_repeating: {
    isOne: ({ weekdays }) => weekdays.length > 0,
    admits: ({ daily_repeating }, localMs) => some(daily_repeating, (s) => dailyAdmits(s, localMs)),
  },
};
const allKinds: readonly ScheduleKind[] = ['year_day', 'week_day', 'daily_repeating'];

interface Held extends BySlot {
  enforced: boolean;
  kind: ScheduleKind;
}

const mapOf = <T>(record: Kept<T> = {}): Map<number, T> =>
  new Map(Object.entries(record).map(([slot, schedule]) => [Number(slot), schedule]));

const heldOf = (kept: UserSchedules): Held => ({
  enforced: kept.enforced,
  kind: kept.kind ?? 'year_day',
  year_day: mapOf(kept.year_day),
  week_day: mapOf(kept.week_day),
  daily_repeating: mapOf(kept.daily_repeating),
});

const keptOf = ({ enforced, kind, year_day, week_day, daily_repeating }: Held): UserSchedules => ({
  enforced,
  ...(kind === 'year_day' ? {} : { kind }),
  year_day: Object.fromEntries(year_day),
  ...(week_day.size === 0 ? {} : { week_day: Object.fromEntries(week_day) }),
  ...(daily_repeating.size === 0 ? {} : { daily_repeating: Object.fromEntries(daily_repeating) }),
});

/**
 * The schedules of a lock's users. They stand by user id and know nothing of codes: a code that is cleared leaves its
 * schedules to the next tenant of its slot. A user has one kind at a time (Schedule Entry Lock CC, notes on the Set
 * commands), that of the last schedule set, unless `kinds_at_once` says otherwise.
 */
export class ScheduleBook {
  readonly traits: ScheduleTraits;
  #binds: (user: number) => boolean = () => true;
  readonly #users = new Map<number, Held>();

  constructor(
    traits: ScheduleTraits,
    memory: Readonly<Record<string, UserSchedules>> = mapped(traits.left_behind ?? {}, leftToUser),
  ) {
    this.traits = traits;
    for (const [user, kept] of Object.entries(memory)) this.#users.set(Number(user), heldOf(kept));
  }

  /** Users with schedules or with enforcement switched on, by id. */
  get memory(): Record<string, UserSchedules> {
    return Object.fromEntries(
      [...this.#users]
        .filter(([, held]) => held.enforced || allKinds.some((kind) => held[kind].size > 0))
        .map(([user, held]) => [user, keptOf(held)]),
    );
  }

  /** How many each user has. */
  slots(kind: ScheduleKind): number {
    return this.traits[`${kind}_slots`] ?? 0;
  }

  has(slot: number, kind: ScheduleKind = 'year_day'): boolean {
    return slot >= 1 && slot <= this.slots(kind);
  }

  get(user: number, slot: number): YearDaySchedule | undefined {
    return this.held('year_day', user, slot);
  }

  held<K extends ScheduleKind>(kind: K, user: number, slot: number): Schedules[K] | undefined {
    const held: BySlot | undefined = this.#users.get(user);
    return held?.[kind].get(slot);
  }

  set(user: number, slot: number, schedule: YearDaySchedule, userHasCode: boolean): ScheduleChange {
    return this.store('year_day', user, slot, schedule, userHasCode);
  }

  /** Storing a schedule also switches enforcement on, and its user to that kind (see above). */
  store<K extends ScheduleKind>(
    kind: K,
    user: number,
    slot: number,
    schedule: Schedules[K],
    userHasCode: boolean,
  ): ScheduleChange {
    if (!rules[kind].isOne(schedule)) return 'refused';
    if (!userHasCode && this.traits.needs_code !== 'no')
      return this.traits.needs_code === 'drops' ? 'dropped' : 'refused';
    const held = this.#of(user);
    const bySlot: BySlot = held;
    bySlot[kind].set(slot, schedule);
    held.enforced = true;
    held.kind = kind;
    return 'stored';
  }

  /** Erasing leaves its user to the kind that they have (see above), even without any schedule of it. */
  erase(user: number, slot: number, kind: ScheduleKind = 'year_day'): void {
    const held = this.#of(user);
    held[kind].delete(slot);
    const isFree = this.#inForce(held).every((each) => held[each].size === 0);
    if (isFree && this.traits.erase_restores_full_access) held.enforced = false;
  }

  enforce(user: number, enforced: boolean): void {
    this.#of(user).enforced = enforced;
  }

  clear(): void {
    this.#users.clear();
  }

  /** Users who are bound by their schedules, by Configuration CC where it comes from there. */
  bindWith(binds: (user: number) => boolean): void {
    this.#binds = binds;
  }

  /** Whether the user's code opens the door at this local time: from the start minute until before the stop minute. */
  admits(user: number, localMs: number): boolean {
    const held = this.#users.get(user);
    if (held?.enforced !== true || !this.#binds(user)) return true;
    return this.#inForce(held).some((kind) => rules[kind].admits(held, localMs));
  }

  #inForce({ kind }: Held): readonly ScheduleKind[] {
    return this.traits.kinds_at_once === 'all' ? allKinds : [kind];
  }

  #of(user: number): Held {
    const held = this.#users.get(user) ?? heldOf({ enforced: false, year_day: {} });
    this.#users.set(user, held);
    return held;
  }
}
