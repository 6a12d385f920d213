import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';

const here = join(import.meta.dirname, '../..');
const listing = z.tuple([z.object({ files: z.array(z.object({ path: z.string(), mode: z.number() })) })]);

let project: string;
let packed: Map<string, number>;
beforeAll(() => {
  // As after a build, without one: what is in `dist` is whatever was built here last.
  project = mkdtempSync(join(tmpdir(), 'lockstep-pack-'));
  for (const part of ['package.json', 'README.md', 'CHANGELOG.md', 'LICENSE', '.gitignore'])
    cpSync(join(here, part), join(project, part));
  const parts = ['config', 'docs', 'examples', 'systemd', 'src/app', 'test/service'];
  for (const part of [...parts, 'simulators/zwave', 'simulators/zigbee'])
    cpSync(join(here, part), join(project, part), { recursive: true });
  for (const file of [
    'dist/src/cli.js',
    'dist/src/cli.js.map',
    'dist/simulators/zwave/main.js',
    'dist/simulators/zigbee/main.js',
    'dist/.tsbuildinfo',
  ]) {
    mkdirSync(dirname(join(project, file)), { recursive: true });
    writeFileSync(join(project, file), '#!/usr/bin/env node\n', { mode: 0o755 });
  }
  const { stdout, stderr } = spawnSync(
    'npm',
    ['pack', '--dry-run', '--json', '--ignore-scripts', '--offline'],
    {
      cwd: project,
      encoding: 'utf8',
    },
  );
  if (!stdout.includes('[')) throw new Error(stderr);
  const [{ files }] = listing.parse(JSON.parse(stdout.slice(stdout.indexOf('['))));
  packed = new Map(files.map(({ path, mode }) => [path, mode]));
});
afterAll(() => {
  rmSync(project, { recursive: true, force: true });
});

describe('the package', () => {
  test('has what a service, a demo and their reader need', () => {
    for (const file of [
      'dist/src/cli.js',
      'dist/src/cli.js.map',
      // The demo starts them as processes of their own.
      'dist/simulators/zwave/main.js',
      'dist/simulators/zigbee/main.js',
      'config/demo.yaml',
      'config/lockstep.example.yaml',
      'config/lockstep.schema.json',
      'systemd/lockstep.service',
      'systemd/install.sh',
      'docs/service.md',
      'README.md',
      'CHANGELOG.md',
      'LICENSE',
    ])
      expect([...packed.keys()]).toContain(file);
    for (const program of ['dist/src/cli.js', 'systemd/install.sh'])
      expect([program, (packed.get(program) ?? 0) & 0o111]).toEqual([program, 0o111]);
  });

  test('has no sources, tests or leftovers of the build', () => {
    const others = [...packed.keys()].filter(
      (path) =>
        !/^(dist\/.*\.js(\.map)?|(config|docs|examples|systemd)\/.*|[A-Z]+(\.md)?|package\.json)$/.test(path),
    );
    expect(others.sort()).toEqual(['simulators/zigbee/README.md', 'simulators/zwave/README.md']);
  });

  test('has every page that the README and the demo point at', () => {
    for (const path of [
      'docs/locks.md',
      'docs/mqtt.md',
      'docs/how-it-works.md',
      'docs/seam-conformance.md',
      'docs/drivers.md',
      'docs/adr/0001-the-house.md',
    ]) {
      expect(existsSync(join(here, path))).toBe(true);
      expect([...packed.keys()]).toContain(path);
    }
  });
});
