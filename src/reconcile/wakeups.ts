import type { Clock } from '../ports/clock.ts';

/** The timer never sleeps longer than this, so that a step of the wall clock is noticed (DESIGN §5). */
export const longestSleepMs = 60_000;

/** One timer for the nearest of all wake-ups, however many keys there are. Times are wall-clock instants. */
export class Wakeups<K> {
  readonly #clock: Clock;
  readonly #wake: (key: K) => void;
  readonly #times = new Map<K, number>();
  #cancel: (() => void) | undefined;
  #armedFor: number | undefined;

  constructor(clock: Clock, wake: (key: K) => void) {
    this.#clock = clock;
    this.#wake = wake;
  }

  /** Sets the key's one wake-up; undefined removes it. */
  set(key: K, at: number | undefined): void {
    if (at === undefined) this.#times.delete(key);
    else this.#times.set(key, at);
    this.#arm();
  }

  stop(): void {
    this.#times.clear();
    this.#disarm();
  }

  #disarm(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    this.#armedFor = undefined;
  }

  #arm(): void {
    let nearest: number | undefined;
    for (const at of this.#times.values()) nearest = nearest === undefined ? at : Math.min(nearest, at);
    if (nearest === undefined) {
      this.#disarm();
      return;
    }
    if (this.#armedFor === nearest) return;
    this.#disarm();
    this.#armedFor = nearest;
    const sleep = Math.min(longestSleepMs, Math.max(0, nearest - this.#clock.now()));
    this.#cancel = this.#clock.after(sleep, () => {
      this.#fire();
    });
  }

  #fire(): void {
    this.#cancel = undefined;
    this.#armedFor = undefined;
    const now = this.#clock.now();
    const due = [...this.#times].filter(([, at]) => at <= now).map(([key]) => key);
    for (const key of due) this.#times.delete(key);
    this.#arm();
    for (const key of due) this.#wake(key);
  }
}
