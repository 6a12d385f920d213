/**
 * Lets one exchange at a time through to each lock, in order of asking. Its place is kept until herdsman has really
 * ended with it, also where nobody waits for it any more: else two answers could be taken for each other, and what
 * was given up would still be sent after what came later.
 */
export class Lanes {
  readonly #last = new Map<string, Promise<unknown>>();

  /** Undefined where the signal aborted before its turn: nothing was done then. `work` must not throw. */
  async run<T>(
    lock: string,
    signal: AbortSignal,
    work: () => Promise<T>,
  ): Promise<{ readonly done: T } | undefined> {
    const before = this.#last.get(lock);
    const turn = Promise.withResolvers<undefined>();
    const mine = turn.promise;
    this.#last.set(lock, mine);
    try {
      await before;
      return signal.aborted ? undefined : { done: await work() };
    } finally {
      turn.resolve(undefined);
      if (this.#last.get(lock) === mine) this.#last.delete(lock);
    }
  }
}
