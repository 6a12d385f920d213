import { z } from 'zod';
import { startZigbeeSim } from '../../test/support/zigbee-sim.ts';
import type { ZigbeeSim } from '../../test/support/zigbee-sim.ts';
import { clockMs, Watch } from '../progress.ts';

const eventSchema = z.object({ lock: z.string(), type: z.string(), slot: z.number().optional() });

const framesSchema = z.object({ locks: z.record(z.string(), z.object({ total: z.number() })) });

/** Something that happened at a lock, and when we were told. */
export interface Happening extends z.infer<typeof eventSchema> {
  readonly atMs: number;
}

/** A simulated lock: by its id in the simulator, and by its address in the network. */
export interface BenchLock {
  readonly id: string;
  readonly ieee: string;
  readonly slots: number;
}

/** The way between coordinator and lock, and how long a lock works on a command (facts page ZIGBEE). */
export const pace = { hop_ms: 15, delay_ms: 20 } as const;

/** A Yale with the events and answers of the specification: a model that all three know. */
const spec = {
  manufacturer: 'Yale',
  model: 'YRD226 TSDB',
  manufacturer_code: 0x101d,
  power: 'battery',
  sleepy: false,
  code_length: { min: 4, max: 8 },
  pin_over_air: true,
  waiting: true,
  behaviour: pace,
} as const;

const lockNamed = (index: number, slots: number): BenchLock & { spec: object } => {
  const ieee = `0x00124b00000000a${index}`;
  return { id: `room-${index}`, ieee, slots, spec: { ...spec, name: `Room ${index}`, ieee, slots } };
};

/** The last happenings are enough: nobody looks back further than one scan. */
const keptMax = 4_000;

/** A simulated network and what happens in it. */
export class ZigbeeNetwork {
  readonly sim: ZigbeeSim;
  readonly locks: readonly BenchLock[];
  readonly #watch = new Watch();
  readonly #happenings: Happening[] = [];
  readonly #stop = new AbortController();

  private constructor(sim: ZigbeeSim, locks: readonly BenchLock[]) {
    this.sim = sim;
    this.locks = locks;
  }

  /** So many locks with so many slots each, that wait to be paired. */
  static async start(count: number, slots: number): Promise<ZigbeeNetwork> {
    const made = Array.from({ length: count }, (_, index) => lockNamed(index + 1, slots));
    const sim = await startZigbeeSim({ locks: made.map((lock) => lock.spec) });
    const network = new ZigbeeNetwork(sim, made);
    const stream = await fetch(`${sim.control}/events`, { signal: network.#stop.signal });
    if (stream.body === null) throw new Error('the simulator tells no events');
    void network.#listen(stream.body);
    return network;
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.sim[Symbol.asyncDispose]();
  }

  /** The control interface of the simulator; with a body it is a POST. */
  async control(path: string, body?: object): Promise<unknown> {
    const init = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
    const response = await fetch(this.sim.control + path, { ...init, signal: AbortSignal.timeout(10_000) });
    if (!response.ok) throw new Error(`the simulator refused ${path}: ${await response.text()}`);
    return response.json();
  }

  /** The first happening of this type at this lock since `sinceMs`. */
  next(lock: BenchLock, type: string, sinceMs: number): Promise<Happening> {
    return this.#watch.until(`${type} at ${lock.id}`, () =>
      this.#happenings.find((one) => one.lock === lock.id && one.type === type && one.atMs >= sinceMs),
    );
  }

  /** Resolves once there were so many happenings of this type at a lock since then; when the last of them was. */
  times(lock: BenchLock, type: string, count: number, sinceMs: number, limitMs?: number): Promise<number> {
    return this.#watch.until(
      `${count} times ${type} at ${lock.id}`,
      () =>
        this.#happenings.filter((one) => one.lock === lock.id && one.type === type && one.atMs >= sinceMs)[
          count - 1
        ]?.atMs,
      limitMs,
    );
  }

  /** How many happenings of this type there were at a lock between two times. */
  count(lock: BenchLock, type: string, fromMs: number, toMs: number): number {
    return this.#happenings.filter(
      (one) => one.lock === lock.id && one.type === type && one.atMs >= fromMs && one.atMs <= toMs,
    ).length;
  }

  /** Frames on the air since the last reset, of all locks together, acknowledgements among them. */
  async frames(): Promise<number> {
    const { locks } = framesSchema.parse(await this.control('/frames'));
    return Object.values(locks).reduce((sum, { total }) => sum + total, 0);
  }

  async resetFrames(): Promise<void> {
    await this.control('/frames/reset', {});
  }

  async #listen(body: ReadableStream<Uint8Array>): Promise<void> {
    const decoder = new TextDecoder();
    let text = '';
    try {
      for await (const chunk of body) {
        const atMs = clockMs();
        const lines = (text + decoder.decode(chunk, { stream: true })).split('\n');
        text = lines.pop() ?? '';
        for (const line of lines) this.#happenings.push({ ...eventSchema.parse(JSON.parse(line)), atMs });
        if (this.#happenings.length > keptMax) this.#happenings.splice(0, keptMax / 2);
        this.#watch.changed();
      }
    } catch (error) {
      if (!this.#stop.signal.aborted) this.#watch.break(new Error('the simulator ended', { cause: error }));
    }
  }
}
