import { priorities, read } from './actions.ts';
import type { Action } from './actions.ts';
import type { LockState, SlotBelief } from './model.ts';
import { askable, checksumProves, checksumTells, inDoubt, isSettling } from './plan-input.ts';
import type { PlanInput, Waits } from './plan-input.ts';
import { beliefOf, slotsOf } from './slots.ts';
import { openLooks } from './wipe.ts';

/** The adoption scan never rests longer than this. */
const longestRestMs = 60_000;

/** A second look at a write on a lock that lies comes this long after it (DESIGN §4). */
export const secondLookMs = 10 * 60_000;

/** Nothing happens to a slot in doubt before it was read (idea 3, FIELD-BUGS 32); other slots don't wait for it. */
export const resolveIntents = (input: PlanInput, waits: Waits): Action | undefined => {
  const { state, intents } = input;
  const slots = new Set([...intents.map((intent) => intent.slot), ...state.slots.keys()]);
  for (const slot of slots) {
    const belief = beliefOf(state, slot);
    if (inDoubt(input, belief) && askable(belief, input, waits))
      return read(slot, 'resolve', priorities.resolve);
  }
  return undefined;
};

/**
 * A known code is missing: before it is put back, the others tell whether the lock was reset (FIELD-BUGS 31). One
 * checksum of 0 says it of all; else the first code that still stands ends the search.
 */
export const wipeLooks = (input: PlanInput, waits: Waits): Action | undefined => {
  const { state, capabilities } = input;
  const open = openLooks(state, capabilities);
  const ready = open.filter((slot) => askable(beliefOf(state, slot), input, waits));
  const [first] = ready;
  if (first === undefined) return undefined;
  if (capabilities.checksum && state.checksumTrusted && open.length > 1 && state.wipe?.summed === false)
    return { kind: 'checksum', why: 'wipe', priority: priorities.verify };
  return read(first, 'wipe', priorities.verify);
};

const rank = (belief: SlotBelief): number => {
  if (belief.owner !== undefined) return belief.grade === 'proved' ? 1 : 0;
  return belief.state.kind === 'occupied' ? 2 : 3;
};

/** What needs another look, most precious first: our unproved writes, our other slots, foreign codes, the rest. */
export const doubtful = (state: LockState, range: readonly number[]): SlotBelief[] =>
  [...state.slots.values()]
    .filter(
      (belief) =>
        range.includes(belief.slot) &&
        (belief.suspicion !== undefined || (belief.owner !== undefined && belief.grade !== 'proved')),
    )
    .sort((a, b) => rank(a) - rank(b) || a.slot - b.slot);

export const verification = (input: PlanInput, waits: Waits): Action | undefined => {
  const { state, capabilities } = input;
  if (capabilities.readBack === 'none') return undefined;
  const open = doubtful(state, slotsOf(capabilities)).filter((belief) => askable(belief, input, waits));
  const first = open[0];
  // In a moment one checksum says more than this read would.
  if (first === undefined || (isSettling(input) && checksumTells(input))) return undefined;
  const afterMismatch = open.some((belief) => belief.suspicion === 'checksum');
  const urgent = first.owner !== undefined && first.suspicion !== 'audit';
  const priority = urgent ? priorities.verify : priorities.audit;
  if (open.length > 1 && !afterMismatch && checksumProves(input))
    return { kind: 'checksum', why: 'verify', priority };
  return read(first.slot, first.suspicion === undefined ? 'verify' : 'suspicion', priority);
};

/** Locks seen to lie are asked again later: some drop a code hours after saying yes (FIELD-BUGS 7, 17). */
export const secondLook = (input: PlanInput, waits: Waits): Action | undefined => {
  const { state, capabilities, now } = input;
  if (!state.seenToLie || capabilities.readBack === 'none') return undefined;
  for (const belief of state.slots.values()) {
    if (belief.owner === undefined || !belief.confirmed) continue;
    // Written in the future: the wall clock was ahead, and there is no telling when ten minutes have passed.
    if (belief.writtenAt === undefined || belief.writtenAt > now) continue;
    const lookAt = belief.writtenAt + secondLookMs;
    const { evidenceAt } = belief;
    if (evidenceAt !== undefined && evidenceAt >= lookAt && evidenceAt <= now) continue;
    if (waits.due(lookAt, now, secondLookMs) && askable(belief, input, waits))
      return read(belief.slot, 'second_look', priorities.audit);
  }
  return undefined;
};

/** Where there is no usable checksum the request for an audit has already marked slots (`learn.requestAudit`). */
export const audit = (input: PlanInput): Action | undefined =>
  input.state.auditDue && checksumProves(input)
    ? { kind: 'checksum', why: 'audit', priority: priorities.audit }
    : undefined;

export const adoption = (input: PlanInput, waits: Waits): Action | undefined => {
  const { state, capabilities, now, adoptNotBefore } = input;
  if (state.adopted || capabilities.readBack === 'none') return undefined;
  if (!waits.due(adoptNotBefore, now, longestRestMs)) return undefined;
  // One exchange tells an empty lock whole: its checksum is 0.
  if (capabilities.checksum && state.checksum === undefined && state.checksumTrusted)
    return { kind: 'checksum', why: 'adopt', priority: priorities.adopt };
  const next = slotsOf(capabilities).find((slot) => {
    const belief = beliefOf(state, slot);
    return belief.state.kind === 'unknown' && belief.source !== 'read' && askable(belief, input, waits);
  });
  return next === undefined ? undefined : read(next, 'adopt', priorities.adopt);
};
