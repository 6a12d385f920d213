import type { AccessCodeId, LockAddress } from '../core/ids.ts';
import { beginSchedule } from '../core/beside.ts';
import type { CodeManner, Device, SlotReading } from '../core/model.ts';
import type { Pin } from '../core/pin.ts';
import { priorities } from '../core/plan.ts';
import { beliefOf, isEmptied } from '../core/slots.ts';
import { isHeld } from '../core/wipe.ts';
import type { ClockTrust } from '../ports/clock-trust.ts';
import { delay } from '../ports/clock.ts';
import type { Clock } from '../ports/clock.ts';
import type { Failure, LockDriver, ReadOutcome, WriteOutcome } from '../ports/lock-driver.ts';
import type { Store } from '../ports/store.ts';
import { withDeadline } from './deadline.ts';
import { actionDeadlineMs } from './exchange.ts';
import type { Exchanged } from './exchange.ts';
import type { HeldLock } from './held-lock.ts';

/** Ends a trial, with what to tell people. */
export class TrialOver extends Error {
  override readonly name = 'TrialOver';
}

/** A slot that a trial writes to, and the access code record that owns it. */
export interface TrialSlot {
  readonly slot: number;
  readonly code: AccessCodeId;
}

/** An exchange that comes to nothing is tried so often, with a rest between. */
const triesMost = 3;
const restMs = 2_000;

/** A trial takes a minute or two. One that goes on and on keeps this lock's other work waiting, so it is given up. */
export const trialMostMs = 15 * 60_000;

/** What a trial can do at its lock. No answer after several tries ends it (`TrialOver`). */
export class CertifyBench {
  readonly driver: LockDriver;
  readonly clock: Clock;
  readonly clockTrust: Pick<ClockTrust, 'isTrusted'>;
  readonly #store: Store;
  readonly #held: HeldLock;
  readonly #device: Device;
  /** Monotonic. */
  readonly #giveUpAt: number;

  constructor(parts: {
    readonly driver: LockDriver;
    readonly clock: Clock;
    readonly clockTrust: Pick<ClockTrust, 'isTrusted'>;
    readonly store: Store;
    readonly held: HeldLock;
    readonly device: Device;
  }) {
    this.driver = parts.driver;
    this.clock = parts.clock;
    this.clockTrust = parts.clockTrust;
    this.#store = parts.store;
    this.#held = parts.held;
    this.#device = parts.device;
    this.#giveUpAt = parts.clock.monotonic() + trialMostMs;
  }

  get address(): LockAddress {
    return this.#device.address;
  }

