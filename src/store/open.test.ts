import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { ConfigError, StartError, StoreError } from '../ports/errors.ts';
import { holdsDatabase } from './index.ts';
import { TestBed, aBelief, aCode, aDevice, anEvent, pin } from './testing/test-bed.ts';

const thrown = (action: () => unknown): Error => {
  try {
    action();
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error('nothing was thrown');
};

const filled = (bed: TestBed): void => {
  const store = bed.open();
  store.putDevice(aDevice());
  store.transaction(() => {
    for (let n = 0; n < 200; n += 1) store.putAccessCode(aCode(n));
  });
  store.close();
};

/** Runs SQL on a closed store's database, as damage or an attacker would. */
const tamper = (bed: TestBed, sql: string): void => {
  const connection = new Sqlite(bed.databaseFile).unsafeMode();
  connection.exec(sql);
  connection.close();
};

describe('opening the store', () => {
  it('makes it in an empty directory, for its owner only', () => {
    using bed = new TestBed();
    expect(holdsDatabase(bed.dataDir)).toBe(false);
    const store = bed.open();
    expect(store.created).toBe(true);
    expect(statSync(bed.dataDir).mode & 0o777).toBe(0o700);
    store.putDevice(aDevice());
    for (const name of readdirSync(bed.dataDir)) {
      expect([name, statSync(join(bed.dataDir, name)).mode & 0o077]).toEqual([name, 0]);
    }
    expect(readdirSync(bed.dataDir)).toContain('lockstep.db-wal');
    expect(holdsDatabase(bed.dataDir)).toBe(true);
  });

  it('holds no database while only other files are there: a cut-off first start, keys brought along', () => {
    using bed = new TestBed();
    mkdirSync(join(bed.dataDir, 'zwave'), { recursive: true });
    for (const name of ['lost+found', 'daemon.lock', 'lockstep.key', 'zwave-keys.json', 'zwave/keys.json']) {
      writeFileSync(join(bed.dataDir, name), '');
    }
    expect(holdsDatabase(bed.dataDir)).toBe(false);
    mkdirSync(join(bed.dataDir, 'backups'));
    expect(holdsDatabase(bed.dataDir)).toBe(true);
  });

  it('takes the rights of others away from what it finds', () => {
    using bed = new TestBed();
    bed.open().close();
    chmodSync(bed.dataDir, 0o755);
    chmodSync(bed.databaseFile, 0o644);
    bed.open();
    expect(statSync(bed.dataDir).mode & 0o777).toBe(0o700);
    expect(statSync(bed.databaseFile).mode & 0o777).toBe(0o600);
  });

  it('keeps its ids', () => {
    using bed = new TestBed();
    const first = bed.open();
    const ids = [first.workspaceId, first.connectedAccountId];
    first.close();
    const again = bed.open();
    expect(again.created).toBe(false);
    expect([again.workspaceId, again.connectedAccountId]).toEqual(ids);
    expect(new Set(ids).size).toBe(2);
  });

  it('checks the whole database only after an unclean end', () => {
    using bed = new TestBed();
    bed.open().close();
    bed.open().close();
    expect(bed.logged).toEqual([]);
    tamper(bed, "UPDATE meta SET value = 'no' WHERE key = 'clean_shutdown'");
    bed.open().close();
    expect(bed.logged).toEqual(['the last run did not end cleanly: checking the whole database']);
  });

  it('twice on one directory is a StartError that names it, until the first is closed', () => {
    using bed = new TestBed();
    const first = bed.open();
    for (let attempt = 0; attempt < 2; attempt += 1) {
      const error = thrown(() => bed.open());
      expect(error).toBeInstanceOf(StartError);
      expect(error.message).toBe(`another Lockstep daemon is using the data directory ${bed.dataDir}`);
    }
    first.close();
    expect(() => bed.open()).not.toThrow();
  });

  it('by another process fails too, even after a failed attempt within this one', () => {
    using bed = new TestBed();
    bed.open();
    thrown(() => bed.open());
    const script = `
      import { lockDataDir } from ${JSON.stringify(new URL('./data-dir.ts', import.meta.url).href)};
      try { lockDataDir(${JSON.stringify(bed.dataDir)}); console.log('taken'); }
      catch (error) { console.log(error.name); }`;
    const output = execFileSync(process.execPath, ['--input-type=module', '-e', script], {
      encoding: 'utf8',
      timeout: 20_000,
    });
    expect(output.trim()).toBe('StartError');
  });

  it('in a directory that cannot be is a StartError that names it', () => {
    using bed = new TestBed();
    writeFileSync(join(bed.root, 'file'), '');
    for (const dataDir of [join(bed.root, 'file'), join(bed.root, 'file', 'below')]) {
      const error = thrown(() => bed.open({ dataDir }));
      expect(error).toBeInstanceOf(StartError);
      expect(error.message).toContain(dataDir);
    }
    expect(() => holdsDatabase(join(bed.root, 'file'))).toThrow(StartError);
  });
});

describe('a wrong key', () => {
  it('is a ConfigError, and changes nothing', () => {
    using bed = new TestBed();
    filled(bed);
    const before = readFileSync(bed.databaseFile);
    const error = thrown(() => bed.open({ key: new Uint8Array(32).fill(8) }));
    expect(error).toBeInstanceOf(ConfigError);
    expect(error.message).toContain("the encryption key doesn't belong to this database");
    expect(readFileSync(bed.databaseFile).equals(before)).toBe(true);
    expect(bed.open().accessCodes()).toHaveLength(200);
  });
});

describe('a damaged database', () => {
  it.each([
    ['overwritten at its beginning', 0, 200],
    ['overwritten in its schema', 0.5, 9000],
    ['overwritten where opening never looks', 0.7, 9000],
  ])('is a StoreError where it was %s, and the directory is free again', (_what, at, length) => {
    using bed = new TestBed();
    filled(bed);
    const bytes = readFileSync(bed.databaseFile);
    const start = Math.floor(bytes.length * at);
    writeFileSync(bed.databaseFile, bytes.fill(0x5a, start, start + length));
    for (let attempt = 0; attempt < 2; attempt += 1) {
      const error = thrown(() => bed.open());
      expect(error).toBeInstanceOf(StoreError);
      expect(error.message).toContain(bed.databaseFile);
      expect(error.message).toMatch(/damaged/);
    }
  });

  it('whose index contradicts its table is found out after an unclean end', () => {
    using bed = new TestBed();
    filled(bed);
    tamper(
      bed,
      `CREATE TEMP TABLE saved AS SELECT * FROM sqlite_schema WHERE name = 'access_codes_by_device';
       PRAGMA writable_schema = ON;
       DELETE FROM sqlite_schema WHERE name = 'access_codes_by_device';
       PRAGMA writable_schema = RESET;
       INSERT INTO devices (id, radio, address, name, online, created_at) VALUES ('x', 'r', 'a', 'n', 1, 1);
       UPDATE access_codes SET device_id = 'x' WHERE position = 5;
       PRAGMA writable_schema = ON;
       INSERT INTO sqlite_schema SELECT * FROM saved;
       PRAGMA writable_schema = RESET;
       UPDATE meta SET value = 'no' WHERE key = 'clean_shutdown'`,
    );
    const error = thrown(() => bed.open());
    expect(error).toBeInstanceOf(StoreError);
    expect(error.message).toMatch(/is damaged .*access_codes_by_device/);
  });

  it('that lost its ids is a StoreError', () => {
    using bed = new TestBed();
    filled(bed);
    tamper(bed, "DELETE FROM meta WHERE key = 'database_id'");
    expect(thrown(() => bed.open())).toBeInstanceOf(StoreError);
  });

  it('with a sealed PIN moved to another row is a StoreError that names the row', () => {
    using bed = new TestBed();
    filled(bed);
    const [victim, donor] = [aCode(1).accessCodeId, aCode(2).accessCodeId];
    tamper(
      bed,
      `UPDATE access_codes SET pin = (SELECT pin FROM access_codes WHERE id = '${donor}') WHERE id = '${victim}'`,
    );
    const store = bed.open();
    expect(store.accessCode(donor)?.pin.equals(pin('0123'))).toBe(true);
    const error = thrown(() => store.accessCode(victim));
    expect(error).toBeInstanceOf(StoreError);
    expect(error.message).toContain(
      `row ${victim} of table access_codes, column pin, fails its authentication`,
    );
  });

  it('with a sealed PIN moved to another column is a StoreError', () => {
    using bed = new TestBed();
    const store = bed.open();
    store.putDevice(aDevice());
    const before = store.lockState(aDevice().deviceId);
    const belief = aBelief(1, {
      state: { kind: 'occupied', pin: pin('1111'), enabled: true },
      written: pin('2222'),
    });
    store.putLockState(before, { ...before, slots: new Map([[1, belief]]) });
    store.close();
    tamper(bed, 'UPDATE slots SET pin = written');
    expect(() => bed.open().lockState(aDevice().deviceId)).toThrow(/column pin, fails its authentication/);
  });

  it.each([
    [
      'access_codes',
      "UPDATE access_codes SET status = 'odd'",
      /row \S+ of table access_codes has a wrong status/,
    ],
    ['events', "UPDATE events SET payload = '{' WHERE seq = 1", /row 1 of table events has a wrong payload/],
    [
      'devices',
      "UPDATE devices SET online = 7, capabilities = '{}'",
      /devices has a wrong capabilities, online/,
    ],
  ])('with a wrong row in %s is a StoreError that names it', (_table, sql, message) => {
    using bed = new TestBed();
    filled(bed);
    const store = bed.open();
    store.appendEvent(anEvent(1));
    store.close();
    tamper(bed, sql);
    const again = bed.open();
    const error = thrown(() => [again.devices(), again.accessCodes(), again.events(0, 10)]);
    expect(error).toBeInstanceOf(StoreError);
    expect(error.message).toMatch(message);
  });
});

describe('a copy of the database file', () => {
  it('opens elsewhere with its key, as a restored backup does', () => {
    using bed = new TestBed();
    filled(bed);
    const dataDir = join(bed.root, 'restored');
    mkdirSync(dataDir);
    copyFileSync(bed.databaseFile, join(dataDir, 'lockstep.db'));
    expect(bed.open({ dataDir }).accessCodes()).toHaveLength(200);
  });
});
