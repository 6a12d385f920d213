import { z } from 'zod';
import { startZwaveSim } from '../test/support/zwave-sim.ts';
import type { ZwaveSim } from '../test/support/zwave-sim.ts';
import { clockMs, Watch } from './progress.ts';

const eventSchema = z.object({ node: z.number(), type: z.string(), slot: z.number().optional() });

/** Something that happened at a lock, and when we were told. */
export interface Happening extends z.infer<typeof eventSchema> {
  readonly atMs: number;
}

/** How long the simulated locks take; milliseconds. */
export interface Manners {
  readonly delay_ms: { readonly set: number; readonly clear: number; readonly read: number };
  /** Wake-up beam of a battery lock that has been idle for five seconds. */
  readonly beam_ms: number;
}

export const instant: Manners = { delay_ms: { set: 0, clear: 0, read: 0 }, beam_ms: 0 };
/** Facts page ZWAVE, "Airtime": Yale's own table, and the beam of a FLiRS lock. */
export const realistic: Manners = { delay_ms: { set: 492, clear: 640, read: 40 }, beam_ms: 1_100 };

const lock = {
  product_id: 1,
  security: 's2_access_control',
  supervision: true,
  power: 'battery',
  user_code_version: 2,
  slots: 30,
  code_length: { min: 4, max: 8 },
  events: [1, 2, 3, 4, 5, 6, 12, 13, 14, 15, 16],
} as const;

/** Nodes with a checksum: several, so that each has fallen asleep again when its turn comes. */
export const checksumNodes = [2, 3, 4, 5] as const;
export const plainNode = 6;
/** Nodes with a checksum whose slots are left alone until the proof of their emptiness has aged. */
export const agedNodes = [7, 8, 9] as const;
const locks = [
  ...[...checksumNodes, ...agedNodes].map((node) => ({
    ...lock,
    node,
    name: `Room ${node}`,
    checksum: true,
  })),
  { ...lock, node: plainNode, name: 'No checksum', product_id: 3 },
];

/** A node's lock, as a bridge names it. */
export const addressOf = (node: number): string => `zwave:${node}`;

/** A lock for each way of looking at one for the first time. */
export const adoptionLocks: readonly {
  readonly node: number;
  readonly what: string;
  readonly spec: object;
}[] = [30, 250].flatMap((slots, size) => {
  const node = 2 + 3 * size;
  const codes = { 1: '258013', 2: '380254', 3: '913746', 4: '602917', 5: '174835' };
  return [
    { node, what: `${slots} slots, checksum, empty`, spec: { slots, checksum: true } },
    { node: node + 1, what: `${slots} slots, checksum, 5 codes`, spec: { slots, checksum: true, codes } },
    { node: node + 2, what: `${slots} slots, no checksum`, spec: { slots, product_id: 3 } },
  ];
});

/** What a simulated network can be made of: how the simulator is told, and the nodes in it. */
const casts = {
  /** The locks of the demo. */
  default: { locks: 'default', nodes: [2, 3, 4, 5] },
  /** Well-behaved ones, all with a checksum but one. */
  equal: { locks, nodes: [...checksumNodes, plainNode, ...agedNodes] },
  adoption: {
    locks: adoptionLocks.map(({ node, what, spec }) => ({ ...lock, ...spec, node, name: what })),
    nodes: adoptionLocks.map(({ node }) => node),
  },
} as const;

/** So many equal empty locks. */
const fleet = (count: number): { locks: string; nodes: readonly number[] } => ({
  locks: `fleet-${count}`,
  nodes: Array.from({ length: count }, (_, index) => index + 2),
});

/** The last happenings are enough: nobody looks back further than one exchange. */
const keptMax = 1_000;

/** A simulated network and what happens in it. */
export class Network {
  readonly sim: ZwaveSim;
  readonly nodes: readonly number[];
  readonly #watch = new Watch();
  readonly #happenings: Happening[] = [];
  readonly #stop = new AbortController();

  private constructor(sim: ZwaveSim, nodes: readonly number[]) {
    this.sim = sim;
    this.nodes = nodes;
  }

  /** One of the casts, or a fleet of so many locks. */
  static async start(kind: keyof typeof casts | number): Promise<Network> {
    const { locks: told, nodes } = typeof kind === 'number' ? fleet(kind) : casts[kind];
    const network = new Network(await startZwaveSim({ locks: told }), nodes);
    const { sim } = network;
    const stream = await fetch(`${sim.control}/events`, { signal: network.#stop.signal });
    if (stream.body === null) throw new Error('the simulator tells no events');
    void network.#listen(stream.body);
    return network;
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.sim[Symbol.asyncDispose]();
  }

  async behave(manners: Manners): Promise<void> {
    for (const node of this.nodes) {
      const response = await fetch(`${this.sim.control}/locks/${node}/behaviour`, {
        method: 'POST',
        body: JSON.stringify(manners),
        signal: AbortSignal.timeout(10_000),
      });
      if (!response.ok) throw new Error(`the simulator refused: ${await response.text()}`);
    }
  }

  /** The first happening of this type at this lock since `sinceMs`. */
  next(node: number, type: string, sinceMs: number): Promise<Happening> {
    return this.#watch.until(`${type} at node ${node}`, () =>
      this.#happenings.find((one) => one.node === node && one.type === type && one.atMs >= sinceMs),
    );
  }

  /** How many happenings of these types there were at a lock between two times. */
  count(node: number, types: readonly string[], fromMs: number, toMs: number): number {
    return this.#happenings.filter(
      (one) => one.node === node && types.includes(one.type) && one.atMs >= fromMs && one.atMs <= toMs,
    ).length;
  }

  /** Application frames since the last reset, all locks or one. */
  async frames(node?: number): Promise<number> {
    const counts = Object.entries(await this.sim.frames());
    const wanted = counts.filter(([id]) => node === undefined || id === String(node));
    return wanted.reduce((sum, [, { application }]) => sum + application.total, 0);
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
