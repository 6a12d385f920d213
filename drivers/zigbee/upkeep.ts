import type { Controller, Models } from 'zigbee-herdsman';
import type { DriverHost, Hint } from '../../src/ports/lock-driver.ts';
import { Reviver } from '../shared/revive.ts';
import { capabilitiesOf } from './capabilities.ts';
import { Configurator } from './configurator.ts';
import type { NewsDesk } from './device-news.ts';
import { teachDialect } from './dialect.ts';
import { serveTime, toldTo } from './lock-clock.ts';
import { addressOf, endpointWith, ieeeOf, isLock, numberOf } from './locks.ts';
import { note } from './notes.ts';
import type { Presence } from './presence.ts';
import { ask, configure, isConfigured, stands } from './reporting.ts';
import type { Configuration } from './reporting.ts';
import { isMishap, readAttributes } from './sending.ts';
import type { Target } from './sending.ts';
import { targetOf } from './traffic.ts';
import type { Traffic } from './traffic.ts';
import { isOverdue, keepVigil } from './vigil.ts';
import { clusters, lockAttributes } from './zcl.ts';

/** One of many exchanges with a lock: others get their turn in between. */
const stepLimitMs = 45_000;
/** A lock that has just joined is waited for so long in all. */
const joinLimitMs = 55_000;
/** Part of the radio that configuring takes at most. */
const configuringShare = 1 / 4;
/** A lock that announces itself again and again is looked at once an hour. */
const lookAgainMs = 3_600_000;
const zclVersion = 0x0000;
const lengthAttributes = [lockAttributes.maxPinLength, lockAttributes.minPinLength];

/**
 * It was asked, and what it can do isn't known: it holds no codes, or not yet (a keypad can be bought later), or its
 * answer was nonsense (FIELD-BUGS 23). So it is asked again from time to time.
 */
const isUnknown = (device: Models.Device): boolean => capabilitiesOf(device) === undefined;

export interface UpkeepParts {
  readonly host: DriverHost;
  readonly traffic: Traffic;
  readonly presence: Presence;
  /** Actions that the coordinator bears at a time. */
  concurrency(): number;
  /** While the radio is ready. */
  controller(): Controller | undefined;
  /** Devices that aren't ours to touch: their pairing isn't complete. */
  hides(ieee: string): boolean;
  tell(hint: Hint): void;
}

/** Keeps locks known, configured and found again, unasked. Also takes what `DeviceNews` has for the driver. */
export class Upkeep implements NewsDesk {
  readonly #parts: UpkeepParts;
  readonly #reviver: Reviver<string>;
  readonly #configurator: Configurator;
  readonly #stopVigil: () => void;
  readonly #stopping = new AbortController();
  /** When each lock's settings were looked at last because it had announced itself, monotonic. */
  readonly #looked = new Map<string, number>();
  /** Whose code length is being asked for. */
  readonly #checking = new Set<string>();

