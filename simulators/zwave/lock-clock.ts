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
  readonly zone_minutes: number;
  readonly ppm: number;
  readonly lost_on_power_cut: boolean;
}

/** Milliseconds: the wall clock for the factory setting, the monotonic one for running. */
export interface TimeSource {
  wall(): number;
  elapsed(): number;
}

export const machineTime: TimeSource = { wall: () => Date.now(), elapsed: () => performance.now() };

const minuteMs = 60_000;
const resetMs = Date.UTC(2000, 0, 1);

/** Order of a zone change within a year; local hours, so that two changes and a time compare. */
const orderOf = ({ month, day, hour }: ZoneChange): number => (month * 32 + day) * 24 + hour;

/**
 * A lock's own clock. All times are milliseconds as `Date.UTC` counts them. With Time CC it runs on UTC and shows
 * UTC plus its zone; without, it shows what it was set to.
 */
export class LockClock {
  readonly #traits: ClockTraits;
  readonly #time: TimeSource;
  #baseMs: number;
  #setAtMs: number;
  #ppm: number;
  #zone: ClockZone;

  constructor(traits: ClockTraits, memory?: ClockMemory, time: TimeSource = machineTime) {
    this.#traits = traits;
    this.#time = time;
    this.#ppm = traits.ppm;
    this.#setAtMs = time.elapsed();
    const factory = { standard_minutes: traits.zone_minutes, dst_minutes: traits.zone_minutes };
    this.#zone = memory?.zone ?? factory;
    if (memory !== undefined)
      this.#baseMs = traits.lost_on_power_cut ? resetMs : time.wall() + memory.ahead_ms;
    else this.#baseMs = time.wall() + (traits.time_cc ? 0 : traits.zone_minutes * minuteMs);
  }

  get memory(): ClockMemory {
    return { ahead_ms: Math.round(this.running() - this.#time.wall()), zone: this.#zone };
  }

  get zone(): ClockZone {
    return this.#zone;
  }

  get ppm(): number {
    return this.#ppm;
  }

  /** What Time Parameters CC sets and gets: UTC with Time CC, else local time. */
  running(): number {
    return this.#baseMs + (this.#time.elapsed() - this.#setAtMs) * (1 + this.#ppm / 1_000_000);
  }

  /** What schedules are measured by, and a display would show. */
  local(): number {
    const ms = this.running();
    return this.#traits.time_cc ? ms + this.#offsetMinutes(ms) * minuteMs : ms;
  }

  setRunning(ms: number): void {
    this.#baseMs = ms;
    this.#setAtMs = this.#time.elapsed();
  }

  setLocal(ms: number): void {
    // In the hour that a zone change skips or repeats there are none or two answers; one of them will do.
    const guess = ms - this.#zone.standard_minutes * minuteMs;
    this.setRunning(this.#traits.time_cc ? ms - this.#offsetMinutes(guess) * minuteMs : ms);
  }

  runAt(ppm: number): void {
    this.setRunning(this.running());
    this.#ppm = ppm;
  }

  setZone(zone: ClockZone): void {
    this.#zone = zone;
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
