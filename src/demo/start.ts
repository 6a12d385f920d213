import { relative } from 'node:path';
import { z } from 'zod';
import type { App } from '../app/answer.ts';
import { createLog } from '../platform/log.ts';
import { preferLittleMemory } from '../platform/memory.ts';
import { systemClock } from '../platform/system-clock.ts';
import { delay } from '../ports/clock.ts';
import { ConfigError, StartError, StoreError } from '../ports/errors.ts';
import { exitConfig, runDaemon, runtimeProblem } from '../run-daemon.ts';
import { startFeed } from './feed.ts';
import { demoConfig, prepareDemo } from './setting.ts';
import type { DemoSetting } from './setting.ts';

const devicesSchema = z.object({
  devices: z.array(
    z.object({
      display_name: z.string(),
      x_address: z.string(),
      x_slots: z.object({ first: z.number(), last: z.number() }).nullable(),
      x_adopted: z.boolean(),
      x_removed_at: z.string().nullable(),
      x_checksum: z.boolean(),
    }),
  ),
});
type DemoLock = z.infer<typeof devicesSchema>['devices'][number];

/** Interviewing the simulated locks takes a few seconds; after this long the banner comes without them. */
const readyDeadlineMs = 30_000;
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
    await setting?.zwave.stop();
  }
};

const run = async (options: Parameters<typeof runDemo>[0], setting: DemoSetting): Promise<number> => {
  const { print, signal } = options;
  let endFeed: (() => void) | undefined;
  try {
    return await runDaemon({
      ...options,
      config: setting.config,
      env: {},
      log: createLog({ level: 'error', pretty: true }),
      started: async ({ app, store, mqttUrl }) => {
        print(
          `The bridge is up; zwave-js is getting to know ${setting.zwave.locks.length} locks (some seconds at the first start)…\n`,
        );
        const locks = await knownLocks(app, setting.zwave.locks.length, signal);
        if (signal.aborted) return;
        print(banner(options.cwd, setting, mqttUrl, locks));
        endFeed = startFeed(app, print, store.lastSeq());
      },
    });
  } finally {
    endFeed?.();
  }
};

/** Waits until every lock's capabilities are known and its slots have been looked at, or the deadline. */
const knownLocks = async (app: App, count: number, signal: AbortSignal): Promise<readonly DemoLock[]> => {
  const until = systemClock.monotonic() + readyDeadlineMs;
  for (;;) {
    const answer = await app.call('devices/list', {}, context);
    const devices = answer.ok ? devicesSchema.parse(answer.body).devices : [];
    const locks = devices.filter((lock) => lock.x_removed_at === null);
    const known = locks.length >= count && locks.every((lock) => lock.x_slots !== null && lock.x_adopted);
    if (known || signal.aborted || systemClock.monotonic() > until) return locks;
    await delay(systemClock, 100, signal);
  }
};

/** How to pair the locks that wait for it; nothing where there are none. */
const newLocks = ({ waiting, control }: DemoSetting['zwave']): string => {
  const ready = waiting.filter((lock) => lock.state === 'waiting');
  const texts = ready.map(({ id, name, pin, pairing }) =>
    [
      `  A new lock, "${name}", waits to be paired. ${pin === null ? 'It knows no PIN.' : `The PIN on its label is ${pin}.`}`,
      '    npx lockstep pair zwave',
      ...(pairing ? [] : [`    curl -s ${control}/waiting/${id}/pair -d '{}'    (its pairing button)`]),
    ].join('\n'),
  );
  return texts.map((text) => `\n${text}\n`).join('') + (texts.length === 0 ? '' : '\n');
};

const banner = (
  cwd: string,
  { config, zwave }: DemoSetting,
  mqttUrl: string,
  locks: readonly DemoLock[],
): string => {
  const front = zwave.locks[0]?.node ?? 2;
  const rows = locks.map((lock) => {
    const slots =
      lock.x_slots === null ? 'not known yet' : `${lock.x_slots.last - lock.x_slots.first + 1} slots`;
    return `    ${lock.display_name.padEnd(14)} ${lock.x_address.padEnd(9)} ${slots}${lock.x_checksum ? ', with checksum' : ''}`;
  });
  return `
  What runs where
    bridge         this process; its data in ./${relative(cwd, config.dataDir)}
    MQTT broker    ${mqttUrl}  (topics ${config.mqtt.baseTopic}/${config.bridgeId}/#)
    Z-Wave         zwave-js on ${zwave.serial}, a simulated network in its own process
    at the door    ${zwave.control}  (you are the person at the keypad)

  Locks found
${rows.join('\n')}

  Try, in another terminal of this folder
    npx lockstep slots front
    npx lockstep codes create front --name Anna --wait
    curl -s ${zwave.control}/locks/${front}/keypad -d '{"action":"delete","slot":2}'

  The last one deletes Anna's code at the keypad: watch it being put right below.
${newLocks(zwave)}  More: npx lockstep --help, simulators/zwave/README.md. Ctrl-C ends the demo.

  What happens
`;
};
