import { chmodSync, closeSync, fsyncSync, openSync, rmSync, statSync } from 'node:fs';

/** The `code` of a Node system error (`ENOENT`, …), if it is one. */
export const errorCode = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;

export const errorText = (error: unknown): string =>
  errorCode(error) ?? (error instanceof Error ? error.message : String(error));

/** Ending of a file that isn't finished: renamed or linked to its name when it is. */
export const draftSuffix = '.draft';

/** Removes a draft if there is one. The error that made it useless matters more than one from here. */
export const removeDraft = (draft: string): void => {
  try {
    rmSync(draft, { force: true });
  } catch {
    // A draft left behind does no harm: nothing reads it.
  }
};

/** Makes what was written under this path, or the names in this directory, survive a power cut. */
export const fsyncPath = (path: string): void => {
  const descriptor = openSync(path, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
};

/**
 * Creates the file, empty and 0600, or takes the rights of others away from an existing one. An existing file
 * is never opened: closing any descriptor of a file drops every POSIX lock that this process has on it, and
 * SQLite's locks are of that kind.
 */
export const ensurePrivateFile = (file: string): void => {
  try {
    closeSync(openSync(file, 'wx', 0o600));
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error;
    if ((statSync(file).mode & 0o077) !== 0) chmodSync(file, 0o600);
  }
};
