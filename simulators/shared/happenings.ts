/** Takes one happening; the promise resolves once it has left this process. */
export type Subscriber<T> = (happening: T) => Promise<void>;
export interface Stamp {
  readonly seq: number;
  readonly t: string;
}

const backlogMax = 5_000;
const flushDeadlineMs = 250;

/** The record of what happens in a network, with the last 5,000 entries kept for late readers. */
export class HappeningLog<T extends object> {
  readonly #backlog: (Stamp & T)[] = [];
  readonly #subscribers = new Set<Subscriber<Stamp & T>>();
  #seq = 0;

  /**
   * Records a happening. The promise resolves when every subscriber has been given it (at most 250 ms later, so
   * that a stuck reader can't stop a lock): await it before the lock answers, and a test that reads the stream
   * knows of the change before the controller does.
   */
  async record(what: T): Promise<void> {
    this.#seq += 1;
    const happening = { seq: this.#seq, t: new Date().toISOString(), ...what };
    this.#backlog.push(happening);
    if (this.#backlog.length > backlogMax) this.#backlog.shift();
    if (this.#subscribers.size === 0) return;
    const flushed = Promise.allSettled([...this.#subscribers].map((give) => give(happening)));
    let timer: NodeJS.Timeout | undefined;
    const deadline = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, flushDeadlineMs);
    });
    await Promise.race([flushed, deadline]);
    clearTimeout(timer);
  }

  /** The kept happenings after `seq`. */
  since(seq: number): readonly (Stamp & T)[] {
    return this.#backlog.filter((h) => h.seq > seq);
  }

  /** @returns a function that ends the subscription. */
  subscribe(subscriber: Subscriber<Stamp & T>): () => void {
    this.#subscribers.add(subscriber);
    return () => this.#subscribers.delete(subscriber);
  }
}
