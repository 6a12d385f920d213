import type { DeviceId, LockAddress, RadioId } from '../core/ids.ts';
import type { Outlook } from '../core/arrivals.ts';
import type { AccessCode, Device } from '../core/model.ts';
import type { Action } from '../core/plan.ts';
import { slotsOf } from '../core/slots.ts';
import type { Certification, CertifyRequest } from '../ports/certification.ts';
import type { AutoLock, Hint, LockDriver } from '../ports/lock-driver.ts';
import type { LockInspection } from '../ports/lock-inspection.ts';
import type { Log } from '../ports/log.ts';
import type { DriverStatus, OperationOrder, OperationOutcome, Reconciler } from '../ports/reconciler.ts';
import { lockDeferralOf, outlooksOf } from './arrivals.ts';
import { Certifications } from './certifications.ts';
import { accessEvent, deviceEvent, lockoutEvent } from './device-events.ts';
import { withDeadline } from './deadline.ts';
import { actionDeadlineMs } from './exchange.ts';
import type { Moment } from './exchange.ts';
import { LockRoster } from './lock-roster.ts';
import type { RosterParts } from './lock-roster.ts';
import type { LoadingParts } from './loading.ts';
import { LockWorker } from './lock-worker.ts';
import type { Pace } from './lock-worker.ts';
import { afterUse } from './one-time.ts';
import { Operations } from './operations.ts';
import { PairingSessions } from './pairings.ts';
import { Progress } from './progress.ts';
import { RadioGate } from './radio-gate.ts';
import { RadioStates } from './radio-states.ts';
import { settleIdle } from './stranded.ts';
import { kickWithTrust } from './trust-watch.ts';
import { Wakeups } from './wakeups.ts';

/** Config `scheduling`: `leadMs` is `lead`, `preloadMs` `native_preload`, `arrivalNoticeMs` `arrival_notice`. */
export interface ControllerParts extends RosterParts, LoadingParts {
  readonly log: Log;
  /** Those that the config names: told of as starting until `start` is given their drivers. */
  readonly radios?: readonly RadioId[];
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
  #isStarted = false;
  #cancelRetry: (() => void) | undefined;
  readonly #progress = new Progress();
  readonly #roster: LockRoster;
  readonly #operations: Operations;
  readonly #radioStates: RadioStates;
  readonly #builtAt: number;
  readonly #certifications: Certifications;
  readonly pairings: PairingSessions;

