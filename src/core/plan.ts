import type { AccessCodeId } from './ids.ts';
import { expectedChecksum } from './checksum.ts';
import type { Capabilities, Instant, Intent, LockState, SlotBelief, WantedCode } from './model.ts';
import type { Pin } from './pin.ts';
import { attemptBackoff, lockBackoff, muteSlotBackoff } from './retry.ts';
import { beliefOf, candidateSlots, holds, isCleared, isFreshlyEmpty, slotOwnedBy, slotsOf } from './slots.ts';

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
      readonly why: 'fresh_proof' | 'verify' | 'audit' | 'adopt';
      readonly priority: Priority;
    }
  | {
      readonly kind: 'set';
      readonly slot: number;
      readonly code: AccessCodeId;
      readonly pin: Pin;
      readonly priority: Priority;
    }
  | {
      readonly kind: 'clear';
      readonly slot: number;
      readonly code: AccessCodeId;
      readonly priority: Priority;
    };

export type ReadReason = 'resolve' | 'fresh_proof' | 'verify' | 'second_look' | 'suspicion' | 'adopt';

export interface PlanInput {
  readonly state: LockState;
  readonly intents: readonly Intent[];
  readonly wanted: readonly WantedCode[];
  readonly capabilities: Capabilities;
  /** Slots this bridge may use, ascending: the lock's, within the config's `devices[].slots`. */
  readonly usable: readonly number[];
  readonly now: Instant;
  /** The adoption scan rests until then. */
  readonly adoptNotBefore: Instant;
}

export interface Plan {
  /** The next exchange; undefined when there is nothing to do now. */
  readonly action: Action | undefined;
  /** When to plan again although nothing has happened. */
  readonly wakeAt: Instant | undefined;
}

/** The adoption scan never rests longer than this. */
const longestRestMs = 60_000;

/** A second look at a write on a lock that lies comes this long after it (DESIGN §4). */
export const secondLookMs = 10 * 60_000;

/** Collects what has to wait, so that the earliest of it becomes `wakeAt`. */
class Waits {
  #earliest: Instant | undefined;

  /**
   * True when `at` has come; otherwise remembers it. Further away than any wait of its kind can be, it was set
   * by a wall clock that was ahead, and has come too.
   * @param mostMs the longest wait of this kind
   */
  due(at: Instant | undefined, now: Instant, mostMs: number): boolean {
    if (at === undefined || at <= now || at > now + mostMs) return true;
    this.#earliest = this.#earliest === undefined ? at : Math.min(this.#earliest, at);
    return false;
  }

  get earliest(): Instant | undefined {
    return this.#earliest;
  }
}

/**
 * The next action for one lock. Pure: the same input gives the same plan, and nothing but the input counts.
 * It is called again after every action, so it never plans further than one exchange.
 */
export const plan = (input: PlanInput): Plan => {
  const waits = new Waits();
  if (!waits.due(input.state.health.retryAt, input.now, lockBackoff.mostMs))
    return { action: undefined, wakeAt: waits.earliest };
  const action =
    removals(input, waits) ??
    resolveIntents(input, waits) ??
    sets(input, waits) ??
    verification(input, waits) ??
    secondLook(input, waits) ??
    audit(input) ??
    adoption(input, waits);
  return { action, wakeAt: action === undefined ? waits.earliest : undefined };
};

const read = (slot: number, why: ReadReason, priority: Priority): Action => ({
  kind: 'read',
  slot,
  why,
  priority,
});

/** Whether a slot may be asked now: one whose reads aren't answered has to wait its turn. */
const askable = (belief: SlotBelief, now: Instant, waits: Waits): boolean =>
  waits.due(belief.lookAfter, now, muteSlotBackoff.mostMs);

/** In doubt: an intent without a result, or a write whose result says nothing. It is read before anything else. */
const inDoubt = ({ intents, capabilities }: PlanInput, belief: SlotBelief): boolean =>
  capabilities.readBack !== 'none' &&
  (belief.suspicion === 'uncertain' || intents.some((intent) => intent.slot === belief.slot));

