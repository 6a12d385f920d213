import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { z } from 'zod';

/** What a lock's memory is kept under. */
export const stateKeySchema = z.string().regex(/^[a-z0-9-]{1,80}$/);

/** The state file can't be used; the message names the file and the field, never a digit of a code. */
export class StateFileError extends Error {}

interface Slots {
  readonly slots: Readonly<Record<string, unknown>>;
}

/** What is known of a lock that a memory may belong to. */
interface Owner {
  readonly name: string;
  readonly first_slot?: number;
  readonly slots: number;
}

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : 'failed';

const read = <T>(file: string, schema: z.ZodType<T>): T | undefined => {
  let raw: unknown;
  try {
    raw = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    const why = error instanceof SyntaxError ? 'not JSON' : `not readable (${codeOf(error)})`;
    throw new StateFileError(`${file} (--state): ${why}`);
  }
  const parsed = schema.safeParse(raw);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const path = issue?.path ?? [];
  const field = path.length === 0 ? 'file' : path.join('.');
  throw new StateFileError(`${file} (--state): ${field}: ${issue?.message ?? 'invalid'}`);
};

/**
 * What the locks (`M`: one lock's memory) and their network (`N`) remember over a restart of the simulator, in one JSON
 * file.
 */
export class KeptState<M extends Slots, N> {
  readonly #file: string;
  readonly #locks: Map<string, M>;
  #network: N | undefined;
  #closed = false;

  /** Reads the file if there is one. @throws StateFileError if it isn't a state file. */
  constructor(file: string, memorySchema: z.ZodType<M>, networkSchema: z.ZodType<N>) {
    this.#file = file;
    const schema = z.strictObject({
      locks: z.record(stateKeySchema, memorySchema),
      network: networkSchema.optional(),
    });
    const { locks, network } = read(file, schema) ?? { locks: {} };
    this.#locks = new Map(Object.entries(locks));
    this.#network = network;
  }

  /** Who is in the network; undefined if `keepNetwork` was never told. */
  get network(): N | undefined {
    return this.#network;
  }

  /** Writes who is in the network. @throws StateFileError if it can't be written. */
  keepNetwork(network: N): void {
    this.#network = network;
    this.keep([]);
  }

  /**
   * What the file says of this lock, or `undefined` if it doesn't know it.
   * @throws StateFileError for a slot that the lock doesn't have: the file belongs to another network.
   */
  recall(key: string, { name, first_slot = 1, slots }: Owner): M | undefined {
    const memory = this.#locks.get(key);
    const last = first_slot + slots - 1;
    const beyond = Object.keys(memory?.slots ?? {}).find(
      (slot) => Number(slot) < first_slot || Number(slot) > last,
    );
    if (beyond === undefined) return memory;
    const field = `locks.${key}.slots.${beyond}`;
    throw new StateFileError(`${this.#file} (--state): ${field}: ${name} has slots ${first_slot} to ${last}`);
  }

  /**
   * Writes what these locks hold; the entries of all others, also of locks that aren't in this network, stay.
   * Synchronous, so that nothing can happen between a change and its being kept. Safe against the end of this
   * process at any line; without fsync, not against that of the machine.
   * @throws StateFileError if it can't be written.
   */
  keep(memories: Iterable<readonly [key: string, memory: M]>): void {
    if (this.#closed) return;
    for (const [key, memory] of memories) this.#locks.set(key, memory);
    const text = `${JSON.stringify({ locks: Object.fromEntries(this.#locks), network: this.#network })}\n`;
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
