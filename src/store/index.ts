import { join } from 'node:path';
import { StartError } from '../ports/errors.ts';
import type { Log } from '../ports/log.ts';
import type { Random } from '../ports/random.ts';
import type { Store } from '../ports/store.ts';
import { lockDataDir, prepareDataDir } from './data-dir.ts';
import { Database } from './database.ts';
import { ensurePrivateFile, errorCode, errorText } from './files.ts';
import { checkIntegrity } from './integrity.ts';
import { checkKey, readIdentity, recordShutdown, wasClosedCleanly, writeIdentity } from './meta.ts';
import { inspectDatabase, migrate } from './migrate.ts';
import { migrations } from './migrations/index.ts';
import { storeOver } from './sqlite-store.ts';
import { Vault } from './vault.ts';

export { holdsDatabase } from './data-dir.ts';
export { loadOrCreateKey } from './key.ts';

export interface StoreOptions {
  /** `data_dir` of the config. Holds `lockstep.db` and `backups/`; made 0700 where it is missing. */
  readonly dataDir: string;
  /** The 32 bytes from `loadOrCreateKey`. */
  readonly key: Uint8Array;
  readonly random: Random;
  readonly log: Log;
  /** Wall clock, milliseconds since the epoch. */
  readonly now: () => number;
  /** Most events that wait for the broker. */
  readonly outboxMax?: number;
}

const outboxMaxDefault = 100_000;

/**
 * Opens the store, making it in an empty directory. Throws `StartError` (directory unusable, or in use by
 * another daemon), `ConfigError` (the key isn't this database's) or `StoreError` (damaged, of a newer version,
 * disk full), each with text for the operator and nothing changed.
 *
 * While the store is open, nothing else in this process may open `lockstep.db` or `daemon.lock` as a plain
 * file: closing such a descriptor drops SQLite's POSIX locks.
 */
export const openStore = (options: StoreOptions): Store => {
  prepareDataDir(options.dataDir);
  const unlock = lockDataDir(options.dataDir);
  try {
    return openLocked(options, unlock);
  } catch (error) {
    unlock();
    throw error;
  }
};

const openLocked = (options: StoreOptions, unlock: () => void): Store => {
  const { key, random, log } = options;
  const file = join(options.dataDir, 'lockstep.db');
  createPrivately(file);
  const database = Database.open(file);
  try {
    const kind = inspectDatabase(database, migrations.length);
    if (kind === 'ours') examine(database, key, log);
    const from = migrate(database, {
      migrations,
      backupsDir: join(options.dataDir, 'backups'),
      finish: () => {
        if (kind === 'new') writeIdentity(database, key, random);
        recordShutdown(database, false);
      },
    });
    if (kind === 'ours' && from < migrations.length) {
      log.info({ from, to: migrations.length }, 'database migrated; the one before is in backups');
    }
    const identity = readIdentity(database);
    return storeOver({
      database,
      vault: new Vault(key, identity.databaseId),
      identity,
      created: kind === 'new',
      random,
      log,
      now: options.now,
      outboxMax: options.outboxMax ?? outboxMaxDefault,
      onClose: () => {
        shutDown(database, log);
        unlock();
      },
    });
  } catch (error) {
    database.close();
    throw error;
  }
};

const createPrivately = (file: string): void => {
  try {
    ensurePrivateFile(file);
  } catch (error) {
    const why = errorCode(error) === 'ENOSPC' ? 'the disk is full' : errorText(error);
    throw new StartError(`the database ${file} cannot be made or protected (${why})`);
  }
};

const examine = (database: Database, key: Uint8Array, log: Log): void => {
  checkIntegrity(database, 'quick');
  checkKey(database, key);
  if (wasClosedCleanly(database)) return;
  log.info({ file: database.file }, 'the last run did not end cleanly: checking the whole database');
  checkIntegrity(database, 'full');
};

// The end of the process mustn't fail over this: an unrecorded clean end costs one integrity check.
const shutDown = (database: Database, log: Log): void => {
  try {
    recordShutdown(database, true);
    database.pragma('wal_checkpoint(TRUNCATE)');
  } catch (error) {
    log.warn({ error: errorText(error) }, 'the database could not be closed cleanly');
  }
  database.close();
};
