import { z } from 'zod';
import type { AccessCodeId, DeviceId } from '../core/ids.ts';
import type { Instant } from '../core/model.ts';
import type { JournalEntry } from '../ports/store.ts';
import type { Database } from './database.ts';
import { accessCodeId, deviceId, fields, fromInstant, instant, json, optional, rowParser } from './rows.ts';
import type { Writer } from './rows.ts';

/** However long the retention: about 200 MB. */
const rowsMax = 1_000_000;

const parse = rowParser(
  'journal',
  ['id'],
  z
    .object({
      id: z.int(),
      at: instant,
      device_id: optional(deviceId),
      access_code_id: optional(accessCodeId),
      slot: optional(z.int()),
      kind: z.string(),
      detail: json(fields),
    })
    .transform(({ at, device_id, access_code_id, slot, kind, detail }): JournalEntry => ({
      at,
      deviceId: device_id,
      accessCodeId: access_code_id,
      slot,
      kind,
      detail,
    })),
);

/** The history of locks and codes. */
export class Journal {
  readonly #database: Database;
  readonly #writer: Writer;

  constructor(database: Database, writer: Writer) {
    this.#database = database;
    this.#writer = writer;
  }

  add(entry: JournalEntry): void {
    this.#writer.insert('journal', [], {
      at: fromInstant(entry.at),
      device_id: entry.deviceId ?? null,
      access_code_id: entry.accessCodeId ?? null,
      slot: entry.slot ?? null,
      kind: entry.kind,
      detail: JSON.stringify(entry.detail),
    });
  }

  /** Newest first by order of writing, whatever the wall clock did. Both filters together must both match. */
  history(
    filter: { readonly deviceId?: DeviceId; readonly accessCodeId?: AccessCodeId },
    limit: number,
  ): JournalEntry[] {
    const conditions: string[] = [];
    const values: string[] = [];
    if (filter.deviceId !== undefined) {
      conditions.push('device_id = ?');
      values.push(filter.deviceId);
    }
    if (filter.accessCodeId !== undefined) {
      conditions.push('access_code_id = ?');
      values.push(filter.accessCodeId);
    }
    const where = conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`;
    return this.#database
      .all(
        `SELECT id, at, device_id, access_code_id, slot, kind, detail FROM journal ${where}
         ORDER BY id DESC LIMIT ?`,
        ...values,
        Math.max(0, limit),
      )
      .map(parse);
  }

  prune(before: Instant): void {
    this.#database.run('DELETE FROM journal WHERE at < ?', before);
    this.#database.run('DELETE FROM journal WHERE id <= (SELECT max(id) FROM journal) - ?', rowsMax);
  }
}
