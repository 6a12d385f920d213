import { z } from 'zod';
import type { AccessCodeId } from '../core/ids.ts';
import type { AccessCode, AccessCodeStatus, Before, Finding, TimeFrame } from '../core/model.ts';
import type { CodeFilter } from '../ports/store.ts';
import type { Database } from './database.ts';
import {
  accessCodeId,
  blob,
  deviceId,
  flag,
  fromFlag,
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

const frame = z.object({ startsAt: instant, endsAt: instant });
const timeFrameBefore: z.ZodType<Before<TimeFrame | undefined>> = z.object({
  from: frame.nullable().transform((value) => value ?? undefined),
  at: instant,
});
const nameBefore: z.ZodType<Before<string | null>> = z.object({ from: z.string().nullable(), at: instant });

const parse = rowParser(
  'access_codes',
  ['id'],
  z.object({
    id: accessCodeId,
    device_id: deviceId,
    name: z.string().nullable(),
    pin: blob,
    previous_pin: optional(blob),
    starts_at: optional(instant),
    ends_at: optional(instant),
    time_frame_before: optional(json(timeFrameBefore)),
    name_before: optional(json(nameBefore)),
    common_code_key: z.string().nullable(),
    is_backup: flag,
    backup_for: optional(accessCodeId),
    pulled_backup_id: optional(accessCodeId),
    external_changes_allowed: flag,
    is_one_time_use: flag,
    prefer_native_scheduling: flag,
    is_scheduled_on_device: flag,
    created_at: instant,
    wished_at: instant,
    deleting_since: optional(instant),
    status: word<AccessCodeStatus>({ setting: true, set: true, unset: true, removing: true, unknown: true }),
    errors: json(findings),
    warnings: json(findings),
  }),
);

const select = `SELECT id, device_id, name, pin, previous_pin, created_at, wished_at,
  deleting_since, status, errors, warnings, starts_at, ends_at, time_frame_before, name_before, common_code_key,
  is_backup, backup_for, pulled_backup_id, external_changes_allowed, is_one_time_use, prefer_native_scheduling,
  is_scheduled_on_device FROM access_codes`;

const columnsOf = (code: AccessCode): Columns => ({
  id: code.accessCodeId,
  device_id: code.deviceId,
  name: code.name,
  pin: code.pin,
  previous_pin: code.previousPin ?? null,
  starts_at: fromOptionalInstant(code.timeFrame?.startsAt),
  ends_at: fromOptionalInstant(code.timeFrame?.endsAt),
  time_frame_before: beforeColumn(code.timeFrameBefore),
  name_before: beforeColumn(code.nameBefore),
  common_code_key: code.commonCodeKey,
  is_backup: fromFlag(code.isBackup),
  backup_for: code.backupFor ?? null,
  pulled_backup_id: code.pulledBackupId ?? null,
  external_changes_allowed: fromFlag(code.externalChangesAllowed),
  is_one_time_use: fromFlag(code.isOneTimeUse),
  prefer_native_scheduling: fromFlag(code.preferNativeScheduling),
  is_scheduled_on_device: fromFlag(code.isScheduledOnDevice),
  created_at: fromInstant(code.createdAt),
  wished_at: fromInstant(code.wishedAt),
  deleting_since: fromOptionalInstant(code.deletingSince),
  status: code.status,
  errors: JSON.stringify(code.errors),
  warnings: JSON.stringify(code.warnings),
});

/** JSON knows no `undefined`: an ongoing code's time frame was null. */
const beforeColumn = (before: Before<unknown> | undefined): string | null =>
  before === undefined ? null : JSON.stringify({ from: before.from ?? null, at: before.at });

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
  list({ deviceId: device, commonCodeKey: key }: CodeFilter = {}): AccessCode[] {
    const rows =
      key !== undefined
        ? this.#database.all(`${select} WHERE common_code_key = ? ORDER BY position`, key)
        : device === undefined
          ? this.#database.all(`${select} ORDER BY position`)
          : this.#database.all(`${select} WHERE device_id = ? ORDER BY position`, device);
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
      timeFrame:
        row.starts_at === undefined || row.ends_at === undefined
          ? undefined
          : { startsAt: row.starts_at, endsAt: row.ends_at },
      timeFrameBefore: row.time_frame_before,
      nameBefore: row.name_before,
      commonCodeKey: row.common_code_key,
      isBackup: row.is_backup,
      backupFor: row.backup_for,
      pulledBackupId: row.pulled_backup_id,
      externalChangesAllowed: row.external_changes_allowed,
      isOneTimeUse: row.is_one_time_use,
      preferNativeScheduling: row.prefer_native_scheduling,
      isScheduledOnDevice: row.is_scheduled_on_device,
      deletingSince: row.deleting_since,
      status: row.status,
      errors: row.errors,
      warnings: row.warnings,
    };
  }
}
