import { HappeningLog, type Stamp } from '../shared/happenings.ts';

/** What happened at a lock, or on the serial line (`node` 0). Never carries digits. */
export interface HappeningDetails {
  readonly slot?: number | undefined;
  readonly action?: string;
  readonly reason?: string;
  /** The id of a lock that comes or goes. */
  readonly lock?: string;
}
export interface AtNode extends HappeningDetails {
  readonly node: number;
  readonly type: string;
}
export type Happening = Stamp & AtNode;

/** The record of what happens at the locks. */
export class EventLog extends HappeningLog<AtNode> {
  /** See `record`: await it before the lock answers. */
  emit(node: number, type: string, details: HappeningDetails = {}): Promise<void> {
    return this.record({ node, type, ...details });
  }
}
