import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Secret } from '../core/secret.ts';
import type { Store } from '../ports/store.ts';
import type { Delivery, Webhook } from '../ports/webhooks.ts';
import { Database } from './database.ts';
import { TestBed, anEvent, pin, uuid } from './testing/test-bed.ts';

const aWebhook = (n = 1, changes: Partial<Webhook> = {}): Webhook => ({
  webhookId: uuid(0xbeef_0000 + n),
  url: `https://example.com/${n}`,
  eventTypes: ['*'],
  secret: new Secret('whsec_c2VjcmV0LXNlY3JldC1zZWNyZXQtMTI='),
  createdAt: 1_700_000_000_000,
  takenAt: undefined,
  failingSince: undefined,
  lastFailure: undefined,
  lost: 0,
  ...changes,
});

const first = aWebhook().webhookId;
const due = (store: Store, at: number, limit = 10): Delivery[] => store.dueDeliveries(first, at, limit);
const numbers = (deliveries: readonly Delivery[]): number[] => deliveries.map(({ event }) => event.seq);

describe('a webhook', () => {
  it('is kept as it is, its secret sealed', () => {
    using bed = new TestBed();
    const store = bed.open();
    const webhook = aWebhook(1, { takenAt: 5, failingSince: 6, lastFailure: 'HTTP 500', lost: 7 });
    store.putWebhook(webhook);
    store.putWebhook(aWebhook(2));
    expect(store.webhook(first)).toEqual(webhook);
    expect(store.webhooks()).toEqual([webhook, aWebhook(2)]);
    store.close();
    expect(readFileSync(bed.databaseFile).includes(webhook.secret.reveal().slice(6))).toBe(false);
    const again = bed.open();
    expect(again.webhooks()).toEqual([webhook, aWebhook(2)]);
    again.deleteWebhook(first);
    expect(again.webhook(first)).toBeUndefined();
  });
});

