import { createHash } from 'node:crypto';
import { type LockIdentity, createIdentity, speaksS2 } from './label.ts';
import { type LockMemory, SimulatedLock } from './lock.ts';
import { seededRandom } from '../shared/random.ts';
import { type LockSpec, noNode } from './spec.ts';

/** One lock as a piece of hardware, in a network or not. */
export interface Unit {
  /** What its memory is kept under: the node id it was delivered with, else its id. */
  readonly key: string;
  /** For the control interface: made of its name. */
  readonly id: string;
  /** As it left the factory. */
  readonly spec: LockSpec;
  readonly lock: SimulatedLock;
  /** Absent where it doesn't speak S2. */
  readonly identity: LockIdentity | undefined;
  /** How many units this one has replaced. */
  readonly generation: number;
}

export interface UnitOptions {
  readonly seed: number;
  /** Processing delay of a lock that doesn't set its own, in milliseconds. */
  readonly delayMs: number | undefined;
  readonly keep: (key: string, memory: LockMemory) => void;
}

export const unitKey = (spec: LockSpec, id: string): string =>
  spec.node === noNode ? id : String(spec.node);

const randomOf = (seed: number, key: string): (() => number) => {
  const node = Number(key);
  const number = Number.isInteger(node) ? node : createHash('sha256').update(key).digest().readUInt16BE(0);
  return seededRandom(seed * 1_000 + number);
};

/** Builds a lock with what it remembers; without a memory it holds what `spec` says. */
export const buildUnit = async (
  spec: LockSpec,
  id: string,
  generation: number,
  memory: LockMemory | undefined,
  { seed, delayMs, keep }: UnitOptions,
): Promise<Unit> => {
  const key = unitKey(spec, id);
  const lock = new SimulatedLock({ ...spec }, randomOf(seed, key), memory);
  lock.keepWith((held) => {
    keep(key, held);
  });
  if (delayMs !== undefined && spec.behaviour.delay_ms === undefined) lock.change({ delay_ms: delayMs });
  const identity = speaksS2(spec) ? await createIdentity(`${seed}/${key}/${generation}`) : undefined;
  return { key, id, spec, lock, identity, generation };
};

/** The same lock out of its factory reset, or another one of its kind: nothing is in its memory. */
export const emptyUnit = async (unit: Unit, generation: number, options: UnitOptions): Promise<Unit> => {
  const empty = await buildUnit(
    { ...unit.spec, codes: {}, names: {} },
    unit.id,
    generation,
    undefined,
    options,
  );
  empty.lock.spec.node = unit.lock.spec.node;
  return { ...empty, key: unit.key, spec: unit.spec };
};
