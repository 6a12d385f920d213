import { withSlot } from './lesson.ts';
import type { Circumstances } from './lesson.ts';
import type { Capabilities, LockState, SlotBelief } from './model.ts';
import { backoffMs, sideBackoff } from './retry.ts';
import { beliefOf } from './slots.ts';

/**
 * The name to write beside a code that stands in this slot; undefined where the lock stores none or has it already.
 * A code without a name gets none, or loses the one it had.
 */
export const nameToWrite = (
  belief: SlotBelief,
  name: string | null,
  { names }: Pick<Capabilities, 'names'>,
): string | undefined => {
  if (names === undefined) return undefined;
  const wanted = Array.from(name ?? '')
    .slice(0, names.maxLength)
    .join('')
    .trimEnd();
  return wanted === (belief.writtenName ?? '') ? undefined : wanted;
};

/** What was to be written beside a code wasn't: nothing follows from that for the code. */
const failed = (before: LockState, slot: number, at: Pick<Circumstances, 'now' | 'jitter'>): LockState => {
  const belief = beliefOf(before, slot);
  const sideFailures = belief.sideFailures + 1;
  const sideAfter = at.now + backoffMs(sideFailures, at.jitter, sideBackoff);
  return withSlot(before, { ...belief, sideFailures, sideAfter });
};

const succeeded = { sideFailures: 0, sideAfter: undefined } as const;

export const learnNaming = (
  before: LockState,
  slot: number,
  name: string,
  done: boolean,
  at: Pick<Circumstances, 'now' | 'jitter'>,
): LockState =>
  done
    ? withSlot(before, { ...beliefOf(before, slot), ...succeeded, writtenName: name })
    : failed(before, slot, at);

/** Before a schedule leaves: should we not live to erase it, the next start does. */
export const beginSchedule = (before: LockState, slot: number): LockState =>
  withSlot(before, { ...beliefOf(before, slot), mayBeScheduled: true });

export const learnScheduleCleared = (
  before: LockState,
  slot: number,
  done: boolean,
  at: Pick<Circumstances, 'now' | 'jitter'>,
): LockState =>
  done
    ? withSlot(before, { ...beliefOf(before, slot), ...succeeded, mayBeScheduled: false })
    : failed(before, slot, at);
