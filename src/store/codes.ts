import { z } from 'zod';
import type { AccessCodeId, DeviceId } from '../core/ids.ts';
import type {
  AccessCode,
  AccessCodeStatus,
  ArrivalRisk,
  Before,
  Finding,
  Instant,
  TimeFrame,
} from '../core/model.ts';
import { isAtRest } from '../core/at-rest.ts';
import type {
  ArrivalQuery,
  ArrivingCodes,
  AwakeCodes,
  CodeCounts,
  CodeFilter,
  PageFilter,
  PlacedCode,
} from '../ports/store.ts';
import { AwakeCache } from './awake-codes.ts';
import { CodeCache } from './code-cache.ts';
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

export const findings: z.ZodType<Finding[]> = z.array(
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

const arrivalRisk: z.ZodType<ArrivalRisk> = z.object({ reason: z.string(), since: instant });

const status = word<AccessCodeStatus>({
  setting: true,
  set: true,
  unset: true,
  removing: true,
  unknown: true,
});

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
    external_change: optional(
      word<NonNullable<AccessCode['externalChange']>>({ modified: true, removed: true }),
    ),
    set_at: optional(instant),
    created_at: instant,
    wished_at: instant,
    deleting_since: optional(instant),
    status,
    errors: json(findings),
    warnings: json(findings),
    arrival_risk: optional(json(arrivalRisk)),
  }),
);

const select = `SELECT id, device_id, name, pin, previous_pin, created_at, wished_at,
  deleting_since, status, errors, warnings, starts_at, ends_at, time_frame_before, name_before, common_code_key,
  is_backup, backup_for, pulled_backup_id, external_changes_allowed, is_one_time_use, prefer_native_scheduling,
  is_scheduled_on_device, external_change, set_at, arrival_risk FROM access_codes`;

const placeOf = rowParser('access_codes', ['id'], z.object({ position: z.int() }));
const placed = select.replace('SELECT id', 'SELECT position, id');
/** The unary plus keeps SQLite from walking along the positions in search of a few ids. */
const pagesByIds = `${placed} WHERE id IN (SELECT value FROM json_each(?)) AND (? IS NULL OR device_id = ?)
  AND +position > ? ORDER BY +position LIMIT ?`;
const pagesOfAll = `${placed} WHERE position > ? ORDER BY position LIMIT ?`;
const pagesByDevice = `${placed} WHERE device_id = ? AND position > ? ORDER BY position LIMIT ?`;
/** For tests of their query plans. */
export const pageQueries = { pagesByIds, pagesOfAll, pagesByDevice };

const idOf = rowParser('access_codes', [], z.object({ id: accessCodeId }));
const startOf = rowParser('access_codes', [], z.object({ next: optional(instant) }));
/** Along an index that covers both questions; the few that are awake are put in order. */
const awakeIds = `SELECT id FROM access_codes INDEXED BY access_codes_awake
  WHERE device_id = ? AND awake_from <= ? ORDER BY position`;
const nextStart = `SELECT min(awake_from) AS next FROM access_codes INDEXED BY access_codes_awake
  WHERE device_id = ? AND awake_from > ?`;

const arriving = `FROM access_codes INDEXED BY access_codes_by_start WHERE starts_at > ? AND starts_at <= ?
  AND (starts_at > ? OR (status <> 'set' AND ends_at > ?)) AND deleting_since IS NULL AND is_backup = 0
  AND (? IS NULL OR device_id = ?)`;
/** For tests of their query plans. */
export const arrivalQueries = {
  codes: `${select.replace('FROM access_codes', arriving)} ORDER BY starts_at, position LIMIT ?`,
  total: `SELECT count(*) AS count ${arriving}`,
};
const locksToLoad = `SELECT DISTINCT device_id FROM access_codes INDEXED BY access_codes_by_start
  WHERE starts_at > ? AND starts_at <= ? AND deleting_since IS NULL AND is_backup = 0 AND is_one_time_use = 0
  AND prefer_native_scheduling = 1 AND external_change IS NULL AND is_scheduled_on_device = 0`;

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
  external_change: code.externalChange ?? null,
  set_at: fromOptionalInstant(code.setAt),
  created_at: fromInstant(code.createdAt),
  wished_at: fromInstant(code.wishedAt),
  deleting_since: fromOptionalInstant(code.deletingSince),
  status: code.status,
  errors: JSON.stringify(code.errors),
  warnings: JSON.stringify(code.warnings),
  arrival_risk: code.arrivalRisk === undefined ? null : JSON.stringify(code.arrivalRisk),
  awake_from: restsUntil(code) ?? 0,
});

/** Of a code that is at rest, its `startsAt`. */
const restsUntil = (code: AccessCode): Instant | undefined =>
  isAtRest(code) && code.timeFrame !== undefined ? fromInstant(code.timeFrame.startsAt) : undefined;

/** JSON knows no `undefined`: an ongoing code's time frame was null. */
const beforeColumn = (before: Before<unknown> | undefined): string | null =>
  before === undefined ? null : JSON.stringify({ from: before.from ?? null, at: before.at });

