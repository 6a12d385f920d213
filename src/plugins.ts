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

/** A driver whose settings have been checked and which hasn't been opened. */
interface Prepared {
  readonly name: string;
  readonly open: (host: DriverHost) => Promise<LockDriver>;
}

/** Each driver's module, and with it its radio library, is loaded only where the config names it. */
const builtIn: ReadonlyMap<string, () => Promise<Prepare>> = new Map([
  ['zwave', async () => prepare((await import('../drivers/zwave/index.ts')).plugin)],
]);

type Prepare = (options: Readonly<Record<string, unknown>>) => Prepared;

const prepare =
  <O>(plugin: DriverPlugin<O>): Prepare =>
  (raw) => {
    const options = plugin.parseOptions(raw);
    return { name: plugin.name, open: (host) => plugin.open(options, host) };
  };

/** Checks the `drivers` of the config. Throws `ConfigError` with the path of the key; opens nothing. */
export const preparePlugins = async (drivers: readonly DriverConfig[]): Promise<Prepared[]> => {
  const prepared: Prepared[] = [];
  for (const [index, { driver, options }] of drivers.entries()) {
    const at = `drivers[${index}]`;
    const load = builtIn.get(driver);
    if (load === undefined)
      throw new ConfigError(
        `${at}.driver: found ${JSON.stringify(driver)}, allowed: ${[...builtIn.keys()].join(', ')}`,
      );
    if (prepared.some((one) => one.name === driver))
      throw new ConfigError(`${at}.driver: ${driver} is there twice; one radio of each kind is supported`);
    try {
      prepared.push((await load())(options));
    } catch (error) {
      if (error instanceof ConfigError) throw new ConfigError(`${at}.${error.message}`, { cause: error });
      throw error;
    }
  }
  return prepared;
};

/** Opens all drivers, each with a folder of its own in the data directory. */
export const openDrivers = async (
  plugins: readonly Prepared[],
  parts: {
    readonly config: Config;
    readonly store: Store;
    readonly log: Log;
    readonly clock: Clock;
    readonly timeZoneOf: (lock: LockAddress) => string;
    readonly closing: (what: string, close: () => PromiseLike<void>) => void;
  },
): Promise<LockDriver[]> => {
  const drivers: LockDriver[] = [];
  for (const plugin of plugins) {
    const dataDir = join(parts.config.dataDir, plugin.name);
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    const radio = RadioId(plugin.name);
    const driver = await plugin.open({
      dataDir,
      // A radio of which we never knew a lock: the only case in which its keys may be made (docs/adr/0004).
      firstStart: parts.store.devices().every((device) => device.radio !== radio),
      log: parts.log.child({ driver: plugin.name }),
      clock: parts.clock,
      timeZoneOf: parts.timeZoneOf,
      pin: (digits) => Pin.parse(digits),
    });
    parts.closing(`the ${plugin.name} driver`, () => driver[Symbol.asyncDispose]());
    drivers.push(driver);
  }
  return drivers;
};
