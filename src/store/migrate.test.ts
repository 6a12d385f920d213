import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { StoreError } from '../ports/errors.ts';
import { Database } from './database.ts';
import { inspectDatabase, migrate } from './migrate.ts';
import { migrations } from './migrations/index.ts';
import { TestBed } from './testing/test-bed.ts';

const first = 'CREATE TABLE notes (text TEXT NOT NULL) STRICT';
const second = "ALTER TABLE notes ADD COLUMN colour TEXT NOT NULL DEFAULT 'red'";

const run = (bed: TestBed, database: Database, ...migrations: string[]): number =>
  migrate(database, { migrations, backupsDir: join(bed.root, 'backups'), finish: () => undefined });

const open = (bed: TestBed): Database => Database.open(join(bed.root, 'test.db'));

describe('a migration', () => {
  it('of a new database needs no backup', () => {
    using bed = new TestBed();
    const database = open(bed);
    expect(inspectDatabase(database, 2)).toBe('new');
    expect(run(bed, database, first, second)).toBe(0);
    expect(inspectDatabase(database, 2)).toBe('ours');
    expect(database.pragma('user_version')).toBe(2);
    expect(existsSync(join(bed.root, 'backups'))).toBe(false);
    database.close();
  });

  it('runs once, after a backup of the database as it was, for its owner only', () => {
    using bed = new TestBed();
    const database = open(bed);
    run(bed, database, first);
    database.run("INSERT INTO notes (text) VALUES ('kept')");
    expect(run(bed, database, first, second)).toBe(1);
    expect(run(bed, database, first, second)).toBe(2);
    expect(database.all('SELECT * FROM notes')).toEqual([{ text: 'kept', colour: 'red' }]);
    database.close();

    expect(readdirSync(join(bed.root, 'backups'))).toEqual(['before-migration-from-v1.db']);
    const file = join(bed.root, 'backups', 'before-migration-from-v1.db');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(statSync(join(bed.root, 'backups')).mode & 0o777).toBe(0o700);
    const backup = Database.open(file);
    expect(backup.pragma('user_version')).toBe(1);
    expect(inspectDatabase(backup, 2)).toBe('ours');
    expect(backup.all('SELECT * FROM notes')).toEqual([{ text: 'kept' }]);
    backup.close();
  });

  it('of a database made by the first version keeps what it held, and adds what is not known yet', () => {
    using bed = new TestBed();
    const database = open(bed);
    const [initial = ''] = migrations;
    run(bed, database, initial);
    database.script(`
      INSERT INTO devices (id, radio, address, name, online, created_at) VALUES ('d', 'r', 'r:1', 'Door', 1, 5);
      INSERT INTO lock_state VALUES ('d', 1, NULL, NULL, 1, 0, 0, 3, NULL, 0, 0, NULL);
      INSERT INTO slots (device_id, slot, state, grade, source, landed, confirmed, misses)
        VALUES ('d', 1, 'empty', 'proved', 'read', 'no', 0, 0);`);
    expect(run(bed, database, ...migrations)).toBe(1);
    expect(database.get('SELECT state, written_name, side_failures, may_be_scheduled FROM slots')).toEqual({
      state: 'empty',
      written_name: null,
      side_failures: 0,
      may_be_scheduled: 0,
    });
    expect(database.get('SELECT audit_cursor, wipe, reset_at, reset_why FROM lock_state')).toEqual({
      audit_cursor: 3,
      wipe: null,
      reset_at: null,
      reset_why: null,
    });
    expect(database.get('SELECT name, calibration FROM devices')).toEqual({
      name: 'Door',
      calibration: null,
    });
    database.close();
  });

  it('that fails changes nothing, and fails again after the next restart with one backup still', () => {
    using bed = new TestBed();
    const database = open(bed);
    run(bed, database, first);
    for (let attempt = 0; attempt < 3; attempt += 1) {
      expect(() => run(bed, database, first, second, 'CREATE NONSENSE')).toThrow(StoreError);
    }
    expect(database.pragma('user_version')).toBe(1);
    database.run("INSERT INTO notes VALUES ('one column')");
    expect(readdirSync(join(bed.root, 'backups'))).toEqual(['before-migration-from-v1.db']);
    database.close();
  });

  it('that leaves dangling rows is not kept', () => {
    using bed = new TestBed();
    const database = open(bed);
    const parent = 'CREATE TABLE parents (id TEXT PRIMARY KEY) STRICT';
    const child = 'CREATE TABLE children (parent TEXT REFERENCES parents (id)) STRICT';
    run(
      bed,
      database,
      `${parent}; ${child}; INSERT INTO parents VALUES ('a'); INSERT INTO children VALUES ('a')`,
    );
    expect(() => run(bed, database, '', 'DELETE FROM parents')).toThrow(StoreError);
    expect(database.all('SELECT id FROM parents')).toEqual([{ id: 'a' }]);
    database.close();
  });

  it('does not begin where its backup cannot be written', () => {
    using bed = new TestBed();
    const database = open(bed);
    run(bed, database, first);
    writeFileSync(join(bed.root, 'backups'), 'in the way');
    expect(() => run(bed, database, first, second)).toThrow(
      /backup .* cannot be written .*nothing was migrated/,
    );
    expect(database.pragma('user_version')).toBe(1);
    database.close();
  });

  it('replaces what an interrupted backup left behind', () => {
    using bed = new TestBed();
    const database = open(bed);
    run(bed, database, first);
    mkdirSync(join(bed.root, 'backups'));
    writeFileSync(join(bed.root, 'backups', 'before-migration-from-v1.db.draft'), 'half of it');
    run(bed, database, first, second);
    expect(readdirSync(join(bed.root, 'backups'))).toEqual(['before-migration-from-v1.db']);
    database.close();
  });
});

describe('a migration that rebuilds a table', () => {
  it('keeps the rows that refer to it, and foreign keys are watched again afterwards', () => {
    using bed = new TestBed();
    const database = open(bed);
    const parent = 'CREATE TABLE parents (id TEXT PRIMARY KEY) STRICT';
    const child = 'CREATE TABLE children (parent TEXT NOT NULL REFERENCES parents (id)) STRICT';
    run(
      bed,
      database,
      `${parent}; ${child}; INSERT INTO parents VALUES ('a'); INSERT INTO children VALUES ('a')`,
    );
    const rebuild = `CREATE TABLE rebuilt (id TEXT PRIMARY KEY, x TEXT) STRICT;
      INSERT INTO rebuilt (id) SELECT id FROM parents; DROP TABLE parents; ALTER TABLE rebuilt RENAME TO parents`;
    run(bed, database, '', rebuild);
    expect(database.all('SELECT parent FROM children')).toEqual([{ parent: 'a' }]);
    expect(() => {
      database.run("INSERT INTO children VALUES ('b')");
    }).toThrow(/FOREIGN KEY/);
    database.close();
  });
});

describe('a database that is not ours to migrate', () => {
  it('is refused where a newer Lockstep made it', () => {
    using bed = new TestBed();
    const database = open(bed);
    run(bed, database, first, second);
    expect(() => inspectDatabase(database, 1)).toThrow(
      /made by a newer Lockstep \(schema 2, this one knows 1\)/,
    );
    database.close();
  });

  it('is refused where another program made it', () => {
    using bed = new TestBed();
    const database = open(bed);
    database.script(first);
    expect(() => inspectDatabase(database, 1)).toThrow(/isn't a database of Lockstep/);
    database.close();
  });
});
