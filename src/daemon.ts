import { readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { App } from './app/answer.ts';
import { createApp, createDeliveries, renderEvent, startClockWatch, startRounds } from './app/index.ts';
import type { AppParts, BridgeInfo } from './app/index.ts';
import type { Config } from './config/config.ts';
import { settingsOf, timeZoneOf } from './config/device-settings.ts';
import { DeviceId, RadioId } from './core/ids.ts';
import { startHttpFace } from './faces/http/index.ts';
import { startEmbeddedBroker } from './faces/mqtt/broker.ts';
import { startMqttFace } from './faces/mqtt/index.ts';
import type { MqttFace } from './faces/mqtt/index.ts';
import { startWebhookFace } from './faces/webhooks/index.ts';
import { startEventLog } from './event-log.ts';
import { hostOf } from './host.ts';
import type { ConfigSource } from './host.ts';
import { openDrivers, preparePlugins } from './plugins.ts';
import { lockTime } from './platform/lock-time.ts';
import { packageDir } from './platform/package.ts';
import { builtAt, thisMachine } from './platform/machine.ts';
import { startTime } from './platform/start-time.ts';
import { TrustedClock } from './platform/trusted-clock.ts';
import { systemRandom } from './platform/system-random.ts';
import { uuid5 } from './platform/uuid5.ts';
import { createChanges } from './ports/changes.ts';
import type { Clock } from './ports/clock.ts';
import type { Changes } from './ports/changes.ts';
import { ConfigError } from './ports/errors.ts';
import type { Log } from './ports/log.ts';
import type { Simulation } from './ports/simulation.ts';
import type { Store } from './ports/store.ts';
import { isCronExpression, startAudits } from './reconcile/audit.ts';
import { Controller } from './reconcile/controller.ts';
import { defaultPace } from './reconcile/lock-worker.ts';
import type { Moment } from './reconcile/exchange.ts';
import type { Pace } from './reconcile/lock-worker.ts';
import { holdsDatabase, loadOrCreateKey, openStore } from './store/index.ts';

export interface DaemonOptions {
  readonly config: Config;
  readonly version: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly log: Log;
  /** For the doctor. Left out where the settings are no file of the operator's. */
  readonly configSource?: ConfigSource;
  readonly pace?: Pace;
  /** Where the locks are simulated: what people and faults do at them. */
  readonly simulation?: Simulation;
  /** For tests that end the process between two durable steps. */
  readonly moment?: (moment: Moment) => void;
}

export interface Daemon {
  readonly app: App;
  readonly store: Store;
  readonly mqttUrl: string;
  /** What doesn't get on although it should, for a watchdog; to be asked every minute or so. Throws `StoreError`. */
  stuck(): string | undefined;
  /** One line on how things are. */
  summary(): string;
  /** Says goodbye on MQTT, abandons exchanges to their intents, closes everything. Twice is once. */
  stop(): Promise<void>;
}

const random = systemRandom;

/** A nightly audit that is this long ago was missed: the bridge was off at its time. */
const auditOverdueMs = 26 * 60 * 60_000;

/** What was opened is closed in the reverse order, each within its own deadline, whatever the others do. */
class Closers {
  readonly #log: Log;
  readonly #closers: { readonly what: string; readonly close: () => unknown }[] = [];

  constructor(log: Log) {
    this.#log = log;
  }

  add(what: string, close: () => unknown): void {
    this.#closers.push({ what, close });
  }

  async close(): Promise<void> {
    for (let next = this.#closers.pop(); next !== undefined; next = this.#closers.pop()) {
      try {
        await next.close();
      } catch (error) {
        this.#log.warn({ err: error }, `closing ${next.what} failed`);
      }
    }
  }
}

/**
 * Builds the bridge and starts it: the only place where adapters meet. Ports, database and keys come before any
 * radio, so that what is wrong with them is said with no lock touched. Throws `ConfigError`, `StartError` or
 * `StoreError` with text for the operator; everything opened until then is closed again.
 */
export const startDaemon = async (options: DaemonOptions): Promise<Daemon> => {
  const closers = new Closers(options.log);
  try {
    return await build(options, closers);
  } catch (error) {
    await closers.close();
    throw error;
  }
};

const build = async (options: DaemonOptions, closers: Closers): Promise<Daemon> => {
  const { config, log, env } = options;
  checkSettings(config, log);
  const clock = new TrustedClock(thisMachine(config.clock.synchronisedFile, env['PATH']), {
    always: config.clock.trust === 'always',
    builtAt: builtAt(),
    log,
  });
  const plugins = await preparePlugins(config.drivers, driverFolders(options), clock);
  const key = loadKey(config, env);
  const store = openStore({ dataDir: config.dataDir, key, random, log, now: () => clock.now() });
  closers.add('the database', () => {
    store.close();
  });
  await clock.begin(store);
  closers.add('the clock', () => {
    clock.stop();
  });
  const core = buildCore(
    options,
    clock,
    store,
    plugins.map(({ name }) => RadioId(name)),
  );
  const { app, controller } = core;
  closers.add('the event log', startEventLog(store, controller, core.changes, log));
  closers.add("the clock's watch", startClockWatch(core.parts));
  const mqttUrl = await startFaces(options, core, closers);
  const drivers = await openDrivers(plugins, {
    config,
    store,
    log,
    clock,
    timeZoneOf: (lock) => {
      const device = store.devices().find((one) => one.address === lock);
      return timeZoneOf(config, lock, device);
    },
    timeToTell: () => (clock.isTrusted ? clock.now() : undefined),
    closing: (what, close) => {
      closers.add(what, close);
    },
  });
  controller.start(drivers);
  closers.add('the reconciler', () => controller.stop());
  const audit = (): void => {
    controller.auditAll();
  };
  if (config.audit.wakeupsPerLockPerDay > 0)
    closers.add('the audits', startAudits(config.audit.schedule, config.timeZone, audit));
  closers.add("the doctor's rounds", startRounds(core.parts));
  closers.add('the pruning', startPruning(store, config, clock, log));
  core.changes.emit({ kind: 'bridge' });
  return {
    app,
    store,
    mqttUrl,
    stuck: () => {
      store.probe();
      return controller.stuck();
    },
    summary: () => summaryOf(core),
    stop: () => closers.close(),
  };
};

/** Where third parties' drivers are looked for: beside the config, in the current directory, then among our packages. */
const driverFolders = ({ configSource }: DaemonOptions): string[] => [
  ...(configSource === undefined ? [] : [dirname(resolve(configSource.path))]),
  process.cwd(),
  packageDir(),
];

/** For `systemctl status`. */
const summaryOf = ({ store, controller, mqtt }: Core): string => {
  const devices = store.devices();
  const online = devices.filter((device) => device.online).length;
  const radios = controller.drivers().map(({ driver, state }) => `${driver} ${state}`);
  const broker = mqtt?.connected === true ? 'connected' : 'not connected';
  return [...radios, `locks: ${devices.length}, ${online} online`, `mqtt ${broker}`].join('; ');
};

/** What the schema can't know. Throws `ConfigError` naming the key. */
const checkSettings = (config: Config, log: Log): void => {
  const { audit, mqtt } = config;
  if (!isCronExpression(audit.schedule))
    throw new ConfigError(
      `audit.schedule: found ${JSON.stringify(audit.schedule)}, allowed: a cron expression of five fields, such as "17 3 * * *"`,
    );
  if (mqtt.url === 'embedded') {
    const who = isLoopback(mqtt.listen.host)
      ? 'any program on this machine'
      : 'anybody who reaches this address';
    log.warn(
      { listen: mqtt.listen },
      `the embedded broker has no accounts: ${who} may operate your locks through it`,
    );
  }
};

interface Core {
  readonly app: App;
  readonly parts: AppParts;
  readonly controller: Controller;
  readonly store: Store;
  readonly changes: Changes;
  /** Set once the MQTT face is there. */
  mqtt: MqttFace | undefined;
  listening: ReturnType<BridgeInfo['listening']>;
}

const buildCore = (
  { config, log, version, configSource, pace, moment, simulation }: DaemonOptions,
  clock: TrustedClock,
  store: Store,
  radios: readonly RadioId[],
): Core => {
  const changes = createChanges();
  const controller = new Controller({
    store,
    clock,
    random,
    log,
    changes,
    radios,
    deviceIdOf: (identity) => DeviceId(uuid5(identity)),
    settingsOf: (address, device) => settingsOf(config, address, device),
    pace: pace ?? defaultPace,
    leadMs: config.scheduling.leadMs,
    preloadMs: config.scheduling.nativePreloadMs,
    arrivalNoticeMs: config.scheduling.arrivalNoticeMs,
    lockTime,
    clockTrust: clock,
    timeZoneOf: (device) => timeZoneOf(config, device.address, device),
    // An audit that somebody asks for by hand is worth one wake-up in any case.
    auditOverdueMs: config.audit.wakeupsPerLockPerDay > 0 ? auditOverdueMs : undefined,
    auditWakeups: Math.max(1, config.audit.wakeupsPerLockPerDay),
    moment: moment ?? ((): void => undefined),
  });
  const startedAt = startTime(clock);
  const bridge: BridgeInfo = {
    bridgeId: config.bridgeId,
    version,
    get startedAt() {
      return startedAt();
    },
    broker: () =>
      core.mqtt?.status ?? { connected: false, since: startedAt(), reason: undefined, refused: undefined },
    audits: config.audit.wakeupsPerLockPerDay > 0,
    host: hostOf({ config, source: configSource, version, cwd: process.cwd() }),
    listening: () => core.listening,
    timeZoneOf: (device) => timeZoneOf(config, device.address, device),
    deviceType: config.api.deviceType,
    vocabulary: config.api.vocabulary,
    rateLimits: config.api.rateLimits,
  };
  const parts: AppParts = {
    store,
    reconciler: controller,
    clock,
    clockTrust: clock,
    random,
    log,
    changes,
    bridge,
    simulation,
  };
  const app = createApp(parts);
  const core: Core = { app, parts, controller, store, changes, mqtt: undefined, listening: [] };
  return core;
};

/** The broker, the socket and MQTT; returns where MQTT is. */
const startFaces = async (options: DaemonOptions, core: Core, closers: Closers): Promise<string> => {
  const { config, log } = options;
  const { app, store } = core;
  const { clock } = core.parts;
  const url = await brokerUrl(config, log, closers);
  const { socket, listen } = config.http;
  const http = await startHttpFace({
    app,
    socketPath: socket,
    listen,
    version: options.version,
    callerOf: (secret) => callerOf(store, secret),
    health: () => ({
      drivers: core.controller.drivers(),
      mqtt: { connected: core.mqtt?.connected === true },
      clock: { trusted: core.parts.clockTrust.isTrusted, why: core.parts.clockTrust.report().distrust },
    }),
    log,
    clock,
    random,
  });
  closers.add('the HTTP face', async () => {
    await http.close();
    app.close();
  });
  const mqtt = await startMqttFace({
    app,
    outbox: store,
    renderEvent: (event) => renderEvent(core.parts, event),
    bridgeId: config.bridgeId,
    // The embedded broker ends with us and remembers no session; a name that others can guess would let them cut
    // ours off.
    ...(config.mqtt.url === 'embedded' ? { clientId: `lockstep-${random.uuid()}` } : {}),
    settings: { ...config.mqtt, url },
    clock,
    log,
  });
  core.mqtt = mqtt;
  core.listening = listeningAt(config, http.port, url);
  closers.add('the MQTT face', () => mqtt.stop());
  const webhooks = startWebhookFace({
    deliveries: createDeliveries(core.parts),
    onChange: (listener) => app.onChange(listener),
    clock,
    log,
    version: options.version,
  });
  closers.add('the webhooks', () => webhooks.stop());
  return url;
};

const listeningAt = ({ http, mqtt }: Config, port: number | undefined, broker: string): Core['listening'] => [
  { name: 'socket', where: http.socket, open: false },
  {
    name: 'http',
    where: `${http.listen.host}:${port ?? http.listen.port}`,
    open: false,
    inClear: !isLoopback(http.listen.host),
  },
  ...(mqtt.url === 'embedded'
    ? [{ name: 'embedded broker', where: broker, open: !isLoopback(mqtt.listen.host) }]
    : []),
];

/** The id of the API key with this secret; none where it is revoked. */
const callerOf = (store: Store, secret: string): string | undefined => {
  const key = store.apiKeyOf(secret);
  return key?.revokedAt === undefined ? key?.id : undefined;
};

const isLoopback = (host: string): boolean => ['127.0.0.1', '::1', 'localhost'].includes(host);

/** From systemd's credential, the config, or the data directory; made only where no database needs one. */
const loadKey = (config: Config, env: DaemonOptions['env']): Uint8Array => {
  const credentials = env['CREDENTIALS_DIRECTORY'];
  const credential = credentials === undefined ? undefined : join(credentials, 'lockstep-key');
  const fromSystemd =
    config.secrets.keyFile === undefined && credential !== undefined && isReadable(credential);
  const keyFile = fromSystemd ? credential : (config.secrets.keyFile ?? join(config.dataDir, 'lockstep.key'));
  return loadOrCreateKey({ keyFile, allowCreate: !fromSystemd && !holdsDatabase(config.dataDir) });
};

const isReadable = (path: string): boolean => {
  try {
    readFileSync(path);
    return true;
  } catch {
    return false;
  }
};

const brokerUrl = async (config: Config, log: Log, closers: Closers): Promise<string> => {
  if (config.mqtt.url !== 'embedded') return config.mqtt.url;
  const broker = await startEmbeddedBroker({
    ...config.mqtt.listen,
    neverRetained: (topic) => topic.startsWith(`${config.mqtt.baseTopic}/${config.bridgeId}/request/`),
    log,
  });
  closers.add('the embedded broker', () => broker.close());
  return broker.url;
};

const pruneEveryMs = 6 * 60 * 60_000;

const startPruning = (store: Store, config: Config, clock: Clock, log: Log): (() => void) => {
  const prune = (): void => {
    try {
      store.prune(clock.now(), config.retention);
    } catch (error) {
      log.error({ err: error }, 'removing old events and journal entries failed');
    }
    cancel = clock.after(pruneEveryMs, prune);
  };
  let cancel = clock.after(pruneEveryMs, prune);
  return () => {
    cancel();
  };
};
