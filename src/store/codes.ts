import { z } from 'zod';
import type { AccessCodeId, DeviceId } from '../core/ids.ts';
import type { AccessCode, AccessCodeStatus, Finding } from '../core/model.ts';
import type { Database } from './database.ts';
import {
  accessCodeId,
  blob,
  deviceId,
  fromInstant,
  fromOptionalInstant,
  instant,
  json,
  optional,
  rowParser,
  word,
} from './rows.ts';
import type { Columns, Writer } from './rows.ts';
import type { Vault } from './vault.ts';

const findings: z.ZodType<Finding[]> = z.array(
  z.object({
    code: z.string(),
    message: z.string(),
    created_at: instant,
    extra: z.record(z.string(), z.string()),
  }),
);

const parse = rowParser(
  'access_codes',
  ['id'],
  z.object({
    id: accessCodeId,
    device_id: deviceId,
    name: z.string().nullable(),
    pin: blob,
    previous_pin: optional(blob),
    created_at: instant,
    wished_at: instant,
    deleting_since: optional(instant),
    status: word<AccessCodeStatus>({ setting: true, set: true, unset: true, removing: true, unknown: true }),
    errors: json(findings),
    warnings: json(findings),
  }),
);

const select = `SELECT id, device_id, name, pin, previous_pin, created_at, wished_at,
  deleting_since, status, errors, warnings FROM access_codes`;

const columnsOf = (code: AccessCode): Columns => ({
  id: code.accessCodeId,
  device_id: code.deviceId,
  name: code.name,
  pin: code.pin,
  previous_pin: code.previousPin ?? null,
  created_at: fromInstant(code.createdAt),
  wished_at: fromInstant(code.wishedAt),
  deleting_since: fromOptionalInstant(code.deletingSince),
  status: code.status,
  errors: JSON.stringify(code.errors),
  warnings: JSON.stringify(code.warnings),
});

/** What was asked for: the managed access codes. */
export class Codes {
  readonly #database: Database;
  readonly #vault: Vault;
  readonly #writer: Writer;

  constructor(database: Database, vault: Vault, writer: Writer) {
    this.#database = database;
    this.#vault = vault;
    this.#writer = writer;
  }

  find(id: AccessCodeId): AccessCode | undefined {
    const row = this.#database.get(`${select} WHERE id = ?`, id);
    return row === undefined ? undefined : this.#read(row);
  }

  /** In order of creation: the order of insertion, since the wall clock may have been set back between two. */
  list(filter: { readonly deviceId?: DeviceId } = {}): AccessCode[] {
    const rows =
      filter.deviceId === undefined
        ? this.#database.all(`${select} ORDER BY position`)
        : this.#database.all(`${select} WHERE device_id = ? ORDER BY position`, filter.deviceId);
    return rows.map((row) => this.#read(row));
  }

  put(code: AccessCode): void {
    this.#writer.upsert('access_codes', ['id'], columnsOf(code));
  }

  delete(id: AccessCodeId): void {
    this.#database.run('DELETE FROM access_codes WHERE id = ?', id);
  }

  #read(raw: unknown): AccessCode {
    const row = parse(raw);
    const place = { table: 'access_codes', row: [row.id] };
    return {
      accessCodeId: row.id,
      deviceId: row.device_id,
      name: row.name,
      pin: this.#vault.openPin(row.pin, { ...place, column: 'pin' }),
      previousPin:
        row.previous_pin && this.#vault.openPin(row.previous_pin, { ...place, column: 'previous_pin' }),
      createdAt: row.created_at,
      wishedAt: row.wished_at,
      deletingSince: row.deleting_since,
      status: row.status,
      errors: row.errors,
      warnings: row.warnings,
    };
  }
}
