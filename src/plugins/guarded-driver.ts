import type { z } from 'zod';
import type { LockAddress, RadioId } from '../core/ids.ts';
import type { Capabilities, LockDescription } from '../core/model.ts';
import type { Pin } from '../core/pin.ts';
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
} from '../ports/lock-driver.ts';
import type { LockInspection } from '../ports/lock-inspection.ts';
import type { ClockRadio, ScheduleRadio } from '../ports/lock-time.ts';
import type { Membership } from '../ports/membership.ts';
import * as answers from './answers.ts';
import type { Complaints } from './complaints.ts';
import { guardedMembership } from './guarded-membership.ts';

/** What a call counts as whose driver threw or answered nonsense: nobody knows what came of it. */
const unknownFailure: Failure = { kind: 'failed', why: 'timeout' };
const unknownWrite: WriteOutcome = { ...unknownFailure, mayHaveLanded: true };

/**
 * A third party's driver as the bridge sees it. What it throws, and what it answers that the interface doesn't have,
 * is its bug: it is noted in the log, counts as a failure, and neither stops the bridge nor reaches the database.
 */
export class GuardedDriver implements LockDriver {
  readonly radio: RadioId;
  readonly schedules?: ScheduleRadio;
  readonly clocks?: ClockRadio;
  readonly membership?: Membership;
  readonly nameSlot?: NonNullable<LockDriver['nameSlot']>;
  readonly configureAutoLock?: NonNullable<LockDriver['configureAutoLock']>;
  readonly #driver: LockDriver;
  readonly #complaints: Complaints;
  readonly #description: z.ZodType<LockDescription>;
  readonly #hint: z.ZodType<Hint>;

  constructor(driver: LockDriver, radio: RadioId, complaints: Complaints) {
    this.radio = radio;
    this.#driver = driver;
    this.#complaints = complaints;
    this.#description = answers.descriptionOf(radio);
    this.#hint = answers.hintOf(radio);
    const { schedules, clocks, membership } = driver;
    if (typeof driver.nameSlot === 'function')
      this.nameSlot = (lock, slot, name, signal) =>
        this.#write('nameSlot', () => driver.nameSlot?.(lock, slot, name, signal));
    if (typeof driver.configureAutoLock === 'function')
      this.configureAutoLock = (lock, wanted, signal) =>
        this.#later('configureAutoLock', answers.operateOutcome, unknownFailure, () =>
          driver.configureAutoLock?.(lock, wanted, signal),
        );
    if (schedules !== undefined) this.schedules = this.#scheduleRadio(schedules);
    if (clocks !== undefined)
      this.clocks = {
        readClock: (lock, signal) =>
          this.#later('readClock', answers.clockOutcome, unknownFailure, () =>
            clocks.readClock(lock, signal),
          ),
        ...(typeof clocks.setClock === 'function'
          ? {
              setClock: (lock: LockAddress, signal: AbortSignal): Promise<WriteOutcome> =>
                this.#write('setClock', () => clocks.setClock?.(lock, signal)),
            }
          : {}),
      };
    if (membership !== undefined) this.membership = guardedMembership(membership, radio, complaints);
  }

  get concurrency(): number {
    return this.#now('concurrency', answers.concurrency, 1, () => this.#driver.concurrency);
  }

  get state(): RadioState {
    return this.#now('state', answers.state, 'lost', () => this.#driver.state);
  }

  get stateDetail(): string | undefined {
    return this.#now('stateDetail', answers.stateDetail, undefined, () => this.#driver.stateDetail);
  }

  locks(): readonly LockDescription[] {
    const told = this.#now('locks', answers.list, [], () => this.#driver.locks());
    const seen = new Set<string>();
    return told.flatMap((one) => {
      const lock = this.#complaints.check('locks', this.#description, one);
      if (lock === undefined || seen.has(lock.address)) return [];
      seen.add(lock.address);
      return [lock];
    });
  }

  capabilities(lock: LockAddress, signal: AbortSignal): Promise<Capabilities | undefined> {
    return this.#later('capabilities', answers.capabilities, undefined, () =>
      this.#driver.capabilities(lock, signal),
    );
  }

  readSlot(lock: LockAddress, slot: number, signal: AbortSignal): Promise<ReadOutcome> {
    return this.#later('readSlot', answers.readOutcome, unknownFailure, () =>
      this.#driver.readSlot(lock, slot, signal),
    );
  }

  writeSlot(
    lock: LockAddress,
    slot: number,
    pin: Pin,
    signal: AbortSignal,
    manner?: CodeManner,
  ): Promise<WriteOutcome> {
    return this.#write('writeSlot', () => this.#driver.writeSlot(lock, slot, pin, signal, manner));
  }

  clearSlot(lock: LockAddress, slot: number, signal: AbortSignal): Promise<WriteOutcome> {
    return this.#write('clearSlot', () => this.#driver.clearSlot(lock, slot, signal));
  }

  checksum(lock: LockAddress, signal: AbortSignal): Promise<ChecksumOutcome> {
    return this.#later('checksum', answers.checksumOutcome, unknownFailure, () =>
      this.#driver.checksum(lock, signal),
    );
  }

  operate(lock: LockAddress, action: 'lock' | 'unlock', signal: AbortSignal): Promise<OperateOutcome> {
    return this.#later('operate', answers.operateOutcome, unknownFailure, () =>
      this.#driver.operate(lock, action, signal),
    );
  }

  inspect(lock: LockAddress): LockInspection | undefined {
    return this.#now('inspect', answers.inspection, undefined, () => this.#driver.inspect?.(lock));
  }

  facts(): Readonly<Record<string, string>> {
    return this.#now('facts', answers.facts, {}, () =>
      this.#driver.facts === undefined ? {} : this.#driver.facts(),
    );
  }

  onHint(listener: (hint: Hint) => void): () => void {
    const checked = (raw: unknown): void => {
      const hint = this.#complaints.check('a hint', this.#hint, raw);
      if (hint !== undefined) listener(hint);
    };
    const remove = this.#complaints.during('onHint', undefined, (): unknown => this.#driver.onHint(checked));
    return () => {
      if (typeof remove === 'function')
        this.#complaints.during<unknown>('onHint', undefined, () => Reflect.apply(remove, undefined, []));
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#complaints.later('its disposal', undefined, () => this.#driver[Symbol.asyncDispose]());
  }

  #scheduleRadio(schedules: ScheduleRadio): ScheduleRadio {
    return {
      setSchedule: (lock, slot, window, signal) =>
        this.#write('setSchedule', () => schedules.setSchedule(lock, slot, window, signal)),
      clearSchedule: (lock, slot, signal) =>
        this.#write('clearSchedule', () => schedules.clearSchedule(lock, slot, signal)),
      readSchedule: (lock, slot, signal) =>
        this.#later('readSchedule', answers.scheduleOutcome, unknownFailure, () =>
          schedules.readSchedule(lock, slot, signal),
        ),
    };
  }

  #write(what: string, work: () => unknown): Promise<WriteOutcome> {
    return this.#later(what, answers.writeOutcome, unknownWrite, work);
  }

  #now<T>(what: string, type: z.ZodType<T>, otherwise: T, work: () => unknown): T {
    return this.#complaints.checked(what, type, otherwise, this.#complaints.during(what, otherwise, work));
  }

  async #later<T>(what: string, type: z.ZodType<T>, otherwise: T, work: () => unknown): Promise<T> {
    return this.#complaints.checked(
      what,
      type,
      otherwise,
      await this.#complaints.later(what, otherwise, work),
    );
  }
}
