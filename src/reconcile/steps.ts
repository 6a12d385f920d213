import type { AccessCodeId } from '../core/ids.ts';
import { learnSilence } from '../core/lesson.ts';
import type { Circumstances, Lesson } from '../core/lesson.ts';
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
});

/**
 * No answer, whoever's fault it is: the lock is left alone for a moment. When its radio comes back, or the
 * lock is heard, the wait ends.
 */
export const silence = (before: LockState, at: Circumstances): Lesson => ({
  state: learnSilence(before, at),
  learned: [],
});

export type Entry = Omit<JournalEntry, 'at' | 'deviceId'>;

export const entry = (
  kind: string,
  slot: number | undefined,
  detail: Readonly<Record<string, unknown>>,
  code?: AccessCodeId,
): Entry => ({ accessCodeId: code, slot, kind, detail });
