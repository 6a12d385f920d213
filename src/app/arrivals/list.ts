import { atDoorMs } from '../../core/arrivals.ts';
import type { Outlook } from '../../core/arrivals.ts';
import type { DeviceId } from '../../core/ids.ts';
import type { AccessCode, Instant } from '../../core/model.ts';
import type { AnswerBody } from '../answer.ts';
import type { AppParts } from '../parts.ts';
import { deviceById } from '../parts.ts';
import type { Params } from './schemas.ts';
import { arrivalView, arrivalsOf } from './view.ts';
import type { LockArrivals } from './view.ts';

const hourMs = 60 * 60_000;
const usualHours = 72;
const usualMost = 1_000;

/**
 * Access codes that begin within the next hours, by their beginning, and those that have begun within the last hour and
 * aren't proved to be on their locks. `total`: how many there are, however few are asked for.
 */
export const list = (parts: AppParts, params: Params<'list'>): AnswerBody => {
  const { store, clock } = parts;
  const now = clock.now();
  const { codes, total } = store.arrivingCodes({
    now,
    until: now + (params.hours ?? usualHours) * hourMs,
    begunAfter: now - atDoorMs,
    ...(params.device_id === undefined ? {} : { deviceId: deviceById(parts, params.device_id).deviceId }),
    limit: params.limit ?? usualMost,
  });
  const lockOf = locksOnce(parts);
  const seen = codes.map((code) => {
    const lock = lockOf(code);
    return { code, lock, outlook: lock.outlook(code) };
  });
  const shown = seen.filter((one) => isShown(one, now));
  return {
    arrivals: shown.map(({ code, lock, outlook }) => arrivalView(parts, code, lock, outlook)),
    total: total - (seen.length - shown.length),
  };
};

/** Its guest has got in, or could have. */
const isShown = ({ code, outlook }: { code: AccessCode; outlook: Outlook }, now: Instant): boolean =>
  outlook.proof !== 'proved' || (code.timeFrame?.startsAt ?? 0) > now;

/** For one answer: each lock is looked at once. */
const locksOnce = (parts: AppParts): ((code: AccessCode) => LockArrivals) => {
  const known = new Map<DeviceId, LockArrivals>();
  return ({ deviceId }) => {
    const lock = known.get(deviceId) ?? arrivalsOf(parts, deviceById(parts, deviceId));
    known.set(deviceId, lock);
    return lock;
  };
};
