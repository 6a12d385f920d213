/** Milliseconds on the system's monotonic clock: the same in every process of this machine. */
export const clockMs = (): number => Number(process.hrtime.bigint()) / 1e6;

export const rest = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, Math.max(0, ms));
  });

const beganMs = clockMs();

/** A line of progress on stderr; stdout is for the table. */
export const say = (text: string): void => {
  const seconds = ((clockMs() - beganMs) / 1_000).toFixed(0).padStart(4);
  process.stderr.write(`${seconds} s  ${text}\n`);
};

interface Waiting {
  readonly look: () => boolean;
  readonly fail: (error: Error) => void;
}

/** Waits on conditions that are looked at again whenever something has changed. */
export class Watch {
  readonly #waiting = new Set<Waiting>();
  #broken: Error | undefined;

  /** Something has changed. */
  changed(): void {
    for (const one of [...this.#waiting]) one.look();
  }

  /** Nothing more will come: every wait, present and future, fails. */
  break(error: Error): void {
    this.#broken ??= error;
    for (const one of [...this.#waiting]) one.fail(this.#broken);
  }

  /** Resolves with what `look` finds first; rejects after `limitMs`. */
  until<T>(what: string, look: () => T | undefined, limitMs = 30_000): Promise<T> {
    return new Promise((resolve, reject) => {
      const end = (): void => {
        clearTimeout(late);
        this.#waiting.delete(waiting);
      };
      const waiting: Waiting = {
        look: () => {
          const found = look();
          if (found === undefined) return false;
          end();
          resolve(found);
          return true;
        },
        fail: (error) => {
          end();
          reject(error);
        },
      };
      const late = setTimeout(() => {
        waiting.fail(new Error(`not seen within ${limitMs / 1_000} s: ${what}`));
      }, limitMs);
      this.#waiting.add(waiting);
      if (!waiting.look() && this.#broken !== undefined) waiting.fail(this.#broken);
    });
  }
}
