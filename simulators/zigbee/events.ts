import { HappeningLog, type Stamp } from '../shared/happenings.ts';

/** What happened at a lock, or at the coordinator (`lock` and `ieee` empty). Never carries digits. */
export interface HappeningDetails {
  readonly slot?: number | undefined;
  readonly action?: string;
  readonly reason?: string;
  readonly network_address?: number;
  readonly seconds?: number;
}
export interface AtLock extends HappeningDetails {
  /** The lock's id. */
  readonly lock: string;
  readonly ieee: string;
  readonly type: string;
}
export type Happening = Stamp & AtLock;

/** The record of what happens in the network. */
export class EventLog extends HappeningLog<AtLock> {
  /** See `record`: await it before the lock answers. */
  emit(lock: string, ieee: string, type: string, details: HappeningDetails = {}): Promise<void> {
    return this.record({ lock, ieee, type, ...details });
  }
}
