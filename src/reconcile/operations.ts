import { priorities } from '../core/plan.ts';
import type { DeviceId } from '../core/ids.ts';
import type { Device } from '../core/model.ts';
import type { Changes } from '../ports/changes.ts';
import type { Clock } from '../ports/clock.ts';
import type { AutoLock, LockDriver, OperateOutcome } from '../ports/lock-driver.ts';
import type { Log } from '../ports/log.ts';
import type { Random } from '../ports/random.ts';
import type { OperationOrder, OperationOutcome } from '../ports/reconciler.ts';
import type { Store } from '../ports/store.ts';
import { accessEvent } from './device-events.ts';
import { withDeadline } from './deadline.ts';
import { actionDeadlineMs } from './exchange.ts';
import type { RadioGate } from './radio-gate.ts';

interface Operation {
  readonly action: 'locked' | 'unlocked';
  readonly attemptId: string;
  reported: boolean;
  /** It has had its event: a report that comes later is not a second one. */
  told: boolean;
  /** Monotonic time at which it ended; undefined while it lasts. */
  over: number | undefined;
}

const unsupported: OperateOutcome = { kind: 'refused', why: 'unsupported' };

/** A lock reports a radio operation within this long after answering it. */
const reportWithinMs = 10_000;

export interface OperationsParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly changes: Changes;
  readonly stop: AbortSignal;
}

/** Locking and unlocking by radio, ahead of everything else. */
export class Operations {
  readonly #parts: OperationsParts;
  /** The last operation of each lock, and whether the lock has reported it: its report is not a second event. */
  readonly #last = new Map<DeviceId, Operation>();

  constructor(parts: OperationsParts) {
    this.#parts = parts;
  }

  run(
    device: Device,
    driver: LockDriver,
    gate: RadioGate,
    action: 'lock' | 'unlock',
    order: OperationOrder,
  ): Promise<OperationOutcome> {
    return this.#withRadio(device, gate, order.expiresAt, (signal) =>
      this.#operate(device, driver, action, order.attemptId, signal),
    );
  }

  configureAutoLock(
    device: Device,
    driver: LockDriver,
    gate: RadioGate,
    wanted: AutoLock,
    order: OperationOrder,
  ): Promise<OperationOutcome> {
    return this.#withRadio(
      device,
      gate,
      order.expiresAt,
      (signal) => driver.configureAutoLock?.(device.address, wanted, signal) ?? Promise.resolve(unsupported),
    );
  }

  #withRadio(
    device: Device,
    gate: RadioGate,
    expiresAt: number | undefined,
    work: (signal: AbortSignal) => Promise<OperateOutcome>,
  ): Promise<OperationOutcome> {
    const { clock, stop } = this.#parts;
    const late = (): OperationOutcome => ({ kind: 'failed', why: 'timeout' });
    return withDeadline<OperationOutcome>(
      clock,
      actionDeadlineMs,
      stop,
      async (signal) => {
        const release = await gate.acquire(device.deviceId, priorities.operate, signal);
        if (release === undefined) return { kind: 'failed', why: 'radio_down' };
        try {
          if (expiresAt !== undefined && clock.now() >= expiresAt) return { kind: 'expired' };
          return await work(signal);
        } finally {
          release();
        }
      },
      late,
    );
  }

  /** Whether this report is of what we made the lock do, which has or gets an event of its own. */
  isOwn(device: DeviceId, action: Operation['action'], method: string): boolean {
    const operation = this.#last.get(device);
    if (operation?.action !== action || method !== 'remote') return false;
    const { over } = operation;
    // Reported only after its answer was given up: nobody has told of it yet.
    if (over !== undefined && (!operation.told || this.#parts.clock.monotonic() - over > reportWithinMs))
      return false;
    operation.reported = true;
    return true;
  }

  /** The attempt that this report is the late answer to, where it was given up for lost. */
  causeOf(device: DeviceId, action: Operation['action'], method: string): string | undefined {
    const operation = this.#last.get(device);
    if (operation?.action !== action || method !== 'remote' || operation.told) return undefined;
    if (operation.over === undefined || this.#parts.clock.monotonic() - operation.over > reportWithinMs)
      return undefined;
    operation.told = true;
    return operation.attemptId;
  }

  async #operate(
    device: Device,
    driver: LockDriver,
    action: 'lock' | 'unlock',
    attemptId: string,
    signal: AbortSignal,
  ): Promise<OperateOutcome> {
    const operation: Operation = {
      action: action === 'lock' ? 'locked' : 'unlocked',
      attemptId,
      reported: false,
      told: false,
      over: undefined,
    };
    this.#last.set(device.deviceId, operation);
    try {
      const outcome = await driver.operate(device.address, action, signal);
      // A lost answer doesn't matter where the lock itself has said that its bolt moved.
      if (outcome.kind === 'done' || operation.reported) this.#tell(device, operation);
      return outcome.kind === 'failed' && operation.reported ? { kind: 'done', confirmed: true } : outcome;
    } finally {
      operation.over = this.#parts.clock.monotonic();
    }
  }

  /** The bolt has moved, whatever becomes of our notes: a full disk must not turn that into an error. */
  #tell(device: Device, operation: Operation): void {
    const { store, clock, random, changes, log } = this.#parts;
    operation.told = true;
    try {
      const access = { action: operation.action, method: 'remote', slot: undefined } as const;
      store.appendEvent(accessEvent(random, clock.now(), device, access, undefined, operation.attemptId));
      changes.emit({ kind: 'events' });
    } catch (error) {
      log.error(
        { device_id: device.deviceId, err: error },
        'the bolt moved, and its event could not be stored',
      );
    }
  }
}
