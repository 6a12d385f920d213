import { pathToFileURL } from 'node:url';
import type { Clock } from '../ports/clock.ts';
import { ConfigError } from '../ports/errors.ts';
import type { DriverHost } from '../ports/lock-driver.ts';
import { late, within } from './within.ts';

/** The contract between the bridge and its drivers (docs/drivers.md). */
export const contract = 1;

const namePattern = /^[a-z][a-z0-9_-]{0,31}$/;

/** A third party's driver as it was found: nothing of it is believed yet but its name. */
export interface ForeignPlugin {
  readonly name: string;
  readonly parseOptions: (raw: unknown) => unknown;
  readonly open: (options: unknown, host: DriverHost) => unknown;
}

/** Reading files and linking them takes a second or two on a small machine. */
const loadMostMs = 30_000;

/** Imports the file and looks at what it exports. Throws a `ConfigError` for each thing that can be wrong with it. */
export const loadPlugin = async (file: string, clock: Clock): Promise<ForeignPlugin> => {
  const exported = await exportOf(file, clock);
  const wrong = (what: string): ConfigError => new ConfigError(`${file} ${what}`);
  if (!isRecord(exported))
    throw wrong(
      'exports no driver: it needs `export const plugin = { name, contract, parseOptions, open }` (docs/drivers.md)',
    );
  const { name, contract: spoken, parseOptions, open } = exported;
  if (spoken !== contract)
    throw wrong(`is made for contract ${shown(spoken)}; this version of Lockstep has contract ${contract}`);
  if (typeof name !== 'string' || !namePattern.test(name))
    throw wrong(
      `calls its driver ${shown(name)}; allowed: a lower-case letter, then up to 31 lower-case letters, digits, _ and -`,
    );
  if (typeof parseOptions !== 'function') throw wrong('exports a driver without a function parseOptions');
  if (typeof open !== 'function') throw wrong('exports a driver without a function open');
  return {
    name,
    parseOptions: (raw): unknown => Reflect.apply(parseOptions, exported, [raw]),
    open: (options, host): unknown => Reflect.apply(open, exported, [options, host]),
  };
};

const exportOf = async (file: string, clock: Clock): Promise<unknown> => {
  let module: unknown;
  try {
    const loading: Promise<unknown> = import(pathToFileURL(file).href);
    module = await within(clock, loadMostMs, loading);
  } catch (error) {
    if (error instanceof SyntaxError)
      throw new ConfigError(
        `${file} can't be read as JavaScript (${error.message}); try: node --check ${file}`,
        {
          cause: error,
        },
      );
    throw new ConfigError(`${file} can't be loaded: ${messageOf(error)}`, { cause: error });
  }
  if (module === late)
    throw new ConfigError(
      `${file} isn't loaded after ${loadMostMs / 1_000} s: what takes its time belongs into the driver's open`,
    );
  if (!isRecord(module)) return undefined;
  const { plugin, default: byDefault } = module;
  if (plugin !== undefined) return plugin;
  // What a CommonJS module exports comes as the default.
  return isRecord(byDefault) && byDefault['plugin'] !== undefined ? byDefault['plugin'] : byDefault;
};

/** What somebody threw, as one line for people. */
export const messageOf = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).split('\n', 1).join('');

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

const shown = (value: unknown): string =>
  typeof value === 'string' || typeof value === 'number'
    ? JSON.stringify(value).slice(0, 80)
    : value === undefined
      ? 'nothing'
      : `a value of type ${typeof value}`;
