import { pinConflict, roomFor } from '../../core/allocate.ts';
import type { Bookings } from '../../core/allocate.ts';
import { lengthsText } from '../../core/code-lengths.ts';
import type { AccessCodeId } from '../../core/ids.ts';
import type { AccessCode, Capabilities, Device, TimeFrame } from '../../core/model.ts';
import { Pin } from '../../core/pin.ts';
import { unmanagedHolder } from '../../core/wishes.ts';
import type { AppParts } from '../parts.ts';
import { presentDevice } from '../parts.ts';
import { generatePin } from '../../core/random-pin.ts';
import { invalid, Refusal } from '../problems.ts';
import { codeLengthsOf, requireCapabilities } from './constraints.ts';

/** A lock that may get access codes, and what is promised of it. */
export interface Admission extends Bookings {
  readonly device: Device;
  readonly capabilities: Capabilities;
  /** Numbers of digits that its PINs may have, ascending; empty: nobody knows. */
  readonly lengths: readonly number[];
}

/** What stands in the way of a lock with all of what it has been promised so far. */
export const admissionOf = (parts: AppParts, device: Device): Admission => {
  const { store, reconciler, clock } = parts;
  return {
    device,
    capabilities: requireCapabilities(device),
    lengths: codeLengthsOf(device),
    codes: store.accessCodes({ deviceId: device.deviceId }),
    state: store.lockState(device.deviceId),
    usable: reconciler.usableSlots(device),
    now: clock.now(),
    leadMs: reconciler.leadMs,
  };
};

/**
 * A lock that takes new access codes.
 * @param attemptOffline false: not while it is offline
 * @throws Refusal where it doesn't
 */
export const admittedDevice = (
  parts: AppParts,
  deviceId: string,
  attemptOffline: boolean | undefined,
): Admission => {
  const device = presentDevice(parts, deviceId);
  if (device.wishes?.isManaged === false)
    throw new Refusal({
      type: 'device_unmanaged',
      message: 'This lock is unmanaged and takes no access codes. Manage it first: devices/unmanaged/update.',
      status: 400,
    });
  requireReachable(device, attemptOffline);
  return admissionOf(parts, device);
};

export const requireReachable = (device: Device, attemptOffline: boolean | undefined): void => {
  if (attemptOffline === false && !device.online)
    throw invalid('attempt_for_offline_device', 'the lock is offline at the moment', 'device_offline');
};

/** A lock whose slots can't be read would have a stranger's code overwritten without a word (DESIGN §1.4). */
const blindLock = ({ address }: Device): string =>
  `This lock's slots can't be read, so that a code of somebody else could be overwritten. Keep some slots free of other codes and name them in the config, for example: devices: { mylock: { address: "${address}", slots: "1-10" } }. Then restart the bridge.`;

/**
 * What doesn't fit is refused here, not at the door.
 * @param except the code itself, where its times change
 */
export const requireRoom = (
  admission: Admission,
  frame: TimeFrame | undefined,
  except?: AccessCodeId,
): void => {
  if (roomFor(admission, frame, except)) return;
  const { device, usable, capabilities } = admission;
  const isBlind = capabilities.readBack === 'none' && usable.length === 0;
  const message = isBlind
    ? blindLock(device)
    : frame === undefined
      ? 'Every slot that may be used on this lock is taken, now or later. Delete an access code first.'
      : 'Every slot that may be used on this lock is taken within these times. Delete an access code first, or choose other times.';
  throw new Refusal({ type: 'no_space_for_access_code_on_device', message, status: 400 });
};

/**
 * A PIN that the lock can hold, and that nothing else on it holds at the same time.
 * @param except the code itself, where it is changed
 */
export const givenPin = (
  admission: Admission,
  digits: string,
  frame: TimeFrame | undefined,
  except?: AccessCodeId,
): Pin => {
  const { lengths } = admission;
  if (lengths.length > 0 && !lengths.includes(digits.length))
    throw invalid(
      'code',
      `this lock takes ${lengthsText(lengths)} digits, not ${digits.length}`,
      'code_constraints_violated',
    );
  const pin = Pin.parse(digits);
  if (pin === undefined) throw invalid('code', 'must be 4 to 12 digits');
  requireUnique(admission, pin, frame, except);
  return pin;
};

/** 409 where another code on the lock has this PIN at the same time, with that code's id. */
export const requireUnique = (
  admission: Admission,
  pin: Pin,
  frame: TimeFrame | undefined,
  except?: AccessCodeId,
): void => {
  const holder = pinConflict(admission, pin, frame, except);
  if (holder === undefined) return;
  throw new Refusal({
    type: 'duplicate_access_code',
    message: 'code: another access code on this lock has this PIN already.',
    status: 409,
    data: { [`${holder.kind}_access_code_id`]: holder.accessCodeId ?? null },
  });
};

/** Seam's access codes have these lengths; a lock may take others at its keypad. */
const isCodeLength = (length: number): boolean => length >= 4 && length <= 12;

/** Where nobody knows what a lock takes. */
const usualLength = 6;

/**
 * How many digits a generated PIN gets that all these locks take: the preferred number, else the shortest. Undefined
 * where they have none in common.
 */
export const commonLength = (
  admissions: readonly Pick<Admission, 'lengths'>[],
  preferred: number | undefined,
): number | undefined => {
  const told = admissions.map(({ lengths }) => lengths).filter((lengths) => lengths.length > 0);
  const [first, ...others] = told;
  if (first === undefined)
    return preferred !== undefined && isCodeLength(preferred) ? preferred : usualLength;
  const common = first.filter(
    (length) => isCodeLength(length) && others.every((lengths) => lengths.includes(length)),
  );
  if (preferred !== undefined && common.includes(preferred)) return preferred;
  return common.length === 0 ? undefined : Math.min(...common);
};

/**
 * A random PIN, not weak, that is in use on none of these locks: not by a code of another time either, nor by one on
 * its way off.
 * @throws Refusal where none is found
 */
export const generatedPin = (
  { random }: AppParts,
  admissions: readonly Admission[],
  length: number | undefined,
): Pin => {
  if (length === undefined)
    throw new Refusal({
      type: 'code_constraints_violated',
      message: 'These locks have no code length in common.',
      status: 400,
    });
  const pin = generatePin(random, length, (one) => admissions.some((admission) => isInUse(admission, one)));
  if (pin === undefined)
    throw new Refusal({
      type: 'code_constraints_violated',
      message: `No free PIN of ${length} digits was found.`,
      status: 400,
    });
  return pin;
};

const isInUse = ({ codes, state }: Admission, pin: Pin): boolean =>
  codes.some((code) => code.pin.equals(pin) || pin.equals(code.previousPin)) ||
  unmanagedHolder(state, pin) !== undefined;

/** What the lock is promised with these codes put in place of the ones with their ids, or beside them. */
export const withCodes = (admission: Admission, codes: readonly AccessCode[]): Admission => {
  const changed = new Map(codes.map((code) => [code.accessCodeId, code]));
  return {
    ...admission,
    codes: [...admission.codes.filter((code) => !changed.has(code.accessCodeId)), ...codes],
  };
};
