import type { Clock } from '../../src/ports/clock.ts';

const firstMs = 60_000;
const maxMs = 3_600_000;

/**
 * Pings nodes that have gone silent, ever more rarely: after a minute, then up to once an hour. zwave-js never
 * does (facts page, "Errors, queue, recovery"), so a lock that was away while it was interviewed would stay
 * unknown, and one without work offline, until somebody touches it. One frame each, and none to nodes that live.
 */
export class Reviver {
  readonly #clock: Clock;
  readonly #ping: (nodeId: number) => Promise<void>;
  readonly #timers = new Map<number, () => void>();

  /** @param ping sends one frame, or nothing when the radio is away; must not reject. */
  constructor(clock: Clock, ping: (nodeId: number) => Promise<void>) {
    this.#clock = clock;
    this.#ping = ping;
  }

  /** The node has been found dead. While it is already being tried, nothing changes. */
  watch(nodeId: number): void {
    if (!this.#timers.has(nodeId)) this.#arm(nodeId, firstMs);
  }

  /** The node lives, or is none of ours any more. */
  forget(nodeId: number): void {
    this.#timers.get(nodeId)?.();
    this.#timers.delete(nodeId);
  }

  forgetAll(): void {
    for (const nodeId of [...this.#timers.keys()]) this.forget(nodeId);
  }

  #arm(nodeId: number, delayMs: number): void {
    const cancel = this.#clock.after(delayMs, () => {
      void this.#try(nodeId, cancel, delayMs);
    });
    this.#timers.set(nodeId, cancel);
  }

  async #try(nodeId: number, token: () => void, delayMs: number): Promise<void> {
    await this.#ping(nodeId);
    // Meanwhile it may have been forgotten, or watched anew: then this round is over.
    if (this.#timers.get(nodeId) === token) this.#arm(nodeId, Math.min(delayMs * 2, maxMs));
  }
}
