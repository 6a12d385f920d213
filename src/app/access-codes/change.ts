import { statusOnRequest } from '../../core/lifecycle.ts';
import type { DeviceId } from '../../core/ids.ts';
import type { AccessCode, Before, Device, TimeFrame } from '../../core/model.ts';
import { Pin } from '../../core/pin.ts';
import { frameOfBackup } from '../../core/pool.ts';
import { wishChanged } from '../../core/wishes.ts';
import type { AppParts } from '../parts.ts';
import { deviceById } from '../parts.ts';
import { invalid } from '../problems.ts';
import {
  admissionOf,
  givenPin,
  requireReachable,
  requireRoom,
  requireUnique,
  withCodes,
} from './admission.ts';
import type { Admission } from './admission.ts';
import { recordChanged, timesOf } from './record.ts';
import type { ChangedProperty } from './record.ts';
import { isWithin, sameFrame } from './time-frame.ts';
import { requireUseReports } from './wish.ts';

/** What is wanted of an access code from now on. Undefined: as it is, but for the time frame, which is said always. */
export interface ChangeWish {
  readonly code: AccessCode;
  readonly name?: string | null | undefined;
  readonly digits?: string | undefined;
  readonly timeFrame: TimeFrame | undefined;
  readonly externalChangesAllowed?: boolean | undefined;
  readonly isOneTimeUse?: boolean | undefined;
  /** Codes with one key share one PIN, which `digits` then is. Undefined: kept, as long as the PIN is. */
  readonly commonCodeKey?: string | null | undefined;
}

export interface PlannedChange {
  readonly before: AccessCode;
  readonly after: AccessCode;
  readonly properties: readonly ChangedProperty[];
  /** What failed before says nothing about it. */
  readonly isNewWish: boolean;
}

/** What a change is judged by, where that isn't the lock as it is promised now. */
export interface Judging {
  readonly admissionOf: (device: Device) => Admission;
  /** Runs what may be refused for this code's sake. */
  readonly about: (code: AccessCode, judge: () => void) => void;
}

/**
 * Judges changes that are to be made together, and says what they come to; those that change nothing are left out.
 * @param attemptOffline false: not while a lock is offline
 * @throws Refusal where one of them breaks a rule; nothing has changed then
 */
export const planChanges = (
  parts: AppParts,
  wishes: readonly ChangeWish[],
  attemptOffline?: boolean,
  judging: Judging = {
    admissionOf: (device) => admissionOf(parts, device),
    about: (_code, run) => {
      run();
    },
  },
): PlannedChange[] => {
  const planned = wishes
    .map((wish) => plan(parts, wish))
    .filter(({ properties, isNewWish }) => isNewWish || properties.length > 0);
  const changed = new Map(
    planned.map(({ after }) => [after.deviceId, allChanged(parts, planned, after.deviceId)]),
  );
  for (const { before, after } of planned) {
    const device = deviceById(parts, before.deviceId);
    requireReachable(device, attemptOffline);
    if (!asksMore(before, after, parts.clock.now())) continue;
    judging.about(before, () => {
      const admission = withCodes(judging.admissionOf(device), changed.get(before.deviceId) ?? []);
      judge(admission, before, after);
      const backup = backupOf(parts, after);
      if (backup !== undefined) requireUnique(admission, backup.pin, backup.timeFrame, backup.accessCodeId);
    });
  }
  return planned;
};

/** What one lock's codes come to: those that are changed, and the backups that follow them. */
const allChanged = (parts: AppParts, planned: readonly PlannedChange[], deviceId: DeviceId): AccessCode[] => {
  const codes = planned.map(({ after }) => after).filter((one) => one.deviceId === deviceId);
  const backups = codes.flatMap((code) => backupOf(parts, code) ?? []);
  const followers = new Set(backups.map(({ accessCodeId }) => accessCodeId));
  return [...codes.filter(({ accessCodeId }) => !followers.has(accessCodeId)), ...backups];
};

/** What stands in for this code, with the times that it has then. */
const backupOf = ({ store, clock }: AppParts, code: AccessCode): AccessCode | undefined => {
  const backup = code.pulledBackupId && store.accessCode(code.pulledBackupId);
  if (backup === undefined || backup.deletingSince !== undefined) return undefined;
  return { ...backup, timeFrame: frameOfBackup(code, backup.timeFrame?.startsAt, clock.now()) };
};

/** Whether more is asked of the lock than before: a shorter stay, or an end at once, is always possible. */
const asksMore = (before: AccessCode, after: AccessCode, now: number): boolean =>
  (after.isOneTimeUse && !before.isOneTimeUse) ||
  ((after.timeFrame === undefined || after.timeFrame.endsAt > now) &&
    !(after.pin.equals(before.pin) && isWithin(after.timeFrame, before.timeFrame)));

const judge = (admission: Admission, before: AccessCode, after: AccessCode): void => {
  const { accessCodeId, timeFrame, pin } = after;
  if (after.isOneTimeUse && !before.isOneTimeUse) requireUseReports(admission);
  const isLonger = !isWithin(timeFrame, before.timeFrame);
  if (isLonger) requireRoom(admission, timeFrame, accessCodeId);
  if (!pin.equals(before.pin)) givenPin(admission, pin.reveal(), timeFrame, accessCodeId);
  else if (isLonger) requireUnique(admission, pin, timeFrame, accessCodeId);
};

