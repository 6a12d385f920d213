import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import { type LockMemory, lockMemorySchema } from './lock-memory.ts';
import type { LockSpec } from './spec.ts';

const stateSchema = z.strictObject({
  locks: z.record(z.string().regex(/^[a-z0-9-]{1,80}$/), lockMemorySchema),
  /** Who is in the network, as the coordinator's side keeps it. */
  network: z.json().optional(),
});
type State = z.infer<typeof stateSchema>;

/** The state file can't be used; the message names the file and the field, never a digit of a code. */
export class StateFileError extends Error {}

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : 'failed';

const read = (file: string): State => {
  let raw: unknown;
  try {
    raw = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return { locks: {} };
    const why = error instanceof SyntaxError ? 'not JSON' : `not readable (${codeOf(error)})`;
    throw new StateFileError(`${file} (--state): ${why}`);
  }
  const parsed = stateSchema.safeParse(raw);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const path = issue?.path ?? [];
  const field = path.length === 0 ? 'file' : path.join('.');
  throw new StateFileError(`${file} (--state): ${field}: ${issue?.message ?? 'invalid'}`);
};

/** What locks and coordinator remember over a restart of the simulator, in one JSON file. */
export class StateFile {
  readonly #file: string;
  readonly #locks: Map<string, LockMemory>;
  #network: unknown;
  #closed = false;

  /** Reads the file if there is one. @throws StateFileError if it isn't a state file. */
  constructor(file: string) {
    this.#file = file;
    const { locks, network } = read(file);
    this.#locks = new Map(Object.entries(locks));
    this.#network = network;
  }

  /** What `keepNetwork` was last given, as JSON gives it back; undefined if it never was. */
  get network(): unknown {
    return this.#network;
  }

  /** Writes who is in the network. @throws StateFileError if it can't be written. */
  keepNetwork(network: unknown): void {
    this.#network = network;
    this.keep([]);
  }

  /**
   * What the file says of this lock, or `undefined` if it doesn't know it.
   * @throws StateFileError for a slot that the lock doesn't have: the file belongs to another network.
   */
  recall(key: string, { name, first_slot, slots }: LockSpec): LockMemory | undefined {
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
  keep(memories: Iterable<readonly [key: string, memory: LockMemory]>): void {
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
