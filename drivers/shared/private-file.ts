import { closeSync, fsyncSync, openSync, renameSync, writeSync } from 'node:fs';
import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ConfigError } from '../../src/ports/errors.ts';

/** Files for the bridge's eyes only, mode 0600, that survive a power cut. A reader sees the old one or the new one. */

/** Undefined where there is none. Throws the file system's error. */
export const contentOf = async (path: string): Promise<string | undefined> => {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
};

/**
 * What stands in a JSON file of secrets; undefined where there is none.
 * @param what it is, for messages
 * Throws a `ConfigError` that names the file, never its content.
 */
export const readSecrets = async (path: string, what: string): Promise<unknown> => {
  const text = await contentOf(path).catch((error: unknown) => {
    throw new ConfigError(`${path}: the ${what} can't be read (${String(error)}).`);
  });
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    // The parser's own message quotes the text it choked on, and this text is key material.
    throw new ConfigError(`${path}: not valid JSON. Restore the ${what} from your backup.`);
  }
};

/** Makes its folder too, 0700. Throws the file system's error. */
export const writePrivate = async (path: string, content: string): Promise<void> => {
  const folder = dirname(path);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const temporary = `${path}.new`;
  {
    await using file = await open(temporary, 'w', 0o600);
    // A leftover of an earlier attempt keeps its mode when it is opened again.
    await file.chmod(0o600);
    await file.writeFile(content);
    await file.sync();
  }
  await rename(temporary, path);
  await using handle = await open(folder, 'r');
  await handle.sync();
};

const withFile = (path: string, flags: 'r' | 'w', work: (handle: number) => void): void => {
  const handle = openSync(path, flags, 0o600);
  try {
    work(handle);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
};

/** The same at once, for a few hundred bytes now and then; its folder must be there. Throws the file system's error. */
export const writePrivateSync = (path: string, content: string): void => {
  const temporary = `${path}.new`;
  withFile(temporary, 'w', (handle) => writeSync(handle, content));
  renameSync(temporary, path);
  withFile(dirname(path), 'r', () => undefined);
};
