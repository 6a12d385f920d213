import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { z } from 'zod';

const run = promisify(execFile);
const root = new URL('..', import.meta.url);

const tracked = async (): Promise<string[]> => {
  const { stdout } = await run('git', ['ls-files', '--cached', '--others', '--exclude-standard', '-z'], {
    cwd: root,
    maxBuffer: 10_000_000,
  });
  return stdout.split('\0').filter((name) => name !== '');
};
const text = (name: string): string => {
  try {
    return readFileSync(new URL(name, root), 'utf8');
  } catch {
    return ''; // listed by git, removed in the work tree
  }
};

test('the import rules see every module of the house', { timeout: 120_000 }, async () => {
  const { stdout } = await run(
    process.execPath,
    [
      'node_modules/.bin/depcruise',
      'src',
      'drivers',
      'simulators',
      '--config',
      '.dependency-cruiser.cjs',
      '--output-type',
      'json',
    ],
    { cwd: root, maxBuffer: 100_000_000 },
  );
  const { modules, summary } = z
    .object({
      modules: z.array(z.object({ source: z.string(), dependencies: z.array(z.unknown()) })),
      summary: z.object({ error: z.number() }),
    })
    .parse(JSON.parse(stdout));
  const seen = new Set(modules.map((module) => module.source));
  const files = (await tracked()).filter(
    (name) => /^(src|drivers|simulators)\/.*\.ts$/.test(name) && text(name) !== '',
  );
  expect(files.length).toBeGreaterThan(100);
  expect(files.filter((name) => !seen.has(name))).toEqual([]);
  // A cruise that resolves nothing would also find no violation.
  expect(modules.find((module) => module.source === 'src/daemon.ts')?.dependencies.length).toBeGreaterThan(
    10,
  );
  expect(summary.error).toBe(0);
});

test('an import that the rules forbid is found', { timeout: 120_000 }, async () => {
  const config = readFileSync(new URL('.dependency-cruiser.cjs', root), 'utf8');
  for (const rule of [
    'core-is-pure',
    'ports-know-core',
    'faces-apart',
    'drivers-apart',
    'simulators-are-strangers',
    'only-store-has-sqlite',
    'only-mqtt-face-has-mqtt',
    'only-zwave-driver-has-zwave-js',
  ])
    expect(config).toContain(`'${rule}'`);
  const { stdout } = await run(
    process.execPath,
    [
      'node_modules/.bin/depcruise',
      'test/fixtures/forbidden',
      '--config',
      'test/fixtures/forbidden/rules.cjs',
      '--output-type',
      'json',
    ],
    { cwd: root, maxBuffer: 100_000_000 },
  ).catch((error: unknown) => z.object({ stdout: z.string() }).parse(error));
  const { summary } = z
    .object({
      summary: z.object({ violations: z.array(z.object({ rule: z.object({ name: z.string() }) })) }),
    })
    .parse(JSON.parse(stdout));
  expect(new Set(summary.violations.map((violation) => violation.rule.name))).toEqual(
    new Set(['core-is-pure', 'only-store-has-sqlite']),
  );
});

test('no file is longer than 400 lines', async () => {
  const long = (await tracked())
    .filter((name) => name.endsWith('.ts'))
    .filter((name) => text(name).split('\n').length > 401);
  expect(long).toEqual([]);
});

test('no test is skipped or alone, no rule is switched off, no path of a machine is named', async () => {
  const banned = [
    /\b(it|test|describe)\.(skip|only|todo|runIf|skipIf)\b/,
    /eslint-disable|@ts-(ignore|expect-error|nocheck)/,
    /\bas any\b/,
    /\/work\/|\/root\//,
    /registry\.npmjs|deb\.debian/,
  ];
  const found: string[] = [];
  for (const name of await tracked()) {
    if (name === 'test/house.test.ts' || !/\.(ts|js|cjs|json|yaml|yml|md|sh)$|^\.ci\//.test(name)) continue;
    const lines = text(name).split('\n');
    for (const [index, line] of lines.entries())
      if (banned.some((pattern) => pattern.test(line))) found.push(`${name}:${index + 1}: ${line.trim()}`);
  }
  expect(found).toEqual([]);
});

test('what a page links to is there', async () => {
  const pages = (await tracked()).filter((name) => name.endsWith('.md'));
  const dead = pages.flatMap((name) =>
    [...text(name).matchAll(/\]\(([^)#\s]+)/g)]
      .map(([, target = '']) => target)
      .filter((target) => !/^https?:/.test(target) && !existsSync(new URL(target, new URL(name, root))))
      .map((target) => `${name}: ${target}`),
  );
  expect(dead).toEqual([]);
});

test('what is built can be run as a command', () => {
  const { scripts, bin } = z
    .object({ scripts: z.object({ build: z.string() }), bin: z.object({ lockstep: z.string() }) })
    .parse(JSON.parse(text('package.json')));
  // tsc makes no file executable, and npx runs the file itself.
  expect(scripts.build).toContain(`chmod +x ${bin.lockstep}`);
  expect(text('src/cli.ts').startsWith('#!/usr/bin/env node\n')).toBe(true);
});
