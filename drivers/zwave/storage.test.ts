import { mkdir, mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { db } from '@zwave-js/core/bindings/db/jsonl';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { isStorable, pinFree, prepareFolders } from './storage.ts';

const key = (commandClass: number, property: string | number, propertyKey?: number): string =>
  JSON.stringify({ nodeId: 2, commandClass, endpoint: 0, property, propertyKey });

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lockstep-cache-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('what may be stored', () => {
  test.each([
    [99, 'userCode', '1234'],
    [99, 'userCode', ''],
    [99, 'userCode', '**34'],
    [99, 'userCode', Uint8Array.of(0x31, 0x32)],
    [99, 'adminCode', '9999'],
    [99, 'masterCode', '9999'],
    [99, 'userCodeChecksum', 4711],
    [99, 'somethingNew', 1],
    [131, 'credential', '1234'],
    [131, 'adminPinCode', '1234'],
    [131, 'userChecksum', 1],
    [131, 'keyLockerEntry', 1],
    [111, 'eventData', '1234'],
    [76, 'record', '1234'],
  ])('not class %i property %s', (commandClass, property, value) => {
    expect(isStorable(key(commandClass, property, 1), value)).toBe(false);
  });

  test.each([
    [99, 'supportedUsers', 30],
    [99, 'userIdStatus', 1],
    [99, 'userCode', '****'],
    [131, 'supportedUsers', 30],
    [98, 'currentMode', 255],
    [128, 'level', 87],
  ])('class %i property %s', (commandClass, property, value) => {
    expect(isStorable(key(commandClass, property, 1), value)).toBe(true);
  });

  test('the network cache, whose keys name no command class', () => {
    expect(isStorable('node.2.interviewStage', 'Complete')).toBe(true);
    expect(isStorable('cacheFormat', 2)).toBe(true);
  });
});

describe('the database', () => {
  const secret = key(99, 'userCode', 1);
  const harmless = key(99, 'userIdStatus', 1);
  const file = (): string => join(folder, 'a.values.jsonl');

  test('is whole while it is open, and only the harmless half of it is there next time', async () => {
    const first = pinFree(db).createInstance<unknown>(file());
    await first.open();
    first.set(secret, '48151623').set(harmless, 1);
    expect(first.get(secret)).toBe('48151623');
    expect(first.has(secret)).toBe(true);
    expect(first.size).toBe(2);
    expect([...first.keys()].sort()).toEqual([secret, harmless].sort());
    expect(new Map(first.entries()).get(secret)).toBe('48151623');
    await first.close();
    const second = pinFree(db).createInstance<unknown>(file());
    await second.open();
    expect([...second.entries()]).toEqual([[harmless, 1]]);
    await second.close();
  });

  test('a value that turns secret leaves the stored half, and comes back when it is harmless again', async () => {
    const values = pinFree(db).createInstance<unknown>(file());
    await values.open();
    values.set(secret, '****').set(secret, '48151623');
    expect(values.size).toBe(1);
    expect(values.get(secret)).toBe('48151623');
    values.set(secret, '******');
    expect(values.size).toBe(1);
    expect(values.get(secret)).toBe('******');
    await values.close();
    expect(await readFile(file(), 'latin1')).not.toContain('48151623');
  });

  test('deletes and clears both halves', async () => {
    const values = pinFree(db).createInstance<unknown>(file());
    await values.open();
    values.set(secret, '48151623').set(harmless, 1);
    expect(values.delete(secret)).toBe(true);
    expect(values.delete(secret)).toBe(false);
    expect(values.has(secret)).toBe(false);
    values.set(secret, '48151623');
    values.clear();
    expect([values.size, values.get(secret), values.get(harmless)]).toEqual([0, undefined, undefined]);
    await values.close();
  });

  test('keeps time stamps of stored values', async () => {
    const values = pinFree(db).createInstance<unknown>(file(), { enableTimestamps: true });
    await values.open();
    values.set(secret, '48151623').set(harmless, 1);
    expect(values.getTimestamp(harmless)).toBeTypeOf('number');
    expect(values.getTimestamp(secret)).toBeUndefined();
    await values.close();
  });

  test('metadata passes whole', async () => {
    const metadata = pinFree(db).createInstance<unknown>(join(folder, 'a.metadata.jsonl'));
    await metadata.open();
    metadata.set(secret, { type: 'string', minLength: 4 });
    await metadata.close();
    expect(await readFile(join(folder, 'a.metadata.jsonl'), 'utf8')).toContain('minLength');
  });
});

describe('the folders', () => {
  test("are private, and rid of a killed process's file locks", async () => {
    const dataDir = join(folder, 'zwave');
    const stale = join(dataDir, 'locks', 'a.values.jsonl.lock');
    await mkdir(stale, { recursive: true });
    const { cacheDir, lockDir } = await prepareFolders(dataDir);
    expect(await readdir(lockDir)).toEqual([]);
    for (const made of [cacheDir, lockDir]) expect((await stat(made)).mode & 0o777).toBe(0o700);
    await writeFile(join(cacheDir, 'file'), '');
    expect((await stat(join(cacheDir, 'file'))).mode & 0o777).toBe(0o600);
  });
});