  constructor(parts: UpkeepParts) {
    this.#parts = parts;
    const { clock } = parts.host;
    this.#reviver = new Reviver(clock, (ieee) => this.#ping(ieee));
    this.#configurator = new Configurator(
      clock,
      (ieee) => this.#configure(ieee),
      () => Math.max(1, Math.floor(parts.concurrency() * configuringShare)),
    );
    this.#stopVigil = keepVigil(clock, () => {
      for (const device of this.#locks())
        if (isOverdue(device, clock.now())) this.#reviver.watch(device.ieeeAddr);
    });
  }

  tell(hint: Hint): void {
    const ieee = 'address' in hint ? ieeeOf(hint.address) : undefined;
    // The bridge may know it from before; now it isn't its lock.
    if (ieee !== undefined && this.#parts.hides(ieee)) return;
    this.#parts.tell(hint);
  }

  wiped(device: Models.Device): void {
    const target = targetOf(device);
    if (target !== undefined) void this.checkLength(target);
  }

  met(device: Models.Device): void {
    const { host } = this.#parts;
    teachDialect(device);
    device.customReadResponse = (frame, endpoint) => serveTime(frame, endpoint, () => toldTo(device, host));
  }

  heard({ ieeeAddr: ieee }: Models.Device): void {
    this.#reviver.forget(ieee);
    if (!this.#parts.presence.heard(ieee)) return;
    this.#configurator.heard(ieee);
    this.tell({ kind: 'reachable', address: addressOf(ieee) });
    this.tell({ kind: 'locks' });
  }

  announced(device: Models.Device): void {
    const { ieeeAddr: ieee } = device;
    const now = this.#parts.host.clock.monotonic();
    if (now - (this.#looked.get(ieee) ?? -Infinity) < lookAgainMs) return;
    this.#looked.set(ieee, now);
    void this.#look(device);
  }

  moved(device: Models.Device): void {
    void this.#ping(device.ieeeAddr);
  }

  removed(ieee: string): void {
    this.#reviver.forget(ieee);
    this.#configurator.forget(ieee);
    this.#parts.presence.forget(ieee);
    this.#looked.delete(ieee);
  }

  /** An exchange with it has failed. */
  missed(ieee: string, isOffline: boolean): void {
    this.#reviver.watch(ieee);
    if (isOffline) this.tell({ kind: 'locks' });
  }

  /** The network is up. */
  ready(): void {
    for (const ieee of this.#parts.presence.offline()) this.#reviver.watch(ieee);
    for (const device of this.#locks())
      if (this.#isUnfinished(device) || isUnknown(device)) this.#configurator.want(device.ieeeAddr);
  }

  /** The Controller has ended. */
  lost(): void {
    this.#reviver.forgetAll();
    this.#configurator.forgetAll();
  }

  /** For a lock that has just joined. Settles within a minute; true where all stands. */
  async configure(device: Models.Device, signal: AbortSignal): Promise<boolean> {
    const { ieeeAddr: ieee } = device;
    const over = new AbortController();
    const cancel = this.#parts.host.clock.after(joinLimitMs, () => {
      over.abort();
    });
    this.#configurator.forget(ieee);
    const done = await this.#configureNow(device, AbortSignal.any([signal, over.signal]));
    cancel();
    if (!done) this.#configurator.later(ieee);
    return done;
  }

  /**
   * Where all codes of a lock have one length, a new one has wiped them (FIELD-BUGS 6), and the lock says nothing of it:
   * it shows in what is refused, and is asked for then.
   */
  async checkLength({ device, endpoint, corrects }: Target): Promise<void> {
    const { ieeeAddr: ieee } = device;
    if (corrects.oneCodeLength !== true || this.#checking.has(ieee)) return;
    const lengths = (): string =>
      lengthAttributes.map((id) => numberOf(endpoint, clusters.doorLock, id) ?? '').join(':');
    const before = lengths();
    this.#checking.add(ieee);
    await this.#parts.traffic.run(
      device,
      this.#stopping.signal,
      stepLimitMs,
      (context) => readAttributes(endpoint, clusters.doorLock, lengthAttributes, context),
      () => undefined,
    );
    this.#checking.delete(ieee);
    if (lengths() === before || this.#device(ieee) !== device) return;
    device.save();
    this.tell({ kind: 'locks' });
    this.tell({ kind: 'slot', address: addressOf(ieee), slot: undefined });
  }

  close(): void {
    this.#stopping.abort();
    this.#stopVigil();
    this.lost();
  }

  #locks(): readonly Models.Device[] {
    const controller = this.#parts.controller();
    if (controller === undefined) return [];
    return [...controller.getDevicesIterator(isLock)].filter(({ ieeeAddr }) => !this.#parts.hides(ieeeAddr));
  }

  #device(ieee: string): Models.Device | undefined {
    return this.#parts.controller()?.getDeviceByIeeeAddr(ieee);
  }

  #coordinator(): Models.Endpoint | undefined {
    return this.#parts.controller()?.getDevicesByType('Coordinator')[0]?.endpoints[0];
  }

  #isUnfinished(device: Models.Device): boolean {
    const [target, coordinator] = [targetOf(device), this.#coordinator()];
    return target !== undefined && coordinator !== undefined && !isConfigured({ target, coordinator });
  }

  async #configure(ieee: string): Promise<boolean> {
    const device = this.#device(ieee);
    if (device === undefined) return true;
    const work = this.#isUnfinished(device) ? configure : ask;
    return !this.#parts.hides(ieee) && this.#configureNow(device, this.#stopping.signal, work);
  }

  #configurationOf(device: Models.Device, signal: AbortSignal): Configuration | undefined {
    const [target, coordinator] = [targetOf(device), this.#coordinator()];
    if (target === undefined || coordinator === undefined) return undefined;
    const { traffic } = this.#parts;
    return {
      target,
      coordinator,
      step: (exchange) => traffic.run(device, signal, stepLimitMs, exchange, () => undefined),
    };
  }

  async #configureNow(device: Models.Device, signal: AbortSignal, work = configure): Promise<boolean> {
    const configuration = this.#configurationOf(device, signal);
    if (configuration === undefined) return false;
    const done = await work(configuration);
    this.tell({ kind: 'locks' });
    return done;
  }

  /** It was away, and may have been reset meanwhile: then it has forgotten its settings, and perhaps its codes. */
  async #look(device: Models.Device): Promise<void> {
    const { ieeeAddr: ieee } = device;
    const configuration = this.#configurationOf(device, this.#stopping.signal);
    if (configuration === undefined || this.#parts.hides(ieee) || this.#isUnfinished(device)) return;
    if (isUnknown(device)) this.#configurator.want(ieee);
    const stood = await stands(configuration);
    if (stood === true || this.#device(ieee) !== device) return;
    if (stood === undefined) {
      this.#looked.delete(ieee);
      return;
    }
    note(device, {
      configured: false,
      boundTo: undefined,
      tellsProgramming: undefined,
      tellsPins: undefined,
      reads: undefined,
      refusals: undefined,
      clock: undefined,
    });
    this.tell({ kind: 'slot', address: addressOf(ieee), slot: undefined });
    this.#configurator.want(ieee);
  }

  /** One frame. Where it fails, the network is asked whether the lock has another address by now. */
  async #ping(ieee: string): Promise<void> {
    const device = this.#device(ieee);
    const endpoint = device && endpointWith(device, clusters.basic);
    if (device === undefined || endpoint === undefined) return;
    const answered = await this.#parts.traffic.run(
      device,
      this.#stopping.signal,
      stepLimitMs,
      async (context) => !isMishap(await readAttributes(endpoint, clusters.basic, [zclVersion], context)),
      () => false,
    );
    if (answered || this.#device(ieee) !== device) return;
    await device.requestNetworkAddress().catch(() => undefined);
  }
}
