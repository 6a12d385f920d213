import type { Deferral, DeferralReason } from '../../core/deferral.ts';
import type { Device, Instant } from '../../core/model.ts';
import { warning } from '../../ports/diagnosis.ts';
import type { Diagnosis } from '../../ports/diagnosis.ts';
import type { AppParts } from '../parts.ts';
import { span } from './words.ts';

/** What keeps all codes of a lock from being loaded ahead of their time although it has schedules, and can be mended. */
type LockDeferral = Extract<
  DeferralReason,
  'schedule_order_unknown' | 'loading_rests' | 'clock_wrong' | 'clock_silent'
>;

const found: Readonly<Record<LockDeferral, string>> = {
  schedule_order_unknown: 'whether its schedules bind a code from the start is not known',
  loading_rests: 'it did not keep a schedule that it was given, or did not show it',
  clock_wrong: 'its own clock is off by more than a minute and could not be put right',
  clock_silent: 'its own clock gave no answer',
};

const toDo: Readonly<Record<LockDeferral, (lock: string) => string>> = {
  schedule_order_unknown: (lock) => `Find it out on a free slot: lockstep certify ${lock}`,
  loading_rests: (lock) =>
    `Try out what it does: lockstep certify ${lock}; have it trusted again: lockstep repair ${lock}`,
  clock_wrong: (lock) => `Set it at the lock, or change its batteries; then lockstep audit ${lock}`,
  clock_silent: (lock) => `It is asked again by itself; at once: lockstep audit ${lock}`,
};

const isOfTheLock = (reason: DeferralReason): reason is LockDeferral => Object.hasOwn(found, reason);

/** So far ahead a lock's next code is looked for: nobody has to hear of what concerns none. */
const aheadMs = 72 * 60 * 60_000;

/** Why the next codes of these locks aren't loaded ahead of their time, where that is for the lock. */
export const lockDeferrals = (
  { store, reconciler }: Pick<AppParts, 'store' | 'reconciler'>,
  now: Instant,
): ((device: Device) => Deferral | undefined) => {
  const concerned = store.locksToLoad({ now, until: now + aheadMs });
  return (device) => (concerned.has(device.deviceId) ? reconciler.lockDeferral(device) : undefined);
};

/** A lock whose codes could be on it ahead of their time, and aren't. */
export const judgeLoading = (
  name: string,
  lock: string,
  deferral: Deferral | undefined,
  now: Instant,
): Diagnosis[] => {
  if (deferral === undefined || !isOfTheLock(deferral.reason)) return [];
  const { reason, until } = deferral;
  const ends = until === undefined ? '' : `, for another ${span(until - now)}`;
  return [
    warning(
      'lock',
      name,
      `codes that begin soon are not loaded ahead of their time${ends}: ${found[reason]}`,
      toDo[reason](lock),
    ),
  ];
};