const plan = (parts: AppParts, wish: ChangeWish): PlannedChange => {
  const { code: before } = wish;
  const now = parts.clock.now();
  const pin = pinOf(before, wish.digits);
  const isNewPin = !pin.equals(before.pin);
  const isNewFrame = !sameFrame(wish.timeFrame, before.timeFrame);
  if (before.isBackup && isNewFrame)
    throw invalid('ends_at', 'the times of a backup access code are those of the code that it stands in for');
  const wanted: AccessCode = {
    ...before,
    name: wish.name === undefined ? before.name : wish.name,
    pin,
    timeFrame: wish.timeFrame,
    // Codes with one key share one PIN: with a PIN of its own it is linked to them no more.
    commonCodeKey:
      wish.commonCodeKey !== undefined ? wish.commonCodeKey : isNewPin ? null : before.commonCodeKey,
    externalChangesAllowed: wish.externalChangesAllowed ?? before.externalChangesAllowed,
    isOneTimeUse: wish.isOneTimeUse ?? before.isOneTimeUse,
  };
  const properties = differences(before, wanted);
  // What somebody did to it at the lock was left so until now.
  const isBroughtBack =
    before.externalChange !== undefined &&
    (wish.digits !== undefined || wanted.externalChangesAllowed !== before.externalChangesAllowed);
  const isNewWish = isNewPin || isNewFrame || isBroughtBack;
  const after = {
    ...wanted,
    ...traces(parts, before, wanted, now),
    ...(isNewWish ? renewed(wanted, isNewPin || isBroughtBack, now) : {}),
  };
  return { before, after, properties, isNewWish };
};

const pinOf = (before: AccessCode, digits: string | undefined): Pin => {
  if (digits === undefined) return before.pin;
  const pin = Pin.parse(digits);
  if (pin === undefined) throw invalid('code', 'must be 4 to 12 digits');
  return pin;
};

const differences = (before: AccessCode, after: AccessCode): ChangedProperty[] => {
  const [was, is] = [told(before), told(after)];
  const changed = Object.entries(is).flatMap(([property, to]) => {
    const from = was[property] ?? null;
    return from === to ? [] : [{ property, from, to }];
  });
  // What a PIN was or is stays out of the payload.
  return after.pin.equals(before.pin) ? changed : [{ property: 'code', from: null, to: null }, ...changed];
};

/** What is told of changes, but for the PIN. */
const told = (code: AccessCode): Readonly<Record<string, string | null>> => ({
  name: code.name,
  ...timesOf(code.timeFrame),
  common_code_key: code.commonCodeKey,
  is_external_modification_allowed: String(code.externalChangesAllowed),
  is_one_time_use: String(code.isOneTimeUse),
});

/** What the lock may still hold of before, for the pending mutations, until it follows. */
const traces = (
  parts: AppParts,
  before: AccessCode,
  after: AccessCode,
  now: number,
): Pick<AccessCode, 'previousPin' | 'timeFrameBefore' | 'nameBefore'> => {
  const storesNames = parts.store.device(before.deviceId)?.capabilities?.names !== undefined;
  const previousPin = before.previousPin ?? before.pin;
  return {
    previousPin: after.pin.equals(before.pin)
      ? before.previousPin
      : previousPin.equals(after.pin)
        ? before.pin
        : previousPin,
    timeFrameBefore: sameFrame(after.timeFrame, before.timeFrame)
      ? before.timeFrameBefore
      : traceOf(before.timeFrameBefore, before.timeFrame, after.timeFrame, now, sameFrame),
    nameBefore:
      after.name === before.name || !storesNames
        ? before.nameBefore
        : traceOf(before.nameBefore, before.name, after.name, now, (a, b) => a === b),
  };
};

/** The first of several changes says what the lock holds; unless the last one goes back to that. */
const traceOf = <T>(
  trace: Before<T> | undefined,
  from: T,
  to: T,
  at: number,
  same: (a: T, b: T) => boolean,
): Before<T> => (trace === undefined || same(trace.from, to) ? { from, at } : { from: trace.from, at });

/** A new wish: what went wrong with the one before says nothing about it. */
const renewed = ({ status }: AccessCode, mustBeWritten: boolean, now: number): Partial<AccessCode> => ({
  wishedAt: now,
  errors: [],
  warnings: [],
  externalChange: undefined,
  status: mustBeWritten ? 'setting' : status,
});

/** Keeps a change that was judged, tells of it, and has the lock follow. Within the request's transaction. */
export const commitChange = (
  parts: AppParts,
  { after: code, properties, isNewWish }: PlannedChange,
): void => {
  const { store, clock, reconciler } = parts;
  if (isNewWish) {
    const [now, { leadMs }] = [clock.now(), reconciler];
    const before = store.lockState(code.deviceId);
    const state = wishChanged(before, code, now, leadMs);
    store.putLockState(before, state);
    const { capabilities } = deviceById(parts, code.deviceId);
    store.putAccessCode({ ...code, status: statusOnRequest({ code, state, capabilities, leadMs, now }) });
  } else store.putAccessCode(code);
  recordChanged(parts, code, properties);
};
