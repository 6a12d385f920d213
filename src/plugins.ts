import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Config, DriverConfig } from './config/config.ts';
import { RadioId } from './core/ids.ts';
import type { LockAddress } from './core/ids.ts';
import { Pin } from './core/pin.ts';
import type { Clock } from './ports/clock.ts';
import { ConfigError } from './ports/errors.ts';
import type { DriverHost, DriverPlugin, LockDriver } from './ports/lock-driver.ts';
import type { Log } from './ports/log.ts';
import type { Store } from './ports/store.ts';
import { Complaints, scrubbed } from './plugins/complaints.ts';
import { findPlugin } from './plugins/find-plugin.ts';
import { GuardedDriver } from './plugins/guarded-driver.ts';
import { loadPlugin, messageOf } from './plugins/load-plugin.ts';
import type { ForeignPlugin } from './plugins/load-plugin.ts';
import { unopenedDriver } from './plugins/unopened-driver.ts';
import { late, within } from './plugins/within.ts';

/** A driver whose settings have been checked and which hasn't been opened. */
export interface Prepared {
  readonly name: string;
  readonly open: (host: DriverHost) => Promise<LockDriver>;
}

type Prepare = (options: Readonly<Record<string, unknown>>) => Prepared;

const prepare =
  <O>(plugin: DriverPlugin<O>): Prepare =>
  (raw) => {
    const options = plugin.parseOptions(raw);
    return { name: plugin.name, open: (host) => plugin.open(options, host) };
  };

/** Each driver's module, and with it its radio library, is loaded only where the config names it. */
const builtIn: ReadonlyMap<string, () => Promise<Prepare>> = new Map([
  ['zwave', async () => prepare((await import('../drivers/zwave/index.ts')).plugin)],
  ['zigbee', async () => prepare((await import('../drivers/zigbee/index.ts')).plugin)],
]);

/** A driver's name is its radio's id and that of its folder in the data directory. */
const reserved: readonly string[] = [...builtIn.keys(), 'simulated', 'backups'];

/**
 * Checks the `drivers` of the config. Throws `ConfigError` with the path of the key; opens nothing.
 * @param folders where relative paths and packages of third parties' drivers are looked for, in this order
 */
export const preparePlugins = async (
  drivers: readonly DriverConfig[],
  folders: readonly string[],
  clock: Clock,
): Promise<Prepared[]> => {
  const prepared: Prepared[] = [];
  for (const [index, { driver, options }] of drivers.entries()) {
    const at = `drivers[${index}]`;
    const load = builtIn.get(driver);
    const plugin =
      load === undefined
        ? await prepareForeign(at, driver, options, folders, clock)
        : await prepareBuiltIn(at, load, options);
    const twin = prepared.findIndex((one) => one.name === plugin.name);
    if (twin >= 0)
      throw new ConfigError(
        `${at}.driver: ${JSON.stringify(driver)} is the driver ${plugin.name}, which drivers[${twin}] is already; allowed: each driver once`,
      );
    prepared.push(plugin);
  }
  return prepared;
};

const prepareBuiltIn = async (
  at: string,
  load: () => Promise<Prepare>,
  options: DriverConfig['options'],
): Promise<Prepared> => {
  try {
    return (await load())(options);
  } catch (error) {
    if (error instanceof ConfigError) throw new ConfigError(`${at}.${error.message}`, { cause: error });
    throw error;
  }
};

const prepareForeign = async (
  at: string,
  driver: string,
  options: DriverConfig['options'],
  folders: readonly string[],
  clock: Clock,
): Promise<Prepared> => {
  const plugin = await loadForeign(`${at}.driver`, driver, folders, clock);
  const { name } = plugin;
  let parsed: unknown;
  try {
    parsed = plugin.parseOptions(options);
  } catch (error) {
    // Whatever a third party throws here is about the settings it was given.
    throw new ConfigError(`${at} (the driver ${name}): ${messageOf(error)}`, { cause: error });
  }
  if (parsed instanceof Promise) {
    // Its rejection would end the process, without a word about the settings.
    parsed.catch(() => undefined);
    throw new ConfigError(
      `${at} (the driver ${name}): its parseOptions gives a promise; it has to be done when it returns`,
    );
  }
  return {
    name,
    open: async (host) => {
      const opened: unknown = await plugin.open(parsed, host);
      if (!isDriver(opened)) throw new Error('its open gives no driver');
      return new GuardedDriver(opened, RadioId(name), new Complaints(host.log));
    },
  };
};

