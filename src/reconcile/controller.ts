import { canonical } from '../core/canonical.ts';
import type { DeviceId, LockAddress, RadioId } from '../core/ids.ts';
import type { Device, LockDescription } from '../core/model.ts';
import type { Action } from '../core/plan.ts';
import { priorities } from '../core/plan.ts';
import { slotsOf } from '../core/slots.ts';
import type { Certification, CertifyRequest } from '../ports/certification.ts';
import type { Changes } from '../ports/changes.ts';
import type { Clock } from '../ports/clock.ts';
import type { Hint, LockDriver } from '../ports/lock-driver.ts';
import type { LockInspection } from '../ports/lock-inspection.ts';
import type { Log } from '../ports/log.ts';
import type { Random } from '../ports/random.ts';
import type { DriverStatus, OperationOutcome, Reconciler } from '../ports/reconciler.ts';
import type { NewEvent, Store } from '../ports/store.ts';
import { Certifications } from './certifications.ts';
import { tidyRemoved } from './departures.ts';
import { accessEvent, deviceEvents, lockoutEvent, displacedEvent } from './device-events.ts';
import { withDeadline } from './deadline.ts';
import { actionDeadlineMs } from './exchange.ts';
import type { Moment } from './exchange.ts';
import { displaced, learnDescribed, recordFor, updated } from './lock-records.ts';
import { LockWorker } from './lock-worker.ts';
import type { Pace } from './lock-worker.ts';
import { Operations } from './operations.ts';
import { PairingSessions } from './pairings.ts';
import { Progress } from './progress.ts';
import { RadioGate } from './radio-gate.ts';
import { Wakeups } from './wakeups.ts';

/** What the config says of one lock (`devices`). */
export interface DeviceSettings {
  readonly name: string | undefined;
  /** Slots the bridge may use; undefined = all the lock has. */
  readonly slots: { readonly first: number; readonly last: number } | undefined;
}

export interface ControllerParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly changes: Changes;
  /** The stable id for a lock never seen before, from its strongest identity. */
  readonly deviceIdOf: (identity: string) => DeviceId;
  readonly settingsOf: (address: LockAddress, device: DeviceId) => DeviceSettings | undefined;
  readonly pace: Pace;
  /** What one audit may wake a lock for. */
  readonly auditWakeups: number;
  /** An audit longer ago than this was missed and is made up for; undefined: audits are off. */
  readonly auditOverdueMs: number | undefined;
  readonly moment: (moment: Moment) => void;
}

/** A list of locks that couldn't be stored is looked at again after this long. */
const retrySyncMs = 60_000;

/** All locks of all radios: knows which there are, passes hints on, and starts a worker for each. */
export class Controller implements Reconciler {
  readonly #parts: ControllerParts;
  readonly #workers = new Map<DeviceId, LockWorker>();
  readonly #gates = new Map<LockDriver, RadioGate>();
  readonly #wakeups: Wakeups<DeviceId>;
  readonly #unsubscribe: (() => void)[] = [];
  readonly #stop = new AbortController();
  #drivers: readonly LockDriver[] = [];
  #cancelRetry: (() => void) | undefined;
  readonly #progress = new Progress();
  readonly #operations: Operations;
  readonly #certifications: Certifications;
  readonly pairings: PairingSessions;

