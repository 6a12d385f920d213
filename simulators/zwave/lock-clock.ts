import { OwnClock, type TimeSource, machineTime } from '../shared/own-clock.ts';

/** A zone as Time CC v2 tells it: offsets in minutes east of UTC, changes in local time without a year. */
export interface ClockZone {
  readonly standard_minutes: number;
  readonly dst_minutes: number;
  readonly dst_start?: ZoneChange | undefined;
  readonly dst_end?: ZoneChange | undefined;
}
export interface ZoneChange {
  readonly month: number;
  readonly day: number;
  readonly hour: number;
}

/** What the lock keeps of its clock over a power cut. */
export interface ClockMemory {
  /** What it is ahead of the simulator's own clock, milliseconds. */
  readonly ahead_ms: number;
  readonly zone: ClockZone;
}

export interface ClockTraits {
  readonly time_cc: boolean;
  readonly keeps_utc: boolean;
  readonly zone_minutes: number;
  readonly ppm: number;
  readonly lost_on_power_cut: boolean;
}

const minuteMs = 60_000;

/** Order of a zone change within a year; local hours, so that two changes and a time compare. */
const orderOf = ({ month, day, hour }: ZoneChange): number => (month * 32 + day) * 24 + hour;

/** A lock's own clock. With Time CC it runs on UTC and shows that with its zone; without, mostly, what it was set to. */
export class LockClock extends OwnClock {
  #zone: ClockZone;

  constructor(traits: ClockTraits, memory?: ClockMemory, time: TimeSource = machineTime) {
    super(traits, { aheadMs: memory?.ahead_ms, runsOnUtc: traits.time_cc || traits.keeps_utc, time });
    const factory = { standard_minutes: traits.zone_minutes, dst_minutes: traits.zone_minutes };
    this.#zone = memory?.zone ?? factory;
  }

  get memory(): ClockMemory {
    return { ahead_ms: this.aheadMs, zone: this.#zone };
  }

  get zone(): ClockZone {
    return this.#zone;
  }

  setZone(zone: ClockZone): void {
    this.#zone = zone;
  }

  protected override get standardMs(): number {
    return this.#zone.standard_minutes * minuteMs;
  }

  protected override zoneMs(utcMs: number): number {
    return this.#offsetMinutes(utcMs) * minuteMs;
  }

  #offsetMinutes(utcMs: number): number {
    const { standard_minutes, dst_minutes, dst_start, dst_end } = this.#zone;
    if (dst_start === undefined || dst_end === undefined) return standard_minutes;
    const local = new Date(utcMs + standard_minutes * minuteMs);
    const now = orderOf({
      month: local.getUTCMonth() + 1,
      day: local.getUTCDate(),
      hour: local.getUTCHours(),
    });
    const start = orderOf(dst_start);
    // The end is given in summer time; `local` is in standard time.
    const end = orderOf(dst_end) - (dst_minutes - standard_minutes) / 60;
    const inSummer = start <= end ? now >= start && now < end : now >= start || now < end;
    return inSummer ? dst_minutes : standard_minutes;
  }
}
