import { Heap } from '../core/heap.ts';
import type { Clock } from '../ports/clock.ts';

/** The timer never sleeps longer than this, so that a step of the wall clock is noticed (DESIGN §5). */
export const longestSleepMs = 60_000;

/** A wall clock that has moved this much against the monotonic one was set, not just trimmed. */
const steppedMs = 2_000;

/** So many wake-ups that count no more are never worth clearing away. */
const leftoversMost = 64;

interface WakeUp<K> {
  readonly key: K;
  readonly at: number;
}

/**
 * One timer for the nearest of all wake-ups, however many keys there are; each change costs the logarithm of their
 * number. Times are wall-clock instants; when the
 * wall clock was set, all are woken, since none of them means any longer what it did.
 */
export class Wakeups<K> {
  readonly #clock: Clock;
  readonly #wake: (key: K) => void;
  /** The one that counts for each key. */
  readonly #waiting = new Map<K, WakeUp<K>>();
  /** By time; those that count no more are skipped, and cleared away before they are the most of it. */
  readonly #queue = new Heap<WakeUp<K>>((a, b) => a.at < b.at);
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
    // Noticed here too: nearer and nearer times could put the timer off for ever. Where nothing waits, a step is
    // nobody's concern.
    if (this.#stepped())
      for (const waiting of [...this.#waiting.keys()]) this.#put(waiting, this.#clock.now());
    if (at === undefined) this.#waiting.delete(key);
    else if (this.#waiting.get(key)?.at !== at) this.#put(key, at);
    this.#arm();
  }

  stop(): void {
    this.#waiting.clear();
    this.#queue.clear();
    this.#disarm();
  }

  #put(key: K, at: number): void {
    const wakeUp = { key, at };
    this.#waiting.set(key, wakeUp);
    this.#queue.push(wakeUp);
    if (this.#queue.size <= 2 * this.#waiting.size + leftoversMost) return;
    this.#queue.clear();
    for (const one of this.#waiting.values()) this.#queue.push(one);
  }

  /** The nearest that counts. */
  #nearest(): WakeUp<K> | undefined {
    for (;;) {
      const next = this.#queue.peek();
      if (next === undefined || this.#waiting.get(next.key) === next) return next;
      this.#queue.pop();
    }
  }

  #disarm(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    this.#armedFor = undefined;
  }

  #arm(): void {
    const nearest = this.#nearest()?.at;
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
    const due = stepped ? [...this.#waiting.keys()] : this.#dueBy(now);
    for (const key of due) this.#waiting.delete(key);
    this.#arm();
    for (const key of due) this.#wake(key);
  }

  /** Taken out, in the order of their times. */
  #dueBy(now: number): K[] {
    const due: K[] = [];
    for (;;) {
      const next = this.#nearest();
      if (next === undefined || next.at > now) return due;
      this.#queue.pop();
      due.push(next.key);
    }
  }
}
