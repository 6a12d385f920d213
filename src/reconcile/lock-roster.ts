import { canonical } from '../core/canonical.ts';
import type { DeviceId, LockAddress } from '../core/ids.ts';
import type { Device, LockDescription } from '../core/model.ts';
import type { Changes } from '../ports/changes.ts';
import type { Clock } from '../ports/clock.ts';
import type { LockDriver } from '../ports/lock-driver.ts';
import type { Random } from '../ports/random.ts';
import type { NewEvent, Store } from '../ports/store.ts';
import { deviceEvents, displacedEvent } from './device-events.ts';
import { displaced, learnDescribed, recordFor, silenced, updated } from './lock-records.ts';

/** What the config says of one lock (`devices`). */
export interface DeviceSettings {
  readonly name: string | undefined;
  /** Slots the bridge may use; undefined = all the lock has. */
  readonly slots: { readonly first: number; readonly last: number } | undefined;
}

export interface RosterParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
  readonly changes: Changes;
  /** The stable id for a lock never seen before, from its strongest identity. */
  readonly deviceIdOf: (identity: string) => DeviceId;
  readonly settingsOf: (address: LockAddress, device: DeviceId) => DeviceSettings | undefined;
}

/** The records of all locks, as their drivers describe them. */
export class LockRoster {
  readonly #parts: RosterParts;

  constructor(parts: RosterParts) {
    this.#parts = parts;
  }

  /** Brings the record of one lock up to date with what its driver tells; makes one where it is new. */
  update(
    description: LockDescription,
    told: Device['capabilities'],
  ): { readonly device: Device; readonly changed: boolean } {
    const { store, clock, random, settingsOf } = this.#parts;
    const known = recordFor(store, description);
    const deviceId = known?.deviceId ?? this.#freeId(description.identities[0] ?? description.address);
    const name = known?.wishes?.name ?? settingsOf(description.address, deviceId)?.name ?? description.name;
    const device = updated(known, description, told, { deviceId, name, now: clock.now() });
    if (known !== undefined && canonical(known) === canonical(device)) return { device, changed: false };
    for (const other of displaced(store, description.address, deviceId, clock.now()))
      this.#store(store.device(other.deviceId), other, [
        displacedEvent(random, clock.now(), other, deviceId),
      ]);
    this.#store(known, device);
    return { device, changed: true };
  }

  /** Locks that the radio no longer knows are out of reach from now on. Returns those. */
  missing(driver: LockDriver): readonly Device[] {
    const present = new Set(driver.locks().map((one) => one.address));
    const gone = this.#parts.store
      .devices()
      .filter((one) => one.radio === driver.radio && one.online && !present.has(one.address));
    for (const device of gone) this.#store(device, silenced(device, this.#parts.clock.now()));
    return gone;
  }

  /** A lock without a lasting name has its id by its place: that may have been a removed lock's (`departures`). */
  #freeId(identity: string): DeviceId {
    const { store, deviceIdOf } = this.#parts;
    for (let turn = 1; ; turn += 1) {
      const id = deviceIdOf(turn === 1 ? identity : `${identity}#${turn}`);
      if (store.device(id)?.removedAt === undefined) return id;
    }
  }

  #store(before: Device | undefined, after: Device, more: readonly NewEvent[] = []): void {
    const { store, clock, random, changes } = this.#parts;
    store.transaction(() => {
      store.putDevice(after);
      const state = store.lockState(after.deviceId);
      store.putLockState(state, learnDescribed(state, before, after, clock.now()));
      for (const event of [...deviceEvents(random, clock.now(), before, after), ...more])
        store.appendEvent(event);
    });
    changes.emit({ kind: 'device', id: after.deviceId });
    changes.emit({ kind: 'events' });
    changes.emit({ kind: 'bridge' });
  }
}
