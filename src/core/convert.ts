import { newAccessCode } from './access-code.ts';
import { pinConflict } from './allocate.ts';
import type { PinHolder } from './allocate.ts';
import type { AccessCodeId, DeviceId } from './ids.ts';
import { withoutAttempt, withSlot } from './lesson.ts';
import type { AccessCode, Capabilities, Finding, Instant, LockState, SlotBelief } from './model.ts';
import type { Pin } from './pin.ts';
import { isConverged, slotOwnedBy } from './slots.ts';
import { isHeld } from './wipe.ts';

/** A code found on a lock that nobody here asked for. */
export interface UnmanagedCode {
  readonly accessCodeId: AccessCodeId;
  readonly deviceId: DeviceId;
  readonly slot: number;
  readonly pin: Pin | 'masked';
  /** False: it opens nothing. */
  readonly enabled: boolean;
  readonly createdAt: Instant;
}

/**
 * What was asked for a code that was found on a lock. Nothing of the lock is ours before a look, made after the
 * request, has shown that the very code it was asked for still stands (DESIGN §1.4).
 */
export interface UnmanagedWish {
  /** The unmanaged code: one for each occupancy, so that the wish ends with it. */
  readonly accessCodeId: AccessCodeId;
  readonly deviceId: DeviceId;
  readonly kind: 'convert' | 'delete';
  readonly since: Instant;
  /** The PIN to write in place of the one that was found; undefined: that stays. */
  readonly pin: Pin | undefined;
  /** For the converted code. */
  readonly externalChangesAllowed: boolean;
  /** What is said of the code meanwhile. */
  readonly errors: readonly Finding[];
  readonly warnings: readonly Finding[];
}

/**
 * A conversion that found no proof in so long has failed: whoever asked for it is told, and asks again. As long as it
 * takes for a code that can't be set to be said to have failed.
 */
export const conversionDeadlineMs = 30 * 60_000;

/** Nothing has shown that this unmanaged code is gone. */
export const mayStand = (state: LockState, id: AccessCodeId): boolean =>
  [...state.slots.values()].some((belief) => belief.unmanagedId === id && belief.owner === undefined);

/** The slot that holds this unmanaged code now. */
export const slotOfUnmanaged = (state: LockState, id: AccessCodeId): SlotBelief | undefined => {
  for (const belief of state.slots.values())
    if (belief.unmanagedId === id && belief.owner === undefined && belief.state.kind === 'occupied')
      return belief;
  return undefined;
};

/** All that stand on a lock, in order of slots. */
export const unmanagedCodes = ({ deviceId, slots }: LockState): UnmanagedCode[] =>
  [...slots.values()]
    .flatMap(({ slot, owner, state, unmanagedId, unmanagedSince, evidenceAt }): UnmanagedCode[] => {
      if (unmanagedId === undefined || owner !== undefined || state.kind !== 'occupied') return [];
      const { pin, enabled } = state;
      const createdAt = unmanagedSince ?? evidenceAt ?? 0;
      return [{ accessCodeId: unmanagedId, deviceId, slot, pin, enabled, createdAt }];
    })
    .sort((a, b) => a.slot - b.slot);

/** Why a code that was found may not be touched. */
export type Untouchable =
  /** Nothing is known of what the lock can do, or its slots can't be read. */
  | 'unreadable'
  /** The lock keeps this slot for itself, or the config keeps the bridge out of it. */
  | 'reserved';

/** Whether the bridge may take an unmanaged code's slot, or empty it; undefined: it may. */
export const untouchable = (
  slot: number,
  capabilities: Capabilities | undefined,
  usable: readonly number[],
): Untouchable | undefined => {
  if (capabilities === undefined || capabilities.readBack === 'none') return 'unreadable';
  return usable.includes(slot) ? undefined : 'reserved';
};

/** Before anything is done for a wish, the slot is looked at, whatever is believed of it. */
export const suspectUnmanaged = (state: LockState, belief: SlotBelief): LockState =>
  withSlot(state, { ...belief, suspicion: belief.suspicion ?? 'repair', misses: 0, lookAfter: undefined });

/** Why a conversion came to nothing. */
export type ConversionFailure =
  | { readonly why: 'gone' | 'disabled' | 'masked' | 'unproved' | Untouchable }
  | { readonly why: 'duplicate'; readonly holder: PinHolder };

export type Conversion =
  /** The code hasn't been looked at yet. `nextAt`: when that has lasted too long. */
  | { readonly kind: 'waits'; readonly nextAt: Instant }
  | { readonly kind: 'failed'; readonly failure: ConversionFailure }
  /** The code is managed: its slot and its record, to be stored together. */
  | { readonly kind: 'converted'; readonly state: LockState; readonly code: AccessCode };

export interface ConversionInput {
  readonly wish: UnmanagedWish;
  readonly state: LockState;
  /** All managed access codes of the lock. */
  readonly codes: readonly AccessCode[];
  readonly capabilities: Capabilities | undefined;
  readonly usable: readonly number[];
  readonly now: Instant;
}

