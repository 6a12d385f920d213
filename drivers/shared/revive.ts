import type { Clock } from '../../src/ports/clock.ts';

const firstMs = 60_000;
const maxMs = 3_600_000;
/** Between the end of one device's ping and the next one's: while the stick seeks the dead, the living wait. */
const apartMs = 5_000;

/** A device that doesn't answer: how long it was left alone last, and the end of that wait. */
interface Silent {
  readonly backOffMs: number;
  readonly cancel: () => void;
}

/**
 * Pings devices that have gone silent, ever more rarely: after a minute, then up to once an hour. Neither radio library
 * does, so a lock that was away while it was interviewed would stay
 * unknown, and one without work offline, until somebody touches it. One frame each, and none to those that live.
 * After a power cut a whole building is silent: its locks take turns, and leave the radio free in between.
 */
export class Reviver<K extends string | number> {
  readonly #clock: Clock;
  readonly #ping: (device: K) => Promise<void>;
  readonly #silent = new Map<K, Silent>();
  /** Whose time has come, in that order. */
  readonly #due = new Set<K>();
  #pinging = false;
  /** Counts what `forgetAll` ends: a ping of a Driver that has ended may never come back. */
  #era = 0;
  #last: { readonly device: K; readonly endedAt: number } | undefined;
  #cancelNext: (() => void) | undefined;

  /** @param ping sends one frame, or nothing when the radio is away; must not reject. */
  constructor(clock: Clock, ping: (device: K) => Promise<void>) {
    this.#clock = clock;
    this.#ping = ping;
  }

  /** The device has been found dead. While it is already being tried, nothing changes. */
  watch(device: K): void {
    if (!this.#silent.has(device)) this.#arm(device, firstMs);
  }

  /** It lives, or is none of ours any more. */
  forget(device: K): void {
    this.#silent.get(device)?.cancel();
    this.#silent.delete(device);
    this.#due.delete(device);
  }

  forgetAll(): void {
    for (const device of [...this.#silent.keys()]) this.forget(device);
    this.#cancelNext?.();
    this.#era += 1;
    this.#pinging = false;
  }

  #arm(device: K, backOffMs: number): void {
    const cancel = this.#clock.after(backOffMs, () => {
      this.#due.add(device);
      this.#next();
    });
    this.#silent.set(device, { backOffMs, cancel });
  }

  #next(): void {
    const [device] = this.#due;
    const silent = device === undefined ? undefined : this.#silent.get(device);
    if (this.#pinging || device === undefined || silent === undefined) return;
    const last = this.#last;
    const waitMs =
      last === undefined || last.device === device ? 0 : last.endedAt + apartMs - this.#clock.monotonic();
    if (waitMs > 0) {
      this.#cancelNext?.();
      this.#cancelNext = this.#clock.after(waitMs, () => {
        this.#next();
      });
      return;
    }
    this.#due.delete(device);
    void this.#try(device, silent);
  }

  async #try(device: K, silent: Silent): Promise<void> {
    const era = this.#era;
    this.#pinging = true;
    await this.#ping(device);
    if (this.#era !== era) return;
    this.#pinging = false;
    this.#last = { device, endedAt: this.#clock.monotonic() };
    // Meanwhile it may have been forgotten, or watched anew: then this round is over.
    if (this.#silent.get(device) === silent) this.#arm(device, Math.min(silent.backOffMs * 2, maxMs));
    this.#next();
  }
}
