import type { LocalMinute } from '../../src/core/model.ts';

const minuteMs = 60_000;
const quarterMs = 15 * minuteMs;
const dayMs = 24 * 60 * minuteMs;

/** What a zone is ahead of UTC at an instant, milliseconds: asked of the runtime, by none of the bridge's own code. */
export type ZoneOffset = (utcMs: number) => number;

const askedOf = (zone: string): ZoneOffset => {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  return (utcMs) => {
    const shown = new Map(format.formatToParts(utcMs).map(({ type, value }) => [type, Number(value)]));
    const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] = (
      ['year', 'month', 'day', 'hour', 'minute', 'second'] as const
    ).map((part) => shown.get(part));
    const local = Date.UTC(year, month - 1, day, hour, minute, second);
    return local - Math.floor(utcMs / 1_000) * 1_000;
  };
};

/** The runtime takes its time, and no zone changes within a quarter of an hour. */
const remembered = (asked: ZoneOffset): ZoneOffset => {
  const known = new Map<number, number>();
  return (utcMs) => {
    const quarter = Math.floor(utcMs / quarterMs);
    const offset = known.get(quarter) ?? asked(quarter * quarterMs);
    if (known.size > 10_000) known.clear();
    known.set(quarter, offset);
    return offset;
  };
};

const offsets = new Map<string, ZoneOffset>();

/** @throws RangeError for a zone that doesn't exist */
export const zoneOffset = (zone: string): ZoneOffset => {
  const known = offsets.get(zone) ?? remembered(askedOf(zone));
  offsets.set(zone, known);
  return known;
};

/** A zone as a lock was told it: what it is ahead now, and its changes within the coming year. */
interface ToldZone {
  readonly fromMs: number;
  readonly changes: readonly { readonly at: number; readonly aheadMs: number }[];
}

/** So far ahead a lock is told its zone's changes: two of them in zones with summer time. */
const toldDays = 366;

const toldZones = new Map<string, ToldZone>();

/** Told at an instant, with each change of the coming year found to the minute. */
const toldZone = (zone: string, atMs: number): ToldZone => {
  const today = Math.floor(atMs / dayMs) * dayMs;
  const key = `${zone} ${today}`;
  const known = toldZones.get(key);
  if (known !== undefined) return known;
  const offset = zoneOffset(zone);
  const changes: { at: number; aheadMs: number }[] = [];
  // A zone may pause its summer time for some weeks, never for less than one.
  for (let from = today; from < today + toldDays * dayMs; from += 7 * dayMs) {
    if (offset(from) === offset(from + 7 * dayMs)) continue;
    let [before, after] = [from, from + 7 * dayMs];
    while (after - before > minuteMs) {
      const middle = Math.round((before + after) / 2 / minuteMs) * minuteMs;
      if (offset(middle) === offset(before)) before = middle;
      else after = middle;
    }
    changes.push({ at: after, aheadMs: offset(after) });
  }
  if (toldZones.size > 1_000) toldZones.clear();
  const told = { fromMs: offset(today), changes };
  toldZones.set(key, told);
  return told;
};

const toldOffset = ({ fromMs, changes }: ToldZone, utcMs: number): number =>
  changes.findLast(({ at }) => at <= utcMs)?.aheadMs ?? fromMs;

export interface ClockTraits {
  /**
   * `dst`: it runs on UTC and shows that with its zone, whose changes it follows for as long as it was told them.
   * `local`: it shows the time it was told, and knows of no zone. `utc`: it shows UTC, whatever it is told of zones. Left
   * out: as its capabilities say.
   */
  readonly keeps?: 'dst' | 'local' | 'utc';
  /** IANA zone that somebody has set it to before the bridge came; else UTC. */
  readonly zone?: string;
  /** Ahead of the true time before it is first told that, milliseconds. */
  readonly aheadMs?: number;
  /** Runs so much too fast, parts in a million. */
  readonly ppm?: number;
  /** Its display has no seconds. */
  readonly minutesOnly?: boolean;
  /** Without power it begins anew in the year 2000. */
  readonly lostOnPowerCut?: boolean;
}

