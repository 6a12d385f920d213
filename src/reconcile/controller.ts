import type { DeviceId, LockAddress } from '../core/ids.ts';
import type { Device, LockDescription } from '../core/model.ts';
import type { Action } from '../core/plan.ts';
import { priorities } from '../core/plan.ts';
import { slotsOf } from '../core/slots.ts';
import type { Changes } from '../ports/changes.ts';
import type { Clock } from '../ports/clock.ts';
import type { Hint, LockDriver, OperateOutcome } from '../ports/lock-driver.ts';
import type { Log } from '../ports/log.ts';
import type { Random } from '../ports/random.ts';
import type { DriverStatus, Reconciler } from '../ports/reconciler.ts';
import type { Store } from '../ports/store.ts';
import { accessEvent, deviceEvents, lockoutEvent } from './device-events.ts';
import { withDeadline } from './deadline.ts';
import { actionDeadlineMs, LockWorker } from './lock-worker.ts';
import type { Moment, Pace } from './lock-worker.ts';
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
  readonly moment: (moment: Moment) => void;
}

interface Operation {
  readonly action: 'locked' | 'unlocked';
  reported: boolean;
  /** It has had its event: a report that comes later is not a second one. */
  told: boolean;
  /** Monotonic time at which it ended; undefined while it lasts. */
  over: number | undefined;
}

/** A lock reports a radio operation within this long after answering it. */
const reportWithinMs = 10_000;

/** All locks of all radios: knows which there are, passes hints on, and starts a worker for each. */
export class Controller implements Reconciler {
  readonly #parts: ControllerParts;
  readonly #workers = new Map<DeviceId, LockWorker>();
  readonly #gates = new Map<LockDriver, RadioGate>();
  readonly #wakeups: Wakeups<DeviceId>;
  readonly #unsubscribe: (() => void)[] = [];
  readonly #stop = new AbortController();
  #drivers: readonly LockDriver[] = [];
  /** Radio operations of ours by lock, and whether the lock has reported them: its report is not a second event. */
  readonly #operations = new Map<DeviceId, Operation>();

  constructor(parts: ControllerParts) {
    this.#parts = parts;
    this.#wakeups = new Wakeups(parts.clock, (device) => {
      this.kick(device);
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
    for (const driver of drivers) void this.#syncLocks(driver);
  }

