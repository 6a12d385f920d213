import { delay } from '../../src/ports/clock.ts';
import type { Clock } from '../../src/ports/clock.ts';

/** What a lock may say while a command to it is in flight, and the command wants to know. */
export type Sound = 'duplicate' | 'programmed' | 'locked' | 'unlocked';

/** Listening to one lock, from before the command to after its result. */
export interface Listening {
  has(sound: Sound): boolean;
  /** Resolves when one of those has been heard, after `limitMs`, or when the signal aborts. */
  heard(sounds: readonly Sound[], limitMs: number, signal: AbortSignal): Promise<void>;
  stop(): void;
}

/** Bounded: a lock has four things to say, so a listening keeps at most four. */
class LockListening implements Listening {
  readonly #sounds = new Set<Sound>();
  readonly #waiting = new Set<() => void>();
  readonly #clock: Clock;
  readonly stop: () => void;

  constructor(clock: Clock, stop: (listening: LockListening) => void) {
    this.#clock = clock;
    this.stop = () => {
      stop(this);
    };
  }

  hear(sound: Sound): void {
    this.#sounds.add(sound);
    for (const check of [...this.#waiting]) check();
  }

  has(sound: Sound): boolean {
    return this.#sounds.has(sound);
  }

  async heard(sounds: readonly Sound[], limitMs: number, signal: AbortSignal): Promise<void> {
    const anyHeard = (): boolean => sounds.some((sound) => this.has(sound));
    if (anyHeard()) return;
    const over = new AbortController();
    const check = (): void => {
      if (anyHeard()) over.abort();
    };
    this.#waiting.add(check);
    await delay(this.#clock, limitMs, AbortSignal.any([over.signal, signal]));
    this.#waiting.delete(check);
  }
}

/** Brings what locks say to the commands in flight. `K` is how the driver names a lock. */
export class Ears<K extends string | number> {
  readonly #listening = new Map<K, Set<LockListening>>();
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  listen(lock: K): Listening {
    const all = this.#listening.get(lock) ?? new Set();
    this.#listening.set(lock, all);
    const listening = new LockListening(this.#clock, (self) => {
      all.delete(self);
      if (all.size === 0 && this.#listening.get(lock) === all) this.#listening.delete(lock);
    });
    all.add(listening);
    return listening;
  }

  hear(lock: K, sound: Sound): void {
    for (const listening of this.#listening.get(lock) ?? []) listening.hear(sound);
  }
}
