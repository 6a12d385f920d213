import type { Clock } from '../../src/ports/clock.ts';

/** A time limit over several waits. To be cancelled. */
export const deadline = (clock: Clock, limitMs: number): { readonly signal: AbortSignal; cancel(): void } => {
  const late = new AbortController();
  const cancel = clock.after(limitMs, () => {
    late.abort();
  });
  return { signal: late.signal, cancel };
};

/** Waits for what events of a radio library bring about. Whoever hears them says `changed()`. */
export class Watch {
  readonly #clock: Clock;
  readonly #checks = new Set<() => void>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  protected changed(): void {
    for (const check of [...this.#checks]) check();
  }

  /** Resolves once the test holds, or when one of the signals aborts. @returns whether it holds. */
  async until(test: () => boolean, ...signals: readonly AbortSignal[]): Promise<boolean> {
    const stop = AbortSignal.any([...signals]);
    if (test() || stop.aborted) return test();
    const over = Promise.withResolvers<undefined>();
    const end = (): void => {
      over.resolve(undefined);
    };
    const check = (): void => {
      if (test()) end();
    };
    this.#checks.add(check);
    stop.addEventListener('abort', end, { once: true });
    await over.promise;
    stop.removeEventListener('abort', end);
    this.#checks.delete(check);
    return test();
  }

  /** The same, with a time limit of its own. */
  async within(limitMs: number, test: () => boolean, ...signals: readonly AbortSignal[]): Promise<boolean> {
    const limit = deadline(this.#clock, limitMs);
    const held = await this.until(test, limit.signal, ...signals);
    limit.cancel();
    return held;
  }
}
