import Sqlite from 'better-sqlite3';
import { StoreError } from '../ports/errors.ts';
import { translated } from './sqlite-errors.ts';

/** What a statement may be given. */
export type Value = string | number | null | Uint8Array;

// Each is set at every open and read back: most are properties of the connection, not of the file, and
// better-sqlite3 is compiled with synchronous=NORMAL for WAL, which loses acknowledged commits in a power cut.
const pragmas: readonly (readonly [name: string, set: string, expected: string | number])[] = [
  ['busy_timeout', '5000', 5000],
  ['trusted_schema', 'OFF', 0],
  ['cell_size_check', 'ON', 1],
  ['journal_mode', 'WAL', 'wal'],
  ['synchronous', 'FULL', 2],
  ['foreign_keys', 'ON', 1],
  ['secure_delete', 'ON', 1],
  // Sorting never spills to a directory that isn't ours.
  ['temp_store', 'MEMORY', 2],
  ['journal_size_limit', '16777216', 16_777_216],
];

const isThenable = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';

/** One connection: cached statements, nested transactions, and errors that say what to do (`StoreError`). */
export class Database {
  readonly file: string;
  readonly #connection: Sqlite.Database;
  /** Bounded by the number of distinct SQL texts in this folder. */
  readonly #statements = new Map<string, Sqlite.Statement>();
  #depth = 0;

  private constructor(file: string, connection: Sqlite.Database) {
    this.file = file;
    this.#connection = connection;
  }

  /** Opens (or creates) the file, sets the pragmas and asserts them. Throws `StoreError`. */
  static open(file: string): Database {
    try {
      const database = new Database(file, new Sqlite(file));
      try {
        database.#setPragmas();
      } catch (error) {
        database.close();
        throw error;
      }
      return database;
    } catch (error) {
      throw translated(error, file);
    }
  }

  #setPragmas(): void {
    for (const [name, value, expected] of pragmas) {
      this.#connection.pragma(`${name} = ${value}`);
      const found = this.pragma(name);
      if (found !== expected) {
        throw new StoreError(`${this.file}: SQLite did not take ${name}=${value}, it says ${String(found)}`);
      }
    }
  }

  /** First value of a pragma. */
  pragma(source: string): unknown {
    return this.#attempt(() => this.#connection.pragma(source, { simple: true }));
  }

  /** First column of every row of a pragma. */
  pragmaLines(source: string): string[] {
    return this.#attempt(() => {
      const rows = this.#connection.pragma(source);
      return Array.isArray(rows) ? rows.map((row: object) => Object.values(row).join(' ')) : [];
    });
  }

  run(sql: string, ...values: Value[]): Sqlite.RunResult {
    return this.#attempt(() => this.#statement(sql).run(...values));
  }

  get(sql: string, ...values: Value[]): unknown {
    return this.#attempt(() => this.#statement(sql).get(...values));
  }

  all(sql: string, ...values: Value[]): unknown[] {
    return this.#attempt(() => this.#statement(sql).all(...values));
  }

  /** Runs several statements that are used once. */
  script(sql: string): void {
    this.#attempt(() => this.#connection.exec(sql));
  }

  /**
   * All of `work` or nothing, durable when it returns. Inside another transaction it joins that one: what it
   * did is undone when it throws, and lasts only if the outer one does.
   */
  transaction<T>(work: () => T): T {
    const nested = this.#depth > 0;
    this.run(nested ? 'SAVEPOINT nested' : 'BEGIN IMMEDIATE');
    this.#depth += 1;
    try {
      const result = work();
      if (isThenable(result)) throw new Error('a transaction cannot wait: its work returned a promise');
      this.run(nested ? 'RELEASE nested' : 'COMMIT');
      return result;
    } catch (error) {
      this.#undo(nested);
      throw error;
    } finally {
      this.#depth -= 1;
    }
  }

  // SQLite gives up a whole transaction by itself on some errors (disk full, I/O); then nothing is left to undo.
  #undo(nested: boolean): void {
    if (!this.#connection.inTransaction) return;
    this.script(nested ? 'ROLLBACK TO nested; RELEASE nested' : 'ROLLBACK');
  }

  get isOpen(): boolean {
    return this.#connection.open;
  }

  close(): void {
    this.#statements.clear();
    this.#connection.close();
  }

  #statement(sql: string): Sqlite.Statement {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#connection.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }

  #attempt<T>(action: () => T): T {
    if (!this.#connection.open) throw new StoreError(`${this.file}: the store is closed`);
    // Without this, work that swallowed the error would go on outside of any transaction.
    if (this.#depth > 0 && !this.#connection.inTransaction) {
      throw new StoreError(`${this.file}: the database gave up this transaction; nothing of it was kept`);
    }
    try {
      return action();
    } catch (error) {
      throw translated(error, this.file);
    }
  }
}
