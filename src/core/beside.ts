import { sameWindow } from './certify.ts';
import { withSlot } from './lesson.ts';
import type { Circumstances } from './lesson.ts';
import type { AccessCodeId } from './ids.ts';
import type { Capabilities, LocalWindow, LockState, SlotBelief } from './model.ts';
import { droppedRestMs, hasSchedule, unseenRestMs } from './native.ts';
import { attemptBackoff, backoffMs, sideBackoff } from './retry.ts';
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

/**
 * What was to be written beside a code wasn't: nothing follows from that for the code.
 * @param bounds for a schedule those of the codes themselves: one that stands in the way of a code keeps a guest out
 */
const failed = (
  before: LockState,
  slot: number,
  at: Pick<Circumstances, 'now' | 'jitter'>,
  bounds: Parameters<typeof backoffMs>[2] = attemptBackoff,
): LockState => {
  const belief = beliefOf(before, slot);
  const sideFailures = belief.sideFailures + 1;
  const sideAfter = at.now + backoffMs(sideFailures, at.jitter, bounds);
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
    : failed(before, slot, at, sideBackoff);

/**
 * Before a schedule leaves: should we not live to erase it, the next start does.
 * @param owner whose slot it is from now on; left out: as before
 */
export const beginSchedule = (before: LockState, slot: number, owner?: AccessCodeId): LockState => {
  const belief = beliefOf(before, slot);
  return withSlot(before, {
    ...belief,
    owner: owner ?? belief.owner,
    mayBeScheduled: true,
    isScheduleFree: undefined,
    schedule: undefined,
  });
};

/**
 * @param found what the lock shows after our write; undefined: nobody knows what stands there now. Where it isn't what
 * was written, no code is loaded ahead of its time for a while.
 */
export const learnScheduleWritten = (
  before: LockState,
  slot: number,
  written: LocalWindow,
  found: LocalWindow | 'none' | undefined,
  at: Pick<Circumstances, 'now' | 'capabilities'>,
): LockState => {
  const belief = beliefOf(before, slot);
  if (found !== undefined && found !== 'none' && sameWindow(written, found))
    return withSlot(before, shown(belief, found, at));
  const preloadAfter = at.now + (found === undefined ? unseenRestMs : droppedRestMs);
  const mayBeScheduled = found !== 'none' || isToldSo(belief, at);
  const sideFailures = belief.sideFailures + 1;
  return {
    ...withSlot(before, { ...belief, schedule: undefined, mayBeScheduled, sideFailures }),
    preloadAfter,
  };
};

/**
 * @param found what the lock shows beside the code. Without an answer, a schedule that was seen to bind this code
 * counts on; one that never was doesn't. A lock that loses them gets no code ahead of its time for a while.
 */
export const learnScheduleRead = (
  before: LockState,
  slot: number,
  found: LocalWindow | 'none' | 'no_answer',
  at: Pick<Circumstances, 'now' | 'jitter' | 'capabilities'>,
): LockState => {
  const belief = beliefOf(before, slot);
  if (found === 'no_answer' && belief.schedule?.beside === true) return failed(before, slot, at);
  const isThere = found !== 'none' && found !== 'no_answer';
  if (isThere && hasSchedule(belief, found)) return withSlot(before, shown(belief, found, at));
  const preloadAfter = at.now + (found === 'no_answer' ? unseenRestMs : droppedRestMs);
  const mayBeScheduled = belief.mayBeScheduled && (found !== 'none' || isToldSo(belief, at));
  return { ...withSlot(before, { ...belief, schedule: undefined, mayBeScheduled }), preloadAfter };
};

/** Told that it has a schedule, a code without one opens nothing. */
const isToldSo = ({ state }: SlotBelief, { capabilities }: Pick<Circumstances, 'capabilities'>): boolean =>
  capabilities.codeManners === true && state.kind === 'occupied';

const shown = (belief: SlotBelief, window: LocalWindow, { now }: Pick<Circumstances, 'now'>): SlotBelief => ({
  ...belief,
  ...succeeded,
  mayBeScheduled: true,
  schedule: { window, at: now, beside: belief.state.kind === 'occupied' },
});

export const learnScheduleCleared = (
  before: LockState,
  slot: number,
  done: boolean,
  at: Pick<Circumstances, 'now' | 'jitter'>,
): LockState => {
  const belief = beliefOf(before, slot);
  if (!done) return failed(before, slot, at, belief.owner === undefined ? sideBackoff : attemptBackoff);
  return withSlot(before, {
    ...belief,
    ...succeeded,
    mayBeScheduled: false,
    isScheduleFree: true,
    schedule: undefined,
  });
};
