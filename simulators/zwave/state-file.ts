import { SecurityClass } from '@zwave-js/core';
import { z } from 'zod';
import { KeptState, stateKeySchema } from '../shared/kept-state.ts';
import { memorySchema } from './lock-memory.ts';
import type { LockMemory } from './lock.ts';
import type { GrantedKeys } from './node-keys.ts';

const nodeSchema = z.int().min(2).max(232);
/** Absent in files of simulators that knew nothing of joining: all locks are where their specs have them. */
const networkSchema = z.strictObject({
  units: z.record(
    stateKeySchema,
    z.strictObject({
      generation: z.int().min(0),
      node: nodeSchema.nullable(),
      keys: z.record(z.string(), z.string().regex(/^[0-9a-f]{32}$/)).optional(),
      stranded: z.boolean().optional(),
    }),
  ),
  ghosts: z.record(z.string().regex(/^\d{1,3}$/), stateKeySchema),
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

/** What the locks remember over a restart of the simulator, and who is in the network. */
export class StateFile extends KeptState<LockMemory, SavedNetwork> {
  /** Reads the file if there is one. @throws StateFileError if it isn't a state file. */
  constructor(file: string) {
    super(file, memorySchema, networkSchema);
  }

  get membership(): Membership | undefined {
    return this.network && membershipFrom(this.network);
  }

  /** Writes who is in the network. @throws StateFileError if it can't be written. */
  keepMembership(membership: Membership): void {
    const { units, ghosts } = membershipTo(membership);
    this.keepNetwork({ units: { ...this.network?.units, ...units }, ghosts });
  }
}
