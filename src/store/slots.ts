import { z } from 'zod';
import type { UnmanagedCode } from '../core/convert.ts';
import type { DeviceId } from '../core/ids.ts';
import type { Grade, SlotBelief, SlotSchedule, SlotState, Suspicion, UserType } from '../core/model.ts';
import type { Pin } from '../core/pin.ts';
import { StoreError } from '../ports/errors.ts';
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
  sameColumns,
  word,
} from './rows.ts';
import type { Columns, Writer } from './rows.ts';
import type { Vault } from './vault.ts';

const key = ['device_id', 'slot'];

const minute = z.object({ year: z.int(), month: z.int(), day: z.int(), hour: z.int(), minute: z.int() });
const schedule: z.ZodType<SlotSchedule> = z.object({
  window: z.object({ start: minute, stop: minute }),
  at: z.int(),
  beside: z.boolean(),
});

const row = z.object({
  device_id: deviceId,
  slot: z.int(),
  state: z.enum(['unknown', 'empty', 'masked', 'readable']),
  enabled: optional(flag),
  pin: optional(blob),
  grade: word<Grade>({ proved: true, accepted: true, assumed: true }),
  evidence_at: optional(instant),
  source: word<SlotBelief['source']>({ none: true, read: true, checksum: true, write: true }),
  owner: optional(accessCodeId),
  unmanaged_id: optional(accessCodeId),
  unmanaged_since: optional(instant),
  written: optional(blob),
  written_at: optional(instant),
  landed: word<SlotBelief['landed']>({
    no: true,
    if_soon: true,
    if_occupied: true,
    accepted: true,
    yes: true,
  }),
  confirmed: flag,
  suspicion: optional(
    word<Suspicion>({ hint: true, checksum: true, audit: true, repair: true, uncertain: true }),
  ),
  misses: z.int(),
  look_after: optional(instant),
  written_name: optional(z.string()),
  side_failures: z.int(),
  side_after: optional(instant),
  may_be_scheduled: flag,
  schedule: optional(json(schedule)),
  schedule_free: flag,
  user_type: optional(
    word<UserType>({ unrestricted: true, year_day: true, week_day: true, master: true, non_access: true }),
  ),
});

type Row = z.infer<typeof row>;

const parse = rowParser('slots', key, row);

const select = `SELECT device_id, slot, state, enabled, pin, grade, evidence_at, source, owner, unmanaged_id,
  unmanaged_since, written, written_at, landed, confirmed, suspicion, misses, look_after, written_name, side_failures,
  side_after, may_be_scheduled, schedule, schedule_free, user_type FROM slots`;

const stateColumns = (state: SlotState): Columns => {
  if (state.kind !== 'occupied') return { state: state.kind, enabled: null, pin: null, user_type: null };
  const masked = state.pin === 'masked';
  return {
    state: masked ? 'masked' : 'readable',
    enabled: fromFlag(state.enabled),
    pin: masked ? null : state.pin,
    user_type: state.userType ?? null,
  };
};

const columnsOf = (device: DeviceId, belief: SlotBelief): Columns => ({
  device_id: device,
  slot: belief.slot,
  ...stateColumns(belief.state),
  grade: belief.grade,
  evidence_at: fromOptionalInstant(belief.evidenceAt),
  source: belief.source,
  owner: belief.owner ?? null,
  unmanaged_id: belief.unmanagedId ?? null,
  unmanaged_since:
    belief.unmanagedId === undefined ? null : fromInstant(belief.unmanagedSince ?? belief.evidenceAt ?? 0),
  written: belief.written ?? null,
  written_at: fromOptionalInstant(belief.writtenAt),
  landed: belief.landed,
  confirmed: fromFlag(belief.confirmed),
  suspicion: belief.suspicion ?? null,
  misses: belief.misses,
  look_after: fromOptionalInstant(belief.lookAfter),
  written_name: belief.writtenName ?? null,
  side_failures: belief.sideFailures,
  side_after: fromOptionalInstant(belief.sideAfter),
  may_be_scheduled: fromFlag(belief.mayBeScheduled),
  schedule: belief.schedule === undefined ? null : JSON.stringify(belief.schedule),
  schedule_free: fromFlag(belief.isScheduleFree === true),
});

