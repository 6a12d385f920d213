import type { AccessCodeId } from '../core/ids.ts';
import type { Silence } from '../core/lesson.ts';
import type { FailureReason } from '../ports/lock-driver.ts';
import type { Lesson } from '../core/lesson.ts';
import type { AccessCode, Instant, LockState, WantedCode } from '../core/model.ts';
import type { JournalEntry } from '../ports/store.ts';

/** The earlier of two instants, either of which may be missing. */
export const earliest = (a: Instant | undefined, b: Instant | undefined): Instant | undefined => {
  if (a === undefined || b === undefined) return a ?? b;
  return Math.min(a, b);
};

/** What an access code's record wants of its lock. */
export const wish = (code: AccessCode): WantedCode => ({
  accessCodeId: code.accessCodeId,
  pin: code.pin,
  wanted: code.deletingSince === undefined ? 'present' : 'absent',
  dueAt: code.wishedAt,
  name: code.name,
});

/**
 * What kind of silence a failure is. A radio that is down counts as a lock out of reach: that wait ends when the
 * radio comes back, or the lock is heard.
 */
export const silenceOf = (why: FailureReason): Silence => (why === 'timeout' ? 'unanswered' : 'unreachable');

/** A lesson that changed a state and is worth no event. */
export const quiet = (state: LockState): Lesson => ({ state, learned: [] });

export type Entry = Omit<JournalEntry, 'at' | 'deviceId'>;

export const entry = (
  kind: string,
  slot: number | undefined,
  detail: Readonly<Record<string, unknown>>,
  code?: AccessCodeId,
): Entry => ({ accessCodeId: code, slot, kind, detail });