const loadForeign = async (
  at: string,
  driver: string,
  folders: readonly string[],
  clock: Clock,
): Promise<ForeignPlugin> => {
  const complain = (error: unknown, more = ''): Error =>
    error instanceof ConfigError
      ? new ConfigError(`${at}: found ${JSON.stringify(driver)}, but ${error.message}${more}`, {
          cause: error,
        })
      : new Error('loading a driver failed', { cause: error });
  let file: string;
  try {
    file = findPlugin(driver, folders);
  } catch (error) {
    throw complain(error, `; allowed: ${[...builtIn.keys()].join(', ')}, or the path or package of a driver`);
  }
  try {
    const plugin = await loadPlugin(file, clock);
    if (!reserved.includes(plugin.name)) return plugin;
    throw new ConfigError(`${file} calls its driver ${plugin.name}, which is a name of Lockstep's own`);
  } catch (error) {
    throw complain(error);
  }
};

const methods = ['locks', 'capabilities', 'readSlot', 'writeSlot', 'clearSlot', 'operate', 'onHint'];

/** As far as can be seen from outside; what its methods answer is looked at when they do. */
const isDriver = (value: unknown): value is LockDriver =>
  typeof value === 'object' &&
  value !== null &&
  methods.every((method) => typeof Reflect.get(value, method) === 'function');

/** A driver exists at once: its radio may come later (`DriverPlugin.open`). */
const openMostMs = 30_000;

/**
 * Opens all drivers, each with a folder of its own in the data directory. One that fails unexpectedly is told of as
 * lost, and the others work without it. Throws a `ConfigError` where a driver says that its settings or files are wrong.
 */
export const openDrivers = async (
  plugins: readonly Prepared[],
  parts: {
    readonly config: Pick<Config, 'dataDir'>;
    readonly store: Pick<Store, 'devices'>;
    readonly log: Log;
    readonly clock: Clock;
    readonly timeZoneOf: (lock: LockAddress) => string;
    readonly timeToTell: () => number | undefined;
    readonly closing: (what: string, close: () => PromiseLike<void>) => void;
  },
): Promise<LockDriver[]> => {
  const drivers: LockDriver[] = [];
  for (const plugin of plugins) {
    const dataDir = join(parts.config.dataDir, plugin.name);
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    const radio = RadioId(plugin.name);
    const driver = await openOne(plugin, {
      dataDir,
      // A radio of which we never knew a lock: the only case in which its keys may be made (docs/adr/0004).
      firstStart: parts.store.devices().every((device) => device.radio !== radio),
      log: parts.log.child({ driver: plugin.name }),
      clock: parts.clock,
      timeZoneOf: parts.timeZoneOf,
      timeToTell: parts.timeToTell,
      // JavaScript may give a number, which has lost its leading zeros (FIELD-BUGS 18).
      pin: (digits: unknown) => (typeof digits === 'string' ? Pin.parse(digits) : undefined),
    });
    parts.closing(`the ${plugin.name} driver`, () => driver[Symbol.asyncDispose]());
    drivers.push(driver);
  }
  return drivers;
};

const openOne = async (plugin: Prepared, host: DriverHost): Promise<LockDriver> => {
  const opening = plugin.open(host);
  try {
    const driver = await within(host.clock, openMostMs, opening);
    if (driver !== late) return driver;
    opening.then((one) => one[Symbol.asyncDispose]()).catch(() => undefined);
    throw new Error(`it did not open within ${openMostMs / 1_000} s`);
  } catch (error) {
    // A third party has a class of its own for it.
    if (error instanceof Error && error.name === 'ConfigError')
      throw error instanceof ConfigError
        ? error
        : new ConfigError(`the driver ${plugin.name}: ${error.message}`, { cause: error });
    const problem = scrubbed(error);
    host.log.error({ problem }, 'the driver could not be opened; the bridge works without it');
    return unopenedDriver(
      RadioId(plugin.name),
      `The driver could not be opened (${problem}). Put it right, and start the bridge again.`,
    );
  }
};
