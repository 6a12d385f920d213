/** What happened at a lock, or on the serial line (`node` 0). Never carries digits. */
export interface HappeningDetails {
  readonly slot?: number | undefined;
  readonly action?: string;
  readonly reason?: string;
  /** The id of a lock that comes or goes. */
  readonly lock?: string;
}
export interface Happening extends HappeningDetails {
  readonly seq: number;
  readonly t: string;
  readonly node: number;
  readonly type: string;
}

/** Takes one happening; the promise resolves once it has left this process. */
type Subscriber = (happening: Happening) => Promise<void>;

const backlogMax = 5_000;
const flushDeadlineMs = 250;

/** The record of what happens, with the last 5,000 entries kept for late readers. */
export class EventLog {
  readonly #backlog: Happening[] = [];
  readonly #subscribers = new Set<Subscriber>();
  #seq = 0;

  /**
   * Records a happening. The promise resolves when every subscriber has been given it (at most 250 ms later, so
   * that a stuck reader can't stop a lock): await it before the lock answers, and a test that reads the stream
   * knows of the change before the controller does.
   */
  async emit(node: number, type: string, details: HappeningDetails = {}): Promise<void> {
    this.#seq += 1;
    const happening: Happening = { seq: this.#seq, t: new Date().toISOString(), node, type, ...details };
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
  since(seq: number): readonly Happening[] {
    return this.#backlog.filter((h) => h.seq > seq);
  }

  /** @returns a function that ends the subscription. */
  subscribe(subscriber: Subscriber): () => void {
    this.#subscribers.add(subscriber);
    return () => this.#subscribers.delete(subscriber);
  }
}
