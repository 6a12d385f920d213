import type { DeviceId } from '../core/ids.ts';
import { priorities } from '../core/plan.ts';
import type { Action, Priority } from '../core/plan.ts';
import type { Exchanged } from './exchange.ts';
import type { RadioGate } from './radio-gate.ts';

/** Actions by plan between two of a holder's: more than any lock has removals at a time. */
const urgentMost = 50;

export interface HoldParts {
  readonly deviceId: DeviceId;
  readonly gate: RadioGate;
  /** Aborts when the lock's worker ends. */
  readonly signal: AbortSignal;
  /** The next action by plan, undefined where there is none. */
  readonly next: () => Action | undefined;
  /** Does what the plan says by now, if it is as urgent as this. */
  readonly performNext: (least: Priority) => Promise<void>;
  /** One exchange of the holder's. */
  readonly perform: (action: Action) => Promise<Exchanged | undefined>;
  readonly release: () => void;
}

/**
 * A lock taken out of the plan's hands, for a trial whose every exchange is asked for (`certify`). Removals of other
 * codes go on in between. Undefined results mean that the lock's worker is ending.
 */
export class HeldLock {
  readonly #parts: HoldParts;

  constructor(parts: HoldParts) {
    this.#parts = parts;
  }

  get signal(): AbortSignal {
    return this.#parts.signal;
  }

  /** One exchange as the plan would do it: with its intent, learned from and recorded. */
  async perform(action: Action): Promise<Exchanged | undefined> {
    await this.#urgent();
    return this.#turn(action.priority, () => this.#parts.perform(action));
  }

  /** The radio for something that nothing is learned from. */
  async borrow<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T | undefined> {
    await this.#urgent();
    return this.#turn(priorities.set, () => work(this.signal));
  }

  release(): void {
    this.#parts.release();
  }

  /** Only what must not wait is done by plan. */
  async #urgent(): Promise<void> {
    const { next, performNext } = this.#parts;
    for (let most = urgentMost; most > 0 && !this.signal.aborted; most -= 1) {
      if ((next()?.priority ?? Infinity) > priorities.removal) return;
      await this.#turn(priorities.removal, () => performNext(priorities.removal));
    }
  }

  async #turn<T>(priority: Priority, work: () => Promise<T>): Promise<T | undefined> {
    const { gate, deviceId } = this.#parts;
    const release = await gate.acquire(deviceId, priority, this.signal);
    if (release === undefined) return undefined;
    try {
      return await work();
    } finally {
      release();
    }
  }
}