/** What is believed of each slot. */
export class Slots {
  readonly #database: Database;
  readonly #vault: Vault;
  readonly #writer: Writer;

  constructor(database: Database, vault: Vault, writer: Writer) {
    this.#database = database;
    this.#vault = vault;
    this.#writer = writer;
  }

  of(device: DeviceId): Map<number, SlotBelief> {
    const rows = this.#database.all(`${select} WHERE device_id = ? ORDER BY slot`, device).map(parse);
    return new Map(rows.map((each) => [each.slot, this.#belief(each)]));
  }

  unmanaged(filter: { readonly deviceId?: DeviceId } = {}): UnmanagedCode[] {
    const occupied = `${select} WHERE unmanaged_id IS NOT NULL AND state IN ('masked', 'readable')`;
    const rows =
      filter.deviceId === undefined
        ? this.#database.all(`${occupied} ORDER BY device_id, slot`)
        : this.#database.all(`${occupied} AND device_id = ? ORDER BY slot`, filter.deviceId);
    return rows.map(parse).flatMap((each): UnmanagedCode[] => {
      const state = this.#state(each);
      if (state.kind !== 'occupied' || each.unmanaged_id === undefined) return [];
      return [
        {
          accessCodeId: each.unmanaged_id,
          deviceId: each.device_id,
          slot: each.slot,
          pin: state.pin,
          enabled: state.enabled,
          createdAt: each.unmanaged_since ?? missing(each, 'unmanaged_since'),
        },
      ];
    });
  }

  /** Writes the slots in which the two differ. */
  put(
    device: DeviceId,
    before: ReadonlyMap<number, SlotBelief>,
    after: ReadonlyMap<number, SlotBelief>,
  ): void {
    for (const [slot, belief] of after) {
      const last = before.get(slot);
      if (last === belief) continue;
      const columns = columnsOf(device, belief);
      if (last !== undefined && sameColumns(columnsOf(device, last), columns)) continue;
      this.#writer.upsert('slots', key, columns);
    }
    for (const slot of before.keys()) {
      if (after.has(slot)) continue;
      this.#database.run('DELETE FROM slots WHERE device_id = ? AND slot = ?', device, slot);
    }
  }

  #belief(each: Row): SlotBelief {
    return {
      slot: each.slot,
      state: this.#state(each),
      grade: each.grade,
      evidenceAt: each.evidence_at,
      source: each.source,
      owner: each.owner,
      unmanagedId: each.unmanaged_id,
      unmanagedSince: each.unmanaged_since,
      written: each.written && this.#open(each, 'written', each.written),
      writtenAt: each.written_at,
      landed: each.landed,
      confirmed: each.confirmed,
      suspicion: each.suspicion,
      misses: each.misses,
      lookAfter: each.look_after,
      writtenName: each.written_name,
      sideFailures: each.side_failures,
      sideAfter: each.side_after,
      mayBeScheduled: each.may_be_scheduled,
      ...(each.schedule === undefined ? {} : { schedule: each.schedule }),
      ...(each.schedule_free ? { isScheduleFree: true } : {}),
    };
  }

  #state(each: Row): SlotState {
    if (each.state === 'unknown' || each.state === 'empty') return { kind: each.state };
    const enabled = each.enabled ?? missing(each, 'enabled');
    const userType = each.user_type === undefined ? {} : { userType: each.user_type };
    const pin =
      each.state === 'masked' ? each.state : this.#open(each, 'pin', each.pin ?? missing(each, 'pin'));
    return { kind: 'occupied', pin, enabled, ...userType };
  }

  #open(each: Row, column: string, sealed: Uint8Array): Pin {
    return this.#vault.openPin(sealed, { table: 'slots', column, row: [each.device_id, each.slot] });
  }
}

const missing = (each: Row, column: string): never => {
  throw new StoreError(
    `the database is damaged: row ${each.device_id}/${each.slot} of table slots lacks its ${column}. ` +
      'Restore a backup.',
  );
};
