import { createHash } from 'node:crypto';
import { seededRandom } from '../shared/random.ts';
import type { EventLog } from './events.ts';
import { LockDevice } from './lock-device.ts';
import type { LockMemory } from './lock-memory.ts';
import { LockVoice } from './lock-voice.ts';
import { SimulatedLock } from './lock.ts';
import { Person } from './person.ts';
import type { LockSpec } from './spec.ts';

/** One lock as a piece of hardware, in a network or not, and the person who may stand before it. */
export interface Unit {
  /** What its memory is kept under. */
  readonly key: string;
  /** For the control interface: made of its name. */
  readonly id: string;
  /** As it left the factory. */
  readonly spec: LockSpec;
  readonly lock: SimulatedLock;
  readonly device: LockDevice;
  readonly person: Person;
  /** How many units this one has replaced. */
  readonly generation: number;
}

export interface UnitOptions {
  readonly seed: number;
  /** Processing delay of a lock that doesn't set its own, in milliseconds. */
  readonly delayMs?: number | undefined;
  readonly log: EventLog;
  readonly keep: (key: string, memory: LockMemory) => void;
}

/** What a lock's memory is kept under. */
export const unitKey = ({ ieee }: Pick<LockSpec, 'ieee'>, id: string): string => ieee ?? id;

/** The first three octets are a real maker's of radio modules, as in most locks. */
const ieeeOf = (name: string): string =>
  `0x000d6f${createHash('sha256').update(name).digest('hex').slice(0, 10)}`;

const numberOf = (name: string): number => createHash('sha256').update(name).digest().readUInt32BE(0);

/** Builds a lock with what it remembers; without a memory it holds what `spec` says. */
export const buildUnit = (
  spec: LockSpec,
  id: string,
  generation: number,
  memory: LockMemory | undefined,
  { seed, delayMs, log, keep }: UnitOptions,
): Unit => {
  const lock = new SimulatedLock(spec, seededRandom(numberOf(`${seed}/${id}`)), memory);
  if (delayMs !== undefined && spec.behaviour.delay_ms === undefined) lock.change({ delay_ms: delayMs });
  const key = unitKey(spec, id);
  const given = generation === 0 ? spec.ieee : undefined;
  const ieee = given ?? ieeeOf(`${seed}/${id}/${generation}`);
  const voice = new LockVoice(lock, { id, ieee }, log, memory ?? { bindings: [], reporting: [] });
  lock.keepWith(() => {
    keep(key, memoryOf(lock, voice));
  });
  const device = new LockDevice(lock, ieee, voice);
  return { key, id, spec, lock, device, person: new Person(voice), generation };
};

const memoryOf = (lock: SimulatedLock, voice: LockVoice): LockMemory => ({
  ...lock.memory,
  bindings: [...voice.bindings],
  reporting: [...voice.reporting.rules],
});

/** What the unit keeps over a restart. */
export const unitMemory = ({ lock, device }: Pick<Unit, 'lock' | 'device'>): LockMemory =>
  memoryOf(lock, device.voice);

/** Ends a unit's timers; a command that it still works on leaves no trace. */
export const closeUnit = ({ lock, device, person }: Pick<Unit, 'lock' | 'device' | 'person'>): void => {
  lock.retire();
  device.close();
  person.close();
};

/** Another one of its kind, fresh from the factory, with an address of its own. */
export const emptyUnit = (unit: Unit, generation: number, options: UnitOptions): Unit => ({
  ...buildUnit({ ...unit.spec, codes: {} }, unit.id, generation, undefined, options),
  spec: unit.spec,
});