  /** Ends all workers; at most one exchange each is abandoned to its intent. */
  async stop(): Promise<void> {
    this.#stop.abort();
    for (const unsubscribe of this.#unsubscribe) unsubscribe();
    this.#wakeups.stop();
    await Promise.all([...this.#workers.values()].map((worker) => worker.stop()));
  }

  kick(device: DeviceId): void {
    this.#workers.get(device)?.kick();
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

  usableSlots(device: Device): readonly number[] {
    if (device.capabilities === undefined) return [];
    const within = this.#parts.settingsOf(device.address, device.deviceId)?.slots;
    const slots = slotsOf(device.capabilities);
    return within === undefined ? slots : slots.filter((slot) => slot >= within.first && slot <= within.last);
  }

  async operate(deviceId: DeviceId, action: 'lock' | 'unlock'): Promise<OperateOutcome> {
    const { store, clock, random, changes } = this.#parts;
    const device = store.device(deviceId);
    const driver = device && this.#drivers.find((one) => one.radio === device.radio);
    const gate = driver && this.#gates.get(driver);
    if (device === undefined || driver === undefined || gate === undefined || driver.state !== 'ready')
      return { kind: 'failed', why: 'radio_down' };
    return withDeadline(clock, actionDeadlineMs, this.#stop.signal, async (signal) => {
      const release = await gate.acquire(deviceId, priorities.operate, signal);
      if (release === undefined) return { kind: 'failed', why: 'timeout' };
      const operation: Operation = {
        action: action === 'lock' ? 'locked' : 'unlocked',
        reported: false,
        told: false,
        over: undefined,
      };
      this.#operations.set(deviceId, operation);
      try {
        const outcome = await driver.operate(device.address, action, signal);
        // A lost answer doesn't matter where the lock itself has said that its bolt moved.
        if (outcome.kind === 'done' || operation.reported) {
          operation.told = true;
          const access = { action: operation.action, method: 'remote', slot: undefined } as const;
          store.appendEvent(accessEvent(random, clock.now(), device, access, undefined));
          changes.emit({ kind: 'events' });
        }
        return outcome.kind === 'failed' && operation.reported ? { kind: 'done', confirmed: true } : outcome;
      } finally {
        operation.over = clock.monotonic();
        release();
      }
    });
  }

  #onHint(driver: LockDriver, hint: Hint): void {
    switch (hint.kind) {
      case 'locks':
        void this.#syncLocks(driver);
        return;
      case 'radio':
        this.#parts.changes.emit({ kind: 'bridge' });
        void this.#syncLocks(driver, driver.state === 'ready');
        return;
      case 'slot':
        this.#workerAt(hint.address)?.hint(hint.slot);
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
    if (hint.kind === 'access' && this.#isOwn(device.deviceId, hint.action, hint.method)) return;
    const now = clock.now();
    if (hint.kind === 'keypad_lockout') store.appendEvent(lockoutEvent(random, now, device));
    else {
      const state = store.lockState(device.deviceId);
      const belief = hint.slot === undefined ? undefined : state.slots.get(hint.slot);
      store.appendEvent(accessEvent(random, now, device, hint, belief));
    }
    changes.emit({ kind: 'events' });
  }

  /** The lock's report of what we made it do, which `operate` tells of. */
  #isOwn(device: DeviceId, action: Operation['action'], method: string): boolean {
    const operation = this.#operations.get(device);
    if (operation?.action !== action || method !== 'remote') return false;
    const { over } = operation;
    // Reported only after its answer was given up: nobody has told of it yet.
    if (over !== undefined && (!operation.told || this.#parts.clock.monotonic() - over > reportWithinMs))
      return false;
    operation.reported = true;
    return true;
  }

  #workerAt(address: LockAddress): LockWorker | undefined {
    const device = this.#parts.store.devices().find((one) => one.address === address);
    return device && this.#workers.get(device.deviceId);
  }

  /** Brings our records of a radio's locks up to date with what its driver tells, and kicks their workers. */
  async #syncLocks(driver: LockDriver, heardAgain = false): Promise<void> {
    for (const { address } of driver.locks()) {
      const told = await withDeadline(this.#parts.clock, actionDeadlineMs, this.#stop.signal, (signal) =>
        driver.capabilities(address, signal),
      );
      if (this.#stop.signal.aborted) return;
      // As it is described now: another hint may have brought newer news meanwhile (FIELD-BUGS 16).
      const description = driver.locks().find((one) => one.address === address);
      if (description === undefined) continue;
      const device = this.#syncLock(description, told);
      const worker = this.#workers.get(device.deviceId) ?? this.#startWorker(device, driver);
      if (heardAgain) worker.reachable();
      else worker.kick();
    }
  }

  #syncLock(description: LockDescription, told: Device['capabilities']): Device {
    const { store, clock, random, changes, deviceIdOf, settingsOf } = this.#parts;
    const known = store.deviceByIdentity(description.identities);
    const deviceId = known?.deviceId ?? deviceIdOf(description.identities[0] ?? description.address);
    // Masking is learned from answers: what was seen once outlives what the lock claims (FIELD-BUGS 2).
    const masked = known?.capabilities?.readBack === 'masked' && told?.readBack === 'full';
    const capabilities = (masked ? { ...told, readBack: 'masked' as const } : told) ?? known?.capabilities;
    const device: Device = {
      deviceId,
      radio: description.radio,
      address: description.address,
      identities: [...new Set([...description.identities, ...(known?.identities ?? [])])],
      name: settingsOf(description.address, deviceId)?.name ?? description.name,
      manufacturer: description.manufacturer ?? known?.manufacturer,
      model: description.model ?? known?.model,
      capabilities,
      online: description.online,
      battery: description.battery ?? known?.battery,
      locked: description.locked ?? known?.locked,
      createdAt: known?.createdAt ?? clock.now(),
    };
    if (known !== undefined && JSON.stringify(known) === JSON.stringify(device)) return device;
    store.transaction(() => {
      store.putDevice(device);
      for (const event of deviceEvents(random, clock.now(), known, device)) store.appendEvent(event);
    });
    changes.emit({ kind: 'device', id: deviceId });
    changes.emit({ kind: 'events' });
    changes.emit({ kind: 'bridge' });
    return device;
  }

  #startWorker(device: Device, driver: LockDriver): LockWorker {
    const gate = this.#gates.get(driver);
    if (gate === undefined) throw new Error(`no gate for ${driver.radio}`);
    const { store, clock, random, log, changes, pace, auditWakeups, moment } = this.#parts;
    const worker = new LockWorker(device.deviceId, {
      store,
      clock,
      random,
      log,
      changes,
      driver,
      gate,
      pace,
      auditWakeups,
      usableSlots: (one) => this.usableSlots(one),
      wakeAt: (id, at) => {
        this.#wakeups.set(id, at);
      },
      moment,
    });
    this.#workers.set(device.deviceId, worker);
    return worker;
  }
}
