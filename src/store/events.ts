import { z } from 'zod';
import type { Instant } from '../core/model.ts';
import type { Log } from '../ports/log.ts';
import type { Random } from '../ports/random.ts';
import type { NewEvent, StoredEvent } from '../ports/store.ts';
import type { Database } from './database.ts';
import {
  accessCodeId,
  blob,
  deviceId,
  fields,
  fromInstant,
  instant,
  json,
  optional,
  rowParser,
} from './rows.ts';
import type { Columns, Writer } from './rows.ts';
import type { Vault } from './vault.ts';

/** However long the retention: about 300 MB of published events. */
const rowsMax = 1_000_000;

const droppedType = 'lockstep.events_dropped';

const parse = rowParser(
  'events',
  ['seq'],
  z.object({
    seq: z.int(),
    event_id: z.string(),
    event_type: z.string(),
    occurred_at: instant,
    device_id: optional(deviceId),
    access_code_id: optional(accessCodeId),
    payload: json(fields),
    pin: optional(blob),
  }),
);

const parseSeq = rowParser('events', ['seq'], z.object({ seq: z.int() }));
const parseCount = rowParser('events', [], z.object({ count: z.int() }));
const parseDropped = rowParser(
  'events',
  ['seq'],
  z.object({ payload: json(z.object({ from_seq: z.int() })) }),
);

const select = `SELECT seq, event_id, event_type, occurred_at, device_id, access_code_id, payload, pin FROM events`;

// Left alone, SQLite would rather walk the whole table in the order of seq.
const waiting = 'INDEXED BY events_unpublished WHERE published = 0';

const columnsOf = (event: NewEvent): Columns => ({
  event_id: event.eventId,
  event_type: event.eventType,
  occurred_at: fromInstant(event.occurredAt),
  device_id: event.deviceId ?? null,
  access_code_id: event.accessCodeId ?? null,
  payload: JSON.stringify(event.payload),
  pin: event.pin ?? null,
});

/** The bridge's sequence of events, and within it the outbox: those the broker hasn't acknowledged. */
export class Events {
  readonly #database: Database;
  readonly #vault: Vault;
  readonly #writer: Writer;
  readonly #random: Random;
  readonly #log: Log;
  readonly #now: () => Instant;
  readonly #outboxMax: number;

  constructor(options: {
    readonly database: Database;
    readonly vault: Vault;
    readonly writer: Writer;
    readonly random: Random;
    readonly log: Log;
    readonly now: () => Instant;
    /** Most events that wait for the broker, at least 2. */
    readonly outboxMax: number;
  }) {
    this.#database = options.database;
    this.#vault = options.vault;
    this.#writer = options.writer;
    this.#random = options.random;
    this.#log = options.log;
    this.#now = options.now;
    this.#outboxMax = options.outboxMax;
  }

  append(event: NewEvent): number {
    return this.#database.transaction(() => {
      // The seal is bound to the event's id, not to its number, which isn't known before.
      const seq = this.#writer.insert('events', ['event_id'], { ...columnsOf(event), published: 0 });
      this.#makeRoom(seq);
      return seq;
    });
  }

  after(seq: number, limit: number): StoredEvent[] {
    return this.#read(`${select} WHERE seq > ? ORDER BY seq LIMIT ?`, limit, seq);
  }

  unpublished(limit: number): StoredEvent[] {
    return this.#read(`${select} ${waiting} ORDER BY seq LIMIT ?`, limit);
  }

  unpublishedCount(): number {
    return parseCount(this.#database.get(`SELECT count(*) AS count FROM events ${waiting}`)).count;
  }

  lastSeq(): number {
    const row = this.#database.get("SELECT seq FROM sqlite_sequence WHERE name = 'events'");
    return row === undefined ? 0 : parseSeq(row).seq;
  }

  markPublished(seq: number): void {
    this.#database.run('UPDATE events SET published = 1 WHERE seq = ?', seq);
  }

  prune(before: Instant): void {
    this.#database.run('DELETE FROM events WHERE published = 1 AND occurred_at < ?', before);
    this.#database.run('DELETE FROM events WHERE published = 1 AND seq <= ?', this.lastSeq() - rowsMax);
  }

  /**
   * Keeps the outbox within its bound, by the span of its numbers (a search for one row; counting would be a
   * walk over all). The oldest events go, and a notice takes the place and number of the last one gone, so it
   * is published before what follows the gap. The next one to go carries the notice on: one notice for a
   * whole outage. It gets a new id each time, since the one before may have been sent and noted already.
   */
  #makeRoom(newest: number): void {
    const oldest = this.#firstUnpublished(1);
    const keepFrom = newest - this.#outboxMax + 1;
    if (oldest >= keepFrom) return;
    const last = this.#firstUnpublished(keepFrom);
    const from = this.#droppedFrom(oldest);
    if (from === oldest) this.#log.warn({ from }, 'the outbox is full: its oldest events are dropped');
    this.#database.run(`DELETE FROM events ${waiting} AND seq <= ?`, last);
    this.#writer.insert('events', ['event_id'], {
      ...columnsOf({
        eventId: this.#random.uuid(),
        eventType: droppedType,
        occurredAt: this.#now(),
        deviceId: undefined,
        accessCodeId: undefined,
        payload: { from_seq: from, to_seq: last },
        pin: undefined,
      }),
      seq: last,
      published: 0,
    });
  }

  #firstUnpublished(from: number): number {
    return parseSeq(
      this.#database.get(`SELECT seq FROM events ${waiting} AND seq >= ? ORDER BY seq LIMIT 1`, from),
    ).seq;
  }

  #droppedFrom(oldest: number): number {
    const notice = this.#database.get(
      'SELECT seq, payload FROM events WHERE seq = ? AND event_type = ?',
      oldest,
      droppedType,
    );
    return notice === undefined ? oldest : parseDropped(notice).payload.from_seq;
  }

  #read(sql: string, limit: number, ...values: number[]): StoredEvent[] {
    return this.#database.all(sql, ...values, Math.max(0, limit)).map((raw) => {
      const row = parse(raw);
      return {
        seq: row.seq,
        eventId: row.event_id,
        eventType: row.event_type,
        occurredAt: row.occurred_at,
        deviceId: row.device_id,
        accessCodeId: row.access_code_id,
        payload: row.payload,
        pin: row.pin && this.#vault.openPin(row.pin, { table: 'events', column: 'pin', row: [row.event_id] }),
      };
    });
  }
}
