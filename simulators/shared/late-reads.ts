/** Contents that are told for a while after they have changed: the former ones, or nothing. */
export class LateReads<T> {
  readonly #former = new Map<number, { readonly held: T | undefined; readonly untilMs: number }>();
  readonly #elapsed: () => number;

  constructor(elapsed: () => number = () => performance.now()) {
    this.#elapsed = elapsed;
  }

  /** To be called before a change: until `delayMs` have passed, readers are told what was there. */
  remember(slot: number, held: T | undefined, delayMs: number): void {
    if (delayMs <= 0) this.#former.delete(slot);
    else this.#former.set(slot, { held: this.told(slot, held), untilMs: this.#elapsed() + delayMs });
  }

  /** What a read is told where `now` is held. */
  told(slot: number, now: T | undefined): T | undefined {
    const former = this.#former.get(slot);
    if (former === undefined) return now;
    if (this.#elapsed() < former.untilMs) return former.held;
    this.#former.delete(slot);
    return now;
  }
}
