import { delay } from '../../src/ports/clock.ts';
import type { Clock } from '../../src/ports/clock.ts';

/** What a node may say while a command to it is in flight, and the command wants to know. */
export type Sound = 'duplicate' | 'programmed' | 'locked' | 'unlocked';

/** Listening to one node, from before the command to after its result. */
export interface Listening {
  has(sound: Sound): boolean;
  /** Resolves when one of those has been heard, after `limitMs`, or when the signal aborts. */
  heard(sounds: readonly Sound[], limitMs: number, signal: AbortSignal): Promise<void>;
  stop(): void;
}

/** Bounded: a lock has four things to say, so a listening keeps at most four. */
class NodeListening implements Listening {
  readonly #sounds = new Set<Sound>();
  readonly #waiting = new Set<() => void>();
  readonly #clock: Clock;
  readonly stop: () => void;

  constructor(clock: Clock, stop: (listening: NodeListening) => void) {
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

/** Brings what nodes say to the commands in flight. */
export class NodeEars {
  readonly #listening = new Map<number, Set<NodeListening>>();
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  listen(nodeId: number): Listening {
    const all = this.#listening.get(nodeId) ?? new Set();
    this.#listening.set(nodeId, all);
    const listening = new NodeListening(this.#clock, (self) => {
      all.delete(self);
      if (all.size === 0 && this.#listening.get(nodeId) === all) this.#listening.delete(nodeId);
    });
    all.add(listening);
    return listening;
  }

  hear(nodeId: number, sound: Sound): void {
    for (const listening of this.#listening.get(nodeId) ?? []) listening.hear(sound);
  }
}
