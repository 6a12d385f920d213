import type { Device } from '../../src/core/model.ts';
import type { Pin } from '../../src/core/pin.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { KeypadOutcome, Simulation } from '../../src/ports/simulation.ts';
import type { SimulatedDriver } from './index.ts';
import type { SimulatedLock } from './lock.ts';

/** People and faults at locks in memory. */
export class LocksInMemory implements Simulation {
  readonly #clock: Clock;
  readonly #driver: SimulatedDriver;
  readonly #locks: readonly SimulatedLock[];

  constructor(clock: Clock, driver: SimulatedDriver, locks: readonly SimulatedLock[]) {
    this.#clock = clock;
    this.#driver = driver;
    this.#locks = locks;
  }

  isSimulated(device: Device): boolean {
    return this.#find(device) !== undefined;
  }

  setReach(device: Device, isInReach: boolean): Promise<void> {
    this.#lock(device).faults.offline = !isInReach;
    this.#driver.emit({ kind: 'locks' });
    if (isInReach) this.#driver.emit({ kind: 'reachable', address: device.address });
    return Promise.resolve();
  }

  setHub(_device: Device, isThere: boolean): Promise<void> {
    this.#driver.setRadio(isThere ? 'ready' : 'lost');
    return Promise.resolve();
  }

  takeAway(device: Device): Promise<void> {
    this.#lock(device).factoryReset();
    return this.setReach(device, false);
  }

  enterCode(device: Device, code: Pin): Promise<KeypadOutcome> {
    const lock = this.#lock(device);
    const slot = lock.enter(code.reveal());
    if (slot === undefined) return Promise.resolve('refused');
    const { address } = device;
    this.#driver.emit({ kind: 'access', address, action: 'unlocked', method: 'keycode', slot });
    this.#driver.emit({ kind: 'locks' });
    return Promise.resolve('done');
  }

  lockAtKeypad(device: Device): Promise<void> {
    this.#lock(device).locked = true;
    const { address } = device;
    this.#driver.emit({ kind: 'access', address, action: 'locked', method: 'keycode', slot: undefined });
    this.#driver.emit({ kind: 'locks' });
    return Promise.resolve();
  }

  addCode(device: Device, code: Pin): Promise<KeypadOutcome> {
    const lock = this.#lock(device);
    const { first, last } = lock.capabilities.slots;
    const takes =
      lock.capabilities.codeLengths.includes(code.length) && !lock.holdsElsewhere(code.reveal(), -1);
    for (let slot = first; takes && slot <= last; slot += 1) {
      if (!lock.hasSlot(slot) || lock.slots.has(slot)) continue;
      lock.store(slot, code.reveal(), this.#clock.monotonic());
      this.#driver.emit({ kind: 'slot', address: device.address, slot });
      return Promise.resolve('done');
    }
    return Promise.resolve('refused');
  }

  #find(device: Device): SimulatedLock | undefined {
    return this.#locks.find(({ spec }) => spec.address === device.address);
  }

  #lock(device: Device): SimulatedLock {
    const lock = this.#find(device);
    if (lock === undefined) throw new Error(`${device.address} is no simulated lock`);
    return lock;
  }
}
