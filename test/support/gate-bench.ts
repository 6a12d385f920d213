import { RadioGate } from '../../src/reconcile/radio-gate.ts';
import { VirtualClock } from './virtual-clock.ts';

/** A gate with named askers, and the order in which they got the radio. */
export class GateBench {
  readonly clock = new VirtualClock();
  readonly gate: RadioGate;
  readonly order: string[] = [];
  readonly holding = new Map<string, () => void>();
  readonly never = new AbortController();

  constructor(concurrency = 1) {
    this.gate = new RadioGate(this.clock, { concurrency });
  }

  ask(lock: string, priority: number, signal = this.never.signal, name = lock): void {
    void this.gate.acquire(lock, priority, signal).then((release) => {
      this.order.push(release === undefined ? `${name} aborted` : name);
      if (release !== undefined) this.holding.set(lock, release);
    });
  }

  /** The holder has done its exchange, and asks for no more. */
  async done(lock: string): Promise<void> {
    const release = this.holding.get(lock);
    if (release === undefined) throw new Error(`${lock} doesn't hold the radio`);
    this.holding.delete(lock);
    release();
    await this.rest();
  }

  /** The holder has done its exchange and asks for the next in the same turn, as a worker does. */
  async again(lock: string, priority: number): Promise<void> {
    this.ask(lock, priority);
    await this.done(lock);
  }

  rest(): Promise<void> {
    return this.clock.advance(0);
  }
}
