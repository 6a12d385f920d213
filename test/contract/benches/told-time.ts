import type { DriverHost } from '../../../src/ports/lock-driver.ts';
import { realClock } from '../../support/driver-host.ts';

/** What the host of a bench's driver says of the time; the suite changes it. */
export class ToldTime {
  /** IANA zone that the locks live in. */
  zone = 'Europe/Berlin';
  /** Whether the bridge knows the time. */
  isKnown = true;
  readonly #now: () => number;

  constructor(now: () => number = () => realClock.now()) {
    this.#now = now;
  }

  /** Milliseconds since the Unix epoch. */
  now(): number {
    return this.#now();
  }

  /** For the driver: instead of what its host would say. */
  get host(): Pick<DriverHost, 'timeZoneOf' | 'timeToTell'> {
    return {
      timeZoneOf: () => this.zone,
      timeToTell: () => (this.isKnown ? this.now() : undefined),
    };
  }
}