/** How far a conversion is, by what is believed of the lock. Pure. */
export const conversion = (input: ConversionInput): Conversion => {
  const { wish, state, capabilities, usable, now } = input;
  const failed = (failure: ConversionFailure): Conversion => ({ kind: 'failed', failure });
  const belief = slotOfUnmanaged(state, wish.accessCodeId);
  if (belief?.state.kind !== 'occupied')
    return mayStand(state, wish.accessCodeId) ? waiting(input) : failed({ why: 'gone' });
  const bar = untouchable(belief.slot, capabilities, usable);
  if (bar !== undefined) return failed({ why: bar });
  const isProved = belief.suspicion === undefined && belief.grade === 'proved';
  if (!isProved || capabilities === undefined || isHeld(state, capabilities)) return waiting(input);
  if (!belief.state.enabled) return failed({ why: 'disabled' });
  const found = belief.state.pin === 'masked' ? undefined : belief.state.pin;
  const pin = wish.pin ?? found;
  if (pin === undefined) return failed({ why: 'masked' });
  const holder = holderOf(input, belief, pin) ?? (found && holderOf(input, belief, found));
  if (holder !== undefined) return failed({ why: 'duplicate', holder });
  return { kind: 'converted', ...takenOver(wish, state, belief, found, pin, now) };
};

const waiting = ({ wish, now }: ConversionInput): Conversion => {
  const nextAt = wish.since + conversionDeadlineMs;
  return now >= nextAt ? { kind: 'failed', failure: { why: 'unproved' } } : { kind: 'waits', nextAt };
};

/** Another code that has this PIN; the unmanaged one itself doesn't count. */
const holderOf = (
  { state, codes, now }: ConversionInput,
  { slot, ...belief }: SlotBelief,
  pin: Pin,
): PinHolder | undefined => {
  const others = withSlot(state, { ...belief, slot, state: { kind: 'unknown' } });
  return pinConflict({ codes, state: others, now }, pin, undefined);
};

const takenOver = (
  wish: UnmanagedWish,
  state: LockState,
  belief: SlotBelief,
  found: Pin | undefined,
  pin: Pin,
  now: Instant,
): { readonly state: LockState; readonly code: AccessCode } => {
  const stays = pin.equals(found);
  const slot: SlotBelief = {
    ...belief,
    owner: wish.accessCodeId,
    unmanagedId: undefined,
    unmanagedSince: undefined,
    // A PIN that was read counts as one of ours that was proved. Behind a mask nothing of ours stands yet.
    written: found,
    writtenAt: undefined,
    landed: found === undefined ? 'no' : 'yes',
    confirmed: found !== undefined,
  };
  const code = newAccessCode({
    accessCodeId: wish.accessCodeId,
    deviceId: wish.deviceId,
    pin,
    at: now,
    createdAt: belief.unmanagedSince ?? now,
    previousPin: stays ? undefined : found,
    status: stays ? 'set' : 'setting',
    setAt: stays ? now : undefined,
    externalChangesAllowed: wish.externalChangesAllowed,
  });
  return { state: withSlot(withoutAttempt(state, wish.accessCodeId), slot), code };
};

/** Why a managed code can't be left on its lock as a stranger's. */
export type HandOverBar = 'leaving' | 'time_bound' | 'one_time' | 'scheduled' | 'not_on_lock' | 'in_doubt';

/**
 * What keeps a managed code from becoming an unmanaged one. Only what is proved to stand may be left there, and only
 * what nobody has to take off again: a time-bound code, or one for one use, would open the door for ever.
 * @param isWritten one of its writes has no result yet
 */
export const handOverBar = (
  code: AccessCode,
  state: LockState,
  capabilities: Capabilities | undefined,
  isWritten: boolean,
): HandOverBar | undefined => {
  if (code.deletingSince !== undefined) return 'leaving';
  if (code.timeFrame !== undefined) return 'time_bound';
  if (code.isOneTimeUse) return 'one_time';
  const belief = slotOwnedBy(state, code.accessCodeId);
  if (belief?.state.kind !== 'occupied' || capabilities === undefined)
    return isWritten ? 'in_doubt' : 'not_on_lock';
  if (belief.mayBeScheduled) return 'scheduled';
  if (isWritten || !isConverged(belief, code.pin, capabilities)) return 'in_doubt';
  // Where nothing can be read, nobody could ever find or show the code again.
  return capabilities.readBack === 'none' ? 'not_on_lock' : undefined;
};

/** The slot is a stranger's from now on; the code keeps its id, and its wish is gone. */
export const handedOver = (before: LockState, code: AccessCode, now: Instant): LockState => {
  const belief = slotOwnedBy(before, code.accessCodeId);
  const state = withoutAttempt(before, code.accessCodeId);
  if (belief === undefined) return state;
  return withSlot(state, {
    ...belief,
    owner: undefined,
    unmanagedId: code.accessCodeId,
    unmanagedSince: now,
    written: undefined,
    writtenAt: undefined,
    landed: 'no',
    confirmed: false,
    writtenName: undefined,
    sideFailures: 0,
    sideAfter: undefined,
  });
};
