import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AccessCodeId, DeviceId } from '../core/ids.ts';
import type { EventQuery } from '../ports/events.ts';
import type { StoredEvent } from '../ports/store.ts';
import { Database } from './database.ts';
import { walkSql } from './event-finder.ts';
import { TestBed, anEvent, pin, uuid } from './testing/test-bed.ts';

const types = ['lock.locked', 'lock.unlocked', 'access_code.created'];
const start = 1_700_000_000_000;

const someEvent = fc.record({
  type: fc.constantFrom(...types),
  // The wall clock jumps: neither order nor being different is sure.
  minute: fc.integer({ min: 0, max: 4 }),
  device: fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined }),
  code: fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined }),
});

/** Left out mostly: with all filters at once, nothing would ever be found. */
const rarely = <T>(one: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.oneof({ weight: 2, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: one });
const list = <T>(one: fc.Arbitrary<T>): fc.Arbitrary<T[] | undefined> =>
  rarely(fc.array(one, { maxLength: 4, size: 'max' }));
const minute = rarely(fc.integer({ min: -1, max: 5 }).map((n) => start + n * 60_000));

const someQuery: fc.Arbitrary<EventQuery> = fc.record({
  eventIds: rarely(
    fc.array(
      fc.integer({ min: 1, max: 16 }).map((n) => uuid(0xe000_0000 + n)),
      { maxLength: 12, size: 'max' },
    ),
  ),
  eventTypes: list(fc.constantFrom(...types)),
  deviceIds: list(fc.integer({ min: 1, max: 3 }).map(uuid)),
  accessCodeIds: list(fc.integer({ min: 1, max: 3 }).map((n) => uuid(100 + n))),
  ofDevices: rarely(fc.boolean()),
  after: minute,
  before: minute,
  order: fc.constantFrom('oldest_first', 'newest_first'),
  offset: fc.integer({ min: 0, max: 3 }),
  limit: fc.integer({ min: 0, max: 12 }),
});

/** The same question, asked of a list. */
const expected = (all: readonly StoredEvent[], query: EventQuery): number[] => {
  const among = (words: readonly string[] | undefined, word: string | undefined): boolean =>
    words === undefined || (word !== undefined && words.includes(word));
  const found = all
    .filter(
      (one) =>
        among(query.eventIds, one.eventId) &&
        among(query.eventTypes, one.eventType) &&
        among(query.deviceIds, one.deviceId) &&
        among(query.accessCodeIds, one.accessCodeId) &&
        (query.ofDevices !== true || one.deviceId !== undefined) &&
        (query.after === undefined || one.occurredAt > query.after) &&
        (query.before === undefined || one.occurredAt < query.before),
    )
    .toSorted((a, b) => a.occurredAt - b.occurredAt || a.seq - b.seq);
  if (query.order === 'newest_first') found.reverse();
  return found.slice(query.offset, query.offset + query.limit).map(({ seq }) => seq);
};

describe('events of the past', () => {
  it('are found by whatever they are about, in order of time, page by page', () => {
    using bed = new TestBed();
    const store = bed.open();
    fc.assert(
      fc.property(
        fc.array(someEvent, { minLength: 14, maxLength: 14 }),
        fc.array(someQuery, { minLength: 25, maxLength: 25 }),
        (made, queries) => {
          const undone = new Error('undone');
          expect(() => {
            store.transaction(() => {
              for (const [n, { type, minute: at, device, code }] of made.entries())
                store.appendEvent(
                  anEvent(n + 1, {
                    eventType: type,
                    occurredAt: start + at * 60_000,
                    deviceId: device === undefined ? undefined : DeviceId(uuid(device)),
                    accessCodeId: code === undefined ? undefined : AccessCodeId(uuid(100 + code)),
                  }),
                );
              const all = store.events(0, 100);
              for (const query of queries)
                expect(store.findEvents(query).map(({ seq }) => seq)).toEqual(expected(all, query));
              throw undone;
            });
          }).toThrow(undone);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('of several locks are merged, however many there are', () => {
    using bed = new TestBed();
    const store = bed.open();
    store.transaction(() => {
      for (let n = 1; n <= 700; n += 1)
        store.appendEvent(anEvent(n, { deviceId: DeviceId(uuid(n % 7 === 0 ? 2 : 1)) }));
    });
    const deviceIds = [uuid(1), uuid(2), uuid(3)];
    const all = store.findEvents({ deviceIds, order: 'oldest_first', offset: 0, limit: 1000 });
    expect(all.map(({ seq }) => seq)).toEqual(Array.from({ length: 700 }, (_, n) => n + 1));
    const page = store.findEvents({ deviceIds, order: 'newest_first', offset: 600, limit: 3 });
    expect(page.map(({ seq }) => seq)).toEqual([100, 99, 98]);
  });

  it('are found by their ids, with their PINs', () => {
    using bed = new TestBed();
    const store = bed.open();
    const event = anEvent(1, { pin: pin('0042') });
    store.appendEvent(event);
    expect(store.eventById(event.eventId)).toEqual({ ...event, seq: 1 });
    expect(store.eventById(uuid(1))).toBeUndefined();
  });

  it('are never looked for by walking through the table, nor sorted', () => {
    using bed = new TestBed();
    bed.open().close();
    const database = Database.open(bed.databaseFile);
    const ways = {
      time: [],
      type: ['lock.locked'],
      device: ['d'],
      device_and_type: ['d', 'lock.locked'],
      access_code: ['c'],
    } as const;
    const index = {
      time: 'events_by_time (occurred_at>? AND occurred_at<?)',
      type: 'events_by_type (event_type=? AND occurred_at>? AND occurred_at<?)',
      device: 'events_by_device (device_id=? AND occurred_at>? AND occurred_at<?)',
      device_and_type:
        'events_by_device_and_type (device_id=? AND event_type=? AND occurred_at>? AND occurred_at<?)',
      access_code: 'events_by_access_code (access_code_id=? AND occurred_at>? AND occurred_at<?)',
    } as const;
    for (const way of ['time', 'type', 'device', 'device_and_type', 'access_code'] as const)
      for (const order of ['oldest_first', 'newest_first'] as const)
        for (const filtered of [false, true]) {
          const filter = filtered ? [null, null, null, null, 0] : [];
          const plan = database
            .all(`EXPLAIN QUERY PLAN ${walkSql(way, order, filtered)}`, ...ways[way], 0, 1, ...filter, 10, 0)
            .map((row) => JSON.stringify(row));
          const text = plan.join('\n');
          expect(text).toContain(index[way]);
          expect(text).not.toMatch(/SCAN events|TEMP B-TREE/);
          if (!filtered) expect(text).toContain('COVERING INDEX');
        }
    database.close();
  });
});
