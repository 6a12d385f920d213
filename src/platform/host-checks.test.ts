import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Host, HostFacts, PathRule } from '../ports/host.ts';
import { createHost } from './host-checks.ts';
import type { HostOptions } from './host-checks.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lockstep-host-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const rule = (path: string, kind: PathRule['kind'] = 'file'): PathRule => ({
  what: 'thing',
  path,
  kind,
  mostMode: 0o600,
  required: true,
});
const hostOf = (changes: Partial<HostOptions> = {}): Host =>
  createHost({
    paths: [rule(folder, 'directory')],
    config: { path: join(folder, 'lockstep.yaml'), problem: () => undefined, withoutEffect: [] },
    timeZone: 'UTC',
    builtFile: join(folder, 'built'),
    versions: {},
    now: () => 1_000,
    timesyncDir: join(folder, 'timesync'),
    ...changes,
  });
const look = (changes: Partial<HostOptions> = {}): HostFacts => hostOf(changes).look();

describe('the facts of a machine', () => {
  test('are what a path is and who may use it', async () => {
    const file = join(folder, 'key');
    writeFileSync(file, '');
    chmodSync(file, 0o640);
    const link = join(folder, 'link');
    symlinkSync(file, link);
    const socket = join(folder, 'socket');
    const server = createServer().listen(socket);
    await once(server, 'listening');
    const found = [folder, file, link, socket, join(folder, 'none'), join(file, 'beneath'), '/dev/null'].map(
      (path) => look({ paths: [rule(path)] }).paths[0],
    );
    server.close();
    expect(found.map((one) => one?.found)).toEqual([
      'directory',
      'file',
      'file',
      'socket',
      'missing',
      'missing',
      'other',
    ]);
    expect(found[1]).toMatchObject({ mode: 0o640, uid: process.getuid?.() });
    expect(found[4]).toMatchObject({ mode: undefined, uid: undefined });
  });

  test('are the room on the disk of the data directory; none for one that is not there', () => {
    const { disk } = look();
    expect(disk?.path).toBe(folder);
    expect(disk?.totalBytes).toBeGreaterThan(disk?.freeBytes ?? Infinity);
    expect(disk?.writable).toBe(true);
    expect(look({ paths: [rule(join(folder, 'none'))] }).disk).toBeUndefined();
    // The kernel's own file systems take no files, but aren't read-only disks either.
    expect(look({ paths: [rule('/proc/self/nothing')] }).disk).toBeUndefined();
  });

  test('are whether timesyncd has heard a time server', () => {
    expect(look().clock.synchronised).toBeUndefined();
    mkdirSync(join(folder, 'timesync'));
    expect(look().clock.synchronised).toBe(false);
    writeFileSync(join(folder, 'timesync', 'synchronized'), '');
    expect(look().clock.synchronised).toBe(true);
  });

  test('are when the program was written', () => {
    expect(look()).toMatchObject({ clock: { builtAt: undefined } });
    writeFileSync(join(folder, 'built'), '');
    utimesSync(join(folder, 'built'), 1_700_000_000, 1_700_000_000);
    expect(look()).toMatchObject({ now: 1_000, clock: { builtAt: 1_700_000_000_000 } });
  });

  test('are whether the settings are those of the start, whatever the clock said then', () => {
    const file = join(folder, 'lockstep.yaml');
    const written = (seconds: number): void => {
      writeFileSync(file, '');
      utimesSync(file, seconds, seconds);
    };
    written(1_750_000_000);
    const host = hostOf();
    // This host's clock shows 1970, and the file is newer than that.
    expect(host.look().config.isChanged).toBe(false);
    for (const seconds of [1_750_000_001, 1_740_000_000]) {
      written(seconds);
      expect(host.look().config.isChanged).toBe(true);
    }
  });

  test('are the memory that this process has and that is left', () => {
    const { memory } = look();
    expect(memory.residentBytes).toBeGreaterThan(10e6);
    expect(memory.availableBytes).toBeLessThan(memory.totalBytes);
  });
});
