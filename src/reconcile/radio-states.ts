import type { Instant } from '../core/model.ts';
import type { Clock } from '../ports/clock.ts';
import type { LockDriver, RadioState } from '../ports/lock-driver.ts';

/** Since when each radio is as it is. Noted when a radio says that it has changed, and whenever somebody asks. */
export class RadioStates {
  readonly #clock: Clock;
  readonly #states = new Map<LockDriver, { readonly state: RadioState; readonly since: Instant }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  since(driver: LockDriver): Instant {
    const known = this.#states.get(driver);
    const { state } = driver;
    if (known?.state === state) return known.since;
    const since = this.#clock.now();
    this.#states.set(driver, { state, since });
    return since;
  }
}
