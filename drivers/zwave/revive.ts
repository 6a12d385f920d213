import type { Clock } from '../../src/ports/clock.ts';

const firstMs = 60_000;
const maxMs = 3_600_000;
/** Between the end of one node's ping and the next node's: while the stick seeks the dead, the living wait. */
const apartMs = 5_000;

/** A node that doesn't answer: how long it was left alone last, and the end of that wait. */
interface Silent {
  readonly backOffMs: number;
  readonly cancel: () => void;
}

/**
 * Pings nodes that have gone silent, ever more rarely: after a minute, then up to once an hour. zwave-js never
 * does (facts page, "Errors, queue, recovery"), so a lock that was away while it was interviewed would stay
 * unknown, and one without work offline, until somebody touches it. One frame each, and none to nodes that live.
 * After a power cut a whole building is silent: its nodes take turns, and leave the radio free in between.
 */
export class Reviver {
  readonly #clock: Clock;
  readonly #ping: (nodeId: number) => Promise<void>;
  readonly #silent = new Map<number, Silent>();
  /** Whose time has come, in that order. */
  readonly #due = new Set<number>();
  #pinging = false;
  /** Counts what `forgetAll` ends: a ping of a Driver that has ended may never come back. */
  #era = 0;
  #last: { readonly nodeId: number; readonly endedAt: number } | undefined;
  #cancelNext: (() => void) | undefined;

  /** @param ping sends one frame, or nothing when the radio is away; must not reject. */
  constructor(clock: Clock, ping: (nodeId: number) => Promise<void>) {
    this.#clock = clock;
    this.#ping = ping;
  }

  /** The node has been found dead. While it is already being tried, nothing changes. */
  watch(nodeId: number): void {
    if (!this.#silent.has(nodeId)) this.#arm(nodeId, firstMs);
  }

  /** The node lives, or is none of ours any more. */
  forget(nodeId: number): void {
    this.#silent.get(nodeId)?.cancel();
    this.#silent.delete(nodeId);
    this.#due.delete(nodeId);
  }

  forgetAll(): void {
    for (const nodeId of [...this.#silent.keys()]) this.forget(nodeId);
    this.#cancelNext?.();
    this.#era += 1;
    this.#pinging = false;
  }

  #arm(nodeId: number, backOffMs: number): void {
    const cancel = this.#clock.after(backOffMs, () => {
      this.#due.add(nodeId);
      this.#next();
    });
    this.#silent.set(nodeId, { backOffMs, cancel });
  }

  #next(): void {
    const [nodeId] = this.#due;
    const silent = nodeId === undefined ? undefined : this.#silent.get(nodeId);
    if (this.#pinging || nodeId === undefined || silent === undefined) return;
    const last = this.#last;
    const waitMs =
      last === undefined || last.nodeId === nodeId ? 0 : last.endedAt + apartMs - this.#clock.monotonic();
    if (waitMs > 0) {
      this.#cancelNext?.();
      this.#cancelNext = this.#clock.after(waitMs, () => {
        this.#next();
      });
      return;
    }
    this.#due.delete(nodeId);
    void this.#try(nodeId, silent);
  }

  async #try(nodeId: number, silent: Silent): Promise<void> {
    const era = this.#era;
    this.#pinging = true;
    await this.#ping(nodeId);
    if (this.#era !== era) return;
    this.#pinging = false;
    this.#last = { nodeId, endedAt: this.#clock.monotonic() };
    // Meanwhile it may have been forgotten, or watched anew: then this round is over.
    if (this.#silent.get(nodeId) === silent) this.#arm(nodeId, Math.min(silent.backOffMs * 2, maxMs));
    this.#next();
  }
}
