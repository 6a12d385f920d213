import { isDisplaced } from '../../core/ids.ts';
import type { Device, LockState } from '../../core/model.ts';
import type { ClockReport } from '../../ports/clock-trust.ts';
import type { AnswerBody } from '../answer.ts';
import { iso } from '../objects/common.ts';
import type { AppParts } from '../parts.ts';
import { consequence, reasonOf, remedyOf } from './words.ts';

/** For what is published when it changes: no time in it runs on. */
export const trustView = ({ distrust, by, since }: ClockReport): AnswerBody => ({
  trusted: distrust === undefined,
  why: distrust ?? null,
  by: by ?? null,
  since: iso(since),
});

/** The bridge's clock, and why it is trusted or not. */
export const clockView = ({ clock, clockTrust }: Pick<AppParts, 'clock' | 'clockTrust'>): AnswerBody => {
  const report = clockTrust.report();
  return {
    ...trustView(report),
    message: reasonOf(report),
    consequence: report.distrust === undefined ? null : consequence,
    what_to_do: remedyOf(report) ?? null,
    synchronised: report.synchronised ?? null,
    system_time: iso(report.wall),
    bridge_time: iso(clock.now()),
    floor: iso(report.floor),
  };
};

/** A lock's own clock: what it showed when it was last asked, and when it last took the time from us. */
const lockClockView = (device: Device, { clockSeen, clockCare }: LockState, timeZone: string): AnswerBody => {
  const { clock } = device.capabilities ?? {};
  const orNull = (at: number | undefined): string | null => (at === undefined ? null : iso(at));
  return {
    device_id: device.deviceId,
    display_name: device.name,
    time_zone: timeZone,
    can_be_set: clock?.set ?? false,
    can_be_read: clock?.read ?? false,
    offset_ms: clockSeen?.offsetMs ?? null,
    measured_at: orNull(clockSeen?.at),
    set_at: orNull(clockCare?.setAt),
    wrong_since: orNull(clockCare?.wrongSince),
    failures: clockCare?.failures ?? 0,
    next_attempt_at: orNull(clockCare?.notBefore),
  };
};

/** Of the locks that are in the network. */
export const lockClocks = ({ store, bridge }: AppParts): AnswerBody[] =>
  store
    .devices()
    .filter(({ removedAt, address }) => removedAt === undefined && !isDisplaced(address))
    .map((device) => lockClockView(device, store.lockState(device.deviceId), bridge.timeZoneOf(device)));
