import { expect, test } from 'vitest';
import type { PageFilter } from '../ports/store.ts';
import { pageQueries } from './codes.ts';
import { Database } from './database.ts';
import { TestBed, aCode, aDevice } from './testing/test-bed.ts';

test('pages follow each other in order of creation, by each filter, whatever was deleted between', () => {
  using bed = new TestBed();
  const store = bed.open();
  const devices = [aDevice(1), aDevice(2)];
  for (const device of devices) store.putDevice(device);
  const codes = Array.from({ length: 9 }, (_, n) => aCode(n + 1, { deviceId: devices[n % 2]!.deviceId }));
  for (const code of codes) store.putAccessCode(code);
  store.deleteAccessCode(codes[4]!.accessCodeId);
  const walk = (filter: PageFilter): number[] => {
    const seen: number[] = [];
    for (let after: number | undefined; ;) {
      const page = store.accessCodePage(filter, after, 2);
      expect(page.length).toBeLessThanOrEqual(2);
      seen.push(...page.map(({ code }) => codes.findIndex((one) => one.accessCodeId === code.accessCodeId)));
      if (page.length < 2) return seen;
      after = page.at(-1)?.position;
    }
  };
  const [even, odd] = devices.map(({ deviceId }) => deviceId);
  expect(walk({})).toEqual([0, 1, 2, 3, 5, 6, 7, 8]);
  expect(walk({ deviceId: even! })).toEqual([0, 2, 6, 8]);
  const ids = [8, 4, 1, 0, 7].map((n) => codes[n]!.accessCodeId);
  expect(walk({ ids })).toEqual([0, 1, 7, 8]);
  expect(walk({ ids, deviceId: odd! })).toEqual([1, 7]);
  expect(walk({ ids: [] })).toEqual([]);
  expect(store.accessCodePage({ deviceId: even! }, undefined, 1)[0]?.code).toEqual(codes[0]);
  store.putAccessCode({ ...codes[1]!, name: 'changed' });
  expect(walk({}), 'a change moves nothing').toEqual([0, 1, 2, 3, 5, 6, 7, 8]);
  store.close();
});

test('no page walks through the table', () => {
  using bed = new TestBed();
  bed.open().close();
  const database = Database.open(bed.databaseFile);
  const planOf = (sql: string, ...values: (string | number | null)[]): string =>
    database
      .all(`EXPLAIN QUERY PLAN ${sql}`, ...values)
      .map((row) => JSON.stringify(row))
      .join('\n');
  const all = planOf(pageQueries.pagesOfAll, 5, 10);
  expect(all).toContain('SEARCH access_codes USING INTEGER PRIMARY KEY (rowid>?)');
  const byDevice = planOf(pageQueries.pagesByDevice, 'd', 5, 10);
  expect(byDevice).toContain('access_codes_by_device (device_id=? AND position>?)');
  const byIds = planOf(pageQueries.pagesByIds, '["a"]', null, null, 5, 10);
  expect(byIds).toMatch(/SEARCH access_codes USING INDEX \S+ \(id=\?\)/);
  for (const plan of [all, byDevice]) expect(plan).not.toContain('TEMP B-TREE');
  for (const plan of [all, byDevice, byIds]) expect(plan).not.toContain('SCAN access_codes');
  database.close();
});
