import { isKnownSet } from './lifecycle-table.ts';
import type { AccessCode, Instant, LocalWindow, SlotBelief, WantedCode } from './model.ts';
import { isBound } from './native.ts';
import { phaseOf } from './phase.ts';

/** On an access code that should be on its lock by now, and isn't put there since nobody knows what time it is. */
export const clockUntrustedError = 'lockstep_clock_untrusted';

/**
 * It is on its lock since its time had come, and by the floor that is yet to come: its guest may stand at the door. One that
 * was moved to later is no longer to open it, nor is one that was loaded ahead and isn't bound.
 */
export const staysUntimed = ({ timeFrameBefore, status }: AccessCode, own: SlotBelief): boolean =>
  timeFrameBefore === undefined && !own.mayBeScheduled && (status === 'setting' || isKnownSet(status));

/**
 * What is wanted of an access code while the time isn't known (DESIGN §5, "Clock trust"): what is surely over goes, what
 * is for always comes, and of all else nothing is added and nothing taken away.
 * @param floor no earlier than this is it
 * @param own what is believed of its slot
 * @param window its time on the lock's wall clock
 */
export const wantedUntimed = (
  code: AccessCode,
  floor: Instant,
  leadMs: number,
  own: SlotBelief | undefined,
  window: LocalWindow | undefined,
): WantedCode['wanted'] => {
  const phase = phaseOf(code, floor, leadMs);
  if (phase === 'over') return 'absent';
  if (code.externalChange !== undefined) return 'as_is';
  if (code.timeFrame === undefined) return 'present';
  if (own === undefined || own.state.kind === 'empty') return phase === 'early' ? 'absent' : 'as_is';
  if (phase === 'early') {
    if (isBound(own, window)) return 'as_is';
    // Loaded ahead, it is proved to be bound, or taken off.
    if (own.mayBeScheduled) return window === undefined ? 'absent' : 'preload';
    return staysUntimed(code, own) ? 'as_is' : 'absent';
  }
  if (code.previousPin === undefined) return 'as_is';
  // The old PIN is to open nothing any more, and the new one no more than that did.
  return own.mayBeScheduled && !isBound(own, window) ? 'absent' : 'present';
};