describe('what waits for a webhook', () => {
  it('is there from the moment the event is, and goes with it when that is rolled back', () => {
    using bed = new TestBed();
    const store = bed.open();
    store.putWebhook(aWebhook(1, { eventTypes: ['lock.locked'] }));
    const event = anEvent(2, { eventType: 'lock.locked', pin: pin('0042') });
    expect(() => {
      store.transaction(() => {
        store.appendEvent(event);
        throw new Error('no');
      });
    }).toThrow('no');
    expect(store.deliveryCount(first)).toBe(0);
    store.appendEvent(anEvent(1));
    store.appendEvent(event);
    expect(store.deliveryCount(first)).toBe(1);
    store.close();
    expect(due(bed.open(), bed.time)).toEqual([
      { webhookId: first, event: { ...event, seq: 2 }, attempts: 0, dueAt: bed.time },
    ]);
  });

  it('is for no webhook that was never made', () => {
    using bed = new TestBed();
    const store = bed.open();
    expect(() => {
      store.transaction(() => {
        store.putWebhook(aWebhook());
        store.appendEvent(anEvent(1));
        throw new Error('no');
      });
    }).toThrow('no');
    expect(store.appendEvent(anEvent(2))).toBe(1);
    expect(store.deliveryCount(first)).toBe(0);
  });

  it('has been due longest first, and none that is due later', () => {
    using bed = new TestBed();
    const store = bed.open();
    store.putWebhook(aWebhook());
    for (const n of [1, 2, 3]) store.appendEvent(anEvent(n));
    const [earliest] = due(store, bed.time);
    if (earliest === undefined) throw new Error('nothing is due');
    store.endDelivery(earliest, { kind: 'later', dueAt: bed.time + 5_000, why: 'HTTP 500' }, bed.time);
    expect(numbers(due(store, bed.time))).toEqual([2, 3]);
    expect(numbers(due(store, bed.time + 5_000))).toEqual([2, 3, 1]);
    expect(numbers(due(store, bed.time + 5_000, 1))).toEqual([2]);
    expect(due(store, bed.time + 5_000)[2]?.attempts).toBe(1);
    expect(store.nextDelivery(first)).toBe(bed.time);
    for (const delivery of due(store, bed.time)) store.endDelivery(delivery, { kind: 'taken' }, bed.time);
    expect(store.nextDelivery(first)).toBe(bed.time + 5_000);
  });

  it('says how the webhook does', () => {
    using bed = new TestBed();
    const store = bed.open();
    store.putWebhook(aWebhook());
    const next = (): Delivery => {
      store.appendEvent(anEvent(store.lastSeq() + 1));
      const [delivery] = due(store, bed.time);
      if (delivery === undefined) throw new Error('nothing is due');
      return delivery;
    };
    store.endDelivery(next(), { kind: 'later', dueAt: 2e12, why: 'HTTP 500' }, 10);
    expect(store.webhook(first)).toMatchObject({ failingSince: 10, lastFailure: 'HTTP 500', lost: 0 });
    store.endDelivery(next(), { kind: 'lost', why: 'HTTP 410' }, 20);
    expect(store.webhook(first)).toMatchObject({ failingSince: 10, lastFailure: 'HTTP 410', lost: 1 });
    store.endDelivery(next(), { kind: 'taken' }, 30);
    expect(store.webhook(first)).toEqual(aWebhook(1, { takenAt: 30 }));
    // Of a webhook that is gone.
    const late = next();
    store.deleteWebhook(first);
    store.endDelivery(late, { kind: 'lost', why: 'HTTP 410' }, 40);
    expect(store.webhooks()).toEqual([]);
  });

  it('keeps its event from being pruned, until it is over', () => {
    using bed = new TestBed();
    const store = bed.open();
    store.putWebhook(aWebhook());
    for (const n of [1, 2]) {
      store.appendEvent(anEvent(n, { occurredAt: 1000 }));
      store.markPublished(n);
    }
    const [delivery] = due(store, bed.time);
    if (delivery === undefined) throw new Error('nothing is due');
    store.endDelivery(delivery, { kind: 'taken' }, bed.time);
    store.prune(1_000_000, { eventsMs: 0, journalMs: 0 });
    expect(store.events(0, 10).map(({ seq }) => seq)).toEqual([2]);
  });

  it('is bounded: the oldest go, and the webhook knows how many', () => {
    using bed = new TestBed();
    const store = bed.open({ outboxMax: 3 });
    store.putWebhook(aWebhook());
    store.putWebhook(aWebhook(2, { eventTypes: ['lock.locked'] }));
    for (let n = 1; n <= 5; n += 1) store.appendEvent(anEvent(n));
    expect(numbers(due(store, bed.time))).toEqual([3, 4, 5]);
    expect(store.webhook(first)?.lost).toBe(2);
    expect(store.deliveryCount(aWebhook(2).webhookId)).toBe(0);
    expect(bed.logged.filter((line) => line.includes('webhook'))).toEqual([
      'too many events wait for a webhook: the oldest are dropped',
    ]);
    store.close();
    const again = bed.open({ outboxMax: 3 });
    again.appendEvent(anEvent(6));
    expect(numbers(due(again, bed.time))).toEqual([4, 5, 6]);
  });

  it('is found without walking through what waits for others', () => {
    using bed = new TestBed();
    bed.open().close();
    const database = Database.open(bed.databaseFile);
    const plan = (sql: string, ...values: (string | number)[]): string =>
      JSON.stringify(database.all(`EXPLAIN QUERY PLAN ${sql}`, ...values));
    expect(
      plan('SELECT min(due_at) FROM deliveries INDEXED BY deliveries_by_due WHERE webhook_id = ?', 'w'),
    ).toContain('SEARCH deliveries USING COVERING INDEX deliveries_by_due (webhook_id=?)');
    expect(plan('SELECT count(*) FROM deliveries WHERE webhook_id = ?', 'w')).toContain('SEARCH deliveries');
    database.close();
  });
});
