import { newAccessCode } from '../../core/access-code.ts';
import { canonical } from '../../core/canonical.ts';
import { AccessCodeId } from '../../core/ids.ts';
import type { AccessCode } from '../../core/model.ts';
import type { Pin } from '../../core/pin.ts';
import { commonLength, generatedPin, givenPin, requireRoom } from '../access-codes/admission.ts';
import type { Admission } from '../access-codes/admission.ts';
import { planChanges } from '../access-codes/change.ts';
import type { ChangeWish, PlannedChange } from '../access-codes/change.ts';
import { requireUseReports } from '../access-codes/wish.ts';
import type { CodeWish } from '../access-codes/wish.ts';
import type { AppParts } from '../parts.ts';
import { Lock } from './lock.ts';
import type { Wanted } from './lock.ts';
import type { WantedLock } from './schemas.ts';
import { sharedPins } from './shared-pins.ts';

/** An access code that is to be made. */
export interface Creation {
  readonly index: number;
  readonly admission: Admission;
  readonly wish: CodeWish;
  readonly pin: Pin;
  /** The PIN is in the wanted set; else it was chosen here. */
  readonly isPinGiven: boolean;
  readonly commonCodeKey: string | null;
}

export interface Change extends PlannedChange {
  readonly index: number;
}

/** What makes one lock what it is wanted to be. */
export interface LockPlan {
  readonly lock: Lock;
  readonly changes: readonly Change[];
  readonly creations: readonly Creation[];
}

export interface ApplyPlan {
  readonly locks: readonly LockPlan[];
  /** Of what the wanted set was compared with: equal as long as that is. */
  readonly digest: string;
}

/**
 * Compares a wanted set with what is there, and judges what it comes to as one. Changes nothing.
 * @throws Refusal where anything of it can't be; its data says which entry of which lock
 */
export const planOf = (parts: AppParts, devices: readonly WantedLock[]): ApplyPlan => {
  const locks = devices.map((wanted) => new Lock(parts, wanted));
  const shared = sharedPins(parts, locks);
  const changes = plannedChanges(parts, locks, shared);
  for (const lock of locks) lock.promise((changes.get(lock) ?? []).map(({ after }) => after));
  const creations = plannedCreations(parts, locks, new Map(shared));
  return {
    locks: locks.map((lock) => ({
      lock,
      changes: changes.get(lock) ?? [],
      creations: creations.get(lock) ?? [],
    })),
    digest: parts.store.digest(
      canonical(locks.map(({ device, present }) => [device.deviceId, seen(present)])),
    ),
  };
};

/** What of the present access codes the comparison looks at. The digest of it is keyed: PINs can't be tried out on it. */
const seen = (codes: readonly AccessCode[]): unknown =>
  codes.map((code) => [
    code.accessCodeId,
    code.name,
    code.pin.reveal(),
    code.timeFrame ?? null,
    code.commonCodeKey,
    code.externalChangesAllowed,
    code.isOneTimeUse,
  ]);

const plannedChanges = (
  parts: AppParts,
  locks: readonly Lock[],
  shared: ReadonlyMap<string, Pin>,
): ReadonlyMap<Lock, readonly Change[]> => {
  const places = new Map<AccessCodeId, { readonly lock: Lock; readonly index: number }>();
  const wishes: ChangeWish[] = [];
  for (const lock of locks)
    for (const { index, entry, timeFrame, code } of lock.wanted) {
      if (code === undefined) continue;
      places.set(code.accessCodeId, { lock, index });
      const key = entry.common_code_key;
      const digits = typeof key === 'string' ? shared.get(key)?.reveal() : entry.code;
      wishes.push({
        code,
        name: entry.name ?? null,
        // A PIN that is the same isn't given: what was done to it at the lock by permission stays so.
        digits: digits === code.pin.reveal() ? undefined : digits,
        timeFrame,
        externalChangesAllowed: entry.is_external_modification_allowed ?? false,
        isOneTimeUse: entry.is_one_time_use ?? false,
        commonCodeKey: key,
      });
    }
  const placeOf = ({ accessCodeId }: AccessCode): { readonly lock: Lock; readonly index: number } => {
    const place = places.get(accessCodeId);
    if (place === undefined) throw new Error('a change of no entry');
    return place;
  };
  const planned = planChanges(parts, wishes, undefined, {
    admissionOf: ({ deviceId }) => {
      const lock = locks.find(({ device }) => device.deviceId === deviceId);
      if (lock === undefined) throw new Error('a change on no lock of the wanted set');
      return lock.admission;
    },
    about: (code, judge) => {
      const { lock, index } = placeOf(code);
      lock.about(index, judge);
    },
  });
  const byLock = new Map<Lock, Change[]>();
  for (const change of planned) {
    const { lock, index } = placeOf(change.before);
    byLock.set(lock, [...(byLock.get(lock) ?? []), { ...change, index }]);
  }
  return byLock;
};

const plannedCreations = (
  parts: AppParts,
  locks: readonly Lock[],
  shared: Map<string, Pin>,
): ReadonlyMap<Lock, readonly Creation[]> =>
  new Map(
    locks.map((lock) => [
      lock,
      lock.wanted
        .filter(({ code }) => code === undefined)
        .map((wanted) => lock.about(wanted.index, () => creation(parts, locks, lock, wanted, shared))),
    ]),
  );

/** Judges one more access code beside all before it. */
const creation = (
  parts: AppParts,
  locks: readonly Lock[],
  lock: Lock,
  { index, entry, timeFrame }: Wanted,
  shared: Map<string, Pin>,
): Creation => {
  const { admission } = lock;
  const told = {
    name: entry.name ?? null,
    timeFrame,
    externalChangesAllowed: entry.is_external_modification_allowed ?? false,
    isOneTimeUse: entry.is_one_time_use ?? false,
    preferNativeScheduling: true,
  };
  if (told.isOneTimeUse) requireUseReports(admission);
  requireRoom(admission, timeFrame);
  const key = entry.common_code_key ?? undefined;
  const known = key === undefined ? undefined : shared.get(key);
  const digits = known?.reveal() ?? entry.code;
  const pin =
    digits === undefined ? chosenPin(parts, locks, lock, key) : givenPin(admission, digits, timeFrame);
  if (key !== undefined) shared.set(key, pin);
  lock.promise([
    newAccessCode({
      ...told,
      // Stands in for the access code until that is made.
      accessCodeId: AccessCodeId(parts.random.uuid()),
      deviceId: lock.device.deviceId,
      pin,
      at: admission.now,
    }),
  ]);
  const wish = { ...told, startsPool: false };
  return { index, admission, wish, pin, isPinGiven: entry.code !== undefined, commonCodeKey: key ?? null };
};

/** A new PIN, that all locks take which are to share it. */
const chosenPin = (parts: AppParts, locks: readonly Lock[], lock: Lock, key: string | undefined): Pin => {
  const shares = (one: Lock): boolean => one.wanted.some(({ entry }) => entry.common_code_key === key);
  const admissions = (key === undefined ? [lock] : locks.filter(shares)).map(({ admission }) => admission);
  return generatedPin(parts, admissions, commonLength(admissions, undefined));
};
