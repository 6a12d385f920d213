import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { Database } from '../../src/store/database.ts';
import type { Value } from '../../src/store/database.ts';
import { FuzzHouse } from '../support/fuzz-house.ts';
import { paramsFor } from '../support/fuzz-values.ts';

// Pages stay as fast after years as on the first day: no statement that any route or the reconciler runs walks through
// a table that grows, or sorts it.

/** Walks through, or sorts, what grows with use. */
const isSlow = (plan: string): boolean =>
  /SCAN (?:access_codes|events|journal|answers|action_attempts|deliveries)\b/.test(plan) ||
  plan.includes('TEMP B-TREE FOR ORDER BY');

/** Those that are meant, each with its reason. */
const meant: readonly { readonly sql: RegExp; readonly why: string }[] = [
  { sql: /FROM access_codes ORDER BY position$/, why: 'asked by the house of this test, by nothing in src' },
  { sql: /GROUP BY (status|device_id)$/, why: 'codes are counted along an index that covers the question' },
  { sql: /INDEXED BY access_codes_troubled/, why: 'an index of those alone' },
  { sql: /INDEXED BY events_unpublished WHERE published = 0/, why: 'an index of those alone' },
  { sql: /FROM action_attempts ORDER BY position DESC LIMIT \?$/, why: 'the newest: it ends with the page' },
  { sql: /INDEXED BY access_codes_awake/, why: 'sorts those of one lock that are looked at' },
  { sql: /WHERE id IN \(SELECT value FROM json_each\(\?\)\)/, why: 'sorts those that were asked for by id' },
];

/** Every statement that is run meanwhile, with values that it was given. */
const heard = async (work: () => Promise<void>): Promise<Map<string, readonly Value[]>> => {
  const spies = (['run', 'get', 'all'] as const).map((name) => vi.spyOn(Database.prototype, name));
  try {
    await work();
    const calls = spies.flatMap((spy) => spy.mock.calls);
    return new Map(calls.map(([sql, ...values]) => [sql, values]));
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
};

const lists: readonly (readonly [route: string, params: object])[] = [
  ['access_codes/list', {}],
  ['access_codes/list', { limit: 1 }],
  ['access_codes/list', { device_id: '§0', limit: 1 }],
  ['access_codes/list', { access_code_ids: ['§0', '§1'] }],
  ['access_codes/list', { search: 'Both' }],
  ['access_codes/get', { access_code_id: '§0' }],
  ['access_codes/get', { device_id: '§0', code: '§0' }],
  ['access_codes/unmanaged/list', { device_id: '§0' }],
  ['events/list', { since: '2026-01-01T00:00:00Z' }],
  ['events/list', { since: '2026-01-01T00:00:00Z', event_type: 'access_code.created' }],
  ['events/list', { since: '2026-01-01T00:00:00Z', event_types: ['access_code.created', 'lock.locked'] }],
  ['events/list', { device_id: '§0', between: ['2026-01-01T00:00:00Z', '2027-01-01T00:00:00Z'] }],
  [
    'events/list',
    { device_ids: ['§0', '§1'], event_type: 'access_code.created', since: '2026-01-01T00:00:00Z' },
  ],
  ['events/list', { access_code_id: '§0', since: '2026-01-01T00:00:00Z' }],
  ['events/list', { event_ids: ['§0', '§1'] }],
  ['events/get', { event_id: '§0' }],
  ['lockstep/events', { after: 3 }],
  ['lockstep/history', { device_id: '§0' }],
  ['lockstep/history', { access_code_id: '§0' }],
  ['action_attempts/list', { device_id: '§0' }],
  ['action_attempts/list', { limit: 1 }],
];

test('no statement of any route walks through a table that grows', async () => {
  await using house = await FuzzHouse.start(1);
  const statements = await heard(async () => {
    for (const [route, params] of lists) {
      const { body } = await house.send({ face: 'local', route, params });
      expect(body, route).toMatchObject({ ok: true });
    }
    for (const route of house.house.app.routes)
      for (const params of fc.sample(paramsFor(route), { numRuns: 3, seed: 3 }))
        await house.send({ face: 'local', route: route.name, params, id: 'again' });
    await house.house.settle();
    house.house.store.prune(house.house.clock.now(), { eventsMs: 1, journalMs: 1 });
  });
  const database = Database.open(house.house.databaseFile);
  const slow = [...statements].flatMap(([sql, values]) => {
    if (!/^\s*(?:SELECT|INSERT|UPDATE|DELETE)/.test(sql)) return [];
    const rows = database.all(`EXPLAIN QUERY PLAN ${sql}`, ...values);
    return isSlow(rows.map((row) => JSON.stringify(row)).join('\n')) ? [sql] : [];
  });
  database.close();
  expect(slow.filter((sql) => !meant.some((one) => one.sql.test(sql)))).toEqual([]);
  for (const { sql, why } of meant)
    expect(
      slow.some((one) => sql.test(one)),
      why,
    ).toBe(true);
  expect(statements.size).toBeGreaterThan(50);
});
