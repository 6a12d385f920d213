import { execFileSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { AccessCodeId } from '../core/ids.ts';
import { Database } from './database.ts';
import { migrate } from './migrate.ts';
import { migrations } from './migrations/index.ts';
import { TestBed, aBelief, aCode, aDevice, anEvent, pin, uuid } from './testing/test-bed.ts';

/** Reads by another process: to open a file here would drop SQLite's locks on it. */
const contents = (directory: string): Map<string, Buffer> =>
  new Map(
    readdirSync(directory, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((file) => [file, execFileSync('cat', [file], { maxBuffer: 64 * 1024 * 1024 })]),
  );

// 14 digits: long enough never to turn up by chance.
const secret = (): string => Array.from({ length: 14 }, () => randomInt(10)).join('');

describe('PINs in the data directory (FIELD-BUGS 26)', () => {
  it('stand in clear in no file: database, WAL, shared memory, lock or backup', () => {
    using bed = new TestBed();
    const secrets: string[] = [];
    const canary = (): string => {
      const digits = secret();
      secrets.push(digits);
      return digits;
    };
    const store = bed.open({ outboxMax: 5 });
    const device = aDevice();
    store.putDevice(device);
    for (let n = 0; n < 20; n += 1) {
      store.putAccessCode(aCode(n, { pin: pin(canary()), previousPin: pin(canary()) }));
      store.addIntent({
        id: uuid(n),
        deviceId: device.deviceId,
        slot: n,
        kind: 'set',
        accessCodeId: AccessCodeId(uuid(n)),
        pin: pin(canary()),
        createdAt: 1,
      });
      store.putUnmanagedWish({
        accessCodeId: AccessCodeId(uuid(n)),
        deviceId: device.deviceId,
        kind: 'convert',
        since: 1,
        pin: pin(canary()),
        externalChangesAllowed: false,
        errors: [],
        warnings: [],
      });
      store.appendEvent(anEvent(n, { pin: pin(canary()), payload: { mistaken: pin(canary()) } }));
      store.rememberAnswer('route', `r${n}`, { digest: store.digest(canary()), answer: canary() }, 1);
      const before = store.lockState(device.deviceId);
      const state = { kind: 'occupied' as const, pin: pin(canary()), enabled: true };
      const belief = aBelief(n, { state, written: pin(canary()) });
      store.putLockState(before, { ...before, slots: new Map(before.slots).set(n, belief) });
    }
    for (let n = 0; n < 10; n += 1) {
      store.deleteAccessCode(aCode(n).accessCodeId);
      store.removeIntent(uuid(n));
    }
    const open = contents(bed.dataDir);
    expect([...open.keys()].some((file) => file.endsWith('-wal'))).toBe(true);
    store.close();

    const database = Database.open(bed.databaseFile);
    const backupsDir = join(bed.dataDir, 'backups');
    const added = [...migrations, 'CREATE TABLE later (x TEXT) STRICT'];
    migrate(database, { migrations: added, backupsDir, finish: () => undefined });
    database.close();

    const closed = contents(bed.dataDir);
    expect([...closed.keys()].some((file) => file.startsWith(backupsDir))).toBe(true);
    expect(secrets).toHaveLength(20 * 10);
    for (const [file, bytes] of [...open, ...closed]) {
      for (const digits of secrets) expect([file, bytes.includes(digits)]).toEqual([file, false]);
    }
  });

  it('would be seen by this test if they stood there', () => {
    using bed = new TestBed();
    const digits = secret();
    const store = bed.open();
    store.putDevice(aDevice(1, { name: digits }));
    const found = [...contents(bed.dataDir)].filter(([, bytes]) => bytes.includes(digits));
    expect(found.length).toBeGreaterThan(0);
  });
});
