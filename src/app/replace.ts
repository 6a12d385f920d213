import type { z } from 'zod';
import { newAccessCode } from '../core/access-code.ts';
import { pinConflict, roomFor } from '../core/allocate.ts';
import type { Bookings } from '../core/allocate.ts';
import { AccessCodeId } from '../core/ids.ts';
import type {
  AccessCode,
  Capabilities,
  Device,
  Instant,
  Intent,
  LockState,
  SlotBelief,
} from '../core/model.ts';
import { resetMessage } from '../core/lifecycle.ts';
import { isSpare } from '../core/pool.ts';
import { isCleared, slotOwnedBy } from '../core/slots.ts';
import { forgetAttempts, releaseSlot } from '../core/wishes.ts';
import type { AnswerBody } from './answer.ts';
import { startPool, stopPool } from './backup/pool.ts';
import type { AppParts } from './parts.ts';
import { codeEventOf, deviceById, isManaged } from './parts.ts';
import { invalid, Refusal } from './problems.ts';
import type { schemas } from './lockstep/schemas.ts';

type Params<K extends keyof typeof schemas> = z.infer<(typeof schemas)[K]>;

/** A code as messages name it: never by its PIN. */
const named = (codes: readonly AccessCode[]): string =>
  codes.map((code) => (code.name === null ? code.accessCodeId.slice(0, 8) : `"${code.name}"`)).join(', ');

const refuse = (type: string, message: string, codes: readonly AccessCode[], status = 400): Refusal =>
  new Refusal({ type, message, status, data: { access_code_ids: codes.map((code) => code.accessCodeId) } });

/**
 * The successor, known well enough to be trusted with codes, and there to take them: the old lock loses its codes as
 * soon as they are moved.
 */
const requireReady = (device: Device, state: LockState): Capabilities => {
  if (device.removedAt !== undefined)
    throw invalid('new_device_id', 'this lock was removed from the network', 'device_removed');
  if (!isManaged(device))
    throw invalid('new_device_id', 'this lock is unmanaged: nothing is done to it', 'device_unmanaged');
  if (state.reset !== undefined)
    throw new Refusal({
      type: 'lockstep_lock_reset',
      message: `new_device_id: ${device.name} is frozen, nothing is set on it. ${resetMessage(state.reset.why)}`,
      status: 409,
    });
  if (!device.online)
    throw new Refusal({
      type: 'device_disconnected',
      message: `new_device_id: ${device.name} does not answer, so no code can be set on it. Bring it into reach of the radio first.`,
      status: 409,
    });
  if (device.capabilities === undefined || (!state.adopted && device.capabilities.readBack !== 'none'))
    throw new Refusal({
      type: 'device_not_ready',
      message:
        'new_device_id: this lock is still being learned (its interview, its slots). Try again in a minute.',
      status: 400,
    });
  return device.capabilities;
};

/** All wanted codes must fit on the successor, or none is moved. */
const requireFit = (parts: AppParts, moving: readonly AccessCode[], device: Device): void => {
  const { store, reconciler, clock } = parts;
  const state = store.lockState(device.deviceId);
  const { codeLengths, reportsUse } = requireReady(device, state);
  const oneTime = moving.filter((code) => code.isOneTimeUse);
  if (oneTime.length > 0 && reportsUse !== true)
    throw refuse(
      'unsupported',
      `${device.name} does not report which access code was used, so that these could not be removed after their first use: ${named(oneTime)}. Delete them, or make them codes for more than one use first.`,
      oneTime,
    );
  const wrongLength = moving.filter((code) => !codeLengths.includes(code.pin.length));
  if (wrongLength.length > 0)
    throw refuse(
      'code_constraints_violated',
      `${wrongLength.length} of ${moving.length} access codes have a PIN of a length that ${device.name} does not take (it takes ${codeLengths.join(', ')} digits): ${named(wrongLength)}. Give them other PINs first.`,
      wrongLength,
    );
  const bookings: Bookings = {
    codes: store.accessCodes({ deviceId: device.deviceId }),
    state,
    usable: reconciler.usableSlots(device),
    now: clock.now(),
    leadMs: reconciler.leadMs,
  };
  const held = moving.filter((code) => pinConflict(bookings, code.pin, code.timeFrame) !== undefined);
  if (held.length > 0)
    throw refuse(
      'duplicate_access_code',
      `${device.name} holds the PIN of ${held.length} of ${moving.length} access codes already: ${named(held)}. Delete them there, or give them other PINs first.`,
      held,
      409,
    );
  const room = roomForAll(bookings, moving);
  if (room < moving.length)
    throw refuse(
      'no_space_for_access_code_on_device',
      `${moving.length} access codes would move, but ${device.name} has room for ${room}. Delete ${moving.length - room} first.`,
      moving,
    );
};

