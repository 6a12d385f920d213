import { z } from 'zod';
import { zigbeeEpochMs } from './schedule-book.ts';
import type { ClockTraits } from './spec.ts';

/** A zone as the Time cluster tells it: seconds, and instants of this year's changes (ZCL §3.12.2.2). */
export const clockZoneSchema = z.strictObject({
  /** Standard time is ahead of UTC by so much. */
  offset_s: z.int(),
  /** From `dst_start_s` until `dst_end_s` (UTC, seconds since 2000) local time is ahead of that by so much. */
  dst_shift_s: z.int(),
  dst_start_s: z.int().min(0),
  dst_end_s: z.int().min(0),
});
export type ClockZone = z.infer<typeof clockZoneSchema>;

/** What the lock keeps of its clock over a power cut: what it is ahead of the simulator's own, and its zone. */
export const clockMemorySchema = z.strictObject({ ahead_ms: z.number(), zone: clockZoneSchema });
export type ClockMemory = z.infer<typeof clockMemorySchema>;

/** Milliseconds: the wall clock for the factory setting, the monotonic one for running. */
export interface TimeSource {
  wall(): number;
  elapsed(): number;
}

export const machineTime: TimeSource = { wall: () => Date.now(), elapsed: () => performance.now() };

/**
 * A lock's own clock. All times are milliseconds as `Date.UTC` counts them. One that asks for UTC runs on that and
 * shows it with its zone; one that asks for local time knows no zone and shows what it was told.
 */
export class LockClock {
  readonly traits: ClockTraits;
  readonly #time: TimeSource;
  #baseMs: number;
  #setAtMs: number;
  #ppm: number;
  #zone: ClockZone;

  constructor(traits: ClockTraits, memory?: ClockMemory, time: TimeSource = machineTime) {
    this.traits = traits;
    this.#time = time;
    this.#ppm = traits.ppm;
    this.#setAtMs = time.elapsed();
    const factoryOffsetS = traits.zone_minutes * 60;
    this.#zone = memory?.zone ?? {
      offset_s: factoryOffsetS,
      dst_shift_s: 0,
      dst_start_s: 0,
      dst_end_s: 0,
    };
    if (memory !== undefined)
      this.#baseMs = traits.lost_on_power_cut ? zigbeeEpochMs : time.wall() + memory.ahead_ms;
    else this.#baseMs = time.wall() + (this.#runsOnUtc ? 0 : factoryOffsetS * 1000);
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

  /** UTC where it asks for that, else local time. */
  running(): number {
    return this.#baseMs + (this.#time.elapsed() - this.#setAtMs) * (1 + this.#ppm / 1_000_000);
  }

  /** What schedules are measured by, and events are stamped with. */
  local(): number {
    const ms = this.running();
    return this.#runsOnUtc ? ms + this.#aheadMs(ms) : ms;
  }

  /** Local standard time and UTC, as its own Time cluster tells them; without a zone both are local time. */
  standard(): number {
    return this.running() + (this.#runsOnUtc ? this.#zone.offset_s * 1000 : 0);
  }

  setRunning(ms: number): void {
    this.#baseMs = ms;
    this.#setAtMs = this.#time.elapsed();
  }

  setLocal(ms: number): void {
    // In the hour that a zone change skips or repeats there are none or two answers; one of them will do.
    const guess = ms - this.#zone.offset_s * 1000;
    this.setRunning(this.#runsOnUtc ? ms - this.#aheadMs(guess) : ms);
  }

  setZone(zone: Partial<ClockZone>): void {
    this.#zone = { ...this.#zone, ...zone };
  }

  runAt(ppm: number): void {
    this.setRunning(this.running());
    this.#ppm = ppm;
  }

  get #runsOnUtc(): boolean {
    return this.traits.asks === 'utc';
  }

  #aheadMs(utcMs: number): number {
    const { offset_s, dst_shift_s, dst_start_s, dst_end_s } = this.#zone;
    const utcS = (utcMs - zigbeeEpochMs) / 1000;
    const summer = utcS >= dst_start_s && utcS < dst_end_s;
    return (offset_s + (summer ? dst_shift_s : 0)) * 1000;
  }
}
