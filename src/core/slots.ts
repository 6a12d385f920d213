import type { AccessCodeId, DeviceId } from './ids.ts';
import type { Capabilities, Instant, LockState, SlotBelief, SlotState } from './model.ts';
import type { Pin } from './pin.ts';

/** How long a proof of emptiness lets a new code into a slot without another look (DESIGN §1.4). */
export const freshProofMs = 10 * 60_000;

/** Every slot the lock has for codes, ascending: its range without the ones it keeps for itself. */
export const slotsOf = (capabilities: Capabilities): number[] => {
  const slots: number[] = [];
  for (let slot = capabilities.slots.first; slot <= capabilities.slots.last; slot += 1)
    if (!capabilities.reservedSlots.includes(slot)) slots.push(slot);
  return slots;
};

/** The belief about a slot nobody has looked at. */
export const unknownSlot = (slot: number): SlotBelief => ({
  slot,
  state: { kind: 'unknown' },
  grade: 'assumed',
  evidenceAt: undefined,
  source: 'none',
  owner: undefined,
  unmanagedId: undefined,
  unmanagedSince: undefined,
  written: undefined,
  writtenAt: undefined,
  landed: 'no',
  confirmed: false,
  suspicion: undefined,
  misses: 0,
  lookAfter: undefined,
  writtenName: undefined,
  sideFailures: 0,
  sideAfter: undefined,
  mayBeScheduled: false,
});

/** The state of a lock nobody has looked at. */
export const unknownLock = (deviceId: DeviceId): LockState => ({
  deviceId,
  slots: new Map(),
  adopted: false,
  checksum: undefined,
  checksumTrusted: true,
  checksumMisses: 0,
  seenToLie: false,
  auditDue: false,
  auditCursor: 0,
  lastAuditAt: undefined,
  wipe: undefined,
  reset: undefined,
  health: { failures: 0, retryAt: undefined },
  attempts: new Map(),
});

export const beliefOf = (state: LockState, slot: number): SlotBelief =>
  state.slots.get(slot) ?? unknownSlot(slot);

/** Asked for each code of a lock several times at each look; a state is never changed, only followed by another. */
const owners = new WeakMap<LockState['slots'], ReadonlyMap<AccessCodeId, SlotBelief>>();

const ownersOf = (slots: LockState['slots']): ReadonlyMap<AccessCodeId, SlotBelief> => {
  const known = owners.get(slots);
  if (known !== undefined) return known;
  const found = new Map<AccessCodeId, SlotBelief>();
  for (const belief of slots.values())
    if (belief.owner !== undefined && !found.has(belief.owner)) found.set(belief.owner, belief);
  owners.set(slots, found);
  return found;
};

/** The slot that belongs to this access code, if it has one. */
export const slotOwnedBy = (state: LockState, code: AccessCodeId): SlotBelief | undefined =>
  ownersOf(state.slots).get(code);

/**
 * Whether the slot holds this PIN, enabled, by what the lock said. A masked slot is compared with what we
 * last wrote there, and only if that write is known to have landed (FIELD-BUGS 1, 3).
 */
export const holds = (belief: SlotBelief, pin: Pin): boolean => stateHolds(belief.state, belief, pin);

export const stateHolds = (
  state: SlotState,
  write: Pick<SlotBelief, 'written' | 'landed'>,
  pin: Pin,
): boolean => {
  if (state.kind !== 'occupied' || !state.enabled) return false;
  if (state.pin !== 'masked') return state.pin.equals(pin);
  return write.landed !== 'no' && pin.equals(write.written);
};

/** The code stands in its slot, proved as well as this lock allows. */
export const isConverged = (belief: SlotBelief, pin: Pin, capabilities: Capabilities): boolean =>
  holds(belief, pin) &&
  belief.suspicion !== 'uncertain' &&
  (belief.grade === 'proved' || (capabilities.readBack === 'none' && belief.grade === 'accepted'));

/**
 * The slot of a code being removed is known to be empty (or can't be read and was accepted as cleared), and nothing
 * of ours is left at it.
 */
export const isCleared = (belief: SlotBelief, capabilities: Capabilities | undefined): boolean =>
  !belief.mayBeScheduled && !mayStandUnseen(belief) && isEmptied(belief, capabilities);

/**
 * The lock said that it took our code, and one look since showed none: either may be wrong, and a lock that is only slow to
 * show it holds it. Before the slot is given up it is cleared, so that nothing of ours is left to nobody.
 */
export const mayStandUnseen = ({ owner, state, source, landed }: SlotBelief): boolean =>
  owner !== undefined && state.kind === 'empty' && source === 'read' && landed === 'accepted';

/** The code itself is gone; a schedule of ours may still stand at the slot. */
export const isEmptied = (belief: SlotBelief, capabilities: Capabilities | undefined): boolean =>
  belief.state.kind === 'empty' &&
  belief.suspicion === undefined &&
  (belief.grade === 'proved' || (capabilities?.readBack === 'none' && belief.grade === 'accepted'));

/** Proved within the last ten minutes, and nothing since has cast doubt on it. */
export const isFreshlyEmpty = (belief: SlotBelief, now: Instant): boolean =>
  belief.state.kind === 'empty' &&
  belief.grade === 'proved' &&
  belief.suspicion === undefined &&
  belief.evidenceAt !== undefined &&
  now - belief.evidenceAt >= 0 &&
  now - belief.evidenceAt <= freshProofMs;

/** A slot that a new code could go into, as far as is known: nobody's, and not known to be occupied. */
const isCandidate = (belief: SlotBelief): boolean =>
  belief.owner === undefined &&
  belief.unmanagedId === undefined &&
  !belief.mayBeScheduled &&
  belief.state.kind !== 'occupied' &&
  !(belief.state.kind === 'unknown' && belief.source === 'read');

/** Free slots in the order they are given away: lowest first. */
export const candidateSlots = (state: LockState, usable: readonly number[]): SlotBelief[] =>
  usable.map((slot) => beliefOf(state, slot)).filter(isCandidate);
