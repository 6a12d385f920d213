/** Milliseconds: the wall clock for the factory setting, the monotonic one for running. */
export interface TimeSource {
  wall(): number;
  elapsed(): number;
}

export const machineTime: TimeSource = { wall: () => Date.now(), elapsed: () => performance.now() };

interface ClockTraits {
  readonly zone_minutes: number;
  readonly ppm: number;
  readonly lost_on_power_cut: boolean;
}

/** What a lock's clock starts from. */
export interface ClockStart {
  /** Milliseconds ahead of the simulator's own clock before a power cut; undefined: it is new. */
  readonly aheadMs: number | undefined;
  /** It keeps UTC and shows that with its zone; else it knows no zone and shows what it was told. */
  readonly runsOnUtc: boolean;
  readonly time: TimeSource;
}

/** The beginning of the year 2000. */
const resetMs = Date.UTC(2000, 0, 1);

/** A lock's own clock. All times are milliseconds as `Date.UTC` counts them. */
export abstract class OwnClock {
  protected readonly runsOnUtc: boolean;
  readonly #time: TimeSource;
  #baseMs: number;
  #setAtMs: number;
  #ppm: number;

  constructor(traits: ClockTraits, { aheadMs, runsOnUtc, time }: ClockStart) {
    this.runsOnUtc = runsOnUtc;
    this.#time = time;
    this.#ppm = traits.ppm;
    this.#setAtMs = time.elapsed();
    if (aheadMs !== undefined) this.#baseMs = traits.lost_on_power_cut ? resetMs : time.wall() + aheadMs;
    else this.#baseMs = time.wall() + (runsOnUtc ? 0 : traits.zone_minutes * 60_000);
  }

  /** What its zone adds to UTC in winter. */
  protected abstract readonly standardMs: number;

  /** What its zone adds at that time. */
  protected abstract zoneMs(utcMs: number): number;

  /** What it is ahead of the simulator's own clock. */
  protected get aheadMs(): number {
    return Math.round(this.running() - this.#time.wall());
  }

  get ppm(): number {
    return this.#ppm;
  }

  /** What it can be set to and asked for: UTC where it keeps that, else local time. */
  running(): number {
    return this.#baseMs + (this.#time.elapsed() - this.#setAtMs) * (1 + this.#ppm / 1_000_000);
  }

  /** What schedules are measured by, and a display would show. */
  local(): number {
    const ms = this.running();
    return this.runsOnUtc ? ms + this.zoneMs(ms) : ms;
  }

  setRunning(ms: number): void {
    this.#baseMs = ms;
    this.#setAtMs = this.#time.elapsed();
  }

  setLocal(ms: number): void {
    // In the hour that a zone change skips or repeats there are none or two answers; one of them will do.
    this.setRunning(this.runsOnUtc ? ms - this.zoneMs(ms - this.standardMs) : ms);
  }

  runAt(ppm: number): void {
    this.setRunning(this.running());
    this.#ppm = ppm;
  }
}
