import Sqlite from 'better-sqlite3';
import { StoreError } from '../ports/errors.ts';

// Primary result codes (https://sqlite.org/rescode.html); extended ones begin with the same words.
const meanings: readonly (readonly [prefix: string, meaning: string])[] = [
  ['SQLITE_FULL', 'the disk is full: nothing of this change was kept. Free some space'],
  ['SQLITE_CORRUPT', 'the database is damaged: stop the daemon and restore a backup'],
  ['SQLITE_NOTADB', 'this file is not a database, or damaged: stop the daemon and restore a backup'],
  ['SQLITE_IOERR', 'the disk reports an error: nothing of this change was kept. Check the disk or SD card'],
  ['SQLITE_READONLY', 'the database is read-only: check the permissions of its file and directory'],
  ['SQLITE_CANTOPEN', 'the database file cannot be opened: check the permissions of its directory'],
  ['SQLITE_PERM', 'no permission to use the database file'],
  ['SQLITE_BUSY', 'another process holds the database'],
  ['SQLITE_LOCKED', 'the database is locked'],
  ['SQLITE_NOMEM', 'there is not enough memory'],
  ['SQLITE_CONSTRAINT', 'the database refuses the change'],
];

/**
 * Turns SQLite's own error into a `StoreError` with plain text; any other error is a bug and comes back as it
 * is. SQLite names tables and columns in its messages, never the values bound to a statement.
 */
export const translated = (error: unknown, file: string): unknown => {
  if (!(error instanceof Sqlite.SqliteError)) return error;
  const meaning = meanings.find(([prefix]) => error.code.startsWith(prefix))?.[1] ?? 'the database says no';
  return new StoreError(`${file}: ${meaning} (${error.code}: ${error.message})`, { cause: error });
};

const ofTheMachine = ['BUSY', 'FULL', 'IOERR', 'READONLY', 'CANTOPEN', 'PERM', 'CORRUPT', 'NOTADB'];

/** Another process, the disk or the file is in the way: starting this process anew changes nothing about it. */
export const isOfTheMachine = (error: unknown): error is StoreError => {
  if (!(error instanceof StoreError) || !(error.cause instanceof Sqlite.SqliteError)) return false;
  const { code } = error.cause;
  return ofTheMachine.some((one) => code.startsWith(`SQLITE_${one}`));
};