/** How many of these the lock has room for, besides what is promised there already. */
const roomForAll = (bookings: Bookings, moving: readonly AccessCode[]): number => {
  let taken = bookings;
  for (const [count, code] of moving.entries()) {
    if (!roomFor(taken, code.timeFrame)) return count;
    taken = { ...taken, codes: [...taken.codes, code] };
  }
  return moving.length;
};

/** While a write for one of them is on the air, nobody knows yet whose its slot will be. */
const requireQuiet = ({ reconciler }: AppParts, old: Device, moving: readonly AccessCode[]): void => {
  const action = reconciler.inFlight(old.deviceId);
  const busy =
    action !== undefined && 'code' in action && moving.some((one) => one.accessCodeId === action.code);
  if (busy)
    throw new Refusal({
      type: 'device_busy',
      message: `${old.name} is being written at this moment. Try again in half a minute.`,
      status: 409,
    });
};

/**
 * Moves the wanted access codes of one lock to another, keeping their ids. What the old lock may still hold of them
 * goes on as codes being removed, so that it is taken off when that lock can be reached. All of it or nothing.
 * @throws Refusal where a code doesn't fit; nothing has changed then
 */
export const replace = (parts: AppParts, params: Params<'deviceReplace'>): AnswerBody => {
  const { store, clock, changes, reconciler } = parts;
  const old = deviceById(parts, params.old_device_id);
  const successor = deviceById(parts, params.new_device_id);
  if (old.deviceId === successor.deviceId)
    throw invalid('new_device_id', 'must be another lock than old_device_id');
  const moving = store
    .accessCodes({ deviceId: old.deviceId })
    .filter((one) => one.deletingSince === undefined && !isSpare(one));
  if (moving.length === 0)
    throw refuse('access_code_not_found', `old_device_id: ${old.name} has no access codes to move.`, [], 404);
  requireFit(parts, moving, successor);
  requireQuiet(parts, old, moving);
  const now = clock.now();
  const leftovers = moving.flatMap((code) => {
    const leftover = old.removedAt === undefined ? leaveBehind(parts, old, code, now) : undefined;
    move(parts, code, successor, leftover, now);
    return leftover === undefined ? [] : [leftover];
  });
  if (old.wishes?.backupPool === true) {
    // Spares don't move: nobody has them, and the successor makes its own.
    stopPool(parts, old);
    startPool(parts, successor);
  }
  tell(parts, old, successor, moving, leftovers, now);
  queueMicrotask(() => {
    for (const { accessCodeId } of [...moving, ...leftovers])
      changes.emit({ kind: 'access_code', id: accessCodeId });
    for (const { deviceId } of [old, successor]) {
      changes.emit({ kind: 'slots', id: deviceId });
      reconciler.kick(deviceId);
    }
    changes.emit({ kind: 'bridge' });
    changes.emit({ kind: 'events' });
  });
  return {
    replacement: {
      old_device_id: old.deviceId,
      new_device_id: successor.deviceId,
      moved: moving.map((code) => ({ access_code_id: code.accessCodeId, name: code.name })),
      // Their PINs may stand on the old lock still; they are taken off it when it can be reached.
      left_behind: leftovers.map((code) => ({ access_code_id: code.accessCodeId, name: code.name })),
    },
  };
};

