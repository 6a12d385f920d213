import { z } from 'zod';
import type { AccessCodeId, DeviceId } from '../core/ids.ts';
import type { Attempt, ClockCare, LockState, ResetCause, WipeDoubt } from '../core/model.ts';
import { unknownLock } from '../core/slots.ts';
import type { Database } from './database.ts';
import {
  accessCodeId,
  blob,
  flag,
  fromFlag,
  fromOptionalInstant,
  instant,
  json,
  optional,
  rowParser,
  sameColumns,
  word,
} from './rows.ts';
import type { Columns, Writer } from './rows.ts';
import type { Slots } from './slots.ts';
import type { Place, Vault } from './vault.ts';

type LockFields = Omit<LockState, 'deviceId' | 'slots' | 'attempts'>;

const cause = word<ResetCause>({ codes_gone: true, all_deleted: true, code_length: true });

const wipe: z.ZodType<WipeDoubt> = z.object({
  why: cause,
  gone: z.int(),
  open: z.array(z.int()),
  silent: z.array(z.int()).optional(),
  seen: z.array(z.int()).optional(),
  stood: z.int().optional(),
  summed: z.boolean(),
});

const clockCare: z.ZodType<ClockCare> = z.object({
  setAt: z.int().exactOptional(),
  told: z.string().exactOptional(),
  failures: z.int(),
  notBefore: z.int().exactOptional(),
  wrongSince: z.int().exactOptional(),
  seenIn: z.string().exactOptional(),
});

const parseLock = rowParser(
  'lock_state',
  ['device_id'],
  z
    .object({
      device_id: z.string(),
      adopted: flag,
      checksum: optional(blob),
      checksum_at: optional(instant),
      checksum_trusted: flag,
      seen_to_lie: flag,
      audit_due: flag,
      audit_cursor: z.int(),
      last_audit_at: optional(instant),
      checksum_misses: z.int(),
      failures: z.int(),
      retry_at: optional(instant),
      wipe: optional(json(wipe)),
      reset_at: optional(instant),
      reset_why: optional(cause),
      reset_unseen: optional(json(z.array(z.int()))),
      clock_seen_at: optional(instant),
      clock_offset_ms: optional(z.int()),
      preload_after: optional(instant),
      clock_care: optional(json(clockCare)),
    })
    .transform((row) => ({
      sealedChecksum: row.checksum,
      checksumAt: row.checksum_at,
      fields: {
        adopted: row.adopted,
        checksumTrusted: row.checksum_trusted,
        seenToLie: row.seen_to_lie,
        auditDue: row.audit_due,
        auditCursor: row.audit_cursor,
        lastAuditAt: row.last_audit_at,
        checksumMisses: row.checksum_misses,
        wipe: row.wipe,
        reset:
          row.reset_at === undefined || row.reset_why === undefined
            ? undefined
            : {
                at: row.reset_at,
                why: row.reset_why,
                ...(row.reset_unseen === undefined ? {} : { unseen: row.reset_unseen }),
              },
        health: { failures: row.failures, retryAt: row.retry_at },
        ...(row.clock_seen_at === undefined
          ? {}
          : { clockSeen: { at: row.clock_seen_at, offsetMs: row.clock_offset_ms } }),
        ...(row.preload_after === undefined ? {} : { preloadAfter: row.preload_after }),
        ...(row.clock_care === undefined ? {} : { clockCare: row.clock_care }),
      },
    })),
);

const parseAttempt = rowParser(
  'attempts',
  ['device_id', 'access_code_id'],
  z
    .object({
      device_id: z.string(),
      access_code_id: accessCodeId,
      count: z.int(),
      not_before: optional(instant),
      terminal: optional(word<NonNullable<Attempt['terminal']>>({ duplicate: true, format: true })),
      last_failure: optional(z.string()),
    })
    .transform((row): Attempt => ({
      accessCodeId: row.access_code_id,
      count: row.count,
      notBefore: row.not_before,
      terminal: row.terminal,
      lastFailure: row.last_failure,
    })),
);

const lockColumns = (state: LockState): Columns => ({
  device_id: state.deviceId,
  adopted: fromFlag(state.adopted),
  checksum: state.checksum?.value ?? null,
  checksum_at: fromOptionalInstant(state.checksum?.at),
  checksum_trusted: fromFlag(state.checksumTrusted),
  seen_to_lie: fromFlag(state.seenToLie),
  audit_due: fromFlag(state.auditDue),
  audit_cursor: state.auditCursor,
  last_audit_at: fromOptionalInstant(state.lastAuditAt),
  checksum_misses: state.checksumMisses,
  failures: state.health.failures,
  retry_at: fromOptionalInstant(state.health.retryAt),
  wipe: state.wipe === undefined ? null : JSON.stringify(state.wipe),
  reset_at: fromOptionalInstant(state.reset?.at),
  reset_why: state.reset?.why ?? null,
  reset_unseen: state.reset?.unseen === undefined ? null : JSON.stringify(state.reset.unseen),
  clock_seen_at: fromOptionalInstant(state.clockSeen?.at),
  clock_offset_ms: state.clockSeen?.offsetMs ?? null,
  preload_after: fromOptionalInstant(state.preloadAfter),
  clock_care: state.clockCare === undefined ? null : JSON.stringify(state.clockCare),
});