  constructor(parts: ControllerParts) {
    this.#parts = parts;
    this.#wakeups = new Wakeups(parts.clock, (device) => {
      this.kick(device);
    });
    this.#operations = new Operations({ ...parts, stop: this.#stop.signal });
    this.#certifications = new Certifications(parts);
    this.pairings = new PairingSessions({
      ...parts,
      driverOf: (radio) => this.#drivers.find((one) => one.radio === radio),
      gateOf: (driver) => this.#gates.get(driver),
      sync: (driver) => this.#syncLocks(driver, false),
      retire: (device) => this.#retire(device),
    });
  }

  /** Begins with what the drivers know now; everything later comes by their hints. */
  start(drivers: readonly LockDriver[]): void {
    this.#drivers = drivers;
    for (const driver of drivers) {
      this.#gates.set(driver, new RadioGate(this.#parts.clock, driver.concurrency, priorities.removal));
      this.#unsubscribe.push(
        driver.onHint((hint) => {
          this.#onHint(driver, hint);
        }),
      );
    }
    // Known locks have their worker even while their radio is away: what is overdue must be told.
    for (const device of this.#parts.store.devices()) {
      const driver = this.#driverOf(device);
      if (device.removedAt !== undefined) this.#tidy(device);
      else if (driver !== undefined) this.#worker(device.deviceId, driver).kick();
    }
    for (const driver of drivers) this.#sync(driver, false);
  }

  /** Ends all workers; at most one exchange each is abandoned to its intent. */
  async stop(): Promise<void> {
    await this.pairings.stop();
    this.#stop.abort();
    for (const unsubscribe of this.#unsubscribe) unsubscribe();
    this.#wakeups.stop();
    this.#cancelRetry?.();
    await Promise.all([...this.#workers.values()].map((worker) => worker.stop()));
    await this.#certifications.ended();
  }

  kick(device: DeviceId): void {
    const worker = this.#workers.get(device);
    const removed = worker === undefined ? this.#parts.store.device(device) : undefined;
    if (removed?.removedAt !== undefined) this.#tidy(removed);
    else worker?.kick();
  }

  audit(device: DeviceId): void {
    this.#workers.get(device)?.audit(true);
  }

  /** The nightly look at every lock (`audit.ts`). */
  auditAll(): void {
    for (const worker of this.#workers.values()) worker.audit(false);
  }

  inFlight(device: DeviceId): Action | undefined {
    return this.#workers.get(device)?.inFlight;
  }

  drivers(): DriverStatus[] {
    return this.#drivers.map((driver) => ({
      driver: driver.radio,
      state: driver.state,
      detail: driver.stateDetail,
      locks: driver.locks().length,
    }));
  }

  inspect(device: Device): LockInspection | undefined {
    return this.#driverOf(device)?.inspect?.(device.address);
  }

  facts(radio: RadioId): Readonly<Record<string, string>> {
    return this.#drivers.find((one) => one.radio === radio)?.facts?.() ?? {};
  }

  certify(request: CertifyRequest): { certification: Certification } | { refused: string } {
    const { device } = request;
    const driver = this.#driverOf(device);
    const worker = this.#workers.get(device.deviceId);
    if (device.capabilities === undefined || driver?.state !== 'ready' || worker === undefined)
      return { refused: 'The radio is not available.' };
    if (this.#certifications.runningOn(device.deviceId) !== undefined)
      return { refused: 'This lock is being tried out already.' };
    return { certification: this.#certifications.start(request, device.capabilities, worker, driver) };
  }

  certification(certifyId: string): Certification | undefined {
    return this.#certifications.get(certifyId);
  }

  /** What has been under way for longer than it can last by right; to be asked again and again. */
  stuck(): string | undefined {
    return this.#progress.stuck(this.#gates, this.#workers, this.#parts.clock.monotonic());
  }

  usableSlots(device: Device): readonly number[] {
    if (device.capabilities === undefined) return [];
    const within = this.#parts.settingsOf(device.address, device.deviceId)?.slots;
    const slots = slotsOf(device.capabilities);
    return within === undefined ? slots : slots.filter((slot) => slot >= within.first && slot <= within.last);
  }

  async operate(
    deviceId: DeviceId,
    action: 'lock' | 'unlock',
    expiresAt: number | undefined,
  ): Promise<OperationOutcome> {
    const device = this.#parts.store.device(deviceId);
    const driver = device && this.#driverOf(device);
    const gate = driver && this.#gates.get(driver);
    const present =
      driver?.state === 'ready' && driver.locks().some((one) => one.address === device?.address);
    if (device === undefined || driver === undefined || gate === undefined || !present)
      return { kind: 'failed', why: 'radio_down' };
    return this.#operations.run(device, driver, gate, action, expiresAt);
  }

  #driverOf(device: Device): LockDriver | undefined {
    return this.#drivers.find((one) => one.radio === device.radio);
  }

  /** Drivers call this on their own stack: what goes wrong here must not end there. */
  #onHint(driver: LockDriver, hint: Hint): void {
    try {
      this.#heed(driver, hint);
    } catch (error) {
      this.#parts.log.error({ hint: hint.kind, err: error }, 'news from a radio could not be stored');
    }
  }

  #heed(driver: LockDriver, hint: Hint): void {
    switch (hint.kind) {
      case 'locks':
        this.#sync(driver, false);
        return;
      case 'radio':
        this.#parts.changes.emit({ kind: 'bridge' });
        for (const device of this.#parts.store.devices())
          if (device.radio === driver.radio) this.#workers.get(device.deviceId)?.kick();
        this.#sync(driver, driver.state === 'ready');
        return;
      case 'slot':
        this.#workerAt(hint.address)?.hint(hint.allDeleted === true ? 'all' : hint.slot);
        return;
      case 'reachable':
        this.#workerAt(hint.address)?.reachable();
        return;
      case 'access':
      case 'keypad_lockout':
        this.#happened(hint);
        return;
      default:
        hint satisfies never;
    }
  }

  /** Things that happened at the door, which nobody can look up again: straight into the outbox. */
  #happened(hint: Extract<Hint, { kind: 'access' | 'keypad_lockout' }>): void {
    const { store, clock, random, changes } = this.#parts;
    const device = store.devices().find((one) => one.address === hint.address);
    if (device === undefined) return;
    if (hint.kind === 'access' && this.#operations.isOwn(device.deviceId, hint.action, hint.method)) return;
    const now = clock.now();
    if (hint.kind === 'keypad_lockout') store.appendEvent(lockoutEvent(random, now, device));
    else {
      const state = store.lockState(device.deviceId);
      const belief = hint.slot === undefined ? undefined : state.slots.get(hint.slot);
      store.appendEvent(accessEvent(random, now, device, hint, belief));
    }
    changes.emit({ kind: 'events' });
  }

  #workerAt(address: LockAddress): LockWorker | undefined {
    const device = this.#parts.store.devices().find((one) => one.address === address);
    return device && this.#workers.get(device.deviceId);
  }

  #sync(driver: LockDriver, heardAgain: boolean): void {
    this.#syncLocks(driver, heardAgain).catch((error: unknown) => {
      this.#parts.log.error(
        { driver: driver.radio, err: error },
        'the list of locks could not be stored; tried again in a minute',
      );
      this.#cancelRetry?.();
      this.#cancelRetry = this.#parts.clock.after(retrySyncMs, () => {
        this.#sync(driver, heardAgain);
      });
    });
  }

  /** Brings our records of a radio's locks up to date with what its driver tells, and kicks their workers. */
  async #syncLocks(driver: LockDriver, heardAgain: boolean): Promise<void> {
    const { clock } = this.#parts;
    for (const { address } of driver.locks()) {
      const told = await withDeadline(
        clock,
        actionDeadlineMs,
        this.#stop.signal,
        (signal) => driver.capabilities(address, signal),
        () => undefined,
      );
      if (this.#stop.signal.aborted) return;
      // As it is described now: another hint may have brought newer news meanwhile (FIELD-BUGS 16).
      const description = driver.locks().find((one) => one.address === address);
      if (description === undefined) continue;
      const { device, changed } = this.#syncLock(description, told);
      const isNew = !this.#workers.has(device.deviceId);
      const worker = this.#worker(device.deviceId, driver);
      if (heardAgain) worker.reachable();
      else if (changed || isNew) worker.kick();
    }
    if (driver.state === 'ready') this.#missing(driver);
  }

  /** Locks that the radio no longer knows: out of reach, and said so. */
  #missing(driver: LockDriver): void {
    const present = new Set(driver.locks().map((one) => one.address));
    for (const device of this.#parts.store.devices())
      if (device.radio === driver.radio && device.online && !present.has(device.address)) {
        this.#store(device, { ...device, online: false });
        this.kick(device.deviceId);
      }
  }

  /** The lock has left, or is about to be struck off. */
  async #retire(device: DeviceId): Promise<void> {
    const worker = this.#workers.get(device);
    this.#workers.delete(device);
    await worker?.stop();
    this.#wakeups.set(device, undefined);
  }

  #tidy(device: Device): void {
    const { store, random, clock, changes, log } = this.#parts;
    try {
      for (const change of tidyRemoved(store, random, device, clock.now())) changes.emit(change);
    } catch (error) {
      log.error(
        { device_id: device.deviceId, err: error },
        'the record of a removed lock could not be stored',
      );
    }
  }

  /** A lock without a lasting name has its id by its place: that may have been a removed lock's (`departures`). */
  #freeId(identity: string): DeviceId {
    const { store, deviceIdOf } = this.#parts;
    for (let turn = 1; ; turn += 1) {
      const id = deviceIdOf(turn === 1 ? identity : `${identity}#${turn}`);
      if (store.device(id)?.removedAt === undefined) return id;
    }
  }

  #syncLock(
    description: LockDescription,
    told: Device['capabilities'],
  ): { readonly device: Device; readonly changed: boolean } {
    const { store, clock, random, settingsOf } = this.#parts;
    const known = recordFor(store, description);
    const deviceId = known?.deviceId ?? this.#freeId(description.identities[0] ?? description.address);
    const name = settingsOf(description.address, deviceId)?.name ?? description.name;
    const device = updated(known, description, told, { deviceId, name, now: clock.now() });
    if (known !== undefined && canonical(known) === canonical(device)) return { device, changed: false };
    for (const other of displaced(store, description.address, deviceId))
      this.#store(store.device(other.deviceId), other, [
        displacedEvent(random, clock.now(), other, deviceId),
      ]);
    this.#store(known, device);
    return { device, changed: true };
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

  #worker(deviceId: DeviceId, driver: LockDriver): LockWorker {
    const existing = this.#workers.get(deviceId);
    if (existing !== undefined) return existing;
    const gate = this.#gates.get(driver);
    if (gate === undefined) throw new Error(`no gate for ${driver.radio}`);
    const worker = new LockWorker(deviceId, {
      ...this.#parts,
      driver,
      gate,
      usableSlots: (device) => this.usableSlots(device),
      wakeAt: (id, at) => {
        this.#wakeups.set(id, at);
      },
    });
    this.#workers.set(deviceId, worker);
    worker.makeUpAudit();
    return worker;
  }
}
