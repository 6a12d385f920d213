import type { Loading } from '../core/lifecycle-input.ts';
import type { AccessCode, Device, Instant } from '../core/model.ts';
import { canPreload, isToPreload } from '../core/native.ts';
import type { ClockTrust } from '../ports/clock-trust.ts';
import type { LockTime } from '../ports/lock-time.ts';

export interface LoadingParts {
  /** So long before its `startsAt` a code is loaded with a schedule of the lock's, milliseconds. */
  readonly preloadMs: number;
  /** So long before its `startsAt` any other code is written, milliseconds. */
  readonly leadMs: number;
  readonly lockTime: LockTime;
  readonly clockTrust: Pick<ClockTrust, 'isTrusted'>;
  /** IANA zone that a lock's own clock lives by. */
  readonly timeZoneOf: (device: Device) => string;
}

/** What the lock's own schedules can do for a code; undefined: nothing. */
export const loadingOf = (
  { preloadMs, leadMs, lockTime, timeZoneOf }: LoadingParts,
  device: Device,
  code: AccessCode,
  now: Instant,
): Loading | undefined => {
  const { timeFrame } = code;
  if (timeFrame === undefined || device.capabilities === undefined || !canPreload(device.capabilities))
    return undefined;
  const { startsAt, endsAt } = timeFrame;
  const beginsAt = startsAt - preloadMs;
  if (now < beginsAt) return { window: undefined, isAhead: false, beginsAt };
  const zone = timeZoneOf(device);
  const window = lockTime.windowIn(timeFrame, zone);
  // A lock whose clock has to be put forward or back meanwhile may not do it by itself.
  const isAhead =
    window !== undefined &&
    isToPreload(code, now, preloadMs, leadMs) &&
    lockTime.isSteady([now, startsAt, endsAt], zone);
  return { window, isAhead, beginsAt };
};
