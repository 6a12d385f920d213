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

/** One user's schedules by schedule slot, and whether they are enforced. */
export interface UserSchedules {
  readonly enforced: boolean;
  readonly year_day: Readonly<Record<string, YearDaySchedule>>;
}

export interface ScheduleTraits {
  readonly year_day_slots: number;
  readonly needs_code: 'no' | 'drops' | 'refuses';
  readonly erase_restores_full_access: boolean;
  readonly left_behind?: Readonly<Record<string, number>>;
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

const leftBehind = ({ left_behind = {} }: ScheduleTraits): Record<string, UserSchedules> =>
  Object.fromEntries(
    Object.entries(left_behind).map(([user, slot]) => [
      user,
      { enforced: true, year_day: { [slot]: wholeCentury } },
    ]),
  );

const startMs = (s: YearDaySchedule): number =>
  Date.UTC(2000 + s.startYear, s.startMonth - 1, s.startDay, s.startHour, s.startMinute);
const stopMs = (s: YearDaySchedule): number =>
  Date.UTC(2000 + s.stopYear, s.stopMonth - 1, s.stopDay, s.stopHour, s.stopMinute);

/**
 * The year-day schedules of a lock's users. They stand by user id and know nothing of codes: a code that is cleared
 * leaves its schedule to the next tenant of its slot.
 */
export class ScheduleBook {
  readonly traits: ScheduleTraits;
  #binds: (user: number) => boolean = () => true;
  readonly #users = new Map<number, { enforced: boolean; slots: Map<number, YearDaySchedule> }>();

  constructor(traits: ScheduleTraits, memory: Readonly<Record<string, UserSchedules>> = leftBehind(traits)) {
    this.traits = traits;
    for (const [user, { enforced, year_day }] of Object.entries(memory)) {
      const slots = new Map(Object.entries(year_day).map(([slot, schedule]) => [Number(slot), schedule]));
      this.#users.set(Number(user), { enforced, slots });
    }
  }

  /** Users with schedules or with enforcement switched on, by id. */
  get memory(): Record<string, UserSchedules> {
    return Object.fromEntries(
      [...this.#users]
        .filter(([, { enforced, slots }]) => enforced || slots.size > 0)
        .map(([user, { enforced, slots }]) => [user, { enforced, year_day: Object.fromEntries(slots) }]),
    );
  }

  has(slot: number): boolean {
    return slot >= 1 && slot <= this.traits.year_day_slots;
  }

  get(user: number, slot: number): YearDaySchedule | undefined {
    return this.#users.get(user)?.slots.get(slot);
  }

  /** Storing a schedule also switches enforcement on (Schedule Entry Lock CC, Year Day Schedule Set). */
  set(user: number, slot: number, schedule: YearDaySchedule, userHasCode: boolean): ScheduleChange {
    if (startMs(schedule) >= stopMs(schedule)) return 'refused';
    if (!userHasCode && this.traits.needs_code !== 'no')
      return this.traits.needs_code === 'drops' ? 'dropped' : 'refused';
    const held = this.#of(user);
    held.slots.set(slot, schedule);
    held.enforced = true;
    return 'stored';
  }

  erase(user: number, slot: number): void {
    const held = this.#of(user);
    held.slots.delete(slot);
    if (held.slots.size === 0 && this.traits.erase_restores_full_access) held.enforced = false;
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
    return [...held.slots.values()].some((s) => startMs(s) <= localMs && localMs < stopMs(s));
  }

  #of(user: number): { enforced: boolean; slots: Map<number, YearDaySchedule> } {
    const held = this.#users.get(user) ?? { enforced: false, slots: new Map<number, YearDaySchedule>() };
    this.#users.set(user, held);
    return held;
  }
}
