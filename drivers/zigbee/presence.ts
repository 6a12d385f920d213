import type { Mishap } from './translate.ts';

/** What the driver has seen of the way to one lock since it started. */
export interface Link {
  sent: number;
  undelivered: number;
  unanswered: number;
  roundTripMs: number | undefined;
  /** Failed exchanges in a row. */
  misses: number;
}

/** So many failed exchanges in a row make a lock offline: one frame may get lost. */
const missesMax = 2;
/** Weight of the newest round trip in the mean. */
const newestShare = 0.2;

/** Who can be reached. Bounded by the number of locks. */
export class Presence {
  readonly #links = new Map<string, Link>();

  about(ieee: string): Link {
    const known = this.#links.get(ieee);
    if (known !== undefined) return known;
    const fresh: Link = { sent: 0, undelivered: 0, unanswered: 0, roundTripMs: undefined, misses: 0 };
    this.#links.set(ieee, fresh);
    return fresh;
  }

  isOnline(ieee: string): boolean {
    return (this.#links.get(ieee)?.misses ?? 0) < missesMax;
  }

  /** Those that aren't, to be tried again when the radio has come back. */
  offline(): readonly string[] {
    return [...this.#links.keys()].filter((ieee) => !this.isOnline(ieee));
  }

  sent(ieee: string): void {
    this.about(ieee).sent += 1;
  }

  answered(ieee: string, tookMs: number): void {
    const link = this.about(ieee);
    link.roundTripMs =
      link.roundTripMs === undefined ? tookMs : link.roundTripMs + (tookMs - link.roundTripMs) * newestShare;
  }

  /** @returns true where the lock counts as offline from now on */
  failed(ieee: string, { why }: Mishap): boolean {
    if (why === 'radio_down' || why === 'aborted') return false;
    const link = this.about(ieee);
    if (why === 'timeout') link.unanswered += 1;
    else link.undelivered += 1;
    link.misses += 1;
    return link.misses === missesMax;
  }

  /** Anything came from it. @returns true where it was offline, or about to be */
  heard(ieee: string): boolean {
    const link = this.about(ieee);
    const had = link.misses > 0;
    link.misses = 0;
    return had;
  }

  forget(ieee: string): void {
    this.#links.delete(ieee);
  }
}