/** Nothing happens to a slot in doubt before it was read (idea 3, FIELD-BUGS 32); other slots don't wait for it. */
const resolveIntents = (input: PlanInput, waits: Waits): Action | undefined => {
  const { state, intents, now } = input;
  const slots = new Set([...intents.map((intent) => intent.slot), ...state.slots.keys()]);
  for (const slot of slots) {
    const belief = beliefOf(state, slot);
    if (inDoubt(input, belief) && askable(belief, now, waits))
      return read(slot, 'resolve', priorities.resolve);
  }
  return undefined;
};

const removals = (input: PlanInput, waits: Waits): Action | undefined => {
  const { state, wanted, capabilities, now } = input;
  for (const code of wanted) {
    if (code.wanted !== 'absent') continue;
    const belief = slotOwnedBy(state, code.accessCodeId);
    if (belief === undefined || isCleared(belief, capabilities)) continue;
    if (inDoubt(input, belief)) {
      if (!askable(belief, now, waits)) continue;
      return read(belief.slot, 'resolve', priorities.removal);
    }
    // Cleared, proof follows with the other verifications. In doubt, only a lock that can't be read comes here:
    // what may have landed on it is cleared (FIELD-BUGS 27).
    if (belief.state.kind === 'empty' && belief.suspicion !== 'uncertain') continue;
    const attempt = state.attempts.get(code.accessCodeId);
    if (!waits.due(attempt?.notBefore, now, attemptBackoff.mostMs)) continue;
    return { kind: 'clear', slot: belief.slot, code: code.accessCodeId, priority: priorities.removal };
  }
  return undefined;
};

const byDueTime = (a: WantedCode, b: WantedCode): number =>
  a.dueAt - b.dueAt || (a.accessCodeId < b.accessCodeId ? -1 : 1);

const sets = (input: PlanInput, waits: Waits): Action | undefined => {
  const { state, wanted, now } = input;
  const due = wanted.filter((code) => code.wanted === 'present').sort(byDueTime);
  let proof: Action | undefined;
  for (const code of due) {
    const attempt = state.attempts.get(code.accessCodeId);
    if (attempt?.terminal !== undefined) continue;
    const own = slotOwnedBy(state, code.accessCodeId);
    if (own !== undefined && holds(own, code.pin)) continue;
    if (own !== undefined && inDoubt(input, own)) continue;
    if (!waits.due(attempt?.notBefore, now, attemptBackoff.mostMs)) continue;
    if (standsElsewhere(state, code, own?.slot)) continue;
    const target = own ?? candidateSlots(state, input.usable).find((slot) => askable(slot, now, waits));
    if (target === undefined) continue; // no room: a finding, not an action
    if (own?.state.kind === 'occupied' && own.state.pin === 'masked')
      // Overwritten, a masked slot would look the same whether the new PIN landed or not: empty it first.
      return { kind: 'clear', slot: own.slot, code: code.accessCodeId, priority: priorities.set };
    if (own === undefined || own.state.kind !== 'occupied') {
      if (!isFreshlyEmpty(target, now) && input.capabilities.readBack !== 'none') {
        // Sets whose slots are already proved go first, so that one checksum can serve all the others.
        if (askable(target, now, waits)) proof ??= proofOfEmptiness(input, target);
        continue;
      }
    }
    return {
      kind: 'set',
      slot: target.slot,
      code: code.accessCodeId,
      pin: code.pin,
      priority: priorities.set,
    };
  }
  return proof;
};

/**
 * A transient duplicate locks a guest out: the same PIN may not be written while another slot holds or may
 * hold it (FIELD-BUGS 9). Removal there must be proved first.
 */
