import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Pin } from '../../src/core/pin.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { Log } from '../../src/ports/log.ts';
import type { DriverHost } from '../../src/ports/lock-driver.ts';

/** The real clock, for tests against processes that live in real time. */
export const realClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after: (delayMs, fn) => {
    const timer = setTimeout(fn, delayMs);
    return () => {
      clearTimeout(timer);
    };
  },
};

/** Keeps what is logged, as it would be serialised, so that a test can look for secrets in it. */
export const recordingLog = (): { log: Log; lines: string[] } => {
  const lines: string[] = [];
  const write = (fields: object, message: string): void => {
    lines.push(`${message} ${JSON.stringify(fields)}`);
  };
  const log: Log = { debug: write, info: write, warn: write, error: write, child: () => log };
  return { log, lines };
};

/** A driver's host with a temporary data directory. */
export const temporaryHost = async (
  firstStart = true,
): Promise<{ host: DriverHost; lines: string[] } & AsyncDisposable> => {
  const folder = await mkdtemp(join(tmpdir(), 'lockstep-driver-'));
  const { log, lines } = recordingLog();
  return {
    host: {
      dataDir: join(folder, 'data'),
      firstStart,
      log,
      clock: realClock,
      timeZoneOf: () => 'Europe/Berlin',
      timeToTell: () => realClock.now(),
      pin: (digits) => Pin.parse(digits),
    },
    lines,
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
};

/** A clock that only moves when told to. */
export const handClock = (): { clock: Clock; pass: (ms: number) => void; armed: () => number } => {
  let now = 0;
  const timers = new Map<() => void, number>();
  return {
    clock: {
      now: () => now,
      monotonic: () => now,
      after: (ms, fn) => {
        const run = (): void => {
          fn();
        };
        timers.set(run, now + ms);
        return () => {
          timers.delete(run);
        };
      },
    },
    pass: (ms) => {
      now += ms;
      for (const [run, at] of [...timers]) {
        if (at > now || !timers.delete(run)) continue;
        run();
      }
    },
    armed: () => timers.size,
  };
};
