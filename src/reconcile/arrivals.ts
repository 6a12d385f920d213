import type { Risk, Surroundings } from '../core/arrival-risks.ts';
import { arrivalRisk, noted, outlook } from '../core/arrivals.ts';
import type { Outlook } from '../core/arrivals.ts';
import { hindrancesOf, lockDeferral } from '../core/deferral.ts';
import type { Deferral, Hindrances } from '../core/deferral.ts';
import { isDisplaced } from '../core/ids.ts';
import type { LifecycleInput } from '../core/lifecycle-input.ts';
import type { AccessCode, ArrivalRisk, Device, Instant } from '../core/model.ts';
import { pullableSpares } from '../core/pool.ts';
import type { Clock } from '../ports/clock.ts';
import type { DriverStatus, Reconciler } from '../ports/reconciler.ts';
import type { Store } from '../ports/store.ts';
import { horizonOf } from './agenda.ts';
import { clockRulesOf, loadingOf, wantedOf } from './loading.ts';
import type { LoadingParts } from './loading.ts';
import { outOfReach } from './reach.ts';

/** What `settle` has to know in order to say hours ahead that a code may not open the door. */
export interface ArrivalSight extends Pick<Surroundings, 'untrustedSince' | 'trustedSince' | 'radio'> {
  /** Config `scheduling.arrival_notice`, milliseconds. */
  readonly noticeMs: number;
}

export const arrivalSight = (
  { arrivalNoticeMs, clockTrust }: Pick<LoadingParts, 'arrivalNoticeMs' | 'clockTrust'>,
  radio: Surroundings['radio'],
): ArrivalSight => ({ noticeMs: arrivalNoticeMs, ...trustOf(clockTrust), radio });

const trustOf = (
  clockTrust: LoadingParts['clockTrust'],
): Pick<Surroundings, 'untrustedSince' | 'trustedSince'> => {
  // Asked first: it looks at the clock, and the report is of that look.
  const { isTrusted } = clockTrust;
  const { since } = clockTrust.report();
  return { untrustedSince: isTrusted ? undefined : since, trustedSince: isTrusted ? since : undefined };
};

const surroundings = (
  device: Device,
  isStranded: boolean,
  sight: Pick<ArrivalSight, 'untrustedSince' | 'trustedSince' | 'radio'>,
): Surroundings => ({
  untrustedSince: sight.untrustedSince,
  trustedSince: sight.trustedSince,
  removedAt: device.removedAt,
  isStranded,
  isDisplaced: isDisplaced(device.address),
  radio: sight.radio,
  offlineSince: device.online ? undefined : (device.offlineSince ?? sight.radio.since),
  battery: device.battery,
});

/** What is to be recorded of the coming of a code, and told where its reason is another than the one told before. */
export interface ArrivalNews {
  readonly arrivalRisk: ArrivalRisk | undefined;
  /** Payload of `lockstep.arrival_at_risk`; undefined: nothing is to be told. */
  readonly toTell: Readonly<Record<string, string>> | undefined;
  readonly nextAt: Instant | undefined;
}

/** @param input as for the code's status; `code` with the errors that it has now */
export const arrivalNews = (
  input: LifecycleInput,
  device: Device,
  sight: ArrivalSight | undefined,
): ArrivalNews => {
  const { code, now } = input;
  if (sight === undefined) return { arrivalRisk: code.arrivalRisk, toTell: undefined, nextAt: undefined };
  const around = surroundings(device, input.unreachable === 'account_disconnected', sight);
  const { risk, nextAt } = arrivalRisk(input, around, sight.noticeMs);
  return {
    arrivalRisk: noted(risk, code.arrivalRisk, now),
    toTell: risk !== undefined && risk.reason !== code.arrivalRisk?.reason ? told(risk, input) : undefined,
    nextAt,
  };
};

const told = ({ reason, message }: Risk, input: LifecycleInput): Readonly<Record<string, string>> => {
  const { code, state, capabilities, others = [] } = input;
  const backup = code.pulledBackupId ?? pullableSpares(others, state, capabilities)[0]?.accessCodeId;
  return {
    reason,
    message,
    starts_at: new Date(code.timeFrame?.startsAt ?? 0).toISOString(),
    ...(backup === undefined ? {} : { backup_access_code_id: backup }),
  };
};

