import { z } from 'zod';
import { until } from './until.ts';

const happeningSchema = z.object({
  seq: z.number(),
  /** Where it happened: a Z-Wave lock's node (0: the stick), or a Zigbee lock's id ('': the coordinator). */
  node: z.number().optional(),
  lock: z.string().optional(),
  type: z.string(),
  slot: z.number().optional(),
  action: z.string().optional(),
  reason: z.string().optional(),
});
export type Happening = z.infer<typeof happeningSchema>;

/** Everything that happens at the simulated locks, from the beginning, in order. */
export class SimRecord implements AsyncDisposable {
  readonly all: Happening[] = [];
  readonly #gone = new AbortController();
  readonly #listeners = new Set<(happening: Happening) => void>();
  readonly #reading: Promise<void>;

  private constructor(body: ReadableStream<Uint8Array>) {
    this.#reading = this.#read(body).catch(() => undefined);
  }

  static async open(control: string): Promise<SimRecord> {
    const response = await fetch(`${control}/events?since=0`);
    if (response.body === null) throw new Error('no events from the simulator');
    return new SimRecord(response.body);
  }

  /** Called with each happening as it comes. @returns its end */
  on(listener: (happening: Happening) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The seq of the newest. */
  get now(): number {
    return this.all.at(-1)?.seq ?? 0;
  }

  /** What came after `seq` of these types, at this lock if one is given. */
  after(seq: number, types: readonly string[], lock?: number | string): Happening[] {
    return this.all.filter(
      (one) =>
        one.seq > seq && types.includes(one.type) && (lock === undefined || lock === (one.node ?? one.lock)),
    );
  }

  /** Waits for the n-th (from 1) of a type at a lock after `seq`. */
  next(lock: number | string, type: string, seq: number, n = 1): Promise<Happening> {
    return until(`${type} at the lock ${lock}`, () => this.after(seq, [type], lock)[n - 1], {
      instead: () => this.all.slice(-6),
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#gone.abort();
    await this.#reading;
  }

  async #read(body: ReadableStream<Uint8Array>): Promise<void> {
    let text = '';
    const lines = body.pipeThrough(new TextDecoderStream(), { signal: this.#gone.signal });
    for await (const chunk of lines) {
      text += chunk;
      const whole = text.split('\n');
      text = whole.pop() ?? '';
      for (const line of whole) {
        const happening = happeningSchema.parse(JSON.parse(line));
        this.all.push(happening);
        for (const listener of this.#listeners) listener(happening);
      }
    }
  }
}

/** What only a write of the bridge causes. */
export const writes = ['set_received', 'clear_received', 'all_cleared'];
