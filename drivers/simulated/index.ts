import { RadioId } from '../../src/core/ids.ts';
import type { LockAddress } from '../../src/core/ids.ts';
import type { Capabilities, LockDescription } from '../../src/core/model.ts';
import { Pin } from '../../src/core/pin.ts';

import { delay } from '../../src/ports/clock.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type {
  ChecksumOutcome,
  Failure,
  Hint,
  LockDriver,
  OperateOutcome,
  RadioState,
  ReadOutcome,
  WriteOutcome,
} from '../../src/ports/lock-driver.ts';
import type { ClockRadio, ScheduleRadio } from '../../src/ports/lock-time.ts';
import type { SimulatedLock } from './lock.ts';

/** How long a lock without an answer keeps the radio, milliseconds. */
const silenceMs = 300;

/**
 * A radio in memory, driven by an injected clock: for simulations of days, and as the plainest example of a
 * driver. Faults are set on the locks themselves.
 */
export class SimulatedDriver implements LockDriver {
  readonly radio = RadioId('simulated');
  readonly concurrency: number;
  readonly #clock: Clock;
  readonly #latencyMs: number;
  readonly #locks: ReadonlyMap<LockAddress, SimulatedLock>;
  #listener: ((hint: Hint) => void) | undefined;
  #state: RadioState = 'ready';

  constructor(
    clock: Clock,
    locks: readonly SimulatedLock[],
    options: { readonly latencyMs: number; readonly concurrency: number },
  ) {
    this.#clock = clock;
    this.#latencyMs = options.latencyMs;
    this.concurrency = options.concurrency;
    this.#locks = new Map(locks.map((lock) => [lock.spec.address, lock]));
  }

  get state(): RadioState {
    return this.#state;
  }

  get stateDetail(): string | undefined {
    return this.#state === 'ready' ? undefined : 'the simulated radio is off';
  }

  /** Takes the radio away, or gives it back. */
  setRadio(state: 'ready' | 'lost'): void {
    this.#state = state;
    this.emit({ kind: 'radio' });
  }

  emit(hint: Hint): void {
    this.#listener?.(hint);
  }

