import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { SecurityClass } from '@zwave-js/core';
import { z } from 'zod';
import { memorySchema } from './lock-memory.ts';
import type { LockMemory } from './lock.ts';
import type { GrantedKeys } from './node-keys.ts';
import type { LockSpec } from './spec.ts';

const keySchema = z.string().regex(/^[a-z0-9-]{1,80}$/);
const nodeSchema = z.int().min(2).max(232);
/** Absent in files of simulators that knew nothing of joining: all locks are where their specs have them. */
const networkSchema = z.strictObject({
  units: z.record(
    keySchema,
    z.strictObject({
      generation: z.int().min(0),
      node: nodeSchema.nullable(),
      keys: z.record(z.string(), z.string().regex(/^[0-9a-f]{32}$/)).optional(),
      stranded: z.boolean().optional(),
    }),
  ),
  ghosts: z.record(z.string().regex(/^\d{1,3}$/), keySchema),
});
const stateSchema = z.strictObject({
  locks: z.record(keySchema, memorySchema),
  network: networkSchema.optional(),
});

/** Who is in the network. Locks are named by the key that their memory is kept under. */
export interface Membership {
  readonly units: Readonly<
    Record<
      string,
      {
        /** How many units have stood in this one's place before it. */
        readonly generation: number;
        readonly node: number | null;
        /** The keys it was granted; absent: those of the stick's network, which it was delivered in. */
        readonly keys?: GrantedKeys;
        readonly stranded?: boolean | undefined;
      }
    >
  >;
  /** Node ids that the stick lists while their lock has gone, with the key of that lock. */
  readonly ghosts: Readonly<Record<string, string>>;
}

type SavedNetwork = z.infer<typeof networkSchema>;
type SavedUnit = SavedNetwork['units'][string];

const securityClasses = [
  SecurityClass.S2_AccessControl,
  SecurityClass.S2_Authenticated,
  SecurityClass.S2_Unauthenticated,
  SecurityClass.S0_Legacy,
];

const keysFrom = (saved: Readonly<Record<string, string>>): GrantedKeys =>
  new Map(
    securityClasses.flatMap((each) => {
      const hex = saved[SecurityClass[each]];
      return hex === undefined ? [] : [[each, new Uint8Array(Buffer.from(hex, 'hex'))] as const];
    }),
  );

const keysTo = (keys: GrantedKeys): Record<string, string> =>
  Object.fromEntries([...keys].map(([each, key]) => [SecurityClass[each], Buffer.from(key).toString('hex')]));

const membershipFrom = ({ units, ghosts }: SavedNetwork): Membership => ({
  units: Object.fromEntries(
    Object.entries(units).map(([key, { keys, ...unit }]) => [
      key,
      { ...unit, ...(keys === undefined ? {} : { keys: keysFrom(keys) }) },
    ]),
  ),
  ghosts,
});

const membershipTo = ({ units, ghosts }: Membership): SavedNetwork => ({
  units: Object.fromEntries(
    Object.entries(units).map(([key, { keys, ...unit }]): [string, SavedUnit] => [
      key,
      { ...unit, ...(keys === undefined ? {} : { keys: keysTo(keys) }) },
    ]),
  ),
  ghosts: { ...ghosts },
});

/** The state file can't be used; the message names the file and the field, never a digit of a code. */
export class StateFileError extends Error {}

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : 'failed';

interface State {
  readonly locks: Map<string, LockMemory>;
  readonly membership: Membership | undefined;
}

const read = (file: string): State => {
  let raw: unknown;
  try {
    raw = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return { locks: new Map(), membership: undefined };
    const why = error instanceof SyntaxError ? 'not JSON' : `not readable (${codeOf(error)})`;
    throw new StateFileError(`${file} (--state): ${why}`);
  }
  const parsed = stateSchema.safeParse(raw);
  if (parsed.success) {
    const { locks, network } = parsed.data;
    const membership = network === undefined ? undefined : membershipFrom(network);
    return { locks: new Map(Object.entries(locks)), membership };
  }
  const issue = parsed.error.issues[0];
  const path = issue?.path ?? [];
  const field = path.length === 0 ? 'file' : path.join('.');
  throw new StateFileError(`${file} (--state): ${field}: ${issue?.message ?? 'invalid'}`);
};

/** What the locks remember over a restart of the simulator, and who is in the network, in one JSON file. */
export class StateFile {
  readonly #file: string;
  readonly #locks: Map<string, LockMemory>;
  #membership: Membership | undefined;
  #closed = false;

  /** Reads the file if there is one. @throws StateFileError if it isn't a state file. */
  constructor(file: string) {
    this.#file = file;
    ({ locks: this.#locks, membership: this.#membership } = read(file));
  }

  get membership(): Membership | undefined {
    return this.#membership;
  }

  /** Writes who is in the network. @throws StateFileError if it can't be written. */
  keepMembership(membership: Membership): void {
    const others = Object.entries(this.#membership?.units ?? {});
    this.#membership = { ...membership, units: { ...Object.fromEntries(others), ...membership.units } };
    this.keep([]);
  }

  /**
   * What the file says of this lock, or `undefined` if it doesn't know it.
   * @throws StateFileError for a slot that the lock doesn't have: the file belongs to another network.
   */
  recall(key: string, spec: LockSpec): LockMemory | undefined {
    const memory = this.#locks.get(key);
    const beyond = Object.keys(memory?.slots ?? {}).find((slot) => Number(slot) > spec.slots);
    if (beyond === undefined) return memory;
    const field = `locks.${key}.slots.${beyond}`;
    throw new StateFileError(`${this.#file} (--state): ${field}: ${spec.name} has slots 1 to ${spec.slots}`);
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
    const network = this.#membership === undefined ? undefined : membershipTo(this.#membership);
    const text = `${JSON.stringify({ locks: Object.fromEntries(this.#locks), network })}\n`;
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
