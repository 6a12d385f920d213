import { KeptState } from '../shared/kept-state.ts';
import { type LockMemory, lockMemorySchema } from './lock-memory.ts';
import { type SavedNetwork, savedNetworkSchema } from './saved-network.ts';

/** What locks and coordinator remember over a restart of the simulator. */
export class StateFile extends KeptState<LockMemory, SavedNetwork> {
  /** Reads the file if there is one. @throws StateFileError if it isn't a state file. */
  constructor(file: string) {
    super(file, lockMemorySchema, savedNetworkSchema);
  }
}
