import { z } from 'zod';
import type { EventQuery } from '../ports/events.ts';
import type { StoredEvent } from '../ports/store.ts';
import type { Database, Value } from './database.ts';
import { eventColumns, storedEvent } from './event-rows.ts';
import { rowParser } from './rows.ts';
import type { Vault } from './vault.ts';

const keySchema = z.object({ seq: z.int(), occurred_at: z.int() });
type Key = z.infer<typeof keySchema>;
const parseKey = rowParser('events', ['seq'], keySchema);

/**
 * Ways into the table. Each index has the time after what it compares and the number after that: a page comes off it
 * in order, however much stands before or behind it. SQLite is told which, or it may rather sort.
 */
const ways = {
  time: 'INDEXED BY events_by_time WHERE TRUE',
  type: 'INDEXED BY events_by_type WHERE event_type = ?',
  device: 'INDEXED BY events_by_device WHERE device_id = ?',
  device_and_type: 'INDEXED BY events_by_device_and_type WHERE device_id = ? AND event_type = ?',
  access_code: 'INDEXED BY events_by_access_code WHERE access_code_id = ?',
} as const;

/** What a way leaves open: lists as JSON, null for any. */
const rest =
  'AND (? IS NULL OR device_id IN (SELECT value FROM json_each(?))) AND (? IS NULL OR event_type IN (SELECT value FROM json_each(?))) AND (? = 0 OR device_id IS NOT NULL)';

/** One walk along an index: the way, and what it compares with. */
interface Walk {
  readonly way: keyof typeof ways;
  readonly values: readonly string[];
}

interface Walks {
  readonly walks: readonly Walk[];
  /** What they leave open. */
  readonly deviceIds?: readonly string[] | undefined;
  readonly eventTypes?: readonly string[] | undefined;
}

/** More walks than this at a time cost more than filtering. */
const walksMax = 128;

const earliest = Number.MIN_SAFE_INTEGER;
const latest = Number.MAX_SAFE_INTEGER;

/** The text of one walk; exported so that a test can ask SQLite for its plan. */
export const walkSql = (way: keyof typeof ways, order: EventQuery['order'], filtered: boolean): string => {
  const direction = order === 'oldest_first' ? 'ASC' : 'DESC';
  return `SELECT seq, occurred_at FROM events ${ways[way]} AND occurred_at > ? AND occurred_at < ? ${
    filtered ? rest : ''
  } ORDER BY occurred_at ${direction}, seq ${direction} LIMIT ? OFFSET ?`;
};

/** Reads events of the past by what they are about. */
export class EventFinder {
  readonly #database: Database;
  readonly #vault: Vault;

  constructor(database: Database, vault: Vault) {
    this.#database = database;
    this.#vault = vault;
  }

  byId(eventId: string): StoredEvent | undefined {
    const row = this.#database.get(`SELECT ${eventColumns} FROM events WHERE event_id = ?`, eventId);
    return row === undefined ? undefined : storedEvent(this.#vault, row);
  }

  find(query: EventQuery): StoredEvent[] {
    if (query.eventIds !== undefined) return this.#among(query.eventIds, query);
    const { walks, deviceIds, eventTypes } = walksFor(query);
    const [only] = walks;
    if (only === undefined || query.limit <= 0) return [];
    const filter: readonly Value[] | undefined =
      deviceIds === undefined && eventTypes === undefined && query.ofDevices !== true
        ? undefined
        : [...twice(deviceIds), ...twice(eventTypes), query.ofDevices === true ? 1 : 0];
    if (walks.length === 1) return this.#rows(this.#walk(only, query, filter, query.limit, query.offset));
    return this.#rows(
      merged(
        walks.map((walk) => (at) => this.#walk(walk, query, filter, mergeChunk, at)),
        inOrder(query.order),
        query.offset,
        query.limit,
      ),
    );
  }

  #walk(
    { way, values }: Walk,
    { order, after = earliest, before = latest }: EventQuery,
    filter: readonly Value[] | undefined,
    limit: number,
    offset: number,
  ): Key[] {
    const sql = walkSql(way, order, filter !== undefined);
    return this.#database.all(sql, ...values, after, before, ...(filter ?? []), limit, offset).map(parseKey);
  }

