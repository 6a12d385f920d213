import type { Clock } from '../../ports/clock.ts';

/** Wakes one waiting loop. A ring while nobody listens is heard by the next wait: no wake-up is lost. */
export class Bell {
  readonly #clock: Clock;
  #rung = false;
  #wake: (() => void) | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  ring(): void {
    this.#rung = true;
    this.#wake?.();
  }

  /** Resolves when the bell has rung since the last wait, after `timeoutMs`, or when the signal aborts. */
  heard(timeoutMs: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        cancel();
        signal.removeEventListener('abort', done);
        this.#wake = undefined;
        this.#rung = false;
        resolve();
      };
      const cancel = this.#clock.after(timeoutMs, done);
      signal.addEventListener('abort', done, { once: true });
      this.#wake = done;
      if (this.#rung || signal.aborted) done();
    });
  }
}
