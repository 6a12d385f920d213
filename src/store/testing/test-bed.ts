import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newAccessCode } from '../../core/access-code.ts';
import { AccessCodeId, DeviceId, LockAddress, RadioId } from '../../core/ids.ts';
import type { AccessCode, Device, SlotBelief } from '../../core/model.ts';
import { Pin } from '../../core/pin.ts';
import { unknownSlot } from '../../core/slots.ts';
import type { Log } from '../../ports/log.ts';
import type { Random } from '../../ports/random.ts';
import type { NewEvent, Store } from '../../ports/store.ts';
import { openStore } from '../index.ts';
import type { StoreOptions } from '../index.ts';

export const pin = (digits: string): Pin => {
  const parsed = Pin.parse(digits);
  if (parsed === undefined) throw new Error('not a PIN');
  return parsed;
};

/** UUIDs that count up: `00000000-0000-4000-8000-<n>`. */
export const uuid = (n: number): string => `00000000-0000-4000-8000-${n.toString(16).padStart(12, '0')}`;

/** A temporary data directory, and stores in it. Disposing closes the stores and removes it. */
export class TestBed {
  readonly root = mkdtempSync(join(tmpdir(), 'lockstep-store-'));
  readonly dataDir = join(this.root, 'data');
  readonly databaseFile = join(this.dataDir, 'lockstep.db');
  readonly key = new Uint8Array(32).fill(7);
  readonly logged: string[] = [];
  time = 1_800_000_000_000;
  #uuids = 0;
  readonly #stores: Store[] = [];

  readonly random: Random = {
    uuid: () => uuid(0xaa_0000 + this.#uuids++),
    integer: () => 0,
  };

  readonly log: Log = {
    debug: () => undefined,
    info: (_fields, message) => this.logged.push(message),
    warn: (_fields, message) => this.logged.push(message),
    error: (_fields, message) => this.logged.push(message),
    child: () => this.log,
  };

  open(changes: Partial<StoreOptions> = {}): Store {
    const store = openStore({
      dataDir: this.dataDir,
      key: this.key,
      random: this.random,
      log: this.log,
      now: () => this.time,
      ...changes,
    });
    this.#stores.push(store);
    return store;
  }

  [Symbol.dispose](): void {
    for (const store of this.#stores) store.close();
    rmSync(this.root, { recursive: true, force: true });
  }
}

export const aDevice = (n = 1, changes: Partial<Device> = {}): Device => ({
  deviceId: DeviceId(uuid(n)),
  radio: RadioId('zwave'),
  address: LockAddress(`zwave:${n}`),
  identities: [`zwave:dsk:${n}`, `zwave:c0ffee:${n}`],
  name: `Door ${n}`,
  manufacturer: undefined,
  model: undefined,
  capabilities: undefined,
  online: true,
  battery: undefined,
  locked: undefined,
  createdAt: 1_700_000_000_000,
  ...changes,
});

export const aCode = (n = 1, changes: Partial<AccessCode> = {}): AccessCode =>
  newAccessCode({
    accessCodeId: AccessCodeId(uuid(0xc0de_0000 + n)),
    deviceId: DeviceId(uuid(1)),
    name: `Code ${n}`,
    pin: pin('0123'),
    at: 1_700_000_000_000,
    ...changes,
  });

export const aBelief = (slot: number, changes: Partial<SlotBelief> = {}): SlotBelief => ({
  ...unknownSlot(slot),
  ...changes,
});

/** The same store, reading from the file again: a rollback drops what it keeps in memory. */
export const reread = (store: Store): Store => {
  const dropped = new Error('dropped');
  try {
    store.transaction(() => {
      throw dropped;
    });
  } catch (error) {
    if (error !== dropped) throw error;
  }
  return store;
};

export const anEvent = (n: number, changes: Partial<NewEvent> = {}): NewEvent => ({
  eventId: uuid(0xe000_0000 + n),
  eventType: 'access_code.set_on_device',
  occurredAt: 1_700_000_000_000 + n,
  deviceId: undefined,
  accessCodeId: undefined,
  payload: { n },
  pin: undefined,
  ...changes,
});
