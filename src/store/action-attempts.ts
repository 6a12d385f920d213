import { z } from 'zod';
import type { Instant } from '../core/model.ts';
import type { ActionAttempt, ActionType, AttemptEnd, AttemptFilter } from '../ports/action-attempts.ts';
import type { Database, Value } from './database.ts';
import {
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

/** However long the retention. */
const rowsMax = 100_000;

const parse = rowParser(
  'action_attempts',
  ['id'],
  z
    .object({
      position: z.int(),
      id: z.string(),
      action_type: word<ActionType>({
        LOCK_DOOR: true,
        UNLOCK_DOOR: true,
        CONFIGURE_AUTO_LOCK: true,
        SIMULATE_KEYPAD_CODE_ENTRY: true,
        SIMULATE_MANUAL_LOCK_VIA_KEYPAD: true,
      }),
      device_id: deviceId,
      status: word<'pending' | AttemptEnd['kind']>({ pending: true, success: true, error: true }),
      result: optional(json(z.record(z.string(), z.boolean()))),
      error: optional(json(z.object({ type: z.string(), message: z.string() }))),
      created_at: instant,
      ended_at: optional(instant),
    })
    .transform((row): readonly [number, ActionAttempt] => [
      row.position,
      {
        attemptId: row.id,
        actionType: row.action_type,
        deviceId: row.device_id,
        createdAt: row.created_at,
        end: endOf(row),
        endedAt: row.ended_at,
      },
    ]),
);

const endOf = (row: {
  readonly status: 'pending' | AttemptEnd['kind'];
  readonly result: Readonly<Record<string, boolean>> | undefined;
  readonly error: { readonly type: string; readonly message: string } | undefined;
}): AttemptEnd | undefined => {
  if (row.status === 'success') return { kind: 'success', result: row.result ?? {} };
  if (row.status === 'pending') return undefined;
  return { kind: 'error', ...(row.error ?? { type: 'unknown', message: '' }) };
};

const columnsOf = ({ attemptId, actionType, deviceId: device, end, ...rest }: ActionAttempt): Columns => ({
  id: attemptId,
  action_type: actionType,
  device_id: device,
  status: end?.kind ?? 'pending',
  result: end?.kind === 'success' ? JSON.stringify(end.result) : null,
  error: end?.kind === 'error' ? JSON.stringify({ type: end.type, message: end.message }) : null,
  created_at: fromInstant(rest.createdAt),
  ended_at: fromOptionalInstant(rest.endedAt),
});

const select = `SELECT position, id, action_type, device_id, status, result, error, created_at, ended_at
  FROM action_attempts`;

/** For tests of the query plan too. */
export const listQuery = (
  { ids, deviceId: device }: AttemptFilter,
  before: number | undefined,
  limit: number,
): { readonly sql: string; readonly values: readonly Value[] } => {
  const conditions: string[] = [];
  const values: Value[] = [];
  if (ids !== undefined) {
    conditions.push('id IN (SELECT value FROM json_each(?))');
    values.push(JSON.stringify(ids));
  }
  if (device !== undefined) {
    // Few ids are found one by one; the plus keeps SQLite from walking through the lock's attempts for them.
    conditions.push(ids === undefined ? 'device_id = ?' : '+device_id = ?');
    values.push(device);
  }
  if (before !== undefined) {
    conditions.push(ids === undefined ? 'position < ?' : '+position < ?');
    values.push(before);
  }
  const where = conditions.length === 0 ? '' : ` WHERE ${conditions.join(' AND ')}`;
  return { sql: `${select}${where} ORDER BY position DESC LIMIT ?`, values: [...values, limit] };
};

/** What was asked of locks at once, newest first. */
export class ActionAttempts {
  readonly #database: Database;
  readonly #writer: Writer;

  constructor(database: Database, writer: Writer) {
    this.#database = database;
    this.#writer = writer;
  }

  find(id: string): ActionAttempt | undefined {
    const row = this.#database.get(`${select} WHERE id = ?`, id);
    return row === undefined ? undefined : parse(row)[1];
  }

  /** Newest first, those older than the one at `before`, each with its place. */
  list(
    filter: AttemptFilter,
    before: number | undefined,
    limit: number,
  ): (readonly [number, ActionAttempt])[] {
    const { sql, values } = listQuery(filter, before, limit);
    return this.#database.all(sql, ...values).map(parse);
  }

  /** Those under way: after a start, those whose end nobody saw. */
  pending(): ActionAttempt[] {
    return this.#database
      .all(`${select} WHERE status = 'pending' ORDER BY position`)
      .map((row) => parse(row)[1]);
  }

  put(attempt: ActionAttempt): void {
    this.#writer.upsert('action_attempts', ['id'], columnsOf(attempt));
  }

  prune(before: Instant): void {
    this.#database.run('DELETE FROM action_attempts WHERE created_at < ?', before);
    this.#database.run(
      'DELETE FROM action_attempts WHERE position <= (SELECT max(position) FROM action_attempts) - ?',
      rowsMax,
    );
  }
}
