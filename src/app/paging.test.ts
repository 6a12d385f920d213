import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isNumberKey, isTextKey, pageOf, sliced } from './paging.ts';
import type { Page } from './paging.ts';
import { Refusal } from './problems.ts';

const partsWith = (key: string): Parameters<typeof pageOf>[0] => ({
  store: { digest: (text) => createHmac('sha256', key).update(text).digest('hex') },
});
const parts = partsWith('this bridge');
type Query = {
  limit?: number;
  page_cursor?: string | null;
  search?: string;
};
const page = (items: readonly number[], params: Query, route = 'things/list', most = 1_000): Page<string> =>
  pageOf(parts, route, params, {
    most,
    isKey: isNumberKey,
    read: (after, count) => sliced(items, (n) => n)(after, count).map(([key, n]) => [key, `item ${n}`]),
  });
const cursorOf = ({ pagination }: Page<unknown>): string => {
  const cursor = pagination['next_page_cursor'];
  if (typeof cursor !== 'string') throw new Error('no further page');
  return cursor;
};
const refusalOf = (run: () => unknown): { type: string; message: string } => {
  try {
    run();
  } catch (error) {
    if (error instanceof Refusal) return error.error;
    throw error;
  }
  throw new Error('not refused');
};

test('following the cursors shows each item once, whatever is added or removed meanwhile', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.nat(200), { maxLength: 40 }),
      fc.integer({ min: 1, max: 7 }),
      fc.array(fc.record({ add: fc.nat(200), remove: fc.nat(200) }), { maxLength: 40 }),
      (start, limit, churn) => {
        let items = start.toSorted((a, b) => a - b);
        const always = new Set(items);
        const seen: string[] = [];
        let page_cursor: string | null = null;
        for (let n = 0; ; n += 1) {
          const one: Page<string> = page(items, { limit, page_cursor });
          seen.push(...one.items);
          if (one.pagination['has_next_page'] !== true) break;
          page_cursor = cursorOf(one);
          const change = churn[n];
          if (change === undefined) continue;
          always.delete(change.remove);
          items = [...new Set([...items.filter((item) => item !== change.remove), change.add])].toSorted(
            (a, b) => a - b,
          );
        }
        expect(new Set(seen).size).toBe(seen.length);
        for (const item of always) expect(seen).toContain(`item ${item}`);
      },
    ),
  );
});

test('the last page says that it is the last, also where it is full', () => {
  expect(page([1, 2, 3, 4], { limit: 4 }).pagination).toEqual({
    has_next_page: false,
    next_page_cursor: null,
    next_page_url: null,
  });
  expect(page([1, 2, 3, 4], { limit: 3 }).pagination).toMatchObject({ has_next_page: true });
  expect(page([], {}).pagination).toMatchObject({ has_next_page: false, next_page_cursor: null });
  expect(page([1, 2, 3], {}, 'things/list', 2).items, 'without a limit, the most').toHaveLength(2);
});

test('a cursor serves only the query it came from', () => {
  const cursor = cursorOf(page([1, 2, 3], { limit: 1, search: 'a' }));
  expect(page([1, 2, 3], { limit: 1, search: 'a', page_cursor: cursor }).items).toEqual(['item 2']);
  for (const other of [
    () => page([1, 2, 3], { limit: 1, search: 'b', page_cursor: cursor }),
    () => page([1, 2, 3], { limit: 1, page_cursor: cursor }),
    () => page([1, 2, 3], { limit: 2, search: 'a', page_cursor: cursor }),
    () => page([1, 2, 3], { limit: 1, search: 'a', page_cursor: cursor }, 'others/list'),
    () =>
      pageOf(
        partsWith('another bridge'),
        'things/list',
        { limit: 1, search: 'a', page_cursor: cursor },
        {
          most: 10,
          isKey: isNumberKey,
          read: () => [],
        },
      ),
    () =>
      pageOf(
        parts,
        'things/list',
        { limit: 1, search: 'a', page_cursor: cursor },
        {
          most: 10,
          isKey: isTextKey,
          read: () => [],
        },
      ),
  ])
    expect(refusalOf(other)).toMatchObject({ type: 'mismatched_page_parameters', status: 400 });
});

test('a cursor that was made up or altered is refused', () => {
  const cursor = cursorOf(page([1, 2, 3], { limit: 1 }));
  const altered = Buffer.from(Buffer.from(cursor, 'base64url').toString().replace('[1,', '[2,')).toString(
    'base64url',
  );
  expect(altered).not.toBe(cursor);
  expect(refusalOf(() => page([1, 2, 3], { limit: 1, page_cursor: altered }))).toMatchObject({
    type: 'mismatched_page_parameters',
  });
  for (const page_cursor of ['x', 'W10', 'e30', '!!!', cursor.slice(3)])
    expect(refusalOf(() => page([1], { limit: 1, page_cursor }))).toMatchObject({
      type: 'invalid_input',
      message: expect.stringMatching(/^page_cursor: /) as string,
    });
});

test('null asks for the first page', () => {
  expect(page([1, 2], { page_cursor: null }).items).toEqual(['item 1', 'item 2']);
});
