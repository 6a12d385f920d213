/** Time, injected: nothing outside `src/platform` reads the system's clock or arms its timers. */
export interface Clock {
  /** Wall clock, milliseconds since the Unix epoch. May jump. */
  now(): number;
  /** Monotonic milliseconds since an arbitrary start. Never jumps. */
  monotonic(): number;
  /** Runs `fn` once after `delayMs` (any length; longer than 2³¹ ms is chunked). Returns its cancellation. */
  after(delayMs: number, fn: () => void): () => void;
}

/** Resolves after `delayMs`, or at once when the signal aborts. */
export const delay = (clock: Clock, delayMs: number, signal?: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal?.aborted === true) {
      resolve();
      return;
    }
    const done = (): void => {
      cancel();
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const cancel = clock.after(delayMs, done);
    signal?.addEventListener('abort', done, { once: true });
  });