const count = z.int();
const totalOf = rowParser('access_codes', [], z.object({ count }));
const statusCount = rowParser('access_codes', [], z.object({ status, count }));
const deviceCount = rowParser('access_codes', [], z.object({ device_id: deviceId, count }));
const lockOf = rowParser('access_codes', [], z.object({ device_id: deviceId }));

/** What was asked for: the managed access codes. */
export class Codes {
  readonly #database: Database;
  readonly #vault: Vault;
  readonly #writer: Writer;
  readonly #cache = new CodeCache();
  readonly #awake = new AwakeCache({
    ids: (device, until) => this.#database.all(awakeIds, device, until).map((row) => idOf(row).id),
    nextStart: (device, after) => {
      const row = this.#database.get(nextStart, device, after);
      return row === undefined ? undefined : startOf(row).next;
    },
    readOne: (id) => this.find(id),
  });

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
    if (key !== undefined) return this.#all(`${select} WHERE common_code_key = ? ORDER BY position`, key);
    if (device === undefined) return this.#all(`${select} ORDER BY position`);
    return this.#cache.codesOf(
      device,
      (id) => this.find(id),
      () => this.#all(`${select} WHERE device_id = ? ORDER BY position`, device),
    );
  }

  awake(device: DeviceId, until: Instant): AwakeCodes {
    return this.#awake.of(device, fromInstant(until));
  }

  #all(sql: string, ...values: string[]): AccessCode[] {
    return this.#database.all(sql, ...values).map((row) => this.#read(row));
  }

  /**
   * At most `count` codes after this place, in order of creation. By ids, at most a few are looked up and then put in
   * order; all else walks along an index, so that a page costs the same wherever it begins.
   */
  page({ deviceId: device, ids }: PageFilter, after: number | undefined, count: number): PlacedCode[] {
    const from = after ?? 0;
    const rows =
      ids !== undefined
        ? this.#database.all(pagesByIds, JSON.stringify(ids), device ?? null, device ?? null, from, count)
        : device === undefined
          ? this.#database.all(pagesOfAll, from, count)
          : this.#database.all(pagesByDevice, device, from, count);
    return rows.map((row) => ({ position: placeOf(row).position, code: this.#read(row) }));
  }

  arriving({ now, until, begunAfter, deviceId: device, limit }: ArrivalQuery): ArrivingCodes {
    const from = fromInstant(begunAfter);
    const to = fromInstant(until);
    const at = fromInstant(now);
    const values = [from, to, at, at, device ?? null, device ?? null] as const;
    const codes = this.#database.all(arrivalQueries.codes, ...values, limit).map((row) => this.#read(row));
    const row = this.#database.get(arrivalQueries.total, ...values);
    return { codes, total: totalOf(row).count };
  }

  locksToLoad({ now, until }: Pick<ArrivalQuery, 'now' | 'until'>): Set<DeviceId> {
    const rows = this.#database.all(locksToLoad, fromInstant(now), fromInstant(until));
    return new Set(rows.map((row) => lockOf(row).device_id));
  }

  counts(): CodeCounts {
    const byStatus = this.#database.all('SELECT status, count(*) AS count FROM access_codes GROUP BY status');
    const byDevice = this.#database.all(
      'SELECT device_id, count(*) AS count FROM access_codes GROUP BY device_id',
    );
    return {
      byStatus: new Map(byStatus.map(statusCount).map((row) => [row.status, row.count])),
      byDevice: new Map(byDevice.map(deviceCount).map((row) => [row.device_id, row.count])),
    };
  }

  troubled(): AccessCode[] {
    return this.#all(
      `${select} INDEXED BY access_codes_troubled WHERE errors <> '[]' OR deleting_since IS NOT NULL ORDER BY position`,
    );
  }

  put(code: AccessCode): void {
    const before = this.#lockOf(code.accessCodeId);
    this.#writer.upsert('access_codes', ['id'], columnsOf(code));
    this.#cache.written(code.accessCodeId, before, code.deviceId);
    this.#awake.written(code.accessCodeId, before, code.deviceId, restsUntil(code));
  }

  delete(id: AccessCodeId): void {
    const lock = this.#lockOf(id);
    this.#database.run('DELETE FROM access_codes WHERE id = ?', id);
    if (lock === undefined) return;
    this.#cache.deleted(id, lock);
    this.#awake.deleted(id, lock);
  }

  /** Something was rolled back: what is kept in memory may not be so. */
  forget(): void {
    this.#cache.forget();
    this.#awake.forget();
  }

  #lockOf(id: AccessCodeId): DeviceId | undefined {
    const row = this.#database.get('SELECT device_id FROM access_codes WHERE id = ?', id);
    return row === undefined ? undefined : lockOf(row).device_id;
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
      externalChange: row.external_change,
      setAt: row.set_at,
      deletingSince: row.deleting_since,
      status: row.status,
      errors: row.errors,
      warnings: row.warnings,
      ...(row.arrival_risk === undefined ? {} : { arrivalRisk: row.arrival_risk }),
    };
  }
}
