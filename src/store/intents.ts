import { z } from 'zod';
import type { DeviceId } from '../core/ids.ts';
import type { CodeManner, Intent } from '../core/model.ts';
import type { Database } from './database.ts';
import {
  accessCodeId,
  blob,
  deviceId,
  fromInstant,
  instant,
  json,
  optional,
  rowParser,
  word,
} from './rows.ts';
import type { Writer } from './rows.ts';
import type { Vault } from './vault.ts';

const manner: z.ZodType<CodeManner> = z.object({ scheduled: z.boolean(), enabled: z.boolean() });

const parse = rowParser(
  'intents',
  ['id'],
  z.object({
    id: z.string(),
    device_id: deviceId,
    slot: z.int(),
    kind: word<Intent['kind']>({ set: true, clear: true }),
    access_code_id: accessCodeId,
    pin: optional(blob),
    manner: optional(json(manner)),
    created_at: instant,
  }),
);

/** Writes that may be on the air (DESIGN §1, idea 3; FIELD-BUGS 28, 32). */
export class Intents {
  readonly #database: Database;
  readonly #vault: Vault;
  readonly #writer: Writer;

  constructor(database: Database, vault: Vault, writer: Writer) {
    this.#database = database;
    this.#vault = vault;
    this.#writer = writer;
  }

  /** Oldest first. */
  of(device: DeviceId): Intent[] {
    const rows = this.#database.all(
      `SELECT id, device_id, slot, kind, access_code_id, pin, manner, created_at FROM intents
       WHERE device_id = ? ORDER BY position`,
      device,
    );
    return rows.map((raw) => {
      const row = parse(raw);
      return {
        id: row.id,
        deviceId: row.device_id,
        slot: row.slot,
        kind: row.kind,
        accessCodeId: row.access_code_id,
        pin: row.pin && this.#vault.openPin(row.pin, { table: 'intents', column: 'pin', row: [row.id] }),
        ...(row.manner === undefined ? {} : { manner: row.manner }),
        createdAt: row.created_at,
      };
    });
  }

  add(intent: Intent): void {
    this.#writer.insert('intents', ['id'], {
      id: intent.id,
      device_id: intent.deviceId,
      slot: intent.slot,
      kind: intent.kind,
      access_code_id: intent.accessCodeId,
      pin: intent.pin ?? null,
      manner: intent.manner === undefined ? null : JSON.stringify(intent.manner),
      created_at: fromInstant(intent.createdAt),
    });
  }

  remove(id: string): void {
    this.#database.run('DELETE FROM intents WHERE id = ?', id);
  }

  forgetLock(device: DeviceId): void {
    this.#database.run('DELETE FROM intents WHERE device_id = ?', device);
  }
}