const standsElsewhere = (state: LockState, code: WantedCode, ownSlot: number | undefined): boolean => {
  for (const belief of state.slots.values()) {
    if (belief.slot === ownSlot) continue;
    if (belief.owner === undefined || belief.owner === code.accessCodeId) continue;
    if (belief.state.kind === 'empty' && belief.grade === 'proved') continue;
    if (code.pin.equals(belief.written)) return true;
    if (
      belief.state.kind === 'occupied' &&
      belief.state.pin !== 'masked' &&
      belief.state.pin.equals(code.pin)
    )
      return true;
  }
  return false;
};

const proofOfEmptiness = (input: PlanInput, target: SlotBelief): Action =>
  checksumProves(input) && target.state.kind === 'empty' && target.suspicion === undefined
    ? { kind: 'checksum', why: 'fresh_proof', priority: priorities.set }
    : read(target.slot, 'fresh_proof', priorities.set);

/** A checksum says something only where we could compute the same one. */
const checksumProves = ({ state, capabilities }: PlanInput): boolean =>
  capabilities.checksum &&
  state.checksumTrusted &&
  expectedChecksum(state.slots, slotsOf(capabilities)) !== undefined;

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

const verification = (input: PlanInput, waits: Waits): Action | undefined => {
  const { state, capabilities, now } = input;
  if (capabilities.readBack === 'none') return undefined;
  const open = doubtful(state, slotsOf(capabilities)).filter((belief) => askable(belief, now, waits));
  const first = open[0];
  if (first === undefined) return undefined;
  const afterMismatch = open.some((belief) => belief.suspicion === 'checksum');
  const urgent = first.owner !== undefined && first.suspicion !== 'audit';
  const priority = urgent ? priorities.verify : priorities.audit;
  if (open.length > 1 && !afterMismatch && checksumProves(input))
    return { kind: 'checksum', why: 'verify', priority };
  return read(first.slot, first.suspicion === undefined ? 'verify' : 'suspicion', priority);
};

/** Locks seen to lie are asked again later: some drop a code hours after saying yes (FIELD-BUGS 7, 17). */
const secondLook = ({ state, capabilities, now }: PlanInput, waits: Waits): Action | undefined => {
  if (!state.seenToLie || capabilities.readBack === 'none') return undefined;
  for (const belief of state.slots.values()) {
    if (belief.owner === undefined || !belief.confirmed) continue;
    // Written in the future: the wall clock was ahead, and there is no telling when ten minutes have passed.
    if (belief.writtenAt === undefined || belief.writtenAt > now) continue;
    const lookAt = belief.writtenAt + secondLookMs;
    const { evidenceAt } = belief;
    if (evidenceAt !== undefined && evidenceAt >= lookAt && evidenceAt <= now) continue;
    if (waits.due(lookAt, now, secondLookMs) && askable(belief, now, waits))
      return read(belief.slot, 'second_look', priorities.audit);
  }
  return undefined;
};

/** Where there is no usable checksum the request for an audit has already marked slots (`learn.requestAudit`). */
const audit = (input: PlanInput): Action | undefined =>
  input.state.auditDue && checksumProves(input)
    ? { kind: 'checksum', why: 'audit', priority: priorities.audit }
    : undefined;

const adoption = (
  { state, capabilities, now, adoptNotBefore }: PlanInput,
  waits: Waits,
): Action | undefined => {
  if (state.adopted || capabilities.readBack === 'none') return undefined;
  if (!waits.due(adoptNotBefore, now, longestRestMs)) return undefined;
  // One exchange tells an empty lock whole: its checksum is 0.
  if (capabilities.checksum && state.checksum === undefined && state.checksumTrusted)
    return { kind: 'checksum', why: 'adopt', priority: priorities.adopt };
  const next = slotsOf(capabilities).find((slot) => {
    const belief = beliefOf(state, slot);
    return belief.state.kind === 'unknown' && belief.source !== 'read' && askable(belief, now, waits);
  });
  return next === undefined ? undefined : read(next, 'adopt', priorities.adopt);
};
