import { z } from 'zod';
import { LockAddress, RadioId } from '../core/ids.ts';
import type { DeviceId } from '../core/ids.ts';
import type {
  AutoLock,
  Calibration,
  Capabilities,
  Device,
  DeviceWishes,
  ForeignChanges,
} from '../core/model.ts';
import type { Database } from './database.ts';
import {
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

const capabilities: z.ZodType<Capabilities> = z.object({
  slots: z.object({ first: z.int(), last: z.int() }),
  reservedSlots: z.array(z.int()),
  codeLengths: z.array(z.int()),
  readBack: word<Capabilities['readBack']>({ full: true, masked: true, none: true }),
  checksum: z.boolean(),
  reportsProgramming: z.boolean(),
  reportsUse: z.literal(true).exactOptional(),
  power: word<Capabilities['power']>({ battery: true, mains: true }),
  remoteLock: z.boolean(),
  names: z.object({ maxLength: z.int() }).exactOptional(),
  oneCodeLength: z.literal(true).exactOptional(),
  duplicateCheck: z.boolean().exactOptional(),
  readBackDelayMs: z.number().exactOptional(),
  yearDaySchedules: z.int().exactOptional(),
  repeatingSchedules: z.literal(true).exactOptional(),
  codeManners: z.literal(true).exactOptional(),
  scheduleOrder: word<NonNullable<Capabilities['scheduleOrder']>>({
    schedule_first: true,
    code_disabled_first: true,
  }).exactOptional(),
  clock: z
    .object({ set: z.boolean(), read: z.boolean(), dst: z.literal(true).exactOptional() })
    .exactOptional(),
  autoLock: z.literal(true).exactOptional(),
});

const calibration: z.ZodType<Calibration> = z.object({
  at: instant,
  readBack: word<'full' | 'masked'>({ full: true, masked: true }).exactOptional(),
  readBackDelayMs: z.number().exactOptional(),
  codeLengths: z.array(z.int()).exactOptional(),
  duplicateCheck: z.boolean().exactOptional(),
  scheduleOrder: word<NonNullable<Calibration['scheduleOrder']>>({
    schedule_first: true,
    code_disabled_first: true,
    none: true,
  }).exactOptional(),
});

const wishes: z.ZodType<DeviceWishes> = z.object({
  name: z.string().exactOptional(),
  customMetadata: z.record(z.string(), z.union([z.string(), z.boolean()])).exactOptional(),
  timeZone: z.string().exactOptional(),
  isManaged: z.literal(false).exactOptional(),
  backupPool: z.literal(true).exactOptional(),
  codeLengths: z.array(z.int()).exactOptional(),
});

const autoLock: z.ZodType<AutoLock> = z.object({
  enabled: z.boolean(),
  delaySeconds: z.number().exactOptional(),
});

const foreignChanges: z.ZodType<ForeignChanges> = z.object({
  count: z.int(),
  firstAt: instant,
  lastAt: instant,
});

const poolLack: z.ZodType<NonNullable<Device['poolLack']>> = z.object({
  kind: word<'empty' | 'partial'>({ empty: true, partial: true }),
  since: instant,
});

const parse = rowParser(
  'devices',
  ['id'],
  z
    .object({
      id: deviceId,
      radio: z.string().transform(RadioId),
      address: z.string().transform(LockAddress),
      identities: json(z.array(z.string())),
      name: z.string(),
      manufacturer: optional(z.string()),
      model: optional(z.string()),
      capabilities: optional(json(capabilities)),
      calibration: optional(json(calibration)),
      wishes: optional(json(wishes)),
      online: flag,
      battery: optional(z.number()),
      locked: optional(flag),
      auto_lock: optional(json(autoLock)),
      foreign_changes: optional(json(foreignChanges)),
      pool_lack: optional(json(poolLack)),
      created_at: instant,
      removed_at: optional(instant),
      offline_since: optional(instant),
    })
    .transform(
      ({
        id,
        auto_lock,
        pool_lack,
        foreign_changes,
        created_at,
        removed_at,
        offline_since,
        ...rest
      }): Device => ({
        ...rest,
        deviceId: id,
        createdAt: created_at,
        ...(auto_lock === undefined ? {} : { autoLock: auto_lock }),
        ...(foreign_changes === undefined ? {} : { foreignChanges: foreign_changes }),
        ...(pool_lack === undefined ? {} : { poolLack: pool_lack }),
        ...(removed_at === undefined ? {} : { removedAt: removed_at }),
        ...(offline_since === undefined ? {} : { offlineSince: offline_since }),
      }),
    ),
);

const select = `SELECT id, radio, address, name, manufacturer, model, capabilities, calibration, wishes, online, battery, locked, auto_lock, pool_lack, foreign_changes,
  created_at, removed_at, offline_since, (SELECT json_group_array(identity ORDER BY position) FROM device_identities
    WHERE device_id = devices.id) AS identities FROM devices`;

const columnsOf = (device: Device): Columns => ({
  id: device.deviceId,
  radio: device.radio,
  address: device.address,
  name: device.name,
  manufacturer: device.manufacturer ?? null,
  model: device.model ?? null,
  capabilities: device.capabilities === undefined ? null : JSON.stringify(device.capabilities),
  calibration: device.calibration === undefined ? null : JSON.stringify(device.calibration),
  wishes: device.wishes === undefined ? null : JSON.stringify(device.wishes),
  online: fromFlag(device.online),
  battery: device.battery ?? null,
  locked: device.locked === undefined ? null : fromFlag(device.locked),
  auto_lock: device.autoLock === undefined ? null : JSON.stringify(device.autoLock),
  foreign_changes: device.foreignChanges === undefined ? null : JSON.stringify(device.foreignChanges),
  pool_lack: device.poolLack === undefined ? null : JSON.stringify(device.poolLack),
  created_at: fromInstant(device.createdAt),
  removed_at: fromOptionalInstant(device.removedAt),
  offline_since: fromOptionalInstant(device.offlineSince),
});

/** The locks the bridge knows, and the names they are recognised by. */
export class Devices {
  readonly #database: Database;
  readonly #writer: Writer;
  /** Each lock's row as it was last read: a look at a lock asks for it a dozen times, and parsing is most of that. */
  readonly #read = new Map<DeviceId, { readonly row: object; readonly device: Device }>();

  constructor(database: Database, writer: Writer) {
    this.#database = database;
    this.#writer = writer;
  }

  all(): Device[] {
    return this.#database.all(`${select} ORDER BY position`).map(parse);
  }

  find(id: DeviceId): Device | undefined {
    const row = this.#database.get(`${select} WHERE id = ?`, id);
    if (typeof row !== 'object' || row === null) return undefined;
    const known = this.#read.get(id);
    if (known !== undefined && sameRow(known.row, row)) return known.device;
    const device = parse(row);
    this.#read.set(id, { row, device });
    return device;
  }

  /** The strongest name decides, where names point to several devices: they are given strongest first. */
  findByIdentity(identities: readonly string[]): Device | undefined {
    for (const identity of identities) {
      const row = this.#database.get(
        `${select} WHERE id = (SELECT device_id FROM device_identities WHERE identity = ?)`,
        identity,
      );
      if (row !== undefined) return parse(row);
    }
    return undefined;
  }

  /** An identity names one device: the last one put has it. An unchanged device costs no write. */
  put(device: Device): void {
    this.#database.transaction(() => {
      const known = this.find(device.deviceId);
      const columns = columnsOf(device);
      if (known === undefined || !sameColumns(columnsOf(known), columns)) {
        this.#writer.upsert('devices', ['id'], columns);
      }
      if (known === undefined || !sameList(known.identities, device.identities)) this.#putIdentities(device);
    });
  }

  forgetLock(id: DeviceId): void {
    this.#read.delete(id);
    this.#database.transaction(() => {
      this.#database.run('DELETE FROM device_identities WHERE device_id = ?', id);
      this.#database.run('DELETE FROM devices WHERE id = ?', id);
    });
  }

  #putIdentities(device: Device): void {
    this.#database.run('DELETE FROM device_identities WHERE device_id = ?', device.deviceId);
    for (const [position, identity] of device.identities.entries()) {
      this.#writer.upsert('device_identities', ['identity'], {
        identity,
        device_id: device.deviceId,
        position,
      });
    }
  }
}

const sameRow = (a: object, b: object): boolean => {
  const values: unknown[] = Object.values(a);
  return Object.values(b).every((value, index) => value === values[index]);
};

const sameList = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((item, index) => item === b[index]);