  rest(ms: number): Promise<void> {
    return delay(this.clock, ms, this.#held.signal);
  }

  /** Reads a slot, and believes it. */
  async look(slot: number): Promise<SlotReading> {
    const outcome = await this.#again(async () => {
      const done = running(
        await this.#held.perform({ kind: 'read', slot, why: 'certify', priority: priorities.set }),
      );
      return done.outcome.kind === 'failed' ? undefined : done.outcome;
    });
    if (outcome.kind === 'read') return outcome.reading;
    throw new TrialOver(`The lock says that it has no slot ${slot}.`);
  }

  /** Reads a slot without believing it: right after a write, what it shows may be the past. */
  async glance(slot: number): Promise<SlotReading> {
    const outcome = await this.ask<Exclude<ReadOutcome, Failure>>((signal) =>
      this.driver.readSlot(this.address, slot, signal),
    );
    if (outcome.kind === 'read') return outcome.reading;
    throw new TrialOver(`The lock says that it has no slot ${slot}.`);
  }

  /** An exchange that nothing is learned from. */
  async ask<T extends { readonly kind: string }>(
    work: (signal: AbortSignal) => Promise<T | Failure>,
  ): Promise<T> {
    return this.#again(async () => {
      const outcome = running(
        await this.#held.borrow((signal) =>
          withDeadline<T | Failure>(this.clock, actionDeadlineMs, signal, work, timedOut),
        ),
      );
      return isFailure(outcome) ? undefined : outcome;
    });
  }

  /** Writes a PIN, with its intent. Repeated where the answer got lost: it writes the same again. */
  async set({ slot, code }: TrialSlot, pin: Pin, manner?: CodeManner): Promise<Answered> {
    const { deviceId, capabilities } = this.#device;
    const state = this.#store.lockState(deviceId);
    if (capabilities !== undefined && isHeld(state, capabilities))
      throw new TrialOver('All codes of the lock have gone meanwhile: it may have been reset.');
    if (beliefOf(state, slot).unmanagedId !== undefined)
      throw new TrialOver(`Somebody has put a code into slot ${slot} meanwhile. Try again later.`);
    const how = manner === undefined ? {} : { manner };
    return this.#write({ kind: 'set', slot, code, pin, ...how, priority: priorities.set });
  }

  /**
   * Takes the code out of its slot, and proves it; tries again where it is still there. Nothing is done where the
   * slot is somebody else's by now.
   */
  async clear({ slot, code }: TrialSlot, showsAfterMs: number): Promise<void> {
    for (let tries = 0; tries < triesMost; tries += 1) {
      if (tries > 0) await this.rest(restMs);
      if (beliefOf(this.#store.lockState(this.#device.deviceId), slot).unmanagedId !== undefined) return;
      await this.#write({ kind: 'clear', slot, code, priority: priorities.removal });
      await this.rest(showsAfterMs);
      if ((await this.look(slot)).kind === 'empty') return;
    }
    throw new TrialOver(`Slot ${slot} could not be cleared.`);
  }

  /** Whether a slot that was looked at is nobody's and empty still. */
  isSpare(slot: number): boolean {
    const belief = beliefOf(this.#store.lockState(this.#device.deviceId), slot);
    return belief.owner === undefined && isEmptied(belief, this.#device.capabilities);
  }

  /** From now on a schedule may stand at the slot: durable before one leaves. */
  expectSchedule(slot: number): void {
    const before = this.#store.lockState(this.#device.deviceId);
    this.#store.putLockState(before, beginSchedule(before, slot));
  }

  /** Erases the schedule at the slot, and proves it. */
  async clearSchedule(slot: number): Promise<void> {
    await this.#again(async () => {
      const done = running(
        await this.#held.perform({ kind: 'clear_schedule', slot, priority: priorities.removal }),
      );
      const state = this.#store.lockState(this.#device.deviceId);
      return done.outcome.kind === 'failed' || beliefOf(state, slot).mayBeScheduled ? undefined : true;
    });
  }

  #write(action: Parameters<HeldLock['perform']>[0]): Promise<Answered> {
    return this.#again(async () => {
      const { outcome } = running(await this.#held.perform(action));
      return isAnswered(outcome) ? outcome : undefined;
    });
  }

  async #again<T>(work: () => Promise<T | undefined>): Promise<T> {
    for (let tries = 0; tries < triesMost; tries += 1) {
      if (tries > 0) await this.rest(restMs);
      if (this.clock.monotonic() > this.#giveUpAt)
        throw new TrialOver(
          'It took more than a quarter of an hour, and was given up: the link is too bad for a trial.',
        );
      const result = await work();
      if (result !== undefined) return result;
    }
    throw new TrialOver('The lock does not answer. Bring the bridge nearer, or look at its batteries.');
  }
}

export type Answered = Exclude<WriteOutcome, Failure>;

export const accepted = (outcome: Answered): boolean => outcome.kind !== 'refused';

export const words = (outcome: Answered): string =>
  outcome.kind === 'refused' ? `refused: ${outcome.why}` : outcome.kind;

const timedOut = (): Failure => ({ kind: 'failed', why: 'timeout' });

const isFailure = (outcome: { readonly kind: string }): outcome is Failure => outcome.kind === 'failed';

const isAnswered = (outcome: Exchanged['outcome']): outcome is Answered =>
  outcome.kind === 'accepted' || outcome.kind === 'confirmed' || outcome.kind === 'refused';

const running = <T>(result: T | undefined): T => {
  if (result === undefined)
    throw new TrialOver('The bridge is stopping. What was written is taken off at its next start.');
  return result;
};
