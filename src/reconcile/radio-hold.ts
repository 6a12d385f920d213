import type { Clock } from '../ports/clock.ts';
import type { RadioGate } from './radio-gate.ts';

/** Securing a lock takes some 10 s; nothing keeps the other locks waiting longer than this. */
const holdMs = 60_000;

/** Keeps other traffic off the radio, for `holdMs` at a time at most. */
export class Hold {
  readonly #clock: Clock;
  readonly #gate: RadioGate | undefined;
  #release: (() => void) | undefined;

  constructor(clock: Clock, gate: RadioGate | undefined) {
    this.#clock = clock;
    this.#gate = gate;
  }

  set(held: boolean): void {
    if (!held) {
      this.#release?.();
      this.#release = undefined;
      return;
    }
    if (this.#release !== undefined || this.#gate === undefined) return;
    const release = this.#gate.hold();
    const cancel = this.#clock.after(holdMs, release);
    this.#release = () => {
      cancel();
      release();
    };
  }
}
