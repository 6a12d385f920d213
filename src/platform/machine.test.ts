import { randomUUID } from 'node:crypto';
import { statSync } from 'node:fs';
import { uptime } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { builtAt, thisMachine } from './machine.ts';
import { packageDir } from './package.ts';

test('time is counted from the start of the machine, not of this process: it goes on over restarts', () => {
  const machine = thisMachine(undefined, '');
  expect(Math.abs(machine.elapsed() - uptime() * 1_000)).toBeLessThan(1_000);
  expect(machine.boot, 'the same for every process').toBe(thisMachine(undefined, '').boot);
  if (process.platform === 'linux') expect(machine.boot).toHaveLength(randomUUID().length);
});

test('it is no earlier than when the program was put here', () => {
  expect(Math.abs(builtAt() - statSync(join(packageDir(), 'package.json')).mtimeMs)).toBeLessThan(1);
});
