import { earliest } from '../core/earliest.ts';
import { conversion, mayStand, slotOfUnmanaged } from '../core/convert.ts';
import type { UnmanagedWish } from '../core/convert.ts';
import { conversionDiagnosis, conversionFailed } from '../core/conversion-failure.ts';
import { withoutAttempt } from '../core/lesson.ts';
import type { Unreachable } from '../core/lifecycle.ts';
import type { Device, Instant } from '../core/model.ts';
import { deletionFindings } from '../core/unmanaged-findings.ts';
import type { Change } from '../ports/changes.ts';
import type { Random } from '../ports/random.ts';
import type { NewEvent, Store } from '../ports/store.ts';

interface WishParts {
  readonly store: Store;
  readonly random: Random;
}

export interface WishesSettled {
  readonly changes: readonly Change[];
  readonly nextAt: Instant | undefined;
}

interface At {
  readonly usable: readonly number[];
  readonly unreachable: Unreachable | undefined;
  readonly now: Instant;
}

/**
 * Carries out what was asked for unmanaged codes as far as the evidence allows: a conversion once the code was seen to
 * stand, the end of a deletion once it was seen to be gone. Must run inside the transaction that stored the belief,
 * before the managed codes are settled: a converted code is one of them from then on.
 */
export const settleUnmanagedWishes = (parts: WishParts, device: Device, at: At): WishesSettled => {
  const changes: Change[] = [];
  let nextAt: Instant | undefined;
  for (const stored of parts.store.unmanagedWishes(device.deviceId)) {
    // Asked for while the wall clock was ahead: its time is counted from now, or it would never be up.
    const wish = stored.since > at.now ? { ...stored, since: at.now } : stored;
    const step = wish.kind === 'convert' ? convert(parts, device, wish, at) : remove(parts, device, wish, at);
    if (step.wish === undefined) parts.store.deleteUnmanagedWish(wish.accessCodeId);
    else if (!isSame(stored, step.wish)) parts.store.putUnmanagedWish(step.wish);
    if (step.wish === undefined || !isSame(stored, step.wish))
      changes.push({ kind: 'unmanaged_access_code', id: wish.accessCodeId });
    changes.push(...step.changes);
    nextAt = earliest(nextAt, step.nextAt);
  }
  return { changes, nextAt };
};

/** Unmanaged codes that somebody wants deleted, for the plan. */
export const unwantedStrangers = (
  { store }: Pick<WishParts, 'store'>,
  { deviceId }: Device,
): UnmanagedWish['accessCodeId'][] =>
  store
    .unmanagedWishes(deviceId)
    .filter((wish) => wish.kind === 'delete')
    .map((wish) => wish.accessCodeId);

/** The lock has left: nothing can be done there any more. */
export const giveUpUnmanagedWishes = (
  { store, random }: WishParts,
  { deviceId }: Device,
  now: Instant,
): void => {
  for (const wish of store.unmanagedWishes(deviceId)) {
    store.deleteUnmanagedWish(wish.accessCodeId);
    if (wish.kind === 'convert')
      store.appendEvent(wishEvent(random, conversionFailed, wish, now, leftDiagnosis(now)));
  }
};

const leftDiagnosis = (now: Instant): Readonly<Record<string, unknown>> =>
  conversionDiagnosis({ why: 'unproved' }, 'device_disconnected', now);

const wishEvent = (
  random: Random,
  eventType: string,
  { deviceId, accessCodeId }: UnmanagedWish,
  at: Instant,
  payload: Readonly<Record<string, unknown>>,
): NewEvent => ({
  eventId: random.uuid(),
  eventType,
  occurredAt: at,
  deviceId,
  accessCodeId,
  payload,
  pin: undefined,
});

interface Step {
  /** As it goes on; undefined: it is over. */
  readonly wish: UnmanagedWish | undefined;
  readonly changes: readonly Change[];
  readonly nextAt: Instant | undefined;
}

const isSame = (a: UnmanagedWish, b: UnmanagedWish): boolean =>
  a.since === b.since && JSON.stringify([a.errors, a.warnings]) === JSON.stringify([b.errors, b.warnings]);

const isLetGo = ({ wishes }: Device): boolean => wishes?.isManaged === false;

const remove = (
  { store }: WishParts,
  device: Device,
  wish: UnmanagedWish,
  { unreachable, now }: At,
): Step => {
  const state = store.lockState(wish.deviceId);
  // Nothing is done to a lock that was let go of.
  if (!mayStand(state, wish.accessCodeId) || isLetGo(device)) {
    store.putLockState(state, withoutAttempt(state, wish.accessCodeId));
    return { wish: undefined, changes: [], nextAt: undefined };
  }
  const { errors, warnings, nextAt } = deletionFindings(wish, state, unreachable, now);
  return { wish: { ...wish, errors, warnings }, changes: [], nextAt };
};

const convert = (parts: WishParts, device: Device, wish: UnmanagedWish, at: At): Step => {
  const { store, random } = parts;
  const { unreachable, now } = at;
  const usable = isLetGo(device) ? [] : at.usable;
  const state = store.lockState(device.deviceId);
  const codes = store.accessCodes({ deviceId: device.deviceId });
  const result = conversion({ wish, state, codes, capabilities: device.capabilities, usable, now });
  if (result.kind === 'waits') return { wish, changes: [], nextAt: result.nextAt };
  const tell = (eventType: string, payload: Readonly<Record<string, unknown>>): void => {
    store.appendEvent(wishEvent(random, eventType, wish, now, payload));
  };
  const note = (kind: string, detail: Readonly<Record<string, unknown>>): void => {
    store.journal({
      at: now,
      deviceId: device.deviceId,
      accessCodeId: wish.accessCodeId,
      slot: slotOfUnmanaged(state, wish.accessCodeId)?.slot,
      kind,
      detail,
    });
  };
  if (result.kind === 'failed') {
    note('conversion_failed', { why: result.failure.why });
    tell(conversionFailed, conversionDiagnosis(result.failure, unreachable, now));
    return { wish: undefined, changes: [{ kind: 'events' }], nextAt: undefined };
  }
  note('converted', {});
  store.putAccessCode(result.code);
  store.putLockState(state, result.state);
  tell('access_code.unmanaged.converted_to_managed', {});
  const changes: Change[] = [
    { kind: 'access_code', id: wish.accessCodeId },
    { kind: 'slots', id: device.deviceId },
    { kind: 'bridge' },
    { kind: 'events' },
  ];
  return { wish: undefined, changes, nextAt: undefined };
};
