import { priorities } from '../core/actions.ts';
import type { Instant } from '../core/model.ts';
import type { Clock } from '../ports/clock.ts';

/** How long the gate stays with a battery lock that our first frame has woken (DESIGN §4). */
export const stayMs = 5_000;

interface Waiting {
  readonly key: string;
  priority: number;
  /** When it should be done, or should have been. */
  deadline: Instant;
  readonly order: number;
  readonly stays: boolean;
  readonly grant: (release: () => void) => void;
}

interface Stay {
  readonly key: string;
  /** Monotonic. */
  readonly until: number;
  /** Removals in this stay whose proof is yet to come. */
  owed: number;
}

export interface Asked {
  /**
   * When it should be done, or should have been. What has none is due when it is asked for: nothing waits for ever behind
   * newer deadlines.
   */
  readonly deadline?: Instant | undefined;
  /** The lock costs nothing to wake: false. */
  readonly stays?: boolean;
}

/**
 * Grants a radio's airtime: at most `concurrency` actions at a time and one for each lock, lowest priority number first,
 * then the earliest deadline, then in order of asking. It stays with the battery lock it last served for up to 5 s,
 * because waking one costs far more than an exchange with an awake one. A lock or unlock elsewhere ends that; so does a
 * removal elsewhere, unless this lock's own work is a removal too, or the proof of one (ADR 15).
 */
export class RadioGate {
  readonly #clock: Clock;
  readonly #radio: { readonly concurrency: number };
  readonly #waiting: Waiting[] = [];
  /** Who has it, with the number of the grant. */
  readonly #inUse = new Map<string, number>();
  #order = 0;
  #grants = 0;
  #holds = 0;
  #stay: Stay | undefined;

  /** @param radio says how many actions it bears; some know only when they have met their controller */
  constructor(clock: Clock, radio: { readonly concurrency: number }) {
    this.#clock = clock;
    this.#radio = radio;
  }

  /** Number of actions that wait; each lock asks for one at a time, so it is bounded by locks and operations. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** How often the radio was given to somebody. */
  get grants(): number {
    return this.#grants;
  }

  /** Who has the radio now; `grant` is another for each time it was given. */
  get held(): readonly { readonly key: string; readonly grant: number }[] {
    return [...this.#inUse].map(([key, grant]) => ({ key, grant }));
  }

  /**
   * Resolves with the release function when it is this asker's turn; the gate must be released exactly once
   * (more does nothing). Resolves with undefined when the signal aborts before that.
   */
  acquire(
    key: string,
    priority: number,
    signal: AbortSignal,
    { deadline = this.#clock.now(), stays = true }: Asked = {},
  ): Promise<(() => void) | undefined> {
    return new Promise((resolve) => {
      if (signal.aborted) {
        resolve(undefined);
        return;
      }
      const abort = (): void => {
        const at = this.#waiting.indexOf(entry);
        if (at >= 0) this.#waiting.splice(at, 1);
        resolve(undefined);
      };
      const entry: Waiting = {
        key,
        priority,
        deadline,
        order: (this.#order += 1),
        stays,
        grant: (release) => {
          signal.removeEventListener('abort', abort);
          resolve(release);
        },
      };
      signal.addEventListener('abort', abort, { once: true });
      this.#waiting.push(entry);
      this.#serve();
    });
  }

  /** The work that `key` waits for has become more urgent; it keeps its place among equals. */
  raise(key: string, priority: number, deadline: Instant = this.#clock.now()): void {
    for (const entry of this.#waiting) {
      if (entry.key !== key || priority > entry.priority) continue;
      entry.deadline = priority < entry.priority ? deadline : Math.min(entry.deadline, deadline);
      entry.priority = priority;
    }
  }

  /**
   * Nothing new begins on the radio until the returned function is called (more than once does nothing): for
   * pairing, whose timers bear no other traffic. What is on the air goes on.
   */
  hold(): () => void {
    this.#holds += 1;
    let released = false;
    return () => {
      if (released) return;
      released = true;
      this.#holds -= 1;
      this.#serve();
    };
  }

  #serve(): void {
    if (this.#holds > 0) return;
    while (this.#inUse.size < this.#radio.concurrency) {
      const next = this.#next();
      if (next === undefined) return;
      this.#waiting.splice(this.#waiting.indexOf(next), 1);
      this.#inUse.set(next.key, next.order);
      this.#grants += 1;
      this.#settleDown(next);
      let released = false;
      next.grant(() => {
        if (released) return;
        released = true;
        this.#inUse.delete(next.key);
        // Whoever held it asks again in this same turn of the event loop if it has more to do: let it.
        queueMicrotask(() => {
          queueMicrotask(() => {
            this.#serve();
          });
        });
      });
    }
  }

  #settleDown({ key, stays, priority }: Waiting): void {
    const now = this.#clock.monotonic();
    if (!stays) {
      this.#stay = undefined;
      return;
    }
    if (this.#stay?.key !== key || now >= this.#stay.until)
      this.#stay = { key, until: now + stayMs, owed: 0 };
    if (priority === priorities.removal) this.#stay.owed += 1;
    if (priority === priorities.verify) this.#stay.owed = Math.max(0, this.#stay.owed - 1);
  }

  #next(): Waiting | undefined {
    const free = this.#waiting.filter((entry) => !this.#inUse.has(entry.key));
    const best = this.#best(free);
    const stay = this.#stay;
    if (best === undefined || stay === undefined || this.#clock.monotonic() >= stay.until) return best;
    const own = this.#best(free.filter((entry) => entry.key === stay.key));
    return own !== undefined && goesOn(own, best, stay) ? own : best;
  }

  #best(entries: readonly Waiting[]): Waiting | undefined {
    let best: Waiting | undefined;
    for (const entry of entries) if (best === undefined || isBefore(entry, best)) best = entry;
    return best;
  }
}

/** Whether the lock that the radio stays with comes before whatever is best. */
const goesOn = (own: Waiting, best: Waiting, { owed }: Stay): boolean => {
  if (best.priority > priorities.removal) return true;
  if (best.priority < priorities.removal) return false;
  return own.priority === priorities.removal || (own.priority === priorities.verify && owed > 0);
};

const isBefore = (a: Waiting, b: Waiting): boolean => {
  if (a.priority !== b.priority) return a.priority < b.priority;
  return a.deadline === b.deadline ? a.order < b.order : a.deadline < b.deadline;
};