interface OutlookParts extends LoadingParts {
  readonly store: Pick<Store, 'lockState' | 'awakeCodes' | 'intents'>;
  readonly clock: Pick<Clock, 'now'>;
}

/** How the codes of one lock that are about to begin stand. For one answer: it doesn't look again. */
export const outlooksOf = (
  parts: OutlookParts,
  reconciler: Pick<Reconciler, 'drivers' | 'usableSlots'>,
  device: Device,
): ((code: AccessCode) => Outlook) => {
  const { store, clock, clockTrust, leadMs } = parts;
  const now = clock.now();
  const driver = reconciler.drivers().find((one) => one.driver === device.radio);
  const state = store.lockState(device.deviceId);
  const isStranded = driver === undefined && device.removedAt === undefined;
  const radio = { isReady: driver?.state === 'ready', since: driver?.since ?? now };
  const around = surroundings(device, isStranded, { ...trustOf(clockTrust), radio });
  const ofTheLock = {
    state,
    capabilities: device.capabilities,
    usable: reconciler.usableSlots(device),
    unreachable: outOfReach(device, isLost(driver), isStranded),
    leadMs,
    now,
  };
  // As the lock's worker has them; whatever has a slot is among them.
  const horizonMs = horizonOf(parts, device.capabilities);
  const others = once(() => store.awakeCodes(device.deviceId, now + horizonMs).codes);
  const hindrances = once(() => hindrancesAt(parts, device, { ...ofTheLock, codes: others() }));
  return (code) => {
    const loading = loadingOf(parts, device, code, now);
    const input: LifecycleInput = {
      ...ofTheLock,
      code,
      loading,
      get others() {
        return others();
      },
    };
    const begins = loading?.beginsAt ?? now;
    return outlook(input, around, {
      isOff: isLoadingOff(parts),
      forecast: () => (now < begins ? loadingOf(parts, device, code, begins) : loading),
      hindrances,
      isDisproved: isDisproved(device),
    });
  };
};

/**
 * Why no code of this lock is loaded ahead of its time; undefined: they are, or that is for each of them, or nothing is to
 * be on any lock.
 */
export const lockDeferralOf = (
  parts: OutlookParts,
  reconciler: Pick<Reconciler, 'usableSlots'>,
  device: Device,
): Deferral | undefined => {
  if (isLoadingOff(parts)) return undefined;
  const state = parts.store.lockState(device.deviceId);
  const usable = reconciler.usableSlots(device);
  const hindrances = hindrancesAt(parts, device, { state, usable, now: parts.clock.now(), codes: [] });
  return hindrances === undefined ? undefined : lockDeferral(hindrances, isDisproved(device));
};

/** Whatever begins to be loaded is due by then. */
const isLoadingOff = ({ preloadMs, leadMs }: LoadingParts): boolean => preloadMs <= leadMs;

/** It was tried out in what order its schedules bind a code, and none does. */
const isDisproved = ({ calibration }: Device): boolean => calibration?.scheduleOrder === 'none';

/** Worked out when it is asked for, and kept. */
const once = <T>(find: () => T): (() => T) => {
  let kept: { readonly found: T } | undefined;
  return () => (kept ??= { found: find() }).found;
};

/** What keeps the codes of a lock from being loaded now, asked of what its worker plans from. */
const hindrancesAt = (
  parts: OutlookParts,
  device: Device,
  {
    codes,
    state,
    usable,
    now,
  }: Pick<LifecycleInput, 'state' | 'usable' | 'now'> & { readonly codes: readonly AccessCode[] },
): Hindrances | undefined => {
  const { capabilities, deviceId } = device;
  if (capabilities === undefined) return undefined;
  return hindrancesOf({
    state,
    intents: parts.store.intents(deviceId),
    wanted: wantedOf(parts, device, codes, state, now),
    capabilities,
    usable,
    now,
    clockRules: clockRulesOf(parts, device, now),
    adoptNotBefore: now,
  });
};

const isLost = (driver: DriverStatus | undefined): boolean =>
  driver?.state === 'lost' || driver?.state === 'closed';
