import type { DeviceId } from '../core/ids.ts';
import type { Instant } from '../core/model.ts';

/** What was asked of a lock at once, in Seam's words. */
export type ActionType =
  | 'LOCK_DOOR'
  | 'UNLOCK_DOOR'
  | 'CONFIGURE_AUTO_LOCK'
  | 'SIMULATE_KEYPAD_CODE_ENTRY'
  | 'SIMULATE_MANUAL_LOCK_VIA_KEYPAD';

export type AttemptEnd =
  | { readonly kind: 'success'; readonly result: Readonly<Record<string, boolean>> }
  /** `message` is for people and holds no secrets. */
  | { readonly kind: 'error'; readonly type: string; readonly message: string };

/** A command to a lock and what became of it. Durable before the command is sent. */
export interface ActionAttempt {
  readonly attemptId: string;
  readonly actionType: ActionType;
  readonly deviceId: DeviceId;
  readonly createdAt: Instant;
  /** Undefined: under way. */
  readonly end: AttemptEnd | undefined;
  readonly endedAt: Instant | undefined;
}

export interface AttemptFilter {
  readonly ids?: readonly string[];
  readonly deviceId?: DeviceId;
}
