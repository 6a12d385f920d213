import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import type { LockMemory } from './lock.ts';
import { type LockSpec, digitsSchema } from './spec.ts';

const slotSchema = z.strictObject({ status: z.enum(['enabled', 'disabled']), code: digitsSchema });
const memorySchema = z.strictObject({
  locked: z.boolean(),
  battery: z.int().min(0).max(100).optional(),
  slots: z.record(z.string().regex(/^[1-9]\d{0,2}$/), slotSchema),
});
const stateSchema = z.strictObject({ locks: z.record(z.string().regex(/^\d{1,3}$/), memorySchema) });

/** The state file can't be used; the message names the file and the field, never a digit of a code. */
export class StateFileError extends Error {}

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : 'failed';

const read = (file: string): Map<number, LockMemory> => {
  let raw: unknown;
  try {
    raw = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return new Map();
    const why = error instanceof SyntaxError ? 'not JSON' : `not readable (${codeOf(error)})`;
    throw new StateFileError(`${file} (--state): ${why}`);
  }
  const parsed = stateSchema.safeParse(raw);
  if (parsed.success)
    return new Map(Object.entries(parsed.data.locks).map(([node, memory]) => [Number(node), memory]));
  const issue = parsed.error.issues[0];
  const path = issue?.path ?? [];
  const field = path.length === 0 ? 'file' : path.join('.');
  throw new StateFileError(`${file} (--state): ${field}: ${issue?.message ?? 'invalid'}`);
};

/** What the locks remember over a restart of the simulator, by node id, in one JSON file. */
export class StateFile {
  readonly #file: string;
  readonly #locks: Map<number, LockMemory>;
  #closed = false;

  /** Reads the file if there is one. @throws StateFileError if it isn't a state file. */
  constructor(file: string) {
    this.#file = file;
    this.#locks = read(file);
  }

  /**
   * What the file says of this lock, or `undefined` if it doesn't know it.
   * @throws StateFileError for a slot that the lock doesn't have: the file belongs to another network.
   */
  recall(spec: LockSpec): LockMemory | undefined {
    const memory = this.#locks.get(spec.node);
    const beyond = Object.keys(memory?.slots ?? {}).find((slot) => Number(slot) > spec.slots);
    if (beyond === undefined) return memory;
    const field = `locks.${spec.node}.slots.${beyond}`;
    throw new StateFileError(`${this.#file} (--state): ${field}: ${spec.name} has slots 1 to ${spec.slots}`);
  }

  /**
   * Writes what these locks hold; the entries of all others, also of locks that aren't in this network, stay.
   * Synchronous, so that nothing can happen between a change and its being kept. Safe against the end of this
   * process at any line; without fsync, not against that of the machine.
   * @throws StateFileError if it can't be written.
   */
  keep(memories: Iterable<readonly [node: number, memory: LockMemory]>): void {
    if (this.#closed) return;
    for (const [node, memory] of memories) this.#locks.set(node, memory);
    const text = `${JSON.stringify({ locks: Object.fromEntries(this.#locks) })}\n`;
    const draft = `${this.#file}.tmp`;
    try {
      // A draft left by a killed process would keep its own mode.
      rmSync(draft, { force: true });
      writeFileSync(draft, text, { mode: 0o600, flag: 'wx' });
      renameSync(draft, this.#file);
    } catch (error) {
      throw new StateFileError(`${this.#file} (--state): not writable (${codeOf(error)})`);
    }
  }

  /** From now on nothing is written: a command still under way must not overwrite what a successor keeps. */
  close(): void {
    this.#closed = true;
  }
}
