import { readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { StoreError } from '../ports/errors.ts';
import type { Instant } from '../core/model.ts';
import type { StoreHealth } from '../ports/store.ts';
import type { Database } from './database.ts';
import { draftSuffix } from './files.ts';
import { checkIntegrity } from './integrity.ts';
import { isOfTheMachine } from './sqlite-errors.ts';

/** A walk through the file holds up everything else for as long as it takes. */
const walkAtMostEveryMs = 60_000;

type Examined = Pick<Database, 'file' | 'pragma' | 'pragmaLines' | 'get' | 'transaction'>;

const versionRow = z.object({ version: z.string() });

/** How the database is, for the doctor. */
export class Health {
  readonly #database: Examined;
  readonly #now: () => Instant;
  /** The check at the start found it whole, else there would be no open store. */
  #checked: { readonly at: Instant; readonly damage: string | undefined };
  #refusesWrites: string | undefined;

  constructor(database: Examined, now: () => Instant) {
    this.#database = database;
    this.#now = now;
    this.#checked = { at: now(), damage: undefined };
  }

  look(check: 'now' | 'last'): StoreHealth {
    const database = this.#database;
    const now = this.#now();
    if (check === 'now') this.probe();
    if (check === 'now' && Math.abs(now - this.#checked.at) >= walkAtMostEveryMs)
      this.#checked = { at: now, damage: this.#damage() };
    return {
      file: database.file,
      bytes: sizeOf(database.file),
      walBytes: sizeOf(`${database.file}-wal`),
      schemaVersion: z.int().parse(database.pragma('user_version')),
      sqliteVersion: versionRow.parse(database.get('SELECT sqlite_version() AS version')).version,
      damage: this.#checked.damage,
      checkedAt: this.#checked.at,
      refusesWrites: this.#refusesWrites,
      backedUpAt: newestIn(join(dirname(database.file), 'backups')),
    };
  }

  /** Takes SQLite's lock for writing, and gives it back: no page is written, no card worn out. */
  probe(): void {
    try {
      this.#database.transaction(() => undefined);
      this.#refusesWrites = undefined;
    } catch (error) {
      if (!isOfTheMachine(error)) throw error;
      this.#refusesWrites = error.message;
    }
  }

  #damage(): string | undefined {
    try {
      checkIntegrity(this.#database, 'quick');
      return undefined;
    } catch (error) {
      if (error instanceof StoreError) return error.message;
      throw error;
    }
  }
}

const sizeOf = (file: string): number => {
  try {
    return statSync(file).size;
  } catch {
    return 0;
  }
};

const newestIn = (folder: string): Instant | undefined => {
  try {
    const files = readdirSync(folder).filter((name) => !name.endsWith(draftSuffix));
    const times = files.map((name) => Math.round(statSync(join(folder, name)).mtimeMs));
    return times.length === 0 ? undefined : Math.max(...times);
  } catch {
    return undefined;
  }
};
