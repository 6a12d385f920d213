import { z } from 'zod';
import { OwnClock, type TimeSource, machineTime } from '../shared/own-clock.ts';
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

/**
 * A lock's own clock. One that asks for UTC, or has a Time cluster with a zone, runs on UTC and shows it with its zone;
 * one that only asks for local time knows no zone and shows what it was told.
 */
export class LockClock extends OwnClock {
  readonly traits: ClockTraits;
  #zone: ClockZone;

  constructor(traits: ClockTraits, memory?: ClockMemory, time: TimeSource = machineTime) {
    super(traits, {
      aheadMs: memory?.ahead_ms,
      runsOnUtc: traits.asks === 'utc' || (traits.server && traits.zoned),
      time,
    });
    this.traits = traits;
    this.#zone = memory?.zone ?? {
      offset_s: traits.zone_minutes * 60,
      dst_shift_s: 0,
      dst_start_s: 0,
      dst_end_s: 0,
    };
  }

  get memory(): ClockMemory {
    return { ahead_ms: this.aheadMs, zone: this.#zone };
  }

  get zone(): ClockZone {
    return this.#zone;
  }

  /** Local standard time and UTC, as its own Time cluster tells them; without a zone both are local time. */
  standard(): number {
    return this.running() + (this.runsOnUtc ? this.standardMs : 0);
  }

  setZone(zone: Partial<ClockZone>): void {
    this.#zone = { ...this.#zone, ...zone };
  }

  protected override get standardMs(): number {
    return this.#zone.offset_s * 1000;
  }

  protected override zoneMs(utcMs: number): number {
    const { offset_s, dst_shift_s, dst_start_s, dst_end_s } = this.#zone;
    const utcS = (utcMs - zigbeeEpochMs) / 1000;
    const summer = utcS >= dst_start_s && utcS < dst_end_s;
    return (offset_s + (summer ? dst_shift_s : 0)) * 1000;
  }
}