const attemptColumns = (device: DeviceId, attempt: Attempt): Columns => ({
  device_id: device,
  access_code_id: attempt.accessCodeId,
  count: attempt.count,
  not_before: fromOptionalInstant(attempt.notBefore),
  terminal: attempt.terminal ?? null,
  last_failure: attempt.lastFailure ?? null,
});

const checksumPlace = (device: DeviceId): Place => ({
  table: 'lock_state',
  column: 'checksum',
  row: [device],
});

/** What we have evidence for on each lock: `LockState`, over three tables. */
export class Beliefs {
  readonly #database: Database;
  readonly #writer: Writer;
  readonly #slots: Slots;
  readonly #vault: Vault;
  /**
   * The last state of each lock: reading one costs a decryption for each PIN on it, and planning asks for it
   * several times for each exchange. This process alone has the database, so it can't go stale.
   */
  readonly #cache = new Map<DeviceId, LockState>();

  constructor(database: Database, vault: Vault, writer: Writer, slots: Slots) {
    this.#database = database;
    this.#vault = vault;
    this.#writer = writer;
    this.#slots = slots;
  }

  lockState(device: DeviceId): LockState {
    const cached = this.#cache.get(device);
    if (cached !== undefined) return cached;
    const state = this.#load(device);
    this.#cache.set(device, state);
    return state;
  }

  /** After a rollback the cache may hold what was never stored. */
  forget(): void {
    this.#cache.clear();
  }

  #load(device: DeviceId): LockState {
    const row = this.#database.get(
      `SELECT device_id, adopted, checksum, checksum_at, checksum_trusted, seen_to_lie, audit_due,
         audit_cursor, last_audit_at, checksum_misses, failures, retry_at, wipe,
         reset_at, reset_why, reset_unseen, clock_seen_at, clock_offset_ms,
         preload_after, clock_care FROM lock_state WHERE device_id = ?`,
      device,
    );
    return {
      ...unknownLock(device),
      slots: this.#slots.of(device),
      attempts: this.#attempts(device),
      ...(row === undefined ? {} : this.#lockFields(device, row)),
    };
  }

  #lockFields(device: DeviceId, row: unknown): LockFields {
    const { fields, sealedChecksum, checksumAt } = parseLock(row);
    if (sealedChecksum === undefined || checksumAt === undefined) return { ...fields, checksum: undefined };
    const value = Number(this.#vault.openText(sealedChecksum, checksumPlace(device)));
    return { ...fields, checksum: { value, at: checksumAt } };
  }

  /** Over a single code, 16 bits of checksum give its digits away: sealed like a PIN. */
  #sealed(state: LockState): Uint8Array | null {
    if (state.checksum === undefined) return null;
    return this.#vault.sealText(String(state.checksum.value), checksumPlace(state.deviceId));
  }

  put(before: LockState, after: LockState): void {
    if (before.deviceId !== after.deviceId) throw new Error('the states of two locks cannot be compared');
    if (before === after) return;
    this.#database.transaction(() => {
      const columns = lockColumns(after);
      if (!sameColumns(lockColumns(before), columns)) {
        this.#writer.upsert('lock_state', ['device_id'], { ...columns, checksum: this.#sealed(after) });
      }
      if (before.slots !== after.slots) this.#slots.put(after.deviceId, before.slots, after.slots);
      if (before.attempts !== after.attempts) {
        this.#putAttempts(after.deviceId, before.attempts, after.attempts);
      }
    });
    this.#cache.set(after.deviceId, after);
  }

  /** Everything that was believed of this lock. */
  forgetLock(device: DeviceId): void {
    this.#database.transaction(() => {
      for (const table of ['attempts', 'slots', 'lock_state'])
        this.#database.run(`DELETE FROM ${table} WHERE device_id = ?`, device);
    });
    this.#cache.delete(device);
  }

  #attempts(device: DeviceId): Map<AccessCodeId, Attempt> {
    const rows = this.#database.all(
      `SELECT device_id, access_code_id, count, not_before, terminal, last_failure FROM attempts
       WHERE device_id = ?`,
      device,
    );
    return new Map(rows.map(parseAttempt).map((attempt) => [attempt.accessCodeId, attempt]));
  }

  #putAttempts(
    device: DeviceId,
    before: ReadonlyMap<AccessCodeId, Attempt>,
    after: ReadonlyMap<AccessCodeId, Attempt>,
  ): void {
    for (const [id, attempt] of after) {
      const last = before.get(id);
      const columns = attemptColumns(device, attempt);
      if (last !== undefined && sameColumns(attemptColumns(device, last), columns)) continue;
      this.#writer.upsert('attempts', ['device_id', 'access_code_id'], columns);
    }
    for (const id of before.keys()) {
      if (after.has(id)) continue;
      this.#database.run('DELETE FROM attempts WHERE device_id = ? AND access_code_id = ?', device, id);
    }
  }
}
