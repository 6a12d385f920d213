import { mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { StoreError } from '../ports/errors.ts';
import { Database } from './database.ts';
import { Health } from './health.ts';
import { anEvent, TestBed } from './testing/test-bed.ts';

let bed: TestBed;
beforeEach(() => {
  bed = new TestBed();
});
afterEach(() => {
  bed[Symbol.dispose]();
});
const minute = 60_000;

describe('the health of a database', () => {
  it('is what the file and its folder say', () => {
    const store = bed.open();
    const fresh = store.health('last');
    expect(fresh).toMatchObject({
      file: bed.databaseFile,
      damage: undefined,
      checkedAt: bed.time,
      backedUpAt: undefined,
    });
    expect(fresh.bytes).toBeGreaterThanOrEqual(4096);
    expect(fresh.schemaVersion).toBeGreaterThan(0);
    expect(fresh.sqliteVersion).toMatch(/^3\.\d+/);
    const before = fresh.walBytes;
    store.appendEvent(anEvent(1));
    expect(store.health('last').walBytes).toBeGreaterThan(before);
    const backups = join(bed.dataDir, 'backups');
    mkdirSync(backups, { recursive: true });
    for (const [name, seconds] of [
      ['a.db', 1_700_000_000],
      ['b.db', 1_750_000_000],
      ['c.db.draft', 1_790_000_000],
    ] as const) {
      writeFileSync(join(backups, name), '');
      utimesSync(join(backups, name), seconds, seconds);
    }
    expect(store.health('last').backedUpAt).toBe(1_750_000_000_000);
  });

  it('is found out anew when asked for now, at most once a minute', () => {
    const lines: string[][] = [['ok'], ['row 3 missing from index x'], ['ok']];
    let walks = 0;
    const stub = {
      file: bed.databaseFile,
      pragma: () => 3,
      pragmaLines: () => lines[walks++] ?? [],
      get: () => ({ version: '3.50.0' }),
      transaction: <T>(work: () => T): T => work(),
    };
    const health = new Health(stub, () => bed.time);
    const look = (check: 'now' | 'last'): [number, string | undefined] => [walks, health.look(check).damage];
    expect(look('now')).toEqual([0, undefined]);
    bed.time += minute;
    expect(health.look('last').damage).toBeUndefined();
    expect(walks).toBe(0);
    expect(health.look('now').damage).toBeUndefined();
    expect(walks).toBe(1);
    bed.time += minute;
    expect(health.look('now').damage).toMatch(/is damaged \(row 3 missing from index x\)/);
    expect(health.look('now').damage).toMatch(/damaged/);
    expect(health.look('last').checkedAt).toBe(bed.time);
    expect(walks).toBe(2);
    // A clock set back doesn't put the next look off for years.
    bed.time -= 1_000 * minute;
    expect(health.look('now').damage).toBeUndefined();
  });

  it('counts what waits for the broker', () => {
    const store = bed.open();
    expect(store.unpublishedCount()).toBe(0);
    for (const n of [1, 2, 3]) store.appendEvent(anEvent(n));
    store.markPublished(2);
    expect(store.unpublishedCount()).toBe(2);
  });
});

describe('a probe', () => {
  it('passes while the database takes writes, and leaves it alone', () => {
    const store = bed.open();
    const { walBytes } = store.health('last');
    store.probe();
    expect(store.health('last').walBytes).toBe(walBytes);
  });

  it('passes while another has the database, which no new start would change, and has it told', () => {
    const store = bed.open();
    const other = Database.open(bed.databaseFile);
    other.script('BEGIN IMMEDIATE');
    store.probe();
    expect(store.health('last').refusesWrites).toMatch(/another process holds the database/);
    other.script('ROLLBACK');
    expect(store.health('last').refusesWrites).toMatch(/another process/);
    expect(store.health('now').refusesWrites).toBeUndefined();
    other.close();
  });

  it('fails where this process itself is at fault', () => {
    const store = bed.open();
    store.close();
    expect(() => {
      store.probe();
    }).toThrow(StoreError);
  });
});
