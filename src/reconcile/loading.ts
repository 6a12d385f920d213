import type { Loading } from '../core/lifecycle-input.ts';
import type { AccessCode, Device, Instant, LockState, WantedCode, ZoneRules } from '../core/model.ts';
import { canPreload, isToPreload } from '../core/native.ts';
import type { ClockTrust } from '../ports/clock-trust.ts';
import type { LockTime } from '../ports/lock-time.ts';
import { wish } from './steps.ts';

export interface ZoneParts {
  /** So long before its `startsAt` it is said that a code may not work then, milliseconds. */
  readonly arrivalNoticeMs: number;
  readonly lockTime: LockTime;
  readonly clockTrust: ClockTrust;
  /** IANA zone that a lock's own clock lives by. */
  readonly timeZoneOf: (device: Device) => string;
}

export interface LoadingParts extends ZoneParts {
  /** So long before its `startsAt` a code is loaded with a schedule of the lock's, milliseconds. */
  readonly preloadMs: number;
  /** So long before its `startsAt` any other code is written, milliseconds. */
  readonly leadMs: number;
}

/** The lock's zone as it reads now; undefined while the time isn't known, and for a lock that was let go of. */
export const clockRulesOf = (
  { lockTime, clockTrust, timeZoneOf }: ZoneParts,
  device: Device,
  now: Instant,
): ZoneRules | undefined =>
  clockTrust.isTrusted && device.wishes?.isManaged !== false
    ? lockTime.rulesAt(now, timeZoneOf(device))
    : undefined;

/** What the lock's own schedules can do for a code; undefined: nothing. */
export const loadingOf = (
  parts: LoadingParts,
  device: Device,
  code: AccessCode,
  now: Instant,
): Loading | undefined => {
  const { preloadMs, leadMs, lockTime, timeZoneOf } = parts;
  const { timeFrame } = code;
  const { capabilities } = device;
  if (timeFrame === undefined || capabilities === undefined || !canPreload(capabilities)) return undefined;
  const beginsAt = timeFrame.startsAt - preloadMs;
  if (now < beginsAt) return { window: undefined, isAhead: false, beginsAt };
  const zone = timeZoneOf(device);
  const { window, isAmbiguous } = lockTime.windowIn(timeFrame, zone);
  // Put forward or back meanwhile, the clock must follow without us.
  const { changesAt = Infinity } = lockTime.rulesAt(now, zone);
  const isOvertaken = capabilities.clock?.dst !== true && timeFrame.endsAt > changesAt;
  const isAhead = !isAmbiguous && !isOvertaken && isToPreload(code, now, preloadMs, leadMs);
  return {
    window,
    isAmbiguous,
    isOvertaken,
    isAhead,
    beginsAt,
    clockRules: clockRulesOf(parts, device, now),
  };
};

/** What is wanted of these codes of a lock now: what its next exchange is planned from. */
export const wantedOf = (
  parts: LoadingParts,
  device: Device,
  codes: readonly AccessCode[],
  state: LockState,
  now: Instant,
): WantedCode[] => {
  const untimed = parts.clockTrust.isTrusted ? undefined : state;
  return codes.map((code) => wish(code, now, parts.leadMs, loadingOf(parts, device, code, now), untimed));
};
