import { z } from 'zod';
import type { Instant } from '../core/model.ts';
import type { Log } from '../ports/log.ts';
import type { Random } from '../ports/random.ts';
import type { NewEvent, StoredEvent } from '../ports/store.ts';
import type { Database } from './database.ts';
import { eventColumns, eventColumnsOf, storedEvent } from './event-rows.ts';
import { fromInstant, instant, rowParser } from './rows.ts';
import type { Writer } from './rows.ts';
import type { Vault } from './vault.ts';

/** However long the retention: about 300 MB of published events. */
const rowsMax = 1_000_000;

/** So many at a time: nothing else can be done meanwhile, about a second. */
const prunedMax = 50_000;

const droppedType = 'lockstep.events_dropped';

const parseSeq = rowParser('events', ['seq'], z.object({ seq: z.int() }));
const parseCount = rowParser('events', [], z.object({ count: z.int() }));
const gapSchema = z.object({
  event_id: z.string(),
  from_seq: z.int(),
  to_seq: z.int(),
  at: instant,
});
type Gap = z.infer<typeof gapSchema>;
const parseGap = rowParser('outbox_gap', [], gapSchema);

const select = `SELECT ${eventColumns} FROM events`;

// Left alone, SQLite would rather walk the whole table in the order of seq.
const waiting = 'INDEXED BY events_unpublished WHERE published = 0';
const waitingUpTo = 'INDEXED BY events_unpublished SET published = 1 WHERE published = 0';

/** The bridge's sequence of events, and within it the outbox: those the broker hasn't acknowledged. */
export class Events {
  readonly #database: Database;
  readonly #vault: Vault;
  readonly #writer: Writer;
  readonly #random: Random;
  readonly #log: Log;
  readonly #now: () => Instant;
  readonly #outboxMax: number;
  readonly #onAppended: (seq: number, event: NewEvent) => void;

  constructor(options: {
    readonly database: Database;
    readonly vault: Vault;
    readonly writer: Writer;
    readonly random: Random;
    readonly log: Log;
    readonly now: () => Instant;
    /** Most events that wait for the broker, at least 2. */
    readonly outboxMax: number;
    /** Called within the transaction that stores an event. */
    readonly onAppended: (seq: number, event: NewEvent) => void;
  }) {
    this.#database = options.database;
    this.#vault = options.vault;
    this.#writer = options.writer;
    this.#random = options.random;
    this.#log = options.log;
    this.#now = options.now;
    this.#outboxMax = options.outboxMax;
    this.#onAppended = options.onAppended;
  }

  append(event: NewEvent): number {
    return this.#database.transaction(() => {
      // The seal is bound to the event's id, not to its number, which isn't known before.
      const seq = this.#writer.insert('events', ['event_id'], { ...eventColumnsOf(event), published: 0 });
      this.#onAppended(seq, event);
      this.#makeRoom(seq);
      return seq;
    });
  }

  after(seq: number, limit: number): StoredEvent[] {
    return this.#read(`${select} WHERE seq > ? ORDER BY seq LIMIT ?`, limit, seq);
  }

  /** The oldest that wait for the broker; before them the notice of those that didn't have room. */
  unpublished(limit: number): StoredEvent[] {
    const gap = this.#gap();
    const rows = this.#read(`${select} ${waiting} ORDER BY seq LIMIT ?`, limit);
    return gap === undefined ? rows : [noticeOf(gap), ...rows].slice(0, Math.max(0, limit));
  }

  unpublishedCount(): number {
    const { count } = parseCount(this.#database.get(`SELECT count(*) AS count FROM events ${waiting}`));
    return this.#gap() === undefined ? count : count + 1;
  }

  lastSeq(): number {
    const row = this.#database.get("SELECT seq FROM sqlite_sequence WHERE name = 'events'");
    return row === undefined ? 0 : parseSeq(row).seq;
  }

  markPublished(seq: number): void {
    this.#database.transaction(() => {
      if (this.#gap()?.to_seq === seq) this.#database.run('DELETE FROM outbox_gap');
      else this.#database.run('UPDATE events SET published = 1 WHERE seq = ?', seq);
    });
  }

  /** What a webhook still waits for stays: at most a day longer. */
  prune(before: Instant): void {
    const over = 'published = 1 AND NOT EXISTS (SELECT 1 FROM deliveries WHERE deliveries.seq = events.seq)';
    for (const [condition, value] of [
      ['occurred_at < ?', before],
      ['seq <= ?', this.lastSeq() - rowsMax],
    ] as const)
      this.#database.run(
        `DELETE FROM events WHERE seq IN (SELECT seq FROM events WHERE ${condition} AND ${over} LIMIT ${prunedMax})`,
        value,
      );
  }

  /**
   * Keeps the outbox within its bound, by the span of its numbers (a search for one row; counting would be a
   * walk over all). The oldest leave it (the log keeps them), and a notice with the number of the last one gone
   * is published before what follows the gap. The next one to go carries the notice on: one notice for a
   * whole outage. It gets a new id each time, since the one before may have been sent and noted already.
   */
  #makeRoom(newest: number): void {
    const oldest = this.#firstUnpublished(1);
    const keepFrom = newest - this.#outboxMax + 1;
    if (oldest > keepFrom) return;
    const gap = this.#gap();
    if ((gap?.to_seq ?? oldest) >= keepFrom) return;
    const last = this.#firstUnpublished(keepFrom);
    const from = gap?.from_seq ?? oldest;
    if (gap === undefined) this.#log.warn({ from }, 'the outbox is full: its oldest events are dropped');
    this.#database.run(`UPDATE events ${waitingUpTo} AND seq <= ?`, last);
    this.#writer.upsert('outbox_gap', ['id'], {
      id: 1,
      event_id: this.#random.uuid(),
      from_seq: from,
      to_seq: last,
      at: fromInstant(this.#now()),
    });
  }

  #gap(): Gap | undefined {
    const row = this.#database.get('SELECT event_id, from_seq, to_seq, at FROM outbox_gap');
    return row === undefined ? undefined : parseGap(row);
  }

  #firstUnpublished(from: number): number {
    return parseSeq(
      this.#database.get(`SELECT seq FROM events ${waiting} AND seq >= ? ORDER BY seq LIMIT 1`, from),
    ).seq;
  }

  #read(sql: string, limit: number, ...values: number[]): StoredEvent[] {
    return this.#database.all(sql, ...values, Math.max(0, limit)).map((row) => storedEvent(this.#vault, row));
  }
}

const noticeOf = (gap: Gap): StoredEvent => ({
  seq: gap.to_seq,
  eventId: gap.event_id,
  eventType: droppedType,
  occurredAt: gap.at,
  deviceId: undefined,
  accessCodeId: undefined,
  payload: { from_seq: gap.from_seq, to_seq: gap.to_seq },
  pin: undefined,
});
