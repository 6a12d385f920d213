import type { Clock } from '../ports/clock.ts';

/** What a driver gets to answer its abort signal in. */
const graceMs = 100;

/**
 * Runs `work` with a signal that aborts at the deadline or with `outer`, whichever comes first, and doesn't wait
 * for it any longer then: the result is `late()`. What a driver still does after that is its own affair.
 */
export const withDeadline = async <T>(
  clock: Clock,
  deadlineMs: number,
  outer: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
  late: () => T,
): Promise<T> => {
  const inner = new AbortController();
  const given = Promise.withResolvers<T>();
  const timers: (() => void)[] = [];
  const abort = (): void => {
    inner.abort();
    // A driver that honours its signal answers in this same turn, and better than we could.
    timers.push(
      clock.after(graceMs, () => {
        given.resolve(late());
      }),
    );
  };
  timers.push(clock.after(deadlineMs, abort));
  outer.addEventListener('abort', abort, { once: true });
  if (outer.aborted) abort();
  try {
    return await Promise.race([work(inner.signal), given.promise]);
  } finally {
    for (const cancel of timers) cancel();
    outer.removeEventListener('abort', abort);
  }
};
