import { mkdir, mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ConfigError } from '../../src/ports/errors.ts';
import { markUndecided } from '../shared/first-start.ts';
import type { SecretPlace } from '../shared/first-start.ts';
import { adoptKeys, decideKeys, keyNames, makeKeys, readKeys, writeKeys } from './keys.ts';

const good = Object.fromEntries(keyNames.map((name, i) => [name, String(i).repeat(32)]));

let folder: string;
let path: string;
const place = (): SecretPlace => ({ file: path, marker: join(folder, 'marker') });
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lockstep-keys-'));
  path = join(folder, 'keys.json');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const refusal = async (work: () => Promise<unknown>): Promise<string> => {
  try {
    await work();
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return error instanceof Error ? error.message : '';
  }
  throw new Error('nothing was refused');
};

describe('the keys file', () => {
  test('is read back as it was written, mode 0600, nothing left beside it', async () => {
    const keys = makeKeys();
    await writeKeys(path, keys);
    expect(await readKeys(path)).toEqual(keys);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await readdir(folder)).toEqual(['keys.json']);
  });

  test('holds hexadecimal keys under the names of zwave-js', async () => {
    await writeKeys(path, makeKeys());
    const parsed: unknown = JSON.parse(await readFile(path, 'utf8'));
    expect(parsed).toEqual(
      Object.fromEntries(keyNames.map((name) => [name, expect.stringMatching(/^[0-9a-f]{32}$/)])),
    );
  });

  test('stays secret and whole where an earlier attempt left a readable half', async () => {
    await writeFile(`${path}.new`, 'half', { mode: 0o644 });
    const keys = makeKeys();
    await writeKeys(path, keys);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await readKeys(path)).toEqual(keys);
  });

  test('is made in a folder of its own, 0700, where there is none', async () => {
    const deep = join(folder, 'new', 'keys.json');
    await writeKeys(deep, makeKeys());
    expect((await stat(join(folder, 'new'))).mode & 0o777).toBe(0o700);
  });

  test('new keys are six different ones, and others each time', () => {
    const hex = [makeKeys(), makeKeys()].flatMap((keys) =>
      keyNames.map((name) => Buffer.from(keys[name] ?? []).toString('hex')),
    );
    expect(new Set(hex).size).toBe(12);
  });
});

test('a network without Long Range nodes needs no keys for them', async () => {
  const short = Object.fromEntries(Object.entries(good).filter(([name]) => !name.startsWith('LR_')));
  await writeFile(path, JSON.stringify(short));
  const keys = await readKeys(path);
  expect(keys?.LR_S2_AccessControl).toBeUndefined();
  expect(Buffer.from(keys?.S2_AccessControl ?? []).toString('hex')).toBe(good['S2_AccessControl']);
});

describe('a keys file that is wrong', () => {
  const cases: [string, unknown, string][] = [
    ['a short key', { ...good, S2_AccessControl: 'abcd' }, 'S2_AccessControl'],
    ['a key that is not hexadecimal', { ...good, S0_Legacy: 'x'.repeat(32) }, 'S0_Legacy'],
    ['a number for a key', { ...good, S2_Authenticated: 5 }, 'S2_Authenticated'],
    ['a missing key', { ...good, S2_AccessControl: undefined }, 'S2_AccessControl'],
    ['an unknown name', { ...good, S3: '0'.repeat(32) }, 'S3'],
    ['the same key twice', { ...good, S2_Authenticated: good['S0_Legacy'] }, 'S2_Authenticated'],
    ['a list', [], 'JSON object'],
  ];
  test.each(cases)('%s is refused, file and field named, no key shown', async (_, content, field) => {
    await writeFile(path, JSON.stringify(content));
    const message = await refusal(() => readKeys(path));
    expect(message).toContain(path);
    expect(message).toContain(field);
    for (const key of ['abcd', 'xxxx', ...Object.values(good)]) expect(message).not.toContain(key);
  });

  test('text that is not JSON is refused without quoting it', async () => {
    await writeFile(path, '{"S0_Legacy": 0123456789abcdef');
    const message = await refusal(() => readKeys(path));
    expect(message).toContain(path);
    expect(message).not.toContain('0123456789');
  });

  test('a folder in its place is refused, named', async () => {
    await mkdir(path);
    expect(await refusal(() => readKeys(path))).toContain(path);
  });
});

describe('the decision at a start', () => {
  test('a file that is there is used, first start or not', async () => {
    await writeFile(path, JSON.stringify(good));
    expect(await decideKeys(place(), true)).toMatchObject({ kind: 'use' });
    expect(await decideKeys(place(), false)).toMatchObject({ kind: 'use' });
  });

  test('no file at the first start: keys may be made once the controller is known', async () => {
    expect(await decideKeys(place(), true)).toEqual({ kind: 'make_if_alone' });
    expect(await readdir(folder)).toEqual([]);
  });

  test('no file, but no controller met yet either: they may still be made, until they have been', async () => {
    await markUndecided(place(), 'no controller yet');
    expect(await decideKeys(place(), false)).toEqual({ kind: 'make_if_alone' });
    await adoptKeys(place(), makeKeys());
    expect(await readdir(folder)).toEqual(['keys.json']);
  });

  test('a mark left beside keys, by a crash between the two, is removed', async () => {
    await writeFile(path, JSON.stringify(good));
    await markUndecided(place(), 'no controller yet');
    expect(await decideKeys(place(), false)).toMatchObject({ kind: 'use' });
    expect(await readdir(folder)).toEqual(['keys.json']);
  });

  test('no file later: the operator is told which file to restore (FIELD-BUGS 34)', async () => {
    const message = await refusal(() => decideKeys(place(), false));
    expect(message).toContain(path);
    expect(message).toContain('Restore this file');
  });
});
