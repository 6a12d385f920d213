import { setImmediate } from 'node:timers/promises';
import type { ApsFrame } from '../air.ts';
import type { Happening } from '../events.ts';
import { EventLog } from '../events.ts';
import type { LockMemory } from '../lock-memory.ts';
import { type LockInput, lockSpecSchema } from '../spec.ts';
import { type Unit, buildUnit, closeUnit } from '../unit.ts';
import { clusterId } from '../zcl-cluster.ts';

const deadlineMs = 3_000;
export const coordinator = '0x00124b0011223344';

/** A lock on a table: no coordinator, no radio; ZCL frames go in and come out as hex. */
export interface LockBench extends Disposable {
  readonly unit: Unit;
  /** What it has kept, newest last. */
  readonly kept: LockMemory[];
  readonly sent: readonly ApsFrame[];
  /** What has happened, as `type` or `type:slot`. */
  happened(): string[];
  events(): readonly Happening[];
  /** Sends a frame to the lock and waits for the answer with its sequence number. */
  ask(hex: string, options?: { cluster?: number; endpoint?: number }): Promise<string>;
  /** Sends a frame to the lock. */
  tell(hex: string, options?: { cluster?: number; endpoint?: number }): void;
  /** The first frame of the cluster that nobody asked for, from now on or not yet taken. */
  unasked(cluster?: number): Promise<string>;
  /** Frames so far that nobody asked for and nobody took. */
  untaken(cluster?: number): string[];
  /** Binds the cluster to the coordinator's endpoint 1. */
  bind(...clusters: number[]): void;
  /** The lock has done all that it has in hand, and said what it had to say. */
  idle(): Promise<void>;
}

const ordinary: LockInput = {
  name: 'Bench',
  manufacturer: 'Lockstep',
  model: 'SIM-0',
  manufacturer_code: 0x7e57,
  slots: 10,
  code_length: { min: 4, max: 8 },
  event_masks: 0xffff,
};

const sequenceOf = (payload: Uint8Array): number => payload[((payload[0] ?? 0) & 4) === 0 ? 1 : 3] ?? -1;

const hexOf = (payload: Uint8Array): string => Buffer.from(payload).toString('hex');

/** Waits until `look` finds something; it looks whenever one of `wakes` is called. */
const waiter =
  (wakes: Set<() => void>) =>
  <T>(look: () => T | undefined, what: string): Promise<T> =>
    new Promise((resolve, reject) => {
      const end = (): void => {
        wakes.delete(attempt);
        clearTimeout(timer);
      };
      const timer = setTimeout(() => {
        end();
        reject(new Error(`${what}: nothing came`));
      }, deadlineMs);
      const attempt = (): void => {
        const found = look();
        if (found === undefined) return;
        end();
        resolve(found);
      };
      wakes.add(attempt);
      attempt();
    });

export const lockBench = (spec: Partial<LockInput> = {}, memory?: LockMemory): LockBench => {
  const log = new EventLog();
  const kept: LockMemory[] = [];
  const sent: ApsFrame[] = [];
  const taken = new Set<ApsFrame>();
  const asked = new Set<number>();
  const wakes = new Set<() => void>();
  const keep = (_key: string, held: LockMemory): void => {
    kept.push(held);
  };
  const parsed = lockSpecSchema.parse({ ...ordinary, ...spec });
  const unit = buildUnit(parsed, 'bench', 0, memory, { seed: 1, log, keep });
  unit.device.joined((frame) => {
    sent.push(frame);
    for (const wake of wakes) wake();
  });

  const until = waiter(wakes);
  const isUnasked = (frame: ApsFrame): boolean =>
    !taken.has(frame) && !asked.has(sequenceOf(frame.payload)) && frame.cluster !== clusterId.time;
  const untaken = (cluster?: number): ApsFrame[] =>
    sent.filter((frame) => isUnasked(frame) && (cluster === undefined || frame.cluster === cluster));
  const tell: LockBench['tell'] = (
    hex,
    { cluster = clusterId.doorLock, endpoint = parsed.endpoint } = {},
  ) => {
    const payload = Buffer.from(hex.replaceAll(' ', ''), 'hex');
    asked.add(sequenceOf(payload));
    unit.device.receive({ profile: 0x0104, cluster, sourceEndpoint: 1, endpoint, payload });
  };

  return {
    unit,
    kept,
    sent,
    events: () => log.since(0),
    happened: () => log.since(0).map(({ type, slot }) => (slot === undefined ? type : `${type}:${slot}`)),
    tell,
    ask: async (hex, options) => {
      const before = sent.length;
      tell(hex, options);
      const sequence = sequenceOf(Buffer.from(hex.replaceAll(' ', ''), 'hex'));
      const answer = await until(
        () => sent.slice(before).find((frame) => sequenceOf(frame.payload) === sequence),
        hex,
      );
      return hexOf(answer.payload);
    },
    unasked: async (cluster) => {
      const frame = await until(() => untaken(cluster)[0], 'an unasked frame');
      taken.add(frame);
      return hexOf(frame.payload);
    },
    untaken: (cluster) => untaken(cluster).map(({ payload }) => hexOf(payload)),
    bind: (...clusters) => {
      for (const cluster of clusters)
        unit.device.bind({
          endpoint: unit.device.voice.endpointOf(cluster),
          cluster,
          destination: coordinator,
          destinationEndpoint: 1,
        });
    },
    idle: async () => {
      await unit.lock.exclusive(() => Promise.resolve());
      await setImmediate();
    },
    [Symbol.dispose]: () => {
      closeUnit(unit);
    },
  };
};
