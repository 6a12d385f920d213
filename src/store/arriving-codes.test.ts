import { expect, test } from 'vitest';
import type { AccessCode } from '../core/model.ts';
import type { ArrivalQuery } from '../ports/store.ts';
import { arrivalQueries } from './codes.ts';
import { Database } from './database.ts';
import { TestBed, aCode, aDevice } from './testing/test-bed.ts';

const hour = 3_600_000;
const now = 1_700_000_000_000;
const query: ArrivalQuery = { now, until: now + 72 * hour, begunAfter: now - hour, limit: 10 };
/** It begins so many hours from now, for two. */
const begins = (n: number, hours: number, changes: Partial<AccessCode> = {}): AccessCode =>
  aCode(n, {
    timeFrame: { startsAt: now + hours * hour, endsAt: now + (hours + 2) * hour },
    status: 'unset',
    ...changes,
  });

test('codes that begin soon come by their beginning, with those that have begun and are not set', () => {
  using bed = new TestBed();
  const store = bed.open();
  const [front, loft] = [aDevice(1), aDevice(2)];
  for (const device of [front, loft]) store.putDevice(device);
  const codes = [
    begins(1, 72),
    begins(2, 5),
    begins(3, 5, { deviceId: loft.deviceId }),
    begins(4, 72.1),
    begins(5, -0.5, { status: 'setting' }),
    begins(6, -0.5, { status: 'set' }),
    begins(7, -1, { status: 'setting' }),
    begins(8, 3, { deletingSince: now }),
    begins(9, 3, { isBackup: true }),
    aCode(10),
    begins(11, -0.5, { status: 'setting', timeFrame: { startsAt: now - hour / 2, endsAt: now } }),
  ];
  for (const code of codes) store.putAccessCode(code);
  const found = (changes: Partial<ArrivalQuery> = {}): (readonly number[] | number)[] => {
    const { codes: arriving, total } = store.arrivingCodes({ ...query, ...changes });
    return [
      arriving.map(({ accessCodeId }) => codes.findIndex((one) => one.accessCodeId === accessCodeId) + 1),
      total,
    ];
  };
  expect(found()).toEqual([[5, 2, 3, 1], 4]);
  expect(found({ limit: 2 })).toEqual([[5, 2], 4]);
  expect(found({ deviceId: loft.deviceId })).toEqual([[3], 1]);
  expect(found({ until: now + 4 * hour })).toEqual([[5], 1]);
  expect(store.arrivingCodes(query).codes[1]).toEqual(codes[1]);
  store.close();
});

test('locks are concerned whose codes begin soon, may be loaded ahead of their time and are not', () => {
  using bed = new TestBed();
  const store = bed.open();
  for (const n of [1, 2, 3, 4, 5, 6, 7, 8, 9]) store.putDevice(aDevice(n));
  const at = (n: number, hours: number, changes: Partial<AccessCode> = {}): AccessCode =>
    begins(n, hours, { deviceId: aDevice(n).deviceId, ...changes });
  const toLoad = at(1, 72);
  for (const code of [
    toLoad,
    { ...toLoad, accessCodeId: aCode(10).accessCodeId },
    at(2, 72.1),
    at(3, 0),
    at(4, 5, { isOneTimeUse: true }),
    at(5, 5, { preferNativeScheduling: false }),
    at(6, 5, { isBackup: true }),
    at(7, 5, { deletingSince: now }),
    at(8, 5, { isScheduledOnDevice: true }),
    at(9, 5, { externalChange: 'removed' }),
  ])
    store.putAccessCode(code);
  expect([...store.locksToLoad(query)]).toEqual([aDevice(1).deviceId]);
  store.close();
});

test('they are found along the index of beginnings, unsorted, however many codes there are', () => {
  using bed = new TestBed();
  bed.open().close();
  const database = Database.open(bed.databaseFile);
  for (const [sql, more] of [
    [arrivalQueries.codes, [10]],
    [arrivalQueries.total, []],
  ] as const) {
    const plan = JSON.stringify(database.all(`EXPLAIN QUERY PLAN ${sql}`, 1, 2, 3, 4, null, null, ...more));
    expect(plan).toContain('USING INDEX access_codes_by_start (starts_at>? AND starts_at<?)');
    expect(plan).not.toContain('TEMP B-TREE');
  }
  database.close();
});
