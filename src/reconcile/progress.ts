import type { DeviceId } from '../core/ids.ts';
import type { Action } from '../core/plan.ts';
import type { Certification } from '../ports/certification.ts';
import type { LockDriver } from '../ports/lock-driver.ts';
import { trialMostMs } from './certify-bench.ts';
import { actionDeadlineMs } from './exchange.ts';
import type { RadioGate } from './radio-gate.ts';

/** Something that is under way and has to end. */
export interface UnderWay {
  /** Whose it is, for people. */
  readonly what: string;
  /** The same as long as it is the same piece of work. */
  readonly token: unknown;
  /** Longer than this it can't last by right, milliseconds. */
  readonly mostMs: number;
}

interface Seen {
  readonly token: unknown;
  /** Monotonic time of the first look that found it. */
  readonly since: number;
}

/** By `what`. */
export type Sightings = ReadonlyMap<string, Seen>;

/**
 * Compares what is under way with what was at earlier looks. Pure. What has been there for more than its time is
 * stuck: a bug or a library that never answers, since every exchange has a deadline of its own.
 * @param now monotonic, milliseconds
 */
export const sighted = (
  earlier: Sightings,
  underWay: readonly UnderWay[],
  now: number,
): { readonly sightings: Sightings; readonly stuck: string | undefined } => {
  const sightings = new Map<string, Seen>();
  let stuck: string | undefined;
  for (const { what, token, mostMs } of underWay) {
    const before = earlier.get(what);
    const seen = before !== undefined && before.token === token ? before : { token, since: now };
    sightings.set(what, seen);
    const forMs = now - seen.since;
    if (forMs > mostMs) stuck ??= `${what} for ${Math.round(forMs / 1000)} s`;
  }
  return { sightings, stuck };
};

/** Nobody has the radio for longer than an exchange (30 s), and pairing keeps others off it for a minute. */
const radioMostMs = 5 * 60_000;

/** Remembers from look to look what was under way in the reconciler. */
export class Progress {
  #sightings: Sightings = new Map();

  /**
   * What has been under way for too long by now (monotonic, milliseconds).
   * @param trials locks that are being tried out
   */
  stuck(
    gates: ReadonlyMap<Pick<LockDriver, 'radio'>, Pick<RadioGate, 'held' | 'waiting' | 'grants'>>,
    workers: ReadonlyMap<DeviceId, { readonly inFlight: Action | undefined }>,
    trials: readonly Pick<Certification, 'certifyId' | 'deviceId'>[],
    now: number,
  ): string | undefined {
    const underWay: UnderWay[] = [];
    for (const [device, { inFlight }] of workers)
      if (inFlight !== undefined)
        underWay.push({
          what: `${inFlight.kind} at lock ${device}`,
          token: inFlight,
          mostMs: 2 * actionDeadlineMs,
        });
    for (const [{ radio }, gate] of gates) {
      for (const { key, grant } of gate.held)
        underWay.push({ what: `the radio ${radio} held by ${key}`, token: grant, mostMs: radioMostMs });
      if (gate.waiting > 0)
        underWay.push({
          what: `locks waiting in vain for the radio ${radio}`,
          token: gate.grants,
          mostMs: radioMostMs,
        });
    }
    for (const { certifyId, deviceId } of trials)
      underWay.push({ what: `the trial of lock ${deviceId}`, token: certifyId, mostMs: 2 * trialMostMs });
    const { sightings, stuck } = sighted(this.#sightings, underWay, now);
    this.#sightings = sightings;
    return stuck;
  }
}