  /** In the order of the keys. */
  #rows(keys: readonly Key[]): StoredEvent[] {
    const places = new Map(keys.map(({ seq }, place) => [seq, place]));
    return this.#database
      .all(
        `SELECT ${eventColumns} FROM events WHERE seq IN (SELECT value FROM json_each(?))`,
        JSON.stringify([...places.keys()]),
      )
      .map((row) => storedEvent(this.#vault, row))
      .sort((a, b) => (places.get(a.seq) ?? 0) - (places.get(b.seq) ?? 0));
  }

  #among(eventIds: readonly string[], query: EventQuery): StoredEvent[] {
    const { eventTypes, deviceIds, accessCodeIds, after = earliest, before = latest } = query;
    const among = (list: readonly string[] | undefined, value: string | undefined): boolean =>
      list === undefined || (value !== undefined && list.includes(value));
    const compare = inOrder(query.order);
    return [...new Set(eventIds)]
      .flatMap((id) => this.byId(id) ?? [])
      .filter(
        (event) =>
          among(eventTypes, event.eventType) &&
          among(deviceIds, event.deviceId) &&
          among(accessCodeIds, event.accessCodeId) &&
          (query.ofDevices !== true || event.deviceId !== undefined) &&
          event.occurredAt > after &&
          event.occurredAt < before,
      )
      .sort((a, b) => compare(keyOf(a), keyOf(b)))
      .slice(query.offset, query.offset + query.limit);
  }
}

const keyOf = ({ seq, occurredAt }: StoredEvent): Key => ({ seq, occurred_at: occurredAt });

const twice = (list: readonly string[] | undefined): Value[] => {
  const text = list === undefined ? null : JSON.stringify(list);
  return [text, text];
};

const inOrder =
  (order: EventQuery['order']) =>
  (a: Key, b: Key): number =>
    (order === 'oldest_first' ? 1 : -1) * (a.occurred_at - b.occurred_at || a.seq - b.seq);

/** Keys are read from each walk so many at a time, where there are several. */
const mergeChunk = 256;

/**
 * From several walks, each in order, those from `offset` on in the order of all.
 * @param reads so many keys of a walk, from one of its places on
 */
const merged = (
  reads: readonly ((at: number) => readonly Key[])[],
  compare: (a: Key, b: Key) => number,
  offset: number,
  limit: number,
): Key[] => {
  const walks = reads.map((read) => ({ read, chunk: read(0), from: 0, next: 0 }));
  const found: Key[] = [];
  for (let place = 0; place < offset + limit; place += 1) {
    let first: { readonly key: Key; readonly walk: (typeof walks)[number] } | undefined;
    for (const walk of walks) {
      const key = walk.chunk[walk.next];
      if (key !== undefined && (first === undefined || compare(key, first.key) < 0)) first = { key, walk };
    }
    if (first === undefined) break;
    const { key, walk } = first;
    if (place >= offset) found.push(key);
    walk.next += 1;
    if (walk.next < walk.chunk.length || walk.chunk.length < mergeChunk) continue;
    walk.from += mergeChunk;
    walk.chunk = walk.read(walk.from);
    walk.next = 0;
  }
  return found;
};

/** The narrowest way in: what is about one access code is little, what is about one lock is more. */
const walksFor = ({ accessCodeIds, deviceIds, eventTypes }: EventQuery): Walks => {
  const [codes, devices, types] = [accessCodeIds, deviceIds, eventTypes].map(
    (list) => list && [...new Set(list)],
  );
  if (codes !== undefined)
    return {
      walks: codes.map((code) => ({ way: 'access_code', values: [code] })),
      deviceIds: devices,
      eventTypes: types,
    };
  if (devices !== undefined && types !== undefined && devices.length * types.length <= walksMax)
    return {
      walks: devices.flatMap((device) =>
        types.map((type) => ({ way: 'device_and_type' as const, values: [device, type] })),
      ),
    };
  if (devices !== undefined)
    return { walks: devices.map((device) => ({ way: 'device', values: [device] })), eventTypes: types };
  if (types !== undefined) return { walks: types.map((type) => ({ way: 'type', values: [type] })) };
  return { walks: [{ way: 'time', values: [] }] };
};