/**
 * A simulated lock's own clock. It runs on the true time with an error of its own, not on the bridge's clock. Its wall
 * time is in milliseconds as `Date.UTC` counts them.
 */
export class LockClock {
  readonly #traits: ClockTraits;
  readonly #keeps: 'dst' | 'local' | 'utc';
  readonly #faultMs: number;
  #truth: () => number = () => 0;
  /** Where it stood when it was last set, and the true time then. */
  #base: number | undefined;
  #since = 0;
  #zone: ToldZone | ZoneOffset;
  #ppm: number;
  /** Exchanges over it, for tests that count them. */
  reads = 0;
  sets = 0;

  /**
   * @param keepsDst what it claims to do, where `traits` don't say
   * @param faultMs an error that stays whatever it is told
   */
  constructor(traits: ClockTraits, keepsDst: boolean, faultMs = 0) {
    this.#traits = traits;
    this.#keeps = traits.keeps ?? (keepsDst ? 'dst' : 'local');
    this.#faultMs = faultMs;
    this.#zone = zoneOffset(traits.zone ?? 'UTC');
    this.#ppm = traits.ppm ?? 0;
  }

  /** @param truth the true time, milliseconds since the Unix epoch */
  runOn(truth: () => number): void {
    this.#truth = truth;
    if (this.#base !== undefined) return;
    const now = truth();
    const zoneMs = this.#keeps === 'local' ? zoneOffset(this.#traits.zone ?? 'UTC')(now) : 0;
    this.#setRunning(now + zoneMs + (this.#traits.aheadMs ?? 0));
  }

  /** Its wall time: what its schedules are measured by. */
  local(): number {
    const running = this.#running() + this.#faultMs;
    if (this.#keeps !== 'dst') return running;
    return (
      running + (typeof this.#zone === 'function' ? this.#zone(running) : toldOffset(this.#zone, running))
    );
  }

  /** What it tells when it is asked. */
  shown(): { readonly local: LocalMinute; readonly second: number | undefined } {
    const at = new Date(this.local());
    return {
      local: {
        year: at.getUTCFullYear(),
        month: at.getUTCMonth() + 1,
        day: at.getUTCDate(),
        hour: at.getUTCHours(),
        minute: at.getUTCMinutes(),
      },
      second: this.#traits.minutesOnly === true ? undefined : at.getUTCSeconds(),
    };
  }

  /** Told the time by radio, with the zone that it lives in. */
  tell(utcMs: number, zone: string): void {
    this.#zone = toldZone(zone, utcMs);
    this.#setRunning(utcMs + (this.#keeps === 'local' ? zoneOffset(zone)(utcMs) : 0));
  }

  /** Moves it, as a person at its buttons would. */
  step(ms: number): void {
    this.#setRunning(this.#running() + ms);
  }

  runAt(ppm: number): void {
    this.#setRunning(this.#running());
    this.#ppm = ppm;
  }

  cutPower(): void {
    if (this.#traits.lostOnPowerCut !== true) return;
    this.#zone = zoneOffset('UTC');
    this.#setRunning(Date.UTC(2000, 0, 1));
  }

  #running(): number {
    const elapsed = this.#truth() - this.#since;
    return Math.floor((this.#base ?? 0) + elapsed * (1 + this.#ppm / 1_000_000));
  }

  #setRunning(ms: number): void {
    this.#base = ms;
    this.#since = this.#truth();
  }
}

const instantOf = ({ year, month, day, hour, minute }: LocalMinute): number =>
  Date.UTC(year, month - 1, day, hour, minute);

/** Whether that wall time is within the window: from its first minute until before its last. */
export const isWithin = (
  { start, stop }: { readonly start: LocalMinute; readonly stop: LocalMinute },
  localMs: number,
): boolean => instantOf(start) <= localMs && localMs < instantOf(stop);
