import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemSynchronised } from './synchronised.ts';

let dir: string;
let asked: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'lockstep-synchronised-'));
  asked = join(dir, 'asked');
});
afterAll(() => {
  rmSync(dir, { recursive: true, force: true });
});

/** A folder with a `timedatectl` that does this. */
const timedatectl = (script: string): string => {
  const bin = mkdtempSync(join(dir, 'bin-'));
  const file = join(bin, 'timedatectl');
  writeFileSync(file, `#!/bin/sh\n${script}\n`);
  chmodSync(file, 0o755);
  return bin;
};
const nowhere = (): string => join(dir, 'no such folder', 'synchronized');
/** The folder that systemd-timesyncd keeps, with or without its mark. */
const timesync = (isMarked: boolean): string => {
  const file = join(mkdtempSync(join(dir, 'timesync-')), 'synchronized');
  if (isMarked) writeFileSync(file, '');
  return file;
};

describe('the file that the config names', () => {
  test('decides alone', async () => {
    const file = join(dir, 'synchronised');
    const path = timedatectl('echo yes');
    expect(await systemSynchronised({ file, path, timesyncMark: timesync(true) })).toBe(false);
    writeFileSync(file, '');
    expect(await systemSynchronised({ file, path: timedatectl('echo no') })).toBe(true);
  });
});

describe('timedatectl', () => {
  test('is asked for what the kernel knows, in no language, with no secrets of ours', async () => {
    const path = timedatectl(`echo "$@ $LC_ALL \${HOME-none}" > ${asked}; echo yes`);
    expect(await systemSynchronised({ path, timesyncMark: timesync(false) })).toBe(true);
    expect(readFileSync(asked, 'utf8')).toBe('show --property=NTPSynchronized --value C none\n');
  });

  test('is believed before the mark of systemd-timesyncd, which stays when somebody sets the clock', async () => {
    expect(await systemSynchronised({ path: timedatectl('echo no'), timesyncMark: timesync(true) })).toBe(
      false,
    );
  });

  test.each([
    ['that fails', 'echo yes; exit 1'],
    ['that says something else', 'echo maybe'],
    ['that says nothing', 'true'],
  ])('%s leaves it to that mark', async (_how, script) => {
    const path = timedatectl(script);
    expect(await systemSynchronised({ path, timesyncMark: timesync(true) })).toBe(true);
    expect(await systemSynchronised({ path, timesyncMark: timesync(false) })).toBe(false);
    expect(await systemSynchronised({ path, timesyncMark: nowhere() })).toBeUndefined();
  });

  test('that hangs is not waited for', async () => {
    const path = timedatectl('while :; do :; done');
    expect(await systemSynchronised({ path, timesyncMark: timesync(true), deadlineMs: 30 })).toBe(true);
  });
});

test('where there is neither, nobody knows', async () => {
  const path = join(dir, 'empty');
  mkdirSync(path);
  expect(await systemSynchronised({ path, timesyncMark: nowhere() })).toBeUndefined();
});
