import { z } from 'zod';
import { DurableRecord } from '../shared/durable-record.ts';

const nodeId = z.int().min(1).max(0xffff);
const recordSchema = z.strictObject({
  homeId: z.int().min(0),
  /** Joining or leaving under way, and the nodes that were in the network when it began. */
  underWay: z.strictObject({ kind: z.enum(['pairing', 'removal']), known: z.array(nodeId) }).optional(),
  /** Nodes that have joined in a pairing which came to nothing, and are still in the network. */
  unfinished: z.array(nodeId),
});

type MarksRecord = z.output<typeof recordSchema>;

/** More than a few unfinished nodes never come together; the oldest are dropped beyond this. */
const unfinishedMax = 64;

/**
 * Which nodes must not be taken for locks of ours: those that join during a pairing, until it has come to a good
 * end. Durable before the controller starts to listen, so that a crash at any moment adopts nobody silently.
 */
export class MembershipMarks {
  readonly #file: DurableRecord<MarksRecord>;

  constructor(path: string) {
    this.#file = new DurableRecord(path, recordSchema);
  }

  /** True where the node has joined in a pairing that isn't over, or came to nothing. */
  hides(homeId: number, node: number): boolean {
    const record = this.#of(homeId);
    if (record === undefined) return false;
    const joining = record.underWay?.kind === 'pairing' && !record.underWay.known.includes(node);
    return joining || record.unfinished.includes(node);
  }

  /** What was under way in this network and never ended. */
  open(homeId: number): 'pairing' | 'removal' | undefined {
    return this.#of(homeId)?.underWay?.kind;
  }

  unfinished(homeId: number): readonly number[] {
    return this.#of(homeId)?.unfinished ?? [];
  }

  /** Throws the file system's error; nothing is under way then. */
  begin(homeId: number, kind: 'pairing' | 'removal', known: readonly number[]): void {
    const before = this.#of(homeId);
    this.#file.write({ homeId, underWay: { kind, known: [...known] }, unfinished: before?.unfinished ?? [] });
  }

  /** The node has joined for good. Throws the file system's error. */
  adopt(homeId: number, node: number): void {
    const record = this.#of(homeId);
    if (record?.underWay === undefined) return;
    const { kind, known } = record.underWay;
    this.#file.write({
      ...record,
      underWay: { kind, known: [...known, node] },
      unfinished: record.unfinished.filter((one) => one !== node),
    });
  }

  /** The node has turned out to be none of ours after all. Throws the file system's error. */
  disown(homeId: number, node: number): void {
    const record = this.#of(homeId);
    if (record === undefined || record.unfinished.includes(node)) return;
    this.#file.write({ ...record, unfinished: [...record.unfinished, node].slice(-unfinishedMax) });
  }

  /**
   * Ends what is under way. Of the nodes now in the network, those that weren't when a pairing began, and weren't
   * adopted, stay marked.
   * @returns them. Throws the file system's error.
   */
  end(homeId: number, present: ReadonlySet<number>): readonly number[] {
    const record = this.#of(homeId);
    if (record === undefined) return [];
    const { underWay } = record;
    const strays =
      underWay?.kind === 'pairing' ? [...present].filter((one) => !underWay.known.includes(one)) : [];
    const unfinished = new Set([...record.unfinished.filter((one) => present.has(one)), ...strays]);
    this.#file.write({ homeId, unfinished: [...unfinished].slice(-unfinishedMax) });
    return strays;
  }

  /** The node has left the network. Throws the file system's error. */
  forget(homeId: number, node: number): void {
    const record = this.#of(homeId);
    if (record?.unfinished.includes(node) !== true) return;
    this.#file.write({ ...record, unfinished: record.unfinished.filter((one) => one !== node) });
  }

  /** Marks of another network say nothing about this one. */
  #of(homeId: number): MarksRecord | undefined {
    const { value } = this.#file;
    return value?.homeId === homeId ? value : undefined;
  }
}
