import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { lifecycleTable, situations } from './lifecycle-table.ts';
import type { AccessCodeStatus } from './model.ts';

const statuses: readonly AccessCodeStatus[] = ['unset', 'setting', 'set', 'removing', 'unknown'];

test('docs/lifecycle.md has the table as it is', () => {
  const docs = readFileSync(new URL('../../docs/lifecycle.md', import.meta.url), 'utf8');
  const table = docs.split('<!-- lifecycle table -->')[1]?.split('<!-- end of lifecycle table -->')[0] ?? '';
  const rows = table
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim().replaceAll('`', '')),
    );
  expect(rows).toEqual(
    Object.entries(situations).map(([situation, meaning]) => [
      situation,
      meaning,
      ...statuses.map((status) => nextOf(situation)?.[status]),
    ]),
  );
});

const nextOf = (situation: string): Readonly<Record<AccessCodeStatus, string>> | undefined =>
  Object.entries(lifecycleTable).find(([name]) => name === situation)?.[1];