  onHint(listener: (hint: Hint) => void): () => void {
    this.#listener = listener;
    return () => {
      if (this.#listener === listener) this.#listener = undefined;
    };
  }

  locks(): readonly LockDescription[] {
    return [...this.#locks.values()].map((lock) => ({
      address: lock.spec.address,
      radio: this.radio,
      identities: [`simulated:${lock.spec.address}`],
      name: lock.spec.name,
      manufacturer: undefined,
      model: undefined,
      online: !lock.faults.offline,
      battery: undefined,
      locked: lock.locked,
    }));
  }

  capabilities(address: LockAddress): Promise<Capabilities | undefined> {
    return Promise.resolve(this.#locks.get(address)?.capabilities);
  }

  async readSlot(address: LockAddress, slot: number, signal: AbortSignal): Promise<ReadOutcome> {
    const lock = await this.#reach(address, signal);
    if ('kind' in lock) return lock;
    lock.saw('read', slot);
    const digits = lock.shown(slot, this.#clock.monotonic());
    const lost = await this.#answer(lock, signal);
    if (lost !== undefined) return lost;
    if (digits === undefined) return { kind: 'read', reading: { kind: 'empty' } };
    const pin = lock.spec.masks ? 'masked' : (Pin.parse(digits) ?? 'masked');
    return { kind: 'read', reading: { kind: 'occupied', pin, enabled: true } };
  }

  async writeSlot(address: LockAddress, slot: number, pin: Pin, signal: AbortSignal): Promise<WriteOutcome> {
    const lock = await this.#reach(address, signal);
    if ('kind' in lock) return { ...lock, mayHaveLanded: lock.why !== 'radio_down' };
    lock.saw('set', slot);
    const outcome = this.#store(lock, slot, pin);
    const lost = await this.#answer(lock, signal);
    return lost === undefined ? outcome : { ...lost, mayHaveLanded: true };
  }

  async clearSlot(address: LockAddress, slot: number, signal: AbortSignal): Promise<WriteOutcome> {
    const lock = await this.#reach(address, signal);
    if ('kind' in lock) return { ...lock, mayHaveLanded: lock.why !== 'radio_down' };
    lock.saw('clear', slot);
    if (!lock.spend('lies')) lock.store(slot, undefined, this.#clock.monotonic());
    const lost = await this.#answer(lock, signal);
    return lost === undefined ? { kind: 'accepted' } : { ...lost, mayHaveLanded: true };
  }

  async checksum(address: LockAddress, signal: AbortSignal): Promise<ChecksumOutcome> {
    const lock = await this.#reach(address, signal);
    if ('kind' in lock) return lock;
    lock.saw('checksum');
    const value = lock.checksum(this.#clock.monotonic());
    return (await this.#answer(lock, signal)) ?? { kind: 'checksum', value };
  }

  async operate(
    address: LockAddress,
    action: 'lock' | 'unlock',
    signal: AbortSignal,
  ): Promise<OperateOutcome> {
    const lock = await this.#reach(address, signal);
    if ('kind' in lock) return lock;
    lock.locked = action === 'lock';
    return (await this.#answer(lock, signal)) ?? { kind: 'done', confirmed: true };
  }

  async nameSlot(
    address: LockAddress,
    slot: number,
    name: string,
    signal: AbortSignal,
  ): Promise<WriteOutcome> {
    const lock = await this.#reach(address, signal);
    if ('kind' in lock) return { ...lock, mayHaveLanded: lock.why !== 'radio_down' };
    lock.saw('name', slot);
    const refused = lock.spec.traits?.refusesNames === true;
    if (!refused) lock.names.set(slot, name);
    const lost = await this.#answer(lock, signal);
    if (lost !== undefined) return { ...lost, mayHaveLanded: true };
    return refused ? { kind: 'refused', why: 'unspecified', certain: true } : { kind: 'accepted' };
  }

  readonly schedules: ScheduleRadio = {
    setSchedule: (address, slot, window, signal) =>
      this.#schedule(address, slot, signal, (lock) => {
        if (lock.spec.traits?.schedules === 'need_code' && !lock.slots.has(slot)) return false;
        lock.schedules.set(slot, window);
        return true;
      }),
    clearSchedule: (address, slot, signal) =>
      this.#schedule(address, slot, signal, (lock) => {
        lock.schedules.delete(slot);
        return true;
      }),
    readSchedule: async (address, slot, signal) => {
      const lock = await this.#reach(address, signal);
      if ('kind' in lock) return lock;
      const window = lock.schedules.get(slot);
      return (await this.#answer(lock, signal)) ?? { kind: 'schedule', window };
    },
  };

  /** A simulated lock shows UTC. */
  readonly clocks: ClockRadio = {
    readClock: async (address, signal) => {
      const lock = await this.#reach(address, signal);
      if ('kind' in lock) return lock;
      const shown = new Date(this.#clock.now() + (lock.spec.traits?.clockOffsetMs ?? 0));
      const local = {
        year: shown.getUTCFullYear(),
        month: shown.getUTCMonth() + 1,
        day: shown.getUTCDate(),
        hour: shown.getUTCHours(),
        minute: shown.getUTCMinutes(),
      };
      return (await this.#answer(lock, signal)) ?? { kind: 'clock', local, second: shown.getUTCSeconds() };
    },
  };

  [Symbol.asyncDispose](): Promise<void> {
    this.#state = 'closed';
    return Promise.resolve();
  }

  async #schedule(
    address: LockAddress,
    slot: number,
    signal: AbortSignal,
    change: (lock: SimulatedLock) => boolean,
  ): Promise<WriteOutcome> {
    const lock = await this.#reach(address, signal);
    if ('kind' in lock) return { ...lock, mayHaveLanded: lock.why !== 'radio_down' };
    lock.saw('schedule', slot);
    const done = change(lock);
    const lost = await this.#answer(lock, signal);
    if (lost !== undefined) return { ...lost, mayHaveLanded: true };
    return done ? { kind: 'accepted' } : { kind: 'refused', why: 'unspecified', certain: true };
  }

  #store(lock: SimulatedLock, slot: number, pin: Pin): WriteOutcome {
    const outcome = this.#judge(lock, slot, pin);
    return outcome.kind === 'refused' && lock.spec.traits?.silent === true ? { kind: 'accepted' } : outcome;
  }

  #judge(lock: SimulatedLock, slot: number, pin: Pin): WriteOutcome {
    const digits = pin.reveal();
    if (lock.spend('refuses')) return { kind: 'refused', why: 'unspecified', certain: false };
    if (!(lock.spec.traits?.codeLengths ?? lock.capabilities.codeLengths).includes(digits.length))
      return { kind: 'refused', why: 'format', certain: true };
    if (lock.spec.duplicateCheck && lock.holdsElsewhere(digits, slot))
      return { kind: 'refused', why: 'duplicate', certain: false };
    if (lock.faults.full && !lock.slots.has(slot)) return { kind: 'refused', why: 'full', certain: false };
    if (!lock.spend('lies')) lock.store(slot, digits, this.#clock.monotonic());
    return { kind: 'accepted' };
  }

  /** The command's way to the lock. */
  async #reach(address: LockAddress, signal: AbortSignal): Promise<SimulatedLock | Failure> {
    const lock = this.#locks.get(address);
    if (this.#state !== 'ready' || lock === undefined) return { kind: 'failed', why: 'radio_down' };
    const lost = lock.faults.offline || lock.spend('loseCommands');
    await delay(this.#clock, lost ? silenceMs : this.#latencyMs, signal);
    if (signal.aborted) return { kind: 'failed', why: 'aborted' };
    return lost ? { kind: 'failed', why: lock.faults.offline ? 'unreachable' : 'timeout' } : lock;
  }

  /** The answer's way back; undefined when it came through. */
  async #answer(lock: SimulatedLock, signal: AbortSignal): Promise<Failure | undefined> {
    const lost = lock.spend('loseAnswers');
    await delay(this.#clock, lost ? silenceMs : this.#latencyMs, signal);
    if (signal.aborted) return { kind: 'failed', why: 'aborted' };
    return lost ? { kind: 'failed', why: 'timeout' } : undefined;
  }
}