  constructor(parts: ControllerParts) {
    this.#parts = parts;
    this.#builtAt = parts.clock.now();
    this.#radioStates = new RadioStates(parts.clock);
    this.#wakeups = new Wakeups(parts.clock, (device) => {
      this.kick(device);
    });
    this.#roster = new LockRoster(parts);
    this.#operations = new Operations({ ...parts, stop: this.#stop.signal });
    this.#certifications = new Certifications(parts);
    this.pairings = new PairingSessions({
      ...parts,
      drivers: () => this.#drivers,
      gateOf: (driver) => this.#gates.get(driver),
      sync: (driver) => this.#syncLocks(driver, false),
      retire: (device) => this.#retire(device),
    });
  }

  /** Begins with what the drivers know now; everything later comes by their hints. */
  start(drivers: readonly LockDriver[]): void {
    this.#drivers = drivers;
    this.#isStarted = true;
    this.#unsubscribe.push(kickWithTrust(this.#parts, this));
    this.pairings.endInterrupted();
    for (const driver of drivers) {
      this.#gates.set(driver, new RadioGate(this.#parts.clock, driver));
      this.#unsubscribe.push(
        driver.onHint((hint) => {
          this.#onHint(driver, hint);
        }),
      );
    }
    // Known locks have their worker even while their radio is away: what is overdue must be told.
    for (const device of this.#parts.store.devices()) {
      const driver = this.#driverOf(device);
      if (device.removedAt !== undefined || driver === undefined) this.#tidy(device);
      else this.#worker(device.deviceId, driver).kick();
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
    const idle = worker === undefined ? this.#parts.store.device(device) : undefined;
    const isLeft = idle?.removedAt !== undefined || (this.#isStarted && idle && !this.#driverOf(idle));
    if (idle !== undefined && isLeft === true) this.#tidy(idle);
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
    const { radios = [] } = this.#parts;
    const unopened = { state: 'starting', detail: undefined, locks: 0, since: this.#builtAt } as const;
    if (this.#gates.size === 0) return radios.map((driver) => ({ driver, ...unopened }));
    return this.#drivers.map((driver) => ({
      driver: driver.radio,
      state: driver.state,
      detail: driver.stateDetail,
      locks: driver.locks().length,
      since: this.#radioStates.since(driver),
    }));
  }

  isListed({ radio, address }: Device): boolean {
    const driver = this.#drivers.find((one) => one.radio === radio);
    return driver?.state === 'ready' && driver.locks().some((one) => one.address === address);
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
    const now = this.#parts.clock.monotonic();
    return this.#progress.stuck(this.#gates, this.#workers, this.#certifications.running, now);
  }

  get leadMs(): number {
    return this.#parts.leadMs;
  }

  usableSlots(device: Device): readonly number[] {
    if (device.capabilities === undefined) return [];
    const within = this.#parts.settingsOf(device.address, device.deviceId)?.slots;
    const slots = slotsOf(device.capabilities);
    // Where nothing can be read, somebody's code may stand in any slot: ours are those that the config names.
    if (within === undefined) return device.capabilities.readBack === 'none' ? [] : slots;
    return slots.filter((slot) => slot >= within.first && slot <= within.last);
  }

  outlooks(device: Device): (code: AccessCode) => Outlook {
    return outlooksOf(this.#parts, this, device);
  }

  lockDeferral(device: Device): ReturnType<Reconciler['lockDeferral']> {
    return lockDeferralOf(this.#parts, this, device);
  }

  givenName(device: Device): string {
    const told = this.#driverOf(device)
      ?.locks()
      .find((one) => one.address === device.address)?.name;
    return this.#parts.settingsOf(device.address, device.deviceId)?.name ?? told ?? device.name;
  }

  operate(deviceId: DeviceId, action: 'lock' | 'unlock', order: OperationOrder): Promise<OperationOutcome> {
    return this.#atLock(deviceId, (device, driver, gate) =>
      this.#operations.run(device, driver, gate, action, order),
    );
  }

  configureAutoLock(deviceId: DeviceId, wanted: AutoLock, order: OperationOrder): Promise<OperationOutcome> {
    return this.#atLock(deviceId, (device, driver, gate) =>
      this.#operations.configureAutoLock(device, driver, gate, wanted, order),
    );
  }

  async #atLock(
    deviceId: DeviceId,
    work: (device: Device, driver: LockDriver, gate: RadioGate) => Promise<OperationOutcome>,
  ): Promise<OperationOutcome> {
    const device = this.#parts.store.device(deviceId);
    const driver = device && this.#driverOf(device);
    const gate = driver && this.#gates.get(driver);
    if (device === undefined || driver?.state !== 'ready' || gate === undefined)
      return { kind: 'failed', why: 'radio_down' };
    // The radio works, and has no such lock: it has left, or was never told of again.
    if (!this.isListed(device)) return { kind: 'failed', why: 'unreachable' };
    return work(device, driver, gate);
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
        this.pairings.listChanged();
        return;
      case 'radio':
        this.#radioStates.since(driver);
        this.#parts.changes.emit({ kind: 'bridge' });
        for (const { deviceId, radio } of this.#parts.store.devices()) {
          if (radio !== driver.radio) continue;
          this.#parts.changes.emit({ kind: 'device', id: deviceId });
          this.#workers.get(deviceId)?.kick();
        }
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
      case 'tampered':
        this.#happened(hint);
        return;
      default:
        hint satisfies never;
    }
  }

  /** Things that happened at the door, which nobody can look up again: straight into the outbox. */
  #happened(hint: Extract<Hint, { kind: 'access' | 'keypad_lockout' | 'tampered' }>): void {
    const { store, clock, random, changes } = this.#parts;
    const device = store.devices().find((one) => one.address === hint.address);
    if (device === undefined) return;
    if (hint.kind === 'access' && this.#operations.isOwn(device.deviceId, hint.action, hint.method)) return;
    const now = clock.now();
    if (hint.kind === 'keypad_lockout') store.appendEvent(lockoutEvent(random, now, device));
    else if (hint.kind === 'tampered') store.appendEvent(deviceEvent(random, now, device, 'device.tampered'));
    else {
      const state = store.lockState(device.deviceId);
      const belief = hint.slot === undefined ? undefined : state.slots.get(hint.slot);
      const cause = this.#operations.causeOf(device.deviceId, hint.action, hint.method);
      const used = store.transaction(() => {
        store.appendEvent(accessEvent(random, now, device, hint, belief, cause));
        return hint.action === 'unlocked' ? afterUse(store, belief?.owner, now) : [];
      });
      for (const change of used) changes.emit(change);
      if (used.length > 0) this.kick(device.deviceId);
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
      const { device, changed } = this.#roster.update(description, told);
      const isNew = !this.#workers.has(device.deviceId);
      const worker = this.#worker(device.deviceId, driver);
      if (heardAgain) worker.reachable();
      else if (changed || isNew) worker.kick();
    }
    if (driver.state !== 'ready') return;
    for (const { deviceId } of this.#roster.missing(driver)) this.kick(deviceId);
  }

  /** The lock has left, or is about to be struck off. */
  async #retire(device: DeviceId): Promise<void> {
    const worker = this.#workers.get(device);
    this.#workers.delete(device);
    await worker?.stop();
    // Should its record be kept, that goes on by the clock (`#tidy`).
    this.#wakeups.set(device, this.#parts.clock.now());
  }

  /** Of a lock that has left its network, or whose radio no driver serves: its record goes on without a worker. */
  #tidy(device: Device): void {
    const { clock, changes, log } = this.#parts;
    try {
      const tidied = settleIdle(this.#parts, device, this.usableSlots(device), clock.now());
      for (const change of tidied.changes) changes.emit(change);
      this.#wakeups.set(device.deviceId, tidied.nextAt);
    } catch (error) {
      log.error(
        { device_id: device.deviceId, err: error },
        device.removedAt === undefined
          ? 'the record of a lock without a radio could not be stored'
          : 'the record of a removed lock could not be stored',
      );
    }
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
      radioSince: () => this.#radioStates.since(driver),
      wakeAt: (id, at) => {
        this.#wakeups.set(id, at);
      },
    });
    this.#workers.set(deviceId, worker);
    worker.makeUpAudit();
    return worker;
  }
}
