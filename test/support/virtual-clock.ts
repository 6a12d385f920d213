import { Heap } from '../../src/core/heap.ts';
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
  /** How far the wall clock has been stepped from the true time. */
  #stepped = 0;
  #suspended = 0;
  #order = 0;
  /** Those that are neither over nor cancelled. */
  readonly #timers = new Set<Timer>();
  readonly #queue = new Heap<Timer>((a, b) => (a.at === b.at ? a.order < b.order : a.at < b.at));

  constructor(start = Date.UTC(2026, 10, 1, 12)) {
    this.#wall = start;
  }

  now(): number {
    return this.#wall;
  }

  monotonic(): number {
    return this.#monotonic;
  }

  /** Milliseconds that have passed, those of a suspended machine included. */
  elapsed(): number {
    return this.#monotonic + this.#suspended;
  }

  /** The time that it is outside, whatever the wall clock shows: what other things' clocks run on. */
  truth(): number {
    return this.#wall - this.#stepped;
  }

  after(delayMs: number, fn: () => void): () => void {
    const timer: Timer = { at: this.#monotonic + Math.max(0, delayMs), order: (this.#order += 1), fn };
    this.#timers.add(timer);
    this.#queue.push(timer);
    return () => this.#timers.delete(timer);
  }

  /** Lets `ms` pass, firing timers in order and letting promises settle after each. */
  async advance(ms: number): Promise<void> {
    const end = this.#monotonic + ms;
    await settled();
    for (;;) {
      const next = this.#nextUntil(end);
      if (next === undefined) break;
      this.#wall += next.at - this.#monotonic;
      this.#monotonic = next.at;
      next.fn();
      await settled();
    }
    this.#wall += end - this.#monotonic;
    this.#monotonic = end;
    await settled();
  }

  #nextUntil(end: number): Timer | undefined {
    for (;;) {
      const next = this.#queue.peek();
      if (next === undefined || next.at > end) return undefined;
      this.#queue.pop();
      if (this.#timers.delete(next)) return next;
    }
  }

  /** Steps the wall clock alone, as NTP or a person would. */
  step(ms: number): void {
    this.#wall += ms;
    this.#stepped += ms;
  }

  /** The machine sleeps, or is off: time passes, and no timer runs. */
  suspend(ms: number): void {
    this.#wall += ms;
    this.#suspended += ms;
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
