import { expect, test } from 'vitest';
import type { ActionAttempt, AttemptFilter } from '../ports/action-attempts.ts';
import { listQuery } from './action-attempts.ts';
import { Database } from './database.ts';
import { TestBed, aDevice, uuid } from './testing/test-bed.ts';

const attempt = (n: number, changes: Partial<ActionAttempt> = {}): ActionAttempt => ({
  attemptId: uuid(n),
  actionType: 'LOCK_DOOR',
  deviceId: aDevice(n % 2).deviceId,
  createdAt: 1_000 + n,
  end: undefined,
  endedAt: undefined,
  ...changes,
});

test('attempts outlive a restart, with whatever end they have', () => {
  using bed = new TestBed();
  const all = [
    attempt(1),
    attempt(2, { end: { kind: 'success', result: {} }, endedAt: 2_000 }),
    attempt(3, { end: { kind: 'success', result: { was_confirmed_by_device: false } }, endedAt: 2_000 }),
    attempt(4, {
      actionType: 'CONFIGURE_AUTO_LOCK',
      end: { kind: 'error', type: 'timeout', message: 'Too late.' },
      endedAt: 2_000,
    }),
  ];
  const first = bed.open();
  for (const one of all) first.putActionAttempt(one);
  first.close();
  const store = bed.open();
  for (const one of all) expect(store.actionAttempt(one.attemptId)).toEqual(one);
  expect(store.actionAttempt(uuid(9))).toBeUndefined();
  expect(store.pendingActionAttempts()).toEqual([all[0]]);
  const over = attempt(1, { end: { kind: 'success', result: {} }, endedAt: 3_000 });
  store.putActionAttempt(over);
  expect(store.pendingActionAttempts()).toEqual([]);
  expect(store.actionAttempts({}, undefined, 10).map(([, one]) => one)).toEqual([
    all[3],
    all[2],
    all[1],
    over,
  ]);
  store.prune(10_000, { eventsMs: 10_000 - 1_003, journalMs: 0 });
  expect(store.actionAttempts({}, undefined, 10).map(([, one]) => one)).toEqual([all[3], all[2]]);
  store.close();
});

test('no list of attempts walks through the table', () => {
  using bed = new TestBed();
  bed.open().close();
  const database = Database.open(bed.databaseFile);
  const planOf = (filter: AttemptFilter, before?: number): string => {
    const { sql, values } = listQuery(filter, before, 10);
    return JSON.stringify(database.all(`EXPLAIN QUERY PLAN ${sql}`, ...values));
  };
  const { deviceId } = aDevice(1);
  expect(planOf({}, 5)).toContain('SEARCH action_attempts USING INTEGER PRIMARY KEY (rowid<?)');
  expect(planOf({ deviceId })).toContain('action_attempts_by_device (device_id=?)');
  expect(planOf({ deviceId }, 5)).toContain('action_attempts_by_device (device_id=? AND position<?)');
  for (const filter of [{ ids: [uuid(1)] }, { ids: [uuid(1)], deviceId }])
    for (const before of [undefined, 5])
      expect(planOf(filter, before)).toMatch(/SEARCH action_attempts USING INDEX \S+ \(id=\?\)/);
  for (const before of [undefined, 5]) expect(planOf({ deviceId }, before)).not.toContain('TEMP B-TREE');
  database.close();
});
