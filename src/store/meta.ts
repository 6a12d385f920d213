import { z } from 'zod';
import { ConfigError, StoreError } from '../ports/errors.ts';
import type { Random } from '../ports/random.ts';
import type { Database } from './database.ts';
import { rowParser } from './rows.ts';
import { keyCheckValue } from './vault.ts';

/** What a database says of itself. */
export interface Identity {
  /** Bound into everything sealed, so that rows of another bridge's database don't open here. */
  readonly databaseId: string;
  readonly workspaceId: string;
  readonly connectedAccountId: string;
}

type Key = 'database_id' | 'workspace_id' | 'connected_account_id' | 'key_check' | 'clean_shutdown';

const parse = rowParser('meta', ['key'], z.object({ key: z.string(), value: z.string() }));

const find = (database: Database, key: Key): string | undefined => {
  const row = database.get('SELECT key, value FROM meta WHERE key = ?', key);
  return row === undefined ? undefined : parse(row).value;
};

const require = (database: Database, key: Key): string => {
  const value = find(database, key);
  if (value !== undefined) return value;
  throw new StoreError(`${database.file} is damaged: it lacks its ${key}. Restore a backup.`);
};

const put = (database: Database, key: Key, value: string): void => {
  database.run(
    'INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value',
    key,
    value,
  );
};

/** Gives a new database its ids and ties it to the key. */
export const writeIdentity = (database: Database, key: Uint8Array, random: Random): void => {
  const databaseId = random.uuid();
  put(database, 'database_id', databaseId);
  put(database, 'workspace_id', random.uuid());
  put(database, 'connected_account_id', random.uuid());
  put(database, 'key_check', keyCheckValue(key, databaseId));
};

export const readIdentity = (database: Database): Identity => ({
  databaseId: require(database, 'database_id'),
  workspaceId: require(database, 'workspace_id'),
  connectedAccountId: require(database, 'connected_account_id'),
});

/** Throws `ConfigError` unless the database was made with this key. Changes nothing. */
export const checkKey = (database: Database, key: Uint8Array): void => {
  const expected = require(database, 'key_check');
  if (keyCheckValue(key, require(database, 'database_id')) === expected) return;
  throw new ConfigError(
    `the encryption key doesn't belong to this database (${database.file}): ` +
      'restore the key that was in use when the database was made',
  );
};

/** True where the daemon that last had this database closed it. */
export const wasClosedCleanly = (database: Database): boolean => find(database, 'clean_shutdown') === 'yes';

export const recordShutdown = (database: Database, clean: boolean): void => {
  put(database, 'clean_shutdown', clean ? 'yes' : 'no');
};
