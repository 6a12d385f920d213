import type { Clock } from '../../src/ports/clock.ts';

/** How long one exchange may take in all, waiting for its turn on the radio included. */
export const deadlineMs = 30_000;

/**
 * Runs `work`, but settles with `late(why)` as soon as the signal aborts or the time is over. The work goes on
 * in the background then, its result unheeded: a frame that is on the air can't be called back.
 */
export const bounded = <T>(
  clock: Clock,
  signal: AbortSignal,
  limitMs: number,
  work: () => Promise<T>,
  late: (why: 'aborted' | 'timeout') => T,
): Promise<T> =>
  new Promise((resolve, reject) => {
    const settle = (result: () => void): void => {
      cancel();
      signal.removeEventListener('abort', onAbort);
      result();
    };
    const onAbort = (): void => {
      settle(() => {
        resolve(late('aborted'));
      });
    };
    const cancel = clock.after(limitMs, () => {
      settle(() => {
        resolve(late('timeout'));
      });
    });
    signal.addEventListener('abort', onAbort, { once: true });
    work().then(
      (value) => {
        settle(() => {
          resolve(value);
        });
      },
      (error: unknown) => {
        settle(() => {
          reject(error instanceof Error ? error : new Error(String(error)));
        });
      },
    );
  });

/**
 * The same for an exchange over a radio that may end meanwhile (`life`): settles at once then, too. The signal that the
 * work has aborts in all those cases, and when the work is over.
 */
export const boundedByLife = async <T>(
  clock: Clock,
  { signal, life }: { readonly signal: AbortSignal; readonly life: AbortSignal },
  limitMs: number,
  work: (signal: AbortSignal) => Promise<T>,
  late: (why: 'aborted' | 'timeout' | 'radio_down') => T,
): Promise<T> => {
  const over = new AbortController();
  const end = (): void => {
    over.abort();
  };
  for (const one of [signal, life]) one.addEventListener('abort', end, { once: true });
  try {
    return await bounded(
      clock,
      over.signal,
      limitMs,
      () => work(over.signal),
      (why) => late(why === 'aborted' && !signal.aborted ? 'radio_down' : why),
    );
  } finally {
    over.abort();
    for (const one of [signal, life]) one.removeEventListener('abort', end);
  }
};
