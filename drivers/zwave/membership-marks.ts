import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';

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

/** An unreadable file counts as none: it holds no more than which nodes to leave alone. */
const readRecord = (path: string): MarksRecord | undefined => {
  try {
    return recordSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    return undefined;
  }
};

const sync = (path: string): void => {
  const handle = openSync(path, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
};

/**
 * Which nodes must not be taken for locks of ours: those that join during a pairing, until it has come to a good
 * end. Durable before the controller starts to listen, so that a crash at any moment adopts nobody silently.
 *
 * Written synchronously: a few hundred bytes, a few times in a pairing, and what it says holds from there on.
 */
export class MembershipMarks {
  readonly #path: string;
  #record: MarksRecord | undefined;

  constructor(path: string) {
    this.#path = path;
    this.#record = readRecord(path);
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
    this.#write({ homeId, underWay: { kind, known: [...known] }, unfinished: before?.unfinished ?? [] });
  }

  /** The node has joined for good. Throws the file system's error. */
  adopt(homeId: number, node: number): void {
    const record = this.#of(homeId);
    if (record?.underWay === undefined) return;
    const { kind, known } = record.underWay;
    this.#write({
      ...record,
      underWay: { kind, known: [...known, node] },
      unfinished: record.unfinished.filter((one) => one !== node),
    });
  }

  /** The node has turned out to be none of ours after all. Throws the file system's error. */
  disown(homeId: number, node: number): void {
    const record = this.#of(homeId);
    if (record === undefined || record.unfinished.includes(node)) return;
    this.#write({ ...record, unfinished: [...record.unfinished, node].slice(-unfinishedMax) });
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
    this.#write({ homeId, unfinished: [...unfinished].slice(-unfinishedMax) });
    return strays;
  }

  /** The node has left the network. Throws the file system's error. */
  forget(homeId: number, node: number): void {
    const record = this.#of(homeId);
    if (record?.unfinished.includes(node) !== true) return;
    this.#write({ ...record, unfinished: record.unfinished.filter((one) => one !== node) });
  }

  /** Marks of another network say nothing about this one. */
  #of(homeId: number): MarksRecord | undefined {
    return this.#record?.homeId === homeId ? this.#record : undefined;
  }

  /** Readers see the old file or the new one. In memory it holds even where the disk refuses. */
  #write(record: MarksRecord): void {
    this.#record = record;
    const temporary = `${this.#path}.new`;
    const handle = openSync(temporary, 'w', 0o600);
    try {
      writeSync(handle, `${JSON.stringify(record)}\n`);
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
    renameSync(temporary, this.#path);
    sync(dirname(this.#path));
  }
}
