import type { Clock } from '../../src/ports/clock.ts';

const retryFirstMs = 60_000;
const retryMaxMs = 3_600_000;

/** Failed attempts, and the end of the wait for the next. */
interface Waiting {
  readonly backOffMs: number;
  readonly cancel: () => void;
}

/**
 * Says which lock is configured when: at once, then after 1, 2, 4 … minutes, at most once an hour, sooner when it is
 * heard after a silence. Bounded by the number of locks.
 */
export class Configurator {
  readonly #clock: Clock;
  readonly #work: (ieee: string) => Promise<boolean>;
  readonly #atOnce: () => number;
  readonly #due = new Set<string>();
  readonly #running = new Set<string>();
  readonly #waiting = new Map<string, Waiting>();
  #era = 0;

  /**
   * @param work resolves with whether all is done; must not reject
   * @param atOnce locks at a time: those that don't answer must not hold up the others
   */
  constructor(clock: Clock, work: (ieee: string) => Promise<boolean>, atOnce: () => number) {
    this.#clock = clock;
    this.#work = work;
    this.#atOnce = atOnce;
  }

  /** While it is under way or waits for its next attempt, nothing changes. */
  want(ieee: string): void {
    if (this.#running.has(ieee) || this.#waiting.has(ieee)) return;
    this.#due.add(ieee);
    this.#next();
  }

  /** Somebody else has tried in vain just now. */
  later(ieee: string): void {
    if (!this.#running.has(ieee) && !this.#waiting.has(ieee)) this.#wait(ieee, retryFirstMs);
  }

  /** It can be reached: what was put off is due now. */
  heard(ieee: string): void {
    const waiting = this.#waiting.get(ieee);
    if (waiting === undefined) return;
    waiting.cancel();
    // The length of its next wait is kept: being heard isn't answering.
    this.#waiting.set(ieee, { ...waiting, cancel: () => undefined });
    this.#due.add(ieee);
    this.#next();
  }

  forget(ieee: string): void {
    this.#waiting.get(ieee)?.cancel();
    this.#waiting.delete(ieee);
    this.#due.delete(ieee);
  }

  /** What is under way is nobody's any more. */
  forgetAll(): void {
    for (const ieee of [...this.#waiting.keys(), ...this.#due]) this.forget(ieee);
    this.#running.clear();
    this.#era += 1;
  }

  #next(): void {
    for (const ieee of this.#due) {
      if (this.#running.size >= this.#atOnce()) return;
      if (this.#running.has(ieee)) continue;
      this.#due.delete(ieee);
      void this.#run(ieee);
    }
  }

  async #run(ieee: string): Promise<void> {
    const era = this.#era;
    this.#running.add(ieee);
    const isDone = await this.#work(ieee);
    if (this.#era !== era) return;
    this.#running.delete(ieee);
    const before = this.#waiting.get(ieee);
    before?.cancel();
    this.#waiting.delete(ieee);
    if (!isDone)
      this.#wait(ieee, before === undefined ? retryFirstMs : Math.min(before.backOffMs * 2, retryMaxMs));
    this.#next();
  }

  #wait(ieee: string, backOffMs: number): void {
    const cancel = this.#clock.after(backOffMs, () => {
      this.#due.add(ieee);
      this.#next();
    });
    this.#waiting.set(ieee, { backOffMs, cancel });
  }
}
