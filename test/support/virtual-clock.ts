import type { Clock } from '../../src/ports/clock.ts';

interface Timer {
  readonly at: number;
  readonly order: number;
  readonly fn: () => void;
}

/** A clock that stands still until it is advanced; the wall clock can be stepped apart from it. */
export class VirtualClock implements Clock {
  #monotonic = 0;
  #wall: number;
  #order = 0;
  readonly #timers = new Set<Timer>();

  constructor(start = Date.UTC(2026, 10, 1, 12)) {
    this.#wall = start;
  }

  now(): number {
    return this.#wall;
  }

  monotonic(): number {
    return this.#monotonic;
  }

  after(delayMs: number, fn: () => void): () => void {
    const timer: Timer = { at: this.#monotonic + Math.max(0, delayMs), order: (this.#order += 1), fn };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** Lets `ms` pass, firing timers in order and letting promises settle after each. */
  async advance(ms: number): Promise<void> {
    const end = this.#monotonic + ms;
    await settled();
    for (;;) {
      const next = [...this.#timers].sort((a, b) => a.at - b.at || a.order - b.order)[0];
      if (next === undefined || next.at > end) break;
      this.#timers.delete(next);
      this.#wall += next.at - this.#monotonic;
      this.#monotonic = next.at;
      next.fn();
      await settled();
    }
    this.#wall += end - this.#monotonic;
    this.#monotonic = end;
    await settled();
  }

  /** Steps the wall clock alone, as NTP or a person would. */
  step(ms: number): void {
    this.#wall += ms;
  }

  get timers(): number {
    return this.#timers.size;
  }
}

/** Everything that was ready to run has run: promises chain through microtasks, so one macrotask is enough. */
const settled = (): Promise<void> =>
  new Promise((resolve) => {
    setImmediate(resolve);
  });