/** A code being removed takes over what the old lock may hold of this one; undefined where it can hold nothing. */
const leaveBehind = (
  parts: AppParts,
  old: Device,
  code: AccessCode,
  now: Instant,
): AccessCode | undefined => {
  const { store, random } = parts;
  const before = store.lockState(old.deviceId);
  const intents = store.intents(old.deviceId).filter((one) => one.accessCodeId === code.accessCodeId);
  const belief = slotOwnedBy(before, code.accessCodeId);
  const nothing = belief === undefined || isCleared(belief, old.capabilities);
  if (nothing && intents.length === 0) {
    store.putLockState(before, releaseSlot(before, code.accessCodeId));
    return undefined;
  }
  const leftover = newAccessCode({
    accessCodeId: AccessCodeId(random.uuid()),
    deviceId: code.deviceId,
    name: code.name,
    pin: code.pin,
    at: now,
    setAt: code.setAt,
    deletingSince: now,
    status: 'removing',
  });
  store.putAccessCode(leftover);
  store.putLockState(
    before,
    handedOver(forgetAttempts(before, code.accessCodeId), belief, leftover.accessCodeId),
  );
  for (const intent of intents) handIntentOver(parts, intent, leftover.accessCodeId);
  store.appendEvent(
    codeEventOf(parts, 'access_code.created', leftover, { x_left_behind_by: code.accessCodeId }),
  );
  store.journal({
    at: now,
    deviceId: old.deviceId,
    accessCodeId: leftover.accessCodeId,
    slot: belief?.slot,
    kind: 'left_behind',
    detail: { by: code.accessCodeId },
  });
  return leftover;
};

const handedOver = (state: LockState, belief: SlotBelief | undefined, owner: AccessCodeId): LockState =>
  belief === undefined
    ? state
    : { ...state, slots: new Map(state.slots).set(belief.slot, { ...belief, owner }) };

const handIntentOver = ({ store }: AppParts, intent: Intent, owner: AccessCodeId): void => {
  store.removeIntent(intent.id);
  store.addIntent({ ...intent, accessCodeId: owner });
};

const move = (
  parts: AppParts,
  code: AccessCode,
  successor: Device,
  leftover: AccessCode | undefined,
  now: Instant,
): void => {
  const { store } = parts;
  const moved: AccessCode = {
    ...code,
    deviceId: successor.deviceId,
    wishedAt: now,
    previousPin: undefined,
    timeFrameBefore: undefined,
    nameBefore: undefined,
    isScheduledOnDevice: false,
    externalChange: undefined,
    setAt: undefined,
    status: 'setting',
    errors: [],
    warnings: [],
  };
  store.putAccessCode(moved);
  store.appendEvent(
    codeEventOf(parts, 'access_code.changed', moved, {
      changed_properties: [{ property: 'device_id', from: code.deviceId, to: successor.deviceId }],
    }),
  );
  store.journal({
    at: now,
    deviceId: successor.deviceId,
    accessCodeId: code.accessCodeId,
    slot: undefined,
    kind: 'moved',
    detail: { from: code.deviceId, left_behind: leftover?.accessCodeId ?? null },
  });
};

const tell = (
  { store, random }: AppParts,
  old: Device,
  successor: Device,
  moved: readonly AccessCode[],
  leftovers: readonly AccessCode[],
  now: Instant,
): void => {
  store.appendEvent({
    eventId: random.uuid(),
    eventType: 'lockstep.lock_replaced',
    occurredAt: now,
    deviceId: successor.deviceId,
    accessCodeId: undefined,
    payload: { old_device_id: old.deviceId, moved: moved.length, left_behind: leftovers.length },
    pin: undefined,
  });
  store.journal({
    at: now,
    deviceId: old.deviceId,
    accessCodeId: undefined,
    slot: undefined,
    kind: 'replaced',
    detail: { by: successor.deviceId, moved: moved.length, left_behind: leftovers.length },
  });
};
