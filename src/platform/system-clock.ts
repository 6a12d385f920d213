import type { Clock } from '../ports/clock.ts';

/** Node's timers hold a signed 32-bit number of milliseconds; anything longer fires at once (DESIGN §7). */
const timerMaxMs = 2 ** 31 - 1;

/** The machine's clocks and timers. Armed timers keep the process alive until they are cancelled. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after: (delayMs, fn) => {
    // By the monotonic clock: what is left after each chunk is measured, not counted.
    const dueAt = performance.now() + Math.max(0, delayMs);
    let timer: NodeJS.Timeout | undefined;
    const arm = (): void => {
      const leftMs = Math.max(0, dueAt - performance.now());
      if (leftMs > timerMaxMs) timer = setTimeout(arm, timerMaxMs);
      else timer = setTimeout(fn, leftMs);
    };
    arm();
    return () => {
      clearTimeout(timer);
    };
  },
};
