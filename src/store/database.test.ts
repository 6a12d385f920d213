import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { StoreError } from '../ports/errors.ts';
import { Database } from './database.ts';
import { TestBed } from './testing/test-bed.ts';

const open = (bed: TestBed): Database => {
  const database = Database.open(join(bed.root, 'test.db'));
  database.script('CREATE TABLE notes (text TEXT NOT NULL) STRICT');
  return database;
};

const notes = (database: Database): unknown[] => database.all('SELECT text FROM notes ORDER BY rowid');
const add = (database: Database, text: string): void => {
  database.run('INSERT INTO notes (text) VALUES (?)', text);
};

describe('a database connection', () => {
  it.each([
    ['synchronous', 2],
    ['journal_mode', 'wal'],
    ['foreign_keys', 1],
    ['trusted_schema', 0],
    ['cell_size_check', 1],
    ['secure_delete', 1],
    ['busy_timeout', 5000],
  ])('has %s at %s on every open', (name, expected) => {
    using bed = new TestBed();
    open(bed).close();
    const again = Database.open(join(bed.root, 'test.db'));
    expect(again.pragma(name)).toBe(expected);
    again.close();
  });

  it('rolls a transaction back when its work throws', () => {
    using bed = new TestBed();
    const database = open(bed);
    const failure = new Error('no');
    expect(() =>
      database.transaction(() => {
        add(database, 'a');
        throw failure;
      }),
    ).toThrow(failure);
    expect(notes(database)).toEqual([]);
    database.close();
  });

  it('lets an inner transaction join the outer: it fails alone, but succeeds only with it', () => {
    using bed = new TestBed();
    const database = open(bed);
    const failing = (text: string): void => {
      database.transaction(() => {
        add(database, text);
        throw new Error('no');
      });
    };
    database.transaction(() => {
      add(database, 'kept');
      expect(() => {
        failing('dropped');
      }).toThrow('no');
      database.transaction(() => {
        add(database, 'kept too');
      });
    });
    expect(() => {
      database.transaction(() => {
        database.transaction(() => {
          add(database, 'lost with the outer');
        });
        throw new Error('no');
      });
    }).toThrow('no');
    expect(notes(database)).toEqual([{ text: 'kept' }, { text: 'kept too' }]);
    database.close();
  });

  it('refuses work that would wait, and keeps nothing of it', () => {
    using bed = new TestBed();
    const database = open(bed);
    expect(() =>
      database.transaction(() => {
        add(database, 'a');
        return Promise.resolve();
      }),
    ).toThrow('cannot wait');
    expect(notes(database)).toEqual([]);
    database.close();
  });

  it('says so in plain words when the disk is full, and keeps nothing of the transaction', () => {
    using bed = new TestBed();
    const database = open(bed);
    add(database, 'before');
    const pages = Number(database.pragma('page_count'));
    database.pragma(`max_page_count = ${pages + 4}`);
    let swallowed: unknown;
    expect(() => {
      database.transaction(() => {
        add(database, 'small');
        try {
          for (let n = 0; n < 100; n += 1) add(database, 'x'.repeat(4000));
        } catch (error) {
          swallowed = error;
          throw error;
        }
      });
    }).toThrow(/the disk is full: nothing of this change was kept/);
    expect(swallowed).toBeInstanceOf(StoreError);
    expect(notes(database)).toEqual([{ text: 'before' }]);
    add(database, 'after');
    expect(notes(database)).toHaveLength(2);
    database.close();
  });

  it('does not go on outside of a transaction that the database gave up', () => {
    using bed = new TestBed();
    const database = open(bed);
    expect(() => {
      database.transaction(() => {
        add(database, 'a');
        // What SQLite does by itself after some I/O errors.
        database.script('ROLLBACK');
        add(database, 'b');
      });
    }).toThrow(/gave up this transaction/);
    expect(notes(database)).toEqual([]);
    add(database, 'c');
    expect(notes(database)).toEqual([{ text: 'c' }]);
    database.close();
  });

  it('is a StoreError once it is closed', () => {
    using bed = new TestBed();
    const database = open(bed);
    database.close();
    expect(() => notes(database)).toThrow(StoreError);
  });
});
