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
