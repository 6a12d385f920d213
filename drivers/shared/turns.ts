import { delay } from '../../src/ports/clock.ts';
import type { Clock } from '../../src/ports/clock.ts';

/** How long closing waits for what runs. */
const closeLimitMs = 1_000;
/** Between attempts to tidy up behind a stick that doesn't answer. */
const retryMs = 30_000;

interface Running {
  /** `us`: the radio is being tidied up, after a crash or a broken line. */
  readonly by: 'caller' | 'us';
  /** Settled when it has let go of the radio. */
  readonly over: Promise<unknown>;
}

/** One pairing, removal or tidying up at a time, and the end of each when the radio goes or the bridge closes. */
export class Turns {
  readonly #clock: Clock;
  readonly #callerDone: () => void;
  readonly #closing = new AbortController();
  #lost = new AbortController();
  #running: Running | undefined;
  #cancelRetry: (() => void) | undefined;

  /** @param callerDone is told whenever a caller's turn is over */
  constructor(clock: Clock, callerDone: () => void = () => undefined) {
    this.#clock = clock;
    this.#callerDone = callerDone;
  }

  /** Whose turn it is. */
  get by(): Running['by'] | undefined {
    return this.#running?.by;
  }

  /** Aborts when the bridge closes. */
  get closing(): AbortSignal {
    return this.#closing.signal;
  }

  /** Aborts when the radio goes; another one once it is back. */
  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  /** The radio came or went. */
  radioChanged(isThere: boolean): void {
    if (!isThere) this.#lost.abort();
    else if (this.lost.aborted && !this.closing.aborted) this.#lost = new AbortController();
  }

  /**
   * A caller's turn. Another caller's business isn't waited for, our own tidying up is, for `limitMs`: it mostly takes
   * milliseconds.
   */
  async forCaller<T>(
    limitMs: number,
    signal: AbortSignal,
    action: (aborted: AbortSignal) => Promise<T>,
    refused: (why: 'aborted' | 'busy') => T,
  ): Promise<T> {
    if (this.#running?.by === 'us') {
      const limit = new AbortController();
      const stop = AbortSignal.any([limit.signal, signal, this.closing]);
      await Promise.race([this.#running.over, delay(this.#clock, limitMs, stop)]);
      limit.abort();
    }
    if (signal.aborted || this.closing.aborted) return refused('aborted');
    // Another caller may have waited just as long.
    if (this.#running !== undefined) return refused('busy');
    return this.#exclusively('caller', () => action(AbortSignal.any([signal, this.closing])));
  }

  /** Our own turn, after the one that goes on, if any. */
  forUs<T>(action: () => Promise<T>): Promise<T> {
    return this.#exclusively('us', action);
  }

  /** Once more in half a minute, unless somebody has a turn then. */
  retry(again: () => void): void {
    if (this.closing.aborted) return;
    this.#cancelRetry = this.#clock.after(retryMs, () => {
      if (this.#running === undefined) again();
    });
  }

  cancelRetry(): void {
    this.#cancelRetry?.();
  }

  /** Ends what runs. Settles within about a second. */
  async close(): Promise<void> {
    this.#closing.abort();
    this.cancelRetry();
    const limit = new AbortController();
    await Promise.race([this.#running?.over, delay(this.#clock, closeLimitMs, limit.signal)]);
    limit.abort();
    this.#lost.abort();
    await this.#running?.over;
  }

  async #exclusively<T>(by: Running['by'], action: () => Promise<T>): Promise<T> {
    const over = Promise.withResolvers<undefined>();
    const before = this.#running;
    const running: Running = { by, over: over.promise };
    this.#running = running;
    await before?.over;
    try {
      return await action();
    } finally {
      if (this.#running === running) this.#running = undefined;
      over.resolve(undefined);
      if (by === 'caller') this.#callerDone();
    }
  }
}
