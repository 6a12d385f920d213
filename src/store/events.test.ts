import { describe, expect, it } from 'vitest';
import { DeviceId } from '../core/ids.ts';
import type { Store, StoredEvent } from '../ports/store.ts';
import { TestBed, aCode, anEvent, pin, uuid } from './testing/test-bed.ts';

const seqs = (events: readonly StoredEvent[]): number[] => events.map(({ seq }) => seq);
const append = (store: Store, from: number, to: number): void => {
  for (let n = from; n <= to; n += 1) store.appendEvent(anEvent(n));
};

describe('the sequence of events', () => {
  it('counts from 1 and gives an event back as it was', () => {
    using bed = new TestBed();
    const store = bed.open();
    const event = anEvent(1, {
      deviceId: DeviceId(uuid(1)),
      accessCodeId: aCode().accessCodeId,
      payload: { slot: 3, nested: { list: [1, 'a', null] } },
      pin: pin('0042'),
    });
    expect(store.lastSeq()).toBe(0);
    expect(store.appendEvent(event)).toBe(1);
    expect(store.appendEvent(anEvent(2))).toBe(2);
    expect(store.events(0, 10)).toEqual([
      { ...event, seq: 1 },
      { ...anEvent(2), seq: 2 },
    ]);
    expect(seqs(store.events(1, 10))).toEqual([2]);
    expect(seqs(store.events(0, 1))).toEqual([1]);
    expect(store.events(0, -1)).toEqual([]);
    expect(store.lastSeq()).toBe(2);
  });

  it('has no gap where a transaction was rolled back', () => {
    using bed = new TestBed();
    const store = bed.open();
    store.appendEvent(anEvent(1));
    expect(() => {
      store.transaction(() => {
        expect(store.appendEvent(anEvent(2))).toBe(2);
        throw new Error('no');
      });
    }).toThrow('no');
    expect(store.lastSeq()).toBe(1);
    expect(store.appendEvent(anEvent(3))).toBe(2);
    expect(store.events(0, 10).map(({ payload }) => payload)).toEqual([{ n: 1 }, { n: 3 }]);
  });

  it('goes on where it was after everything was pruned and the daemon restarted', () => {
    using bed = new TestBed();
    const store = bed.open();
    append(store, 1, 3);
    for (const seq of [1, 2, 3]) store.markPublished(seq);
    store.prune(bed.time, { eventsMs: 0, journalMs: 0 });
    expect(store.events(0, 10)).toEqual([]);
    expect(store.lastSeq()).toBe(3);
    store.close();
    expect(bed.open().appendEvent(anEvent(4))).toBe(4);
  });
});

describe('the outbox', () => {
  it('holds what the broker has not acknowledged, in order, over a restart (FIELD-BUGS 35)', () => {
    using bed = new TestBed();
    const store = bed.open();
    append(store, 1, 5);
    store.markPublished(1);
    store.markPublished(3);
    expect(seqs(store.unpublished(10))).toEqual([2, 4, 5]);
    expect(seqs(store.unpublished(2))).toEqual([2, 4]);
    store.close();
    expect(seqs(bed.open().unpublished(10))).toEqual([2, 4, 5]);
  });

  it('keeps unpublished events however old they are, and published ones as long as retention says', () => {
    using bed = new TestBed();
    const store = bed.open();
    for (const n of [1, 2, 3]) store.appendEvent(anEvent(n, { occurredAt: n * 1000 }));
    store.markPublished(1);
    store.markPublished(2);
    store.prune(2500, { eventsMs: 1000, journalMs: 0 });
    expect(seqs(store.events(0, 10))).toEqual([2, 3]);
    store.prune(1_000_000, { eventsMs: 1000, journalMs: 0 });
    expect(seqs(store.events(0, 10))).toEqual([3]);
  });

  it('drops nothing while it is exactly full', () => {
    using bed = new TestBed();
    const store = bed.open({ outboxMax: 5 });
    append(store, 1, 5);
    expect(seqs(store.unpublished(10))).toEqual([1, 2, 3, 4, 5]);
    expect(bed.logged).toEqual([]);
  });

  it('drops the oldest beyond its bound, and one notice in their place names them all', () => {
    using bed = new TestBed();
    const store = bed.open({ outboxMax: 5 });
    append(store, 1, 2);
    store.markPublished(1);
    append(store, 3, 20);
    const waiting = store.unpublished(100);
    expect(seqs(waiting)).toEqual([16, 17, 18, 19, 20]);
    expect(waiting[0]).toMatchObject({
      eventType: 'lockstep.events_dropped',
      occurredAt: bed.time,
      payload: { from_seq: 2, to_seq: 16 },
    });
    expect(waiting.slice(1).map(({ payload }) => payload)).toEqual([17, 18, 19, 20].map((n) => ({ n })));
    // The log keeps what the outbox had no room for.
    expect(seqs(store.events(0, 100))).toEqual(Array.from({ length: 20 }, (_, n) => n + 1));
    expect(store.unpublishedCount()).toBe(5);
    expect(store.lastSeq()).toBe(20);
    expect(bed.logged).toEqual(['the outbox is full: its oldest events are dropped']);
  });

  it('names a second gap by itself once the first notice was published', () => {
    using bed = new TestBed();
    const store = bed.open({ outboxMax: 4 });
    append(store, 1, 6);
    expect(store.unpublished(1)[0]?.payload).toEqual({ from_seq: 1, to_seq: 3 });
    store.markPublished(3);
    append(store, 7, 8);
    expect(store.unpublished(1)[0]?.payload).toEqual({ from_seq: 4, to_seq: 5 });
    expect(seqs(store.unpublished(10))).toEqual([5, 6, 7, 8]);
  });

  it('forgets no drop when its transaction is rolled back', () => {
    using bed = new TestBed();
    const store = bed.open({ outboxMax: 4 });
    append(store, 1, 4);
    expect(() => {
      store.transaction(() => {
        store.appendEvent(anEvent(5));
        throw new Error('no');
      });
    }).toThrow('no');
    expect(seqs(store.unpublished(10))).toEqual([1, 2, 3, 4]);
  });
});
