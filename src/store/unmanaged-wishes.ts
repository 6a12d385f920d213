import { z } from 'zod';
import type { UnmanagedWish } from '../core/convert.ts';
import type { AccessCodeId, DeviceId } from '../core/ids.ts';
import { findings } from './codes.ts';
import type { Database } from './database.ts';
import {
  accessCodeId,
  blob,
  deviceId,
  flag,
  fromFlag,
  fromInstant,
  instant,
  json,
  optional,
  rowParser,
  word,
} from './rows.ts';
import type { Writer } from './rows.ts';
import type { Vault } from './vault.ts';

const key = ['access_code_id'];

const parse = rowParser(
  'unmanaged_wishes',
  key,
  z.object({
    access_code_id: accessCodeId,
    device_id: deviceId,
    kind: word<UnmanagedWish['kind']>({ convert: true, delete: true }),
    since: instant,
    pin: optional(blob),
    external_changes_allowed: flag,
    errors: json(findings),
    warnings: json(findings),
  }),
);

const select = `SELECT access_code_id, device_id, kind, since, pin, external_changes_allowed, errors, warnings
  FROM unmanaged_wishes`;

/** What was asked for codes found on locks, until it is done. */
export class UnmanagedWishes {
  readonly #database: Database;
  readonly #vault: Vault;
  readonly #writer: Writer;

  constructor(database: Database, vault: Vault, writer: Writer) {
    this.#database = database;
    this.#vault = vault;
    this.#writer = writer;
  }

  find(id: AccessCodeId): UnmanagedWish | undefined {
    const row = this.#database.get(`${select} WHERE access_code_id = ?`, id);
    return row === undefined ? undefined : this.#read(row);
  }

  /** Oldest first. */
  of(device: DeviceId): UnmanagedWish[] {
    return this.#database
      .all(`${select} WHERE device_id = ? ORDER BY since, access_code_id`, device)
      .map((row) => this.#read(row));
  }

  put(wish: UnmanagedWish): void {
    this.#writer.upsert('unmanaged_wishes', key, {
      access_code_id: wish.accessCodeId,
      device_id: wish.deviceId,
      kind: wish.kind,
      since: fromInstant(wish.since),
      pin: wish.pin ?? null,
      external_changes_allowed: fromFlag(wish.externalChangesAllowed),
      errors: JSON.stringify(wish.errors),
      warnings: JSON.stringify(wish.warnings),
    });
  }

  delete(id: AccessCodeId): void {
    this.#database.run('DELETE FROM unmanaged_wishes WHERE access_code_id = ?', id);
  }

  forgetLock(device: DeviceId): void {
    this.#database.run('DELETE FROM unmanaged_wishes WHERE device_id = ?', device);
  }

  #read(raw: unknown): UnmanagedWish {
    const row = parse(raw);
    const place = { table: 'unmanaged_wishes', column: 'pin', row: [row.access_code_id] };
    return {
      accessCodeId: row.access_code_id,
      deviceId: row.device_id,
      kind: row.kind,
      since: row.since,
      pin: row.pin && this.#vault.openPin(row.pin, place),
      externalChangesAllowed: row.external_changes_allowed,
      errors: row.errors,
      warnings: row.warnings,
    };
  }
}
