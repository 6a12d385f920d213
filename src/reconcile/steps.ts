import type { AccessCodeId } from '../core/ids.ts';
import type { Loading } from '../core/lifecycle-input.ts';
import type { Silence } from '../core/lesson.ts';
import type { FailureReason } from '../ports/lock-driver.ts';
import type { Lesson } from '../core/lesson.ts';
import type { AccessCode, Instant, LockState, WantedCode } from '../core/model.ts';
import { dueAt, phaseOf } from '../core/phase.ts';
import { slotOwnedBy } from '../core/slots.ts';
import { wantedUntimed } from '../core/untimed.ts';
import type { JournalEntry } from '../ports/store.ts';

/**
 * What an access code's record wants of its lock now.
 * @param leadMs so long before its `startsAt` it is written (config `scheduling.lead`)
 * @param untimed what is believed of its lock, while the time isn't known: `now` is the floor then
 */
export const wish = (
  code: AccessCode,
  now: Instant,
  leadMs: number,
  loading?: Loading,
  untimed?: LockState,
): WantedCode => ({
  accessCodeId: code.accessCodeId,
  pin: code.pin,
  wanted:
    untimed === undefined
      ? wantedNow(code, now, leadMs, loading)
      : wantedUntimed(code, now, leadMs, slotOwnedBy(untimed, code.accessCodeId), loading?.window),
  window: loading?.window,
  dueAt: dueAt(code, leadMs),
  previousPin: code.previousPin,
  neededAt: code.timeFrame?.startsAt,
  endsAt: code.timeFrame?.endsAt,
  name: code.name,
});

const wantedNow = (
  code: AccessCode,
  now: Instant,
  leadMs: number,
  loading: Loading | undefined,
): WantedCode['wanted'] => {
  const phase = phaseOf(code, now, leadMs);
  if (phase === 'early') return loading?.isAhead === true ? 'preload' : 'absent';
  if (phase === 'over') return 'absent';
  return code.externalChange === undefined ? 'present' : 'as_is';
};

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
