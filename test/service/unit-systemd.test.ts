import { execFile } from 'node:child_process';
import { accessSync, constants, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { defaultConfigPath } from '../../src/config/load.ts';
import { configSchema } from '../../src/config/schema.ts';
import { exitConfig } from '../../src/run-daemon.ts';

const run = promisify(execFile);
const root = join(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'lockstep-unit-'));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

const installed = '/opt/lockstep';
const unit = readFileSync(join(root, 'systemd/lockstep.service'), 'utf8');
const setting = (key: string): string => {
  const found = [...unit.matchAll(new RegExp(`^${key}=(.*)$`, 'gm'))];
  if (found.length !== 1) throw new Error(`${key} stands there ${found.length} times`);
  return found[0]?.[1] ?? '';
};
const packaged = (path: string): string => {
  expect(path.startsWith(`${installed}/`)).toBe(true);
  return path.slice(installed.length + 1);
};

describe('the unit file', () => {
  test('is understood by systemd, and every program it names is there', async () => {
    // As installed, but with the program where it is here.
    const file = join(folder, 'lockstep.service');
    writeFileSync(file, unit.replaceAll(installed, root));
    const { stdout, stderr } = await run('systemd-analyze', ['verify', '--man=no', file]);
    expect(stdout + stderr).toBe('');
    writeFileSync(file, unit.replaceAll(installed, '/nowhere'));
    await expect(run('systemd-analyze', ['verify', '--man=no', file])).rejects.toThrow(/not executable/);
    writeFileSync(file, `${unit.replaceAll(installed, root)}\n[Service]\nRestartSecs=5\n`);
    expect((await run('systemd-analyze', ['verify', '--man=no', file])).stderr).toMatch(/Unknown key/);
  });

  test('leaves little of the machine open to the daemon', async () => {
    const file = join(folder, 'lockstep.service');
    writeFileSync(file, unit);
    const ask = ['security', '--offline=true', '--threshold=35', file];
    await expect(run('systemd-analyze', ask)).resolves.toBeDefined();
  });

  test('starts the built command, with the Node of the package, on the usual config', () => {
    const [node = '', cli = '', ...args] = setting('ExecStart').split(' ');
    accessSync(join(root, packaged(node)), constants.X_OK);
    const { bin } = z
      .object({ bin: z.object({ lockstep: z.string() }) })
      .parse(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')));
    expect(packaged(cli)).toBe(bin.lockstep);
    expect(existsSync(join(root, bin.lockstep.replace(/^dist\//, '').replace(/\.js$/, '.ts')))).toBe(true);
    expect(args).toEqual(['daemon', '--config', defaultConfigPath]);
  });

  test("agrees with the daemon's exit codes, deadlines and default places", () => {
    const usual = configSchema.parse({});
    expect(setting('RestartPreventExitStatus')).toBe(String(exitConfig));
    expect(`/var/lib/${setting('StateDirectory')}`).toBe(usual.data_dir);
    expect(usual.http.socket.startsWith(`/run/${setting('RuntimeDirectory')}/`)).toBe(true);
    expect(setting('StateDirectoryMode')).toBe('0700');
    // Messages come from a child of the daemon.
    expect([setting('Type'), setting('NotifyAccess')]).toEqual(['notify', 'all']);
    // The watchdog's signal (SIGABRT) would have PINs and network keys written to the disk.
    expect(setting('LimitCORE')).toBe('0');
    // V8 compiles at run time.
    expect(unit).not.toMatch(/^MemoryDenyWriteExecute=/m);
  });
});
