import { z } from 'zod';
import type { App } from '../app/answer.ts';
import { createLog } from '../platform/log.ts';
import { preferLittleMemory } from '../platform/memory.ts';
import { systemClock } from '../platform/system-clock.ts';
import { delay } from '../ports/clock.ts';
import { ConfigError, StartError, StoreError } from '../ports/errors.ts';
import { exitConfig, runDaemon, runtimeProblem } from '../run-daemon.ts';
import { banner } from './banner.ts';
import type { DemoLock } from './banner.ts';
import { startFeed } from './feed.ts';
import { demoConfig, prepareDemo } from './setting.ts';
import type { DemoSetting } from './setting.ts';
import { SimulatedNetworks } from './simulation.ts';

const devicesSchema = z.object({
  devices: z.array(
    z.object({
      display_name: z.string(),
      x_address: z.string(),
      x_slots: z.object({ first: z.number(), last: z.number() }).nullable(),
      x_adopted: z.boolean(),
      x_removed_at: z.string().nullable(),
      x_checksum: z.boolean(),
      x_read_back: z.string().nullish(),
    }),
  ),
});

/** Interviewing the simulated locks takes a few seconds; after this long the banner comes without them. */
const readyDeadlineMs = 30_000;
const slotsLookedAtMost = 50;
const context = { caller: 'demo', requestId: undefined, expiresAt: undefined };

/** `npm start` and `lockstep demo`: simulated networks and the daemon on them, until `signal` aborts. */
export const runDemo = async (options: {
  readonly configPath: string | undefined;
  readonly cwd: string;
  readonly version: string;
  readonly signal: AbortSignal;
  readonly print: (line: string) => void;
  readonly complain: (message: string) => void;
}): Promise<number> => {
  const problem = runtimeProblem();
  if (problem !== undefined) {
    options.complain(problem);
    return 1;
  }
  process.umask(0o077);
  preferLittleMemory();
  let setting: DemoSetting | undefined;
  try {
    const config = demoConfig(options.configPath, options.cwd);
    options.print(`Lockstep ${options.version}: the demo. The locks are simulated; all else is real.\n`);
    setting = await prepareDemo(config);
    return await run(options, setting);
  } catch (error) {
    if (!(error instanceof ConfigError || error instanceof StartError || error instanceof StoreError))
      throw error;
    options.complain(error.message);
    return error instanceof ConfigError ? exitConfig : 1;
  } finally {
    await setting?.stop();
  }
};

const run = async (options: Parameters<typeof runDemo>[0], setting: DemoSetting): Promise<number> => {
  const { print, signal } = options;
  let endFeed: (() => void) | undefined;
  try {
    return await runDaemon({
      ...options,
      config: setting.config,
      simulation: new SimulatedNetworks(setting.radios),
      env: {},
      log: createLog({ level: 'error', pretty: true }),
      started: async ({ app, store, mqttUrl }) => {
        const count = setting.radios.flatMap((radio) => radio.locks).length;
        print(
          `The bridge is up; ${setting.radios.map((radio) => radio.library).join(' and ')} are getting to know ${count} locks (some seconds at the first start)…\n`,
        );
        const locks = await knownLocks(app, count, signal);
        if (signal.aborted) return;
        print(banner(options.cwd, setting, mqttUrl, locks));
        endFeed = startFeed(app, print, store.lastSeq());
      },
    });
  } finally {
    endFeed?.();
  }
};

/** Nobody waits for the look at hundreds of slots; a lock that can't be read is never looked at. */
const isKnown = ({ x_slots: slots, x_adopted: adopted, x_read_back: readBack }: DemoLock): boolean =>
  slots !== null && (adopted || readBack === 'none' || slots.last - slots.first >= slotsLookedAtMost);

/** Waits until every lock's capabilities are known and its slots have been looked at, or the deadline. */
const knownLocks = async (app: App, count: number, signal: AbortSignal): Promise<readonly DemoLock[]> => {
  const until = systemClock.monotonic() + readyDeadlineMs;
  for (;;) {
    const answer = await app.call('devices/list', {}, context);
    const devices = answer.ok ? devicesSchema.parse(answer.body).devices : [];
    const locks = devices.filter((lock) => lock.x_removed_at === null);
    const known = locks.length >= count && locks.every(isKnown);
    if (known || signal.aborted || systemClock.monotonic() > until) return locks;
    await delay(systemClock, 100, signal);
  }
};
