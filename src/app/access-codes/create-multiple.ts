import type { Pin } from '../../core/pin.ts';
import type { AnswerBody } from '../answer.ts';
import type { AppParts } from '../parts.ts';
import { Refusal } from '../problems.ts';
import { admittedDevice, commonLength, generatedPin, givenPin, requireRoom } from './admission.ts';
import type { Admission } from './admission.ts';
import { shown } from './record.ts';
import type { Params } from './schemas.ts';
import { makeCode, requireUseReports, wishOf } from './wish.ts';
import type { CodeWish } from './wish.ts';

/** What one lock gets. */
interface Share {
  readonly admission: Admission;
  readonly pin: Pin;
  readonly commonCodeKey: string | null;
}

/**
 * Makes one access code on each of these locks, all with one PIN: all of them, or none.
 * @throws Refusal where any of them can't be made; it says on which lock
 */
export const createMultiple = (parts: AppParts, params: Params<'createMultiple'>): AnswerBody => {
  const wish = wishOf(parts, params);
  const admissions = params.device_ids.map((id) =>
    onLock(id, () => {
      const admission = admittedDevice(parts, id, params.attempt_for_offline_device);
      if (wish.isOneTimeUse) requireUseReports(admission);
      requireRoom(admission, wish.timeFrame);
      return admission;
    }),
  );
  const shares =
    params.code === undefined
      ? withGeneratedPin(parts, admissions, params)
      : withGivenPin(parts, admissions, params, params.code, wish);
  const codes = shares.map(({ admission, pin, commonCodeKey }) =>
    makeCode(parts, admission, wish, pin, commonCodeKey),
  );
  return { access_codes: codes.map((code) => shown(parts, code)) };
};

/** Says in a refusal which lock it is about. */
const onLock = <T>(deviceId: string, run: () => T): T => {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    throw new Refusal({
      ...error.error,
      message: `${error.error.message} (device_id ${deviceId})`,
      data: { ...error.error.data, device_id: deviceId },
    });
  }
};

/** The same PIN on every lock, and no key: it was given, so that nothing links them. */
const withGivenPin = (
  parts: AppParts,
  admissions: readonly Admission[],
  params: Params<'createMultiple'>,
  digits: string,
  { timeFrame }: CodeWish,
): Share[] =>
  admissions.map((admission) => {
    const { deviceId } = admission.device;
    const share = (): Pin => onLock(deviceId, () => givenPin(admission, digits, timeFrame));
    const pin =
      params.behavior_when_code_cannot_be_shared === 'create_random_code'
        ? orElse(share, () => onLock(deviceId, () => ownPin(parts, admission, params)))
        : share();
    return { admission, pin, commonCodeKey: null };
  });

const orElse = <T>(first: () => T, second: () => T): T => {
  try {
    return first();
  } catch (error) {
    if (error instanceof Refusal) return second();
    throw error;
  }
};

/**
 * One new PIN and one key for all locks that can share it. A lock that can't gets a PIN of its own, if that is wanted,
 * and no key: codes with one key share one PIN.
 */
const withGeneratedPin = (
  parts: AppParts,
  admissions: readonly Admission[],
  params: Params<'createMultiple'>,
): Share[] => {
  const allowsOthers = params.behavior_when_code_cannot_be_shared === 'create_random_code';
  const length = sharedLength(admissions, params.preferred_code_length, allowsOthers);
  const sharing = admissions.filter((one) => takes(one, length));
  const pin = generatedPin(parts, sharing, length);
  const key = `auto_set_by_create_multiple_${parts.random.uuid()}`;
  return admissions.map((admission) =>
    takes(admission, length)
      ? { admission, pin, commonCodeKey: key }
      : { admission, pin: ownPin(parts, admission, params), commonCodeKey: null },
  );
};

const takes = ({ lengths }: Admission, length: number): boolean =>
  lengths.length === 0 || lengths.includes(length);

const ownPin = (parts: AppParts, admission: Admission, params: Params<'createMultiple'>): Pin =>
  generatedPin(parts, [admission], commonLength([admission], params.preferred_code_length));

/** The number of digits that all locks take, or where that may be, the one that most do (the shortest of these). */
const sharedLength = (
  admissions: readonly Admission[],
  preferred: number | undefined,
  allowsOthers: boolean,
): number => {
  const common = commonLength(admissions, preferred);
  if (common !== undefined) return common;
  const locksTaking = (length: number): number => admissions.filter((one) => takes(one, length)).length;
  const [popular] = [...new Set(admissions.flatMap(({ lengths }) => lengths))]
    .filter((length) => commonLength([{ lengths: [length] }], undefined) !== undefined)
    .sort((a, b) => locksTaking(b) - locksTaking(a) || a - b);
  if (allowsOthers && popular !== undefined) return popular;
  throw new Refusal({
    type: 'code_cannot_be_shared',
    message:
      'These locks have no code length in common, so that they cannot share one PIN. With behavior_when_code_cannot_be_shared "create_random_code" the ones that differ get PINs of their own.',
    status: 400,
  });
};
