import { z } from 'zod';
import type { ClockMemory } from '../core/clock-trust.ts';
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

type Key = 'database_id' | 'workspace_id' | 'connected_account_id' | 'key_check' | 'clean_shutdown' | 'clock';

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

const clockText = z.object({
  floor: z.number(),
  floor_at: z.number(),
  boot: z.string(),
  offset: z.number().optional(),
  since: z.number(),
  trusted: z.boolean(),
  overruled: z.number().optional(),
});

/** What the last process knew of the time. What can't be read is as good as nothing: the time of the build is left then. */
export const clockMemory = (database: Database): ClockMemory | undefined => {
  const text = find(database, 'clock');
  if (text === undefined) return undefined;
  const known = clockText.safeParse(parsedJson(text)).data;
  if (known === undefined) return undefined;
  const { floor, floor_at: floorAt, boot, offset, since, trusted, overruled } = known;
  return { floor, floorAt, boot, offset, since, isTrusted: trusted, overruled };
};

const parsedJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

export const putClockMemory = (database: Database, known: ClockMemory): void => {
  const row: z.input<typeof clockText> = {
    floor: Math.round(known.floor),
    floor_at: Math.round(known.floorAt),
    boot: known.boot,
    offset: known.offset,
    since: Math.round(known.since),
    trusted: known.isTrusted,
    overruled: known.overruled,
  };
  put(database, 'clock', JSON.stringify(row));
};
