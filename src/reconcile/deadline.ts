import type { Clock } from '../ports/clock.ts';

/** Runs `work` with a signal that aborts at the deadline or with `outer`, whichever comes first. */
export const withDeadline = async <T>(
  clock: Clock,
  deadlineMs: number,
  outer: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> => {
  const inner = new AbortController();
  const abort = (): void => {
    inner.abort();
  };
  const cancel = clock.after(deadlineMs, abort);
  outer.addEventListener('abort', abort, { once: true });
  if (outer.aborted) abort();
  try {
    return await work(inner.signal);
  } finally {
    cancel();
    outer.removeEventListener('abort', abort);
  }
};
