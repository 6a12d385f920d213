import type { AccessCodeId } from './ids.ts';
import type { CodeManner, LocalWindow } from './model.ts';
import type { Pin } from './pin.ts';

/** The radio's order of service (DESIGN §4), lowest first; lock and unlock come before all of these. */
export const priorities = {
  operate: 0,
  removal: 1,
  resolve: 2,
  set: 3,
  verify: 4,
  audit: 5,
  adopt: 6,
} as const;
export type Priority = (typeof priorities)[keyof typeof priorities];

/** One exchange with the lock, and why. */
export type Action =
  | { readonly kind: 'read'; readonly slot: number; readonly why: ReadReason; readonly priority: Priority }
  | {
      readonly kind: 'checksum';
      readonly why: 'fresh_proof' | 'verify' | 'audit' | 'adopt' | 'wipe';
      readonly priority: Priority;
    }
  | {
      readonly kind: 'set';
      readonly slot: number;
      readonly code: AccessCodeId;
      readonly pin: Pin;
      /** Only where `Capabilities.codeManners`; left out: a code for all hours. */
      readonly manner?: CodeManner;
      readonly priority: Priority;
    }
  | {
      readonly kind: 'clear';
      readonly slot: number;
      readonly code: AccessCodeId;
      readonly priority: Priority;
    }
  /** Writes a schedule for the code that is in the slot or will be, and reads it back. */
  | {
      readonly kind: 'schedule';
      readonly slot: number;
      readonly code: AccessCodeId;
      readonly window: LocalWindow;
      readonly priority: Priority;
    }
  /** Reads whether the schedule stands beside its code. */
  | { readonly kind: 'read_schedule'; readonly slot: number; readonly priority: Priority }
  /** Reads the lock's clock. */
  | { readonly kind: 'clock'; readonly priority: Priority }
  /** Tells the lock the time, and reads what its clock shows then where that can be read. */
  | { readonly kind: 'set_clock'; readonly priority: Priority }
  /** Erases the schedule at a slot, and reads whether it is gone. */
  | {
      readonly kind: 'clear_schedule';
      readonly slot: number;
      /** Whose way it clears. Absent: the slot's owner's, if it has one. */
      readonly code?: AccessCodeId;
      readonly priority: Priority;
    }
  | {
      readonly kind: 'name';
      readonly slot: number;
      readonly code: AccessCodeId;
      readonly name: string;
      readonly priority: Priority;
    };

export type ReadReason =
  'resolve' | 'fresh_proof' | 'verify' | 'second_look' | 'suspicion' | 'adopt' | 'wipe' | 'certify';

export const read = (slot: number, why: ReadReason, priority: Priority): Action => ({
  kind: 'read',
  slot,
  why,
  priority,
});
