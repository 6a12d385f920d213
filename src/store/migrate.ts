import { mkdirSync, renameSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { StoreError } from '../ports/errors.ts';
import type { Database } from './database.ts';
import { draftSuffix, ensurePrivateFile, errorText, fsyncPath, removeDraft } from './files.ts';

/** `PRAGMA application_id` of our databases, "LOCK" in ASCII. */
const applicationId = 0x4c_4f_43_4b;

/** `new`: nothing in the file yet. */
export type DatabaseKind = 'new' | 'ours';

const count = z.object({ count: z.int() });

/** Throws `StoreError` for a database that isn't Lockstep's, or is of a newer Lockstep. Changes nothing. */
export const inspectDatabase = (database: Database, newestVersion: number): DatabaseKind => {
  if (database.pragma('application_id') !== applicationId) {
    const { count: objects } = count.parse(database.get('SELECT count(*) AS count FROM sqlite_schema'));
    if (objects === 0) return 'new';
    throw new StoreError(`${database.file} isn't a database of Lockstep: move it away`);
  }
  const version = z.int().parse(database.pragma('user_version'));
  if (version > newestVersion) {
    throw new StoreError(
      `${database.file} was made by a newer Lockstep (schema ${version}, this one knows ${newestVersion}): ` +
        'install that version again, or restore a backup made by this one',
    );
  }
  return 'ours';
};

/**
 * Brings the database to the newest schema, all steps in one transaction. One with something in it is copied
 * first to `before-migration-from-v<n>.db` in `backupsDir`; a failed migration leaves it as it was. `finish`
 * runs in the same transaction. Throws `StoreError`. Returns the version it started from.
 */
export const migrate = (
  database: Database,
  options: {
    readonly migrations: readonly string[];
    readonly backupsDir: string;
    readonly finish: () => void;
  },
): number => {
  const from = z.int().parse(database.pragma('user_version'));
  const newest = options.migrations.length;
  if (from === newest) {
    database.transaction(options.finish);
    return from;
  }
  if (from > 0) {
    // Named after the version and not the time: a migration that fails at every restart mustn't fill the disk.
    backUp(database, join(options.backupsDir, `before-migration-from-v${from}.db`));
  }
  // Rebuilding a table that others refer to needs this (https://sqlite.org/lang_altertable.html, "otheralter");
  // it cannot be switched inside a transaction.
  database.pragma('foreign_keys = OFF');
  try {
    database.transaction(() => {
      for (const sql of options.migrations.slice(from)) database.script(sql);
      if (database.pragmaLines('foreign_key_check').length > 0) {
        throw new StoreError(
          `${database.file}: the migration to schema ${newest} leaves rows without their device`,
        );
      }
      database.pragma(`application_id = ${applicationId}`);
      database.pragma(`user_version = ${newest}`);
      options.finish();
    });
  } finally {
    database.pragma('foreign_keys = ON');
  }
  return from;
};

/** Writes a whole, compact copy of the database to `file` (0600), durable when it returns. */
const backUp = (database: Database, file: string): void => {
  const directory = dirname(file);
  const draft = `${file}${draftSuffix}`;
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    removeDraft(draft);
    // SQLite gives its output the default mode, but takes an existing empty file as it is.
    ensurePrivateFile(draft);
    database.run('VACUUM INTO ?', draft);
    fsyncPath(draft);
    renameSync(draft, file);
    fsyncPath(directory);
  } catch (error) {
    removeDraft(draft);
    if (error instanceof StoreError) throw error;
    throw new StoreError(`the backup ${file} cannot be written (${errorText(error)}); nothing was migrated`);
  }
};
