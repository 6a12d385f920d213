/** User id status as User Code CC defines it: 1 occupied and enabled, 2 occupied and disabled. */
export type SlotStatus = 'enabled' | 'disabled';
export interface Slot {
  readonly status: SlotStatus;
  readonly code: string;
}
