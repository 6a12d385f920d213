import type { Clock } from '../ports/clock.ts';

/** The timer never sleeps longer than this, so that a step of the wall clock is noticed (DESIGN §5). */
export const longestSleepMs = 60_000;

/** A wall clock that has moved this much against the monotonic one was set, not just trimmed. */
const steppedMs = 2_000;

/**
 * One timer for the nearest of all wake-ups, however many keys there are. Times are wall-clock instants; when the
 * wall clock was set, all are woken, since none of them means any longer what it did.
 */
export class Wakeups<K> {
  readonly #clock: Clock;
  readonly #wake: (key: K) => void;
  readonly #times = new Map<K, number>();
  #cancel: (() => void) | undefined;
  #armedFor: number | undefined;
  /** Wall clock less monotonic clock, when the timer was last armed or fired. */
  #offset: number;

  constructor(clock: Clock, wake: (key: K) => void) {
    this.#clock = clock;
    this.#wake = wake;
    this.#offset = clock.now() - clock.monotonic();
  }

  /** Sets the key's one wake-up; undefined removes it. */
  set(key: K, at: number | undefined): void {
    const idle = this.#times.size === 0;
    // Noticed here too: nearer and nearer times could put the timer off for ever. Where nothing waits, a step is
    // nobody's concern.
    if (this.#stepped() && !idle)
      for (const waiting of this.#times.keys()) this.#times.set(waiting, this.#clock.now());
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

  /** Whether the wall clock was set since this was last asked. */
  #stepped(): boolean {
    const offset = this.#clock.now() - this.#clock.monotonic();
    const stepped = Math.abs(offset - this.#offset) > steppedMs;
    this.#offset = offset;
    return stepped;
  }

  #fire(): void {
    this.#cancel = undefined;
    this.#armedFor = undefined;
    const now = this.#clock.now();
    const stepped = this.#stepped();
    const due = [...this.#times].filter(([, at]) => stepped || at <= now).map(([key]) => key);
    for (const key of due) this.#times.delete(key);
    this.#arm();
    for (const key of due) this.#wake(key);
  }
}
