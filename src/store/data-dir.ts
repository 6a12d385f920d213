import { accessSync, chmodSync, constants, mkdirSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { StartError } from '../ports/errors.ts';
import { ensurePrivateFile, errorCode, errorText } from './files.ts';

const lockFile = 'daemon.lock';
/** Long enough for a daemon that is just ending, in milliseconds. */
const lockPatienceMs = 250;

/**
 * True where the data directory holds a database of ours, or a backup of one: then its key must not be made anew.
 * Other files may be there first, such as the Z-Wave keys that the operator brings along. Throws `StartError`
 * where the directory can't be read.
 */
export const holdsDatabase = (dataDir: string): boolean => {
  try {
    return readdirSync(dataDir).some((name) => name.startsWith('lockstep.db') || name === 'backups');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return false;
    throw new StartError(`the data directory ${dataDir} cannot be read (${errorText(error)})`);
  }
};

/** Makes sure that the directory exists, is 0700 and can be written. Throws `StartError` naming it. */
export const prepareDataDir = (dataDir: string): void => {
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    if ((statSync(dataDir).mode & 0o077) !== 0) chmodSync(dataDir, 0o700);
    accessSync(dataDir, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    throw new StartError(
      `the data directory ${dataDir} cannot be used (${errorText(error)}): ` +
        'it must be a directory that belongs to the user who runs the daemon',
    );
  }
};

/**
 * Takes the data directory for this process. The lock is SQLite's own on a file beside the database, so it
 * goes when the process goes, however it ends; a file with a process id would outlive a power cut. Returns
 * the release. Throws `StartError` where another daemon has it.
 */
export const lockDataDir = (dataDir: string): (() => void) => {
  const file = join(dataDir, lockFile);
  try {
    ensurePrivateFile(file);
    const connection = new Sqlite(file, { timeout: lockPatienceMs });
    try {
      connection.pragma('journal_mode = MEMORY');
      connection.exec('BEGIN EXCLUSIVE');
    } catch (error) {
      connection.close();
      throw error;
    }
    return () => {
      connection.close();
    };
  } catch (error) {
    if (errorCode(error)?.startsWith('SQLITE_BUSY') === true) {
      throw new StartError(`another Lockstep daemon is using the data directory ${dataDir}`);
    }
    throw new StartError(`the data directory ${dataDir} cannot be locked (${file}: ${errorText(error)})`);
  }
};
