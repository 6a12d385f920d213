import { join } from 'node:path';
import { z } from 'zod';
import { ConfigError } from '../../src/ports/errors.ts';
import type { DriverHost, DriverPlugin, LockDriver } from '../../src/ports/lock-driver.ts';
import { firstContact, markUndecided } from '../shared/first-start.ts';
import { isLinePath } from '../shared/line-path.ts';
import { decideKeys } from './keys.ts';
import { loadDriver } from './load-driver.ts';
import { prepareFolders } from './storage.ts';

/** Settings of one `drivers` entry of the config with `driver: zwave`. */
export interface ZwaveOptions {
  /** A serial device, best by its stable name in `/dev/serial/by-id`, or `tcp://host:port`. */
  readonly path: string;
  /** Where the network's keys are. Default: `keys.json` in the driver's own folder. */
  readonly keysFile: string | undefined;
}

const schema = z.strictObject({
  driver: z.literal('zwave').optional(),
  path: z.string().refine(isLinePath),
  keys_file: z.string().min(1).optional(),
});

const allowed: Readonly<Record<string, string>> = {
  driver: '"zwave"',
  path: 'a serial device (/dev/serial/by-id/…) or tcp://host:port',
  keys_file: 'the path of a file',
};

const shown = (raw: unknown, key: string): string => {
  const value: unknown = typeof raw === 'object' && raw !== null ? Reflect.get(raw, key) : undefined;
  return value === undefined ? 'nothing' : JSON.stringify(value);
};

const parseOptions = (raw: unknown): ZwaveOptions => {
  const parsed = schema.safeParse(raw);
  if (parsed.success) return { path: parsed.data.path, keysFile: parsed.data.keys_file };
  const issue = parsed.error.issues[0];
  const names = Object.keys(allowed).join(', ');
  if (issue?.code === 'unrecognized_keys') {
    throw new ConfigError(`${issue.keys.join(', ')}: unknown key for the zwave driver. Allowed: ${names}.`);
  }
  const key = issue?.path.join('.') ?? '';
  throw new ConfigError(
    key === ''
      ? `the zwave driver's settings must be a mapping. Allowed keys: ${names}.`
      : `${key}: found ${shown(raw, key)}, allowed: ${allowed[key] ?? names}.`,
  );
};

const firstStartWords = 'No Z-Wave controller has been met yet: its keys may still be made.';

/**
 * Resolves as soon as the driver exists. Only where keys would have to be made it waits for the controller,
 * up to 10 s, because a network that is already there must not get new ones.
 * Throws a `ConfigError` naming the keys file to restore or to repair.
 */
const open = async (options: ZwaveOptions, host: DriverHost): Promise<LockDriver> => {
  const place = {
    file: options.keysFile ?? join(host.dataDir, 'keys.json'),
    marker: join(host.dataDir, 'no-controller-yet'),
  };
  const keys = await decideKeys(place, host.firstStart);
  const folders = await prepareFolders(host.dataDir);
  if (keys.kind === 'make_if_alone') await markUndecided(place, firstStartWords);
  const ZwaveLockDriver = await loadDriver();
  const driver = new ZwaveLockDriver({ path: options.path, place, keys, folders }, host);
  const session = driver.start();
  if (keys.kind === 'make_if_alone') await firstContact(host.clock, driver, session, session.controllerKnown);
  return driver;
};

/** The Z-Wave driver: locks with User Code CC or User Credential CC, through zwave-js. */
export const plugin: DriverPlugin<ZwaveOptions> = { name: 'zwave', contract: 1, parseOptions, open };
