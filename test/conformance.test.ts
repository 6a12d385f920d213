import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import * as seeds from './support/seeds.ts';

// docs/seam-conformance.md claims: each claim names tests, and those must exist under that name.

const root = join(import.meta.dirname, '..');
const page = readFileSync(join(root, 'docs/seam-conformance.md'), 'utf8');

interface Row {
  readonly item: string;
  readonly state: string;
  readonly shown: string;
}

/** Rows of the table under the heading `## <title>`. */
const rowsUnder = (title: string): Row[] => {
  const section = page.split(/^## /m).find((one) => one.startsWith(`${title}\n`)) ?? '';
  return section
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) => {
      const [, item = '', state = '', shown = ''] = line.split(/(?<!\\)\|/).map((cell) => cell.trim());
      return { item: item.replaceAll('`', ''), state, shown };
    });
};

const tables: readonly (readonly [title: string, items: readonly string[]])[] = [
  ['Properties', seeds.properties],
  ['Properties of unmanaged codes', seeds.unmanagedProperties],
  ['Statuses', seeds.statuses],
  ['Pending mutations', seeds.mutations],
  ['Operations', seeds.operations],
  ['Further operations', seeds.furtherOperations],
  ['Events', seeds.events],
  ['Errors', seeds.errors],
  ['Warnings', seeds.warnings],
];

/** `test/x.test.ts` "a name": the evidence that a row names. */
const evidence = /`([\w./-]+\.test\.ts)` "([^"]+)"/g;

describe.each(tables)('%s', (title, items) => {
  const rows = rowsUnder(title);
  test('there is one row for each item of the seeds, and no other', () => {
    expect(rows.map(({ item }) => item).toSorted()).toEqual(items.toSorted());
  });
  test('what works names a test that exists; what is out or waits says why', () => {
    for (const { item, state, shown } of rows) {
      const named = [...shown.matchAll(evidence)];
      if (state !== 'works') {
        expect
          .soft([item, state, shown.length > 10])
          .toEqual([item, state === 'out' ? 'out' : 'later', true]);
        continue;
      }
      expect.soft([item, named.length > 0]).toEqual([item, true]);
      for (const [, file = '', name = ''] of named) {
        const source = readFileSync(join(root, file), 'utf8').replaceAll("\\'", "'");
        expect.soft([item, file, name, source.includes(name)]).toEqual([item, file, name, true]);
      }
    }
  });
});
