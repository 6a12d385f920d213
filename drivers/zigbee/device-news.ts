import type { Controller, Events, Models } from 'zigbee-herdsman';
import { z } from 'zod';
import type { Clock } from '../../src/ports/clock.ts';
import type { Hint } from '../../src/ports/lock-driver.ts';
import type { Ears } from '../shared/ears.ts';
import { capabilitiesOf } from './capabilities.ts';
import { boltOf, echoOf, eventOf, hintsOfAlarm, hintsOfEvent } from './hints.ts';
import type { EventReader, LockEvent } from './hints.ts';
import { addressOf, correctsOf, describe, isLock, lockEndpointOf, lockedFrom } from './locks.ts';
import { boltState, clusters } from './zcl.ts';

/** What else the driver wants to know of its devices. */
export interface NewsDesk {
  tell(hint: Hint): void;
  /** A device that nothing was said about to herdsman yet since it started. */
  met(device: Models.Device): void;
  /** It was heard. */
  heard(device: Models.Device): void;
  /** It says that it is in the network, perhaps after a reset. */
  announced(device: Models.Device): void;
  /** It has another network address, and answers there. */
  moved(device: Models.Device): void;
  removed(ieee: string): void;
  /** It says that all codes are gone. */
  wiped(device: Models.Device): void;
}

/** A programming event by radio this soon after our own exchange with that slot is its echo. */
const echoMs = 3_000;

const report = z.object({ lockState: z.number().optional() });
const alarm = z.object({ alarmcode: z.number(), clusterid: z.number() });

/**
 * Attributes of the Door Lock cluster that herdsman has no name for are a vendor's, and on some locks the PIN as it
 * was typed (facts page): they are taken out of what herdsman keeps and would write to its database.
 */
const dropVendorAttributes = (endpoint: Models.Endpoint): void => {
  const kept = endpoint.clusters['closuresDoorLock']?.attributes;
  if (kept === undefined) return;
  for (const name of Object.keys(kept)) if (/^\d+$/.test(name)) Reflect.deleteProperty(kept, name);
};

const isDoorLock = (cluster: string | number): boolean =>
  cluster === 'closuresDoorLock' || cluster === clusters.doorLock;

const readerOf = (device: Models.Device): EventReader => ({
  corrects: correctsOf(device),
  slots: capabilitiesOf(device)?.slots,
});

/** Turns what herdsman says of devices into hints, and keeps the echo of our own writes apart from news. */
export class DeviceNews {
  readonly #clock: Clock;
  readonly #ears: Ears<string>;
  readonly #desk: NewsDesk;
  /** `ieee:slot` → our exchanges in flight. */
  readonly #busy = new Map<string, number>();
  /** `ieee:slot` → until when an event by radio is the echo of our own exchange, monotonic. Pruned with each one. */
  readonly #echoes = new Map<string, number>();
  /** Devices that herdsman was told about; they are other objects after each start. */
  readonly #met = new WeakSet<Models.Device>();
  /** What was told last of each lock's bolt, battery and auto lock. */
  readonly #told = new Map<string, string>();

  constructor(clock: Clock, ears: Ears<string>, desk: NewsDesk) {
    this.#clock = clock;
    this.#ears = ears;
    this.#desk = desk;
  }

