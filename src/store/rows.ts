import { z } from 'zod';
import { AccessCodeId, DeviceId } from '../core/ids.ts';
import { Pin } from '../core/pin.ts';
import { StoreError } from '../ports/errors.ts';
import type { Database, Value } from './database.ts';
import type { Vault } from './vault.ts';

// Column types as they come from SQLite.
export const instant = z.int();
export const flag = z.literal([0, 1]).transform((value) => value === 1);
export const blob = z.instanceof(Uint8Array);
export const deviceId = z.string().transform(DeviceId);
export const accessCodeId = z.string().transform(AccessCodeId);

/**
 * A TEXT column that holds one word of a union. All of its words must be named: a word that the model gains
 * and the store refuses to read back would only be noticed in the field.
 */
export const word = <T extends string>(words: Readonly<Record<T, true>>): z.ZodType<T> =>
  z.custom<T>((value) => typeof value === 'string' && Object.hasOwn(words, value));

/** SQL's NULL is our `undefined`. */
export const optional = <T>(schema: z.ZodType<T>): z.ZodType<T | undefined> =>
  schema.nullable().transform((value) => value ?? undefined);

/** A TEXT column that holds JSON of this shape. */
export const json = <T>(schema: z.ZodType<T>): z.ZodType<T> =>
  z
    .string()
    .transform((text, context): unknown => {
      try {
        return JSON.parse(text);
      } catch {
        context.addIssue({ code: 'custom', message: 'not JSON' });
        return z.NEVER;
      }
    })
    .pipe(schema);

const plain = z.record(z.string(), z.unknown());
export const fields = plain;

/**
 * Builds the parser for rows of a table. A row that isn't what we wrote is a `StoreError` naming the table,
 * the row and the columns, never their values.
 */
export const rowParser =
  <T>(table: string, key: readonly string[], schema: z.ZodType<T>) =>
  (row: unknown): T => {
    const parsed = schema.safeParse(row);
    if (parsed.success) return parsed.data;
    const raw = plain.safeParse(row).data ?? {};
    const id = key.map((column) => String(raw[column])).join('/');
    const columns = [...new Set(parsed.error.issues.map((issue) => String(issue.path[0])))].join(', ');
    throw new StoreError(
      `the database is damaged: row ${id} of table ${table} has a wrong ${columns}. Restore a backup.`,
    );
  };

/** A row on its way to the database. A `Pin` is sealed for its place when it is bound. */
export type Columns = Readonly<Record<string, Value | Pin>>;

export const fromFlag = (value: boolean): number => (value ? 1 : 0);

/** Instants are whole milliseconds at rest, whatever arithmetic made them. Not a number is a bug. */
export const fromInstant = (value: number): number => {
  if (!Number.isFinite(value)) throw new Error('an instant must be finite');
  return Math.round(value);
};

export const fromOptionalInstant = (value: number | undefined): number | null =>
  value === undefined ? null : fromInstant(value);

/** True where every column of `next` has the same value in `last`. */
export const sameColumns = (last: Columns, next: Columns): boolean =>
  Object.entries(next).every(([column, value]) => {
    const other = last[column];
    return value instanceof Pin ? other instanceof Pin && value.equals(other) : value === other;
  });

/** Writes rows of the store's tables. Table and column names are constants of this folder, never input. */
export class Writer {
  readonly #database: Database;
  readonly #vault: Vault;

  constructor(database: Database, vault: Vault) {
    this.#database = database;
    this.#vault = vault;
  }

  /** Inserts the row; `key` names the columns that a sealed value is bound to. Returns its rowid. */
  insert(table: string, key: readonly string[], columns: Columns): number {
    const result = this.#database.run(insertSql(table, columns), ...this.#values(table, key, columns));
    return Number(result.lastInsertRowid);
  }

  /** Inserts the row or, where one with this key exists, writes the given columns over it. */
  upsert(table: string, key: readonly string[], columns: Columns): void {
    const changes = Object.keys(columns).filter((column) => !key.includes(column));
    const sql = `${insertSql(table, columns)} ON CONFLICT (${key.join(', ')}) DO UPDATE SET ${changes
      .map((column) => `${column} = excluded.${column}`)
      .join(', ')}`;
    this.#database.run(sql, ...this.#values(table, key, columns));
  }

  #values(table: string, key: readonly string[], columns: Columns): Value[] {
    const row = key.map((column) => {
      const value = columns[column];
      if (typeof value !== 'string' && typeof value !== 'number')
        throw new Error(`${table} has no ${column}`);
      return value;
    });
    return Object.entries(columns).map(([column, value]) =>
      value instanceof Pin ? this.#vault.sealPin(value, { table, column, row }) : value,
    );
  }
}

const insertSql = (table: string, columns: Columns): string => {
  const names = Object.keys(columns);
  return `INSERT INTO ${table} (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})`;
};
