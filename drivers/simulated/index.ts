import { RadioId } from '../../src/core/ids.ts';
import type { LockAddress } from '../../src/core/ids.ts';
import type { AutoLock, Capabilities, LockDescription } from '../../src/core/model.ts';
import { Pin } from '../../src/core/pin.ts';

import { delay } from '../../src/ports/clock.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type {
  ChecksumOutcome,
  CodeManner,
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
/** How long an answer that is held back is waited for, milliseconds: the deadline of every call. */
const heldMs = 30_000;

/** What it costs to reach a battery lock that sleeps (FLiRS), milliseconds. */
export interface WakeUp {
  /** The beam, which keeps the radio: 1.1 s (facts page ZWAVE, Airtime). */
  readonly beamMs: number;
  /** It sleeps again so long after the last frame that it got or sent: 2 s in Silicon Labs' framework (ZAF 7.23, "ZAF Interface"). */
  readonly awakeMs: number;
}

export interface SimulatedOptions {
  readonly latencyMs: number;
  readonly concurrency: number;
  /** Left out: no lock sleeps. */
  readonly wakeUp?: WakeUp | undefined;
  /** What the locks' clocks run on, whatever the bridge's clock shows; left out: that. Milliseconds since the Unix epoch. */
  readonly trueTime?: () => number;
  /** As in `DriverHost`; left out: UTC. */
  readonly timeZoneOf?: (lock: LockAddress) => string;
  /** As in `DriverHost`; left out: always what the bridge's clock shows. */
  readonly timeToTell?: () => number | undefined;
}

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
  readonly #life = new AbortController();
  readonly #options: SimulatedOptions;

  constructor(clock: Clock, locks: readonly SimulatedLock[], options: SimulatedOptions) {
    this.#clock = clock;
    this.#options = options;
    this.#latencyMs = options.latencyMs;
    for (const lock of locks) lock.clock.runOn(() => options.trueTime?.() ?? clock.now());
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
      battery: lock.battery,
      locked: lock.locked,
      ...(lock.capabilities.autoLock === true ? { autoLock: lock.autoLock } : {}),
    }));
  }

  capabilities(address: LockAddress): Promise<Capabilities | undefined> {
    return Promise.resolve(this.#locks.get(address)?.capabilities);
  }

  async readSlot(address: LockAddress, slot: number, signal: AbortSignal): Promise<ReadOutcome> {
    const lock = await this.#reach(address, signal);
    if ('kind' in lock) return failureOf(lock);
    if (!lock.hasSlot(slot)) return { kind: 'unavailable' };
    lock.saw('read', slot);
    const digits = lock.shown(slot, this.#clock.monotonic());
    const lost = await this.#answer(lock, signal, lock.capabilities.readBack === 'none');
    if (lost !== undefined) return lost;
    if (digits === undefined) return { kind: 'read', reading: { kind: 'empty' } };
    const pin = lock.spec.masks ? 'masked' : (Pin.parse(digits) ?? 'masked');
    const userType = lock.capabilities.codeManners === true ? { userType: lock.userType(slot) } : {};
    return { kind: 'read', reading: { kind: 'occupied', pin, enabled: lock.isEnabled(slot), ...userType } };
  }

  writeSlot(
    address: LockAddress,
    slot: number,
    pin: Pin,
    signal: AbortSignal,
    manner?: CodeManner,
  ): Promise<WriteOutcome> {
    return this.#write(address, slot, signal, (lock) => {
      const isPlain = manner === undefined || (manner.enabled && !manner.scheduled);
      if (!isPlain && lock.capabilities.codeManners !== true) return unsupported;
      lock.saw('set', slot);
      return this.#store(lock, slot, pin, manner);
    });
  }

  clearSlot(address: LockAddress, slot: number, signal: AbortSignal): Promise<WriteOutcome> {
    return this.#write(address, slot, signal, (lock) => {
      lock.saw('clear', slot);
      if (!lock.spend('lies')) lock.store(slot, undefined, this.#clock.monotonic());
      return { kind: 'accepted' };
    });
  }

  async checksum(address: LockAddress, signal: AbortSignal): Promise<ChecksumOutcome> {
    const lock = await this.#reach(address, signal);
    if ('kind' in lock) return failureOf(lock);
    lock.saw('checksum');
    const value = lock.checksum(this.#clock.monotonic());
    return (await this.#answer(lock, signal, !lock.capabilities.checksum)) ?? { kind: 'checksum', value };
  }

  async operate(
    address: LockAddress,
    action: 'lock' | 'unlock',
    signal: AbortSignal,
  ): Promise<OperateOutcome> {
    const lock = await this.#reach(address, signal);
    if ('kind' in lock) return failureOf(lock);
    lock.locked = action === 'lock';
    return (await this.#answer(lock, signal)) ?? { kind: 'done', confirmed: true };
  }

  async configureAutoLock(
    address: LockAddress,
    wanted: AutoLock,
    signal: AbortSignal,
  ): Promise<OperateOutcome> {
    const lock = await this.#reach(address, signal);
    if ('kind' in lock) return failureOf(lock);
    if (lock.capabilities.autoLock !== true) return { kind: 'refused', why: 'unsupported' };
    if (lock.spend('refuses')) return { kind: 'refused', why: 'format' };
    lock.autoLock = wanted;
    this.emit({ kind: 'locks' });
    return (await this.#answer(lock, signal)) ?? { kind: 'done', confirmed: true };
  }

  nameSlot(address: LockAddress, slot: number, name: string, signal: AbortSignal): Promise<WriteOutcome> {
    return this.#write(address, slot, signal, (lock) => {
      if (lock.capabilities.names === undefined) return unsupported;
      lock.saw('name', slot);
      if (lock.spec.traits?.refusesNames === true) return refused;
      lock.names.set(slot, name);
      return { kind: 'accepted' };
    });
  }

  readonly schedules: ScheduleRadio = {
    setSchedule: (address, slot, window, signal) =>
      this.#write(address, slot, signal, (lock) => {
        if (lock.capabilities.yearDaySchedules === undefined) return unsupported;
        lock.saw('schedule', slot);
        return lock.schedule(slot, window) ? { kind: 'accepted' } : refused;
      }),
    clearSchedule: (address, slot, signal) =>
      this.#write(address, slot, signal, (lock) => {
        if (lock.capabilities.yearDaySchedules === undefined) return unsupported;
        lock.saw('schedule', slot);
        lock.schedule(slot, undefined);
        return { kind: 'accepted' };
      }),
    readSchedule: async (address, slot, signal) => {
      const lock = await this.#reach(address, signal);
      if ('kind' in lock) return failureOf(lock);
      const window = lock.schedules.get(slot);
      return (await this.#answer(lock, signal)) ?? { kind: 'schedule', window };
    },
  };

  readonly clocks: ClockRadio = {
    readClock: async (address, signal) => {
      const lock = await this.#reach(address, signal);
      if ('kind' in lock) return failureOf(lock);
      lock.clock.reads += 1;
      const shown = lock.clock.shown();
      return (await this.#answer(lock, signal)) ?? { kind: 'clock', ...shown };
    },
    setClock: async (address, signal) => {
      if (this.#timeToTell() === undefined) return refused;
      const lock = await this.#reach(address, signal);
      if ('kind' in lock) return { ...failureOf(lock), mayHaveLanded: lock.sent };
      const now = this.#timeToTell();
      if (now === undefined) return refused;
      if (lock.capabilities.clock?.set !== true) return unsupported;
      lock.clock.sets += 1;
      if (!lock.spend('lies')) lock.clock.tell(now, this.#options.timeZoneOf?.(address) ?? 'UTC');
      const lost = await this.#answer(lock, signal);
      return lost === undefined ? { kind: 'accepted' } : { ...lost, mayHaveLanded: true };
    },
  };

  #timeToTell(): number | undefined {
    const { timeToTell } = this.#options;
    return timeToTell === undefined ? this.#clock.now() : timeToTell();
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#state = 'closed';
    this.#listener = undefined;
    this.#life.abort();
    return Promise.resolve();
  }

  /** A command that changes something; `work` is what the lock makes of it. */
  async #write(
    address: LockAddress,
    slot: number,
    signal: AbortSignal,
    work: (lock: SimulatedLock) => WriteOutcome,
  ): Promise<WriteOutcome> {
    const lock = await this.#reach(address, signal);
    if ('kind' in lock) return { ...failureOf(lock), mayHaveLanded: lock.sent };
    if (!lock.hasSlot(slot)) return unsupported;
    const outcome = work(lock);
    const lost = await this.#answer(lock, signal);
    return lost === undefined ? outcome : { ...lost, mayHaveLanded: true };
  }

  #store(lock: SimulatedLock, slot: number, pin: Pin, manner?: CodeManner): WriteOutcome {
    const outcome = this.#judge(lock, slot, pin, manner);
    return outcome.kind === 'refused' && lock.spec.traits?.silent === true ? { kind: 'accepted' } : outcome;
  }

  #judge(lock: SimulatedLock, slot: number, pin: Pin, manner?: CodeManner): WriteOutcome {
    const digits = pin.reveal();
    if (lock.spend('refuses')) return { kind: 'refused', why: 'unspecified', certain: false };
    if (!(lock.spec.traits?.codeLengths ?? lock.capabilities.codeLengths).includes(digits.length))
      return { kind: 'refused', why: 'format', certain: true };
    if (lock.spec.duplicateCheck && lock.holdsElsewhere(digits, slot))
      return { kind: 'refused', why: 'duplicate', certain: false };
    if (lock.faults.full && !lock.slots.has(slot)) return { kind: 'refused', why: 'full', certain: false };
    if (!lock.spend('lies')) lock.store(slot, digits, this.#clock.monotonic(), manner);
    return { kind: 'accepted' };
  }

  /** The command's way to the lock. */
  async #reach(address: LockAddress, signal: AbortSignal): Promise<SimulatedLock | Unreached> {
    const lock = this.#locks.get(address);
    if (this.#state !== 'ready') return { kind: 'failed', why: 'radio_down', sent: false };
    if (signal.aborted) return { kind: 'failed', why: 'aborted', sent: false };
    if (lock === undefined) return { kind: 'failed', why: 'unreachable', sent: false };
    const lost = lock.faults.offline || lock.spend('loseCommands');
    const beamMs = this.#beamMs(lock);
    const over = await this.#wait(beamMs + (lost ? silenceMs : this.#latencyMs), signal);
    if (over !== undefined) return { ...over, sent: true };
    if (!lost) {
      if (beamMs > 0) lock.wakeUps += 1;
      this.#heard(lock);
      return lock;
    }
    return { kind: 'failed', why: lock.faults.offline ? 'unreachable' : 'timeout', sent: true };
  }

  #beamMs(lock: SimulatedLock): number {
    const { wakeUp } = this.#options;
    if (wakeUp === undefined || lock.capabilities.power === 'mains') return 0;
    return this.#clock.monotonic() < lock.awakeUntil ? 0 : wakeUp.beamMs;
  }

  /** A frame has reached it, or left it. */
  #heard(lock: SimulatedLock): void {
    const { wakeUp } = this.#options;
    if (wakeUp !== undefined) lock.awakeUntil = this.#clock.monotonic() + wakeUp.awakeMs;
  }

  /** The answer's way back; undefined when it came through. */
  async #answer(lock: SimulatedLock, signal: AbortSignal, silent = false): Promise<Failure | undefined> {
    const { holdAnswers } = lock.faults;
    const lost = lock.spend('loseAnswers') || silent || holdAnswers;
    const over = await this.#wait(holdAnswers ? heldMs : lost ? silenceMs : this.#latencyMs, signal);
    if (over === undefined) this.#heard(lock);
    return over ?? (lost ? { kind: 'failed', why: 'timeout' } : undefined);
  }

  /** Undefined when the time has passed, else what has cut it short. */
  async #wait(ms: number, signal: AbortSignal): Promise<Failure | undefined> {
    const life = this.#life.signal;
    await delay(this.#clock, ms, AbortSignal.any([signal, life]));
    if (signal.aborted) return { kind: 'failed', why: 'aborted' };
    return life.aborted ? { kind: 'failed', why: 'radio_down' } : undefined;
  }
}

/** Why a command didn't reach its lock, and whether it was sent at all. */
type Unreached = Failure & { readonly sent: boolean };

const failureOf = ({ why }: Failure): Failure => ({ kind: 'failed', why });
const unsupported: WriteOutcome = { kind: 'refused', why: 'unsupported', certain: true };
const refused: WriteOutcome = { kind: 'refused', why: 'unspecified', certain: true };