  /** Runs an exchange of ours; meanwhile and shortly after, programming events by radio of that slot are its echo. */
  async whileBusy<T>(ieee: string, slot: number, work: () => Promise<T>): Promise<T> {
    const key = `${ieee}:${slot}`;
    this.#busy.set(key, (this.#busy.get(key) ?? 0) + 1);
    try {
      return await work();
    } finally {
      const left = (this.#busy.get(key) ?? 1) - 1;
      if (left === 0) this.#busy.delete(key);
      else this.#busy.set(key, left);
      const now = this.#clock.monotonic();
      for (const [other, until] of this.#echoes) if (until <= now) this.#echoes.delete(other);
      this.#echoes.set(key, now + echoMs);
    }
  }

  /** To be told of every device before herdsman does anything with it. */
  meet(device: Models.Device): void {
    if (this.#met.has(device)) return;
    this.#met.add(device);
    this.#desk.met(device);
  }

  /** Before the Controller starts. Its subscriptions end with it. */
  subscribe(controller: Controller): void {
    const locksChanged = (): void => {
      this.#desk.tell({ kind: 'locks' });
    };
    controller.on('message', (message) => {
      // herdsman answers a device's own questions right after this.
      this.meet(message.device);
      // Before its interview is over, it isn't known to be a lock.
      if (isDoorLock(message.cluster)) dropVendorAttributes(message.endpoint);
      if (isLock(message.device)) this.#onMessage(message);
    });
    controller.on('lastSeenChanged', ({ device, reason }) => {
      // Its parent may have answered for it.
      if (reason !== 'networkAddress') this.#desk.heard(device);
    });
    controller.on('deviceAnnounce', ({ device }) => {
      if (isLock(device)) this.#desk.announced(device);
    });
    controller.on('deviceNetworkAddressChanged', ({ device }) => {
      if (isLock(device)) this.#desk.moved(device);
    });
    controller.on('deviceJoined', ({ device }) => {
      this.meet(device);
      locksChanged();
    });
    controller.on('deviceInterview', locksChanged);
    controller.on('deviceLeave', ({ ieeeAddr }) => {
      this.#told.delete(ieeeAddr);
      this.#desk.removed(ieeeAddr);
      locksChanged();
    });
  }

  #onMessage({ device, cluster, type, data, meta }: Events.MessagePayload): void {
    if (isDoorLock(cluster)) {
      const event = eventOf(meta.rawData);
      if (event !== undefined) this.#onEvent(device, event);
      else if (type === 'attributeReport' || type === 'readResponse') this.#onBolt(device, data);
    }
    const told = cluster === 'genAlarms' && type === 'commandAlarm' ? alarm.safeParse(data) : undefined;
    if (told?.success === true)
      for (const hint of hintsOfAlarm(addressOf(device.ieeeAddr), told.data)) this.#desk.tell(hint);
    this.#compare(device);
  }

  #onEvent(device: Models.Device, event: LockEvent): void {
    const reader = readerOf(device);
    const echo = echoOf(event, reader);
    if (echo !== undefined && this.#isOurs(device.ieeeAddr, echo)) return;
    const bolt = boltOf(event, reader);
    if (bolt !== undefined) {
      this.#ears.hear(device.ieeeAddr, bolt);
      const lockState = bolt === 'locked' ? boltState.locked : boltState.unlocked;
      lockEndpointOf(device)?.saveClusterAttributeKeyValue(clusters.doorLock, { lockState });
    }
    for (const hint of hintsOfEvent(addressOf(device.ieeeAddr), event, reader)) {
      this.#desk.tell(hint);
      if (hint.kind === 'slot' && hint.allDeleted === true) this.#desk.wiped(device);
    }
  }

  #isOurs(ieee: string, slot: number): boolean {
    const key = `${ieee}:${slot}`;
    return this.#busy.has(key) || (this.#echoes.get(key) ?? -Infinity) > this.#clock.monotonic();
  }

  #onBolt(device: Models.Device, data: unknown): void {
    const parsed = report.safeParse(data);
    const locked = parsed.success ? lockedFrom(parsed.data.lockState) : undefined;
    if (locked !== undefined) this.#ears.hear(device.ieeeAddr, locked ? 'locked' : 'unlocked');
  }

  /** Tells when the lock's description has changed: most of what is reported says what was known. */
  #compare(device: Models.Device): void {
    const { locked, battery, autoLock } = describe(device, true);
    const now = JSON.stringify([locked, battery, autoLock]);
    if (this.#told.get(device.ieeeAddr) === now) return;
    this.#told.set(device.ieeeAddr, now);
    this.#desk.tell({ kind: 'locks' });
  }
}
