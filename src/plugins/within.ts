import { delay } from '../ports/clock.ts';
import type { Clock } from '../ports/clock.ts';

/** What `within` gives where it took too long. */
export const late = Symbol('late');

/** What comes of `work`, or `late` after `mostMs`: what comes then is the caller's to look after. */
export const within = async <T>(clock: Clock, mostMs: number, work: Promise<T>): Promise<T | typeof late> => {
  const over = new AbortController();
  try {
    return await Promise.race([work, delay(clock, mostMs, over.signal).then((): typeof late => late)]);
  } finally {
    over.abort();
  }
};
