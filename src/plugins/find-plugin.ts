import { existsSync, readFileSync, statSync } from 'node:fs';
import { findPackageJSON } from 'node:module';
import { dirname, extname, isAbsolute, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';
import { ConfigError } from '../ports/errors.ts';

/** Whether a config's `driver` is a file rather than a name. */
export const isPath = (driver: string): boolean =>
  isAbsolute(driver) ||
  /^\.\.?\//.test(driver) ||
  ['.js', '.mjs', '.cjs', '.ts', '.mts'].includes(extname(driver));

/**
 * The file of a third party's driver. A relative path, and a package's name, start at each of the folders in turn.
 * Throws a `ConfigError` that says where it was looked for.
 */
export const findPlugin = (driver: string, folders: readonly string[]): string =>
  isPath(driver) ? findFile(driver, folders) : findPackage(driver, folders);

const findFile = (driver: string, folders: readonly string[]): string => {
  const from = isAbsolute(driver) ? ['/'] : folders;
  const places = [...new Set(from.map((folder) => resolve(folder, driver)))];
  const file = places.find((place) => existsSync(place));
  if (file === undefined) throw new ConfigError(`there is no file ${places.join(', nor ')}`);
  if (statSync(file).isFile()) return file;
  throw new ConfigError(`${file} is a folder; name the file in it that exports the driver`);
};

const findPackage = (name: string, folders: readonly string[]): string => {
  for (const folder of folders) {
    const packageFile = packageFileOf(name, folder);
    if (packageFile !== undefined) return entryOf(name, packageFile);
  }
  throw new ConfigError(
    `that is no built-in driver, and no package of this name is installed in ${folders.join(', ')}`,
  );
};

const packageFileOf = (name: string, folder: string): string | undefined => {
  if (!/^(@[\w.~-]+\/)?[\w~-][\w.~-]*$/.test(name)) return undefined;
  try {
    return findPackageJSON(name, pathToFileURL(join(folder, 'driver.js')));
  } catch {
    return undefined;
  }
};

/** Conditions under which a package's entry is taken, as Node takes them for `import`. */
const conditions = ['node', 'import', 'module-sync', 'default'];

const packageSchema = z.object({ main: z.string().optional(), exports: z.unknown().optional() });

/** `require.resolve` doesn't see packages that are for `import` only, and `import.meta.resolve` starts here only. */
const entryOf = (name: string, packageFile: string): string => {
  const { main, exports } = packageSchema.parse(JSON.parse(readFileSync(packageFile, 'utf8')));
  const entry = exports === undefined ? (main ?? 'index.js') : target(exports);
  const file = entry === undefined ? undefined : join(dirname(packageFile), entry);
  if (file === undefined || !existsSync(file))
    throw new ConfigError(`the package ${name} in ${dirname(packageFile)} has no entry that can be imported`);
  return file;
};

const target = (exports: unknown): string | undefined => {
  if (typeof exports === 'string') return exports;
  if (Array.isArray(exports)) return exports.map(target).find((one) => one !== undefined);
  if (typeof exports !== 'object' || exports === null) return undefined;
  for (const [key, value] of Object.entries(exports)) {
    if (key !== '.' && !conditions.includes(key)) continue;
    const found = target(value);
    if (found !== undefined) return found;
  }
  return undefined;
};
