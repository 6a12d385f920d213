import { suspectUnmanaged, untouchable } from '../../core/convert.ts';
import type { UnmanagedWish } from '../../core/convert.ts';
import { AccessCodeId } from '../../core/ids.ts';
import type { AccessCode, Device, SlotBelief } from '../../core/model.ts';
import type { Pin } from '../../core/pin.ts';
import { withSlot } from '../../core/lesson.ts';
import {
  admissionOf,
  commonLength,
  generatedPin,
  givenPin,
  requireUnique,
} from '../access-codes/admission.ts';
import type { Admission } from '../access-codes/admission.ts';
import { afterCommit, record } from '../access-codes/record.ts';
import { externalChangesOf } from '../access-codes/wish.ts';
import type { AnswerBody } from '../answer.ts';
import type { AppParts } from '../parts.ts';
import { managedDevice } from '../parts.ts';
import { invalid, Refusal } from '../problems.ts';
import { unmanagedById } from './find.ts';
import type { Found } from './find.ts';
import type { Params } from './schemas.ts';

const refused = (type: string, message: string): Refusal => new Refusal({ type, message, status: 400 });

/** 400 where the slot of a code is not the bridge's to touch. */
export const requireTouchable = (
  { reconciler }: AppParts,
  device: Device,
  { slot }: SlotBelief,
  type: 'cannot_be_managed' | 'cannot_delete_unmanaged_access_code',
): void => {
  const bar = untouchable(slot, device.capabilities, reconciler.usableSlots(device));
  if (bar === undefined) return;
  throw refused(
    type,
    bar === 'unreadable'
      ? "This lock's slots can't be read, so that nobody could tell what happened to the code."
      : `The code stands in slot ${slot}, which the lock keeps for itself, or the config (devices: slots) keeps the bridge out of.`,
  );
};

/** Keeps a wish, and has the code looked at. Within the request's transaction. */
export const wishFor = (
  parts: AppParts,
  { state, belief }: Pick<Found, 'state' | 'belief'>,
  wish: UnmanagedWish,
): void => {
  const { store, changes, reconciler } = parts;
  store.putLockState(state, suspectUnmanaged(state, belief));
  store.putUnmanagedWish(wish);
  record(parts, wish, wish.kind === 'convert' ? 'conversion_requested' : 'removal_requested', {});
  afterCommit(() => {
    changes.emit({ kind: 'unmanaged_access_code', id: wish.accessCodeId });
    changes.emit({ kind: 'slots', id: wish.deviceId });
    changes.emit({ kind: 'events' });
    reconciler.kick(wish.deviceId);
  });
};

/**
 * Asks for an unmanaged code to become a managed one, with its id. It does when a look, made after this request, has
 * shown that it still stands; events tell that it did, or why not. Nothing is written to the lock, but where another
 * PIN is asked for.
 * @throws Refusal where it can't; nothing has changed then
 */
export const convert = (parts: AppParts, params: Params<'convert'>): AnswerBody => {
  const { store, clock } = parts;
  const id = AccessCodeId(params.access_code_id.toLowerCase());
  const managed = store.accessCode(id);
  if (managed !== undefined) return alreadyManaged(managed, params);
  const found = unmanagedById(parts, params.access_code_id);
  const device = managedDevice(parts, found.device.deviceId);
  requireTouchable(parts, device, found.belief, 'cannot_be_managed');
  const before = store.unmanagedWish(id);
  if (before?.kind === 'delete')
    throw refused('access_code_being_removed', 'This access code is being removed.');
  if (before !== undefined && !asksOtherwise(before, params)) return {};
  const keepsPin = before !== undefined && params.x_code === undefined && params.x_replace !== true;
  const pin = keepsPin ? before.pin : pinFor(parts, device, found, params);
  wishFor(parts, found, {
    accessCodeId: id,
    deviceId: device.deviceId,
    kind: 'convert',
    since: clock.now(),
    pin,
    externalChangesAllowed: externalChangesOf(params) ?? before?.externalChangesAllowed ?? false,
    errors: [],
    warnings: [],
  });
  return {};
};

/** A repeated request finds it done; one for something else would be answered as if that were done. */
const alreadyManaged = ({ pin, deletingSince }: AccessCode, { x_code }: Params<'convert'>): AnswerBody => {
  if (deletingSince !== undefined)
    throw refused('access_code_being_removed', 'This access code is being removed.');
  if (x_code !== undefined && pin.reveal() !== x_code)
    throw invalid('x_code', 'the access code is managed by now: change its PIN with access_codes/update');
  return {};
};

/** A conversion under way is asked for again, with something else. */
const asksOtherwise = (wish: UnmanagedWish, params: Params<'convert'>): boolean => {
  const allowed = externalChangesOf(params);
  return (
    params.x_code !== undefined ||
    (params.x_replace === true && wish.pin === undefined) ||
    (allowed !== undefined && allowed !== wish.externalChangesAllowed)
  );
};

/** The PIN to write; undefined: the code keeps the one that was found. */
const pinFor = (
  parts: AppParts,
  device: Device,
  { state, belief }: Found,
  params: Pick<Params<'convert'>, 'x_code' | 'x_replace'>,
): Pin | undefined => {
  if (state.reset !== undefined)
    throw refused(
      'device_reset',
      'This lock was reset, and nothing is done to it. First: lockstep repair LOCK --restore',
    );
  if (belief.state.kind !== 'occupied' || !belief.state.enabled)
    throw refused('cannot_be_managed', 'The code is disabled on the lock: it opens nothing.');
  const { pin: shown } = belief.state;
  const admission = beside(admissionOf(parts, device), belief);
  if (shown !== 'masked') requireUnique(admission, shown, undefined);
  if (params.x_code !== undefined) {
    if (shown !== 'masked' && shown.reveal() === params.x_code) return undefined;
    return givenPin(admission, params.x_code, undefined);
  }
  if (params.x_replace === true)
    return generatedPin(parts, [admission], commonLength([admission], undefined));
  if (shown !== 'masked') return undefined;
  throw invalid(
    'x_code',
    'this lock withholds the PINs that it holds: give the one to write in x_code, or x_replace: true for a new one',
  );
};

/** What the lock is promised beside this code. */
const beside = (admission: Admission, belief: SlotBelief): Admission => ({
  ...admission,
  state: withSlot(admission.state, { ...belief, state: { kind: 'unknown' } }),
});

/** Seam's older way to say the same. */
export const update = (parts: AppParts, params: Params<'update'>): AnswerBody => convert(parts, params);
