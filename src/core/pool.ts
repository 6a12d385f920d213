import { roomLeft } from './allocate.ts';
import type { Bookings } from './allocate.ts';
import type { AccessCode, Capabilities, Device, Instant, LockState, TimeFrame } from './model.ts';
import { isConverged, slotOwnedBy } from './slots.ts';
import { isHeld } from './wipe.ts';

/** Spare codes that a lock's backup pool keeps on it (facts page SEAM, "Backup pool"). */
export const poolSize = 3;

/** A pool that is being filled is said to lack codes only after so long. */
export const fillMs = 5 * 60_000;

/** Spares make room for a booking so long before it begins: the lock may be asleep or away for a while. */
export const yieldMs = 24 * 60 * 60_000;

/**
 * A pool that isn't whole, for want of room or because the lock refuses a code, is looked at again so often, on the hour:
 * at the same moments, whatever else the lock is looked at for meanwhile.
 */
const lookAgainMs = 60 * 60_000;

/** Of the pool, and nobody has it yet. */
export const isSpare = ({ isBackup, backupFor, deletingSince }: AccessCode): boolean =>
  isBackup && backupFor === undefined && deletingSince === undefined;

/** The spares that are proved to stand on the lock; the oldest first. */
export const availableSpares = (
  codes: readonly AccessCode[],
  state: LockState,
  capabilities: Capabilities | undefined,
): AccessCode[] => {
  if (capabilities === undefined || state.reset !== undefined) return [];
  return codes.filter((code) => {
    const belief = isSpare(code) ? slotOwnedBy(state, code.accessCodeId) : undefined;
    return belief !== undefined && isConverged(belief, code.pin, capabilities);
  });
};

/**
 * Those that could be given to a guest now: nothing has spoken against them since, a report from the lock or the
 * suspicion that it was reset. An audit's turn is no such thing.
 */
export const pullableSpares = (
  codes: readonly AccessCode[],
  state: LockState,
  capabilities: Capabilities | undefined,
): AccessCode[] =>
  capabilities === undefined || isHeld(state, capabilities)
    ? []
    : availableSpares(codes, state, capabilities).filter(({ accessCodeId }) => {
        const suspicion = slotOwnedBy(state, accessCodeId)?.suspicion;
        return suspicion === undefined || suspicion === 'audit';
      });

/**
 * When a code that stands in for another opens the door: never before the other would, and until it would no more.
 * @param since from when on it has stood in already; undefined: it begins to
 */
export const frameOfBackup = (
  original: Pick<AccessCode, 'timeFrame'>,
  since: Instant | undefined,
  now: Instant,
): TimeFrame | undefined => {
  const frame = original.timeFrame;
  if (frame === undefined) return undefined;
  const begun = Math.min(since ?? now, now);
  return { startsAt: frame.startsAt > now ? frame.startsAt : begun, endsAt: frame.endsAt };
};

export interface PoolInput {
  readonly isOn: boolean;
  readonly bookings: Bookings;
  readonly capabilities: Capabilities | undefined;
  readonly lack: Device['poolLack'];
}

export interface PoolPlan {
  /** How many spares to make. */
  readonly create: number;
  /** Spares that are too many, and backups of codes that are no more. */
  readonly remove: readonly AccessCode[];
  /** Codes whose tie to another one, or time frame, follows that other one. */
  readonly amend: readonly AccessCode[];
  readonly lack: Device['poolLack'];
  /** When this would read differently although nothing has happened. */
  readonly nextAt: Instant | undefined;
}

/** What a lock's backup pool needs. Pure; asked again after everything that happens. */
export const poolPlan = (input: PoolInput): PoolPlan => {
  const { bookings, capabilities } = input;
  const { codes, state, now } = bookings;
  const available = availableSpares(codes, state, capabilities);
  const spares = codes.filter(isSpare);
  const kept = [...available, ...spares.filter((code) => !available.includes(code))];
  const isReady = capabilities !== undefined && state.reset === undefined && isKnown(state, capabilities);
  // While the lock isn't known, or frozen, there is no telling what fits: what is there stays.
  const most = !input.isOn ? 0 : isReady ? fitting(bookings, yieldMs) : spares.length;
  const create = isReady ? Math.max(0, most - spares.length) : 0;
  const { lack, nextAt } = lackOf(input, available.length, spares, create);
  const isShort = lack !== undefined || (input.isOn && isReady && fitting(bookings, Infinity) < poolSize);
  return {
    create,
    remove: [
      ...kept.slice(most),
      ...kept.slice(0, most).filter((code) => isHopeless(code, bookings)),
      ...codes.filter((code) => isOrphan(code, codes)),
    ],
    amend: codes.flatMap((code) => amended(code, codes, now)),
    lack,
    nextAt: isShort ? Math.min(nextAt ?? Infinity, now - (now % lookAgainMs) + lookAgainMs) : nextAt,
  };
};

const isKnown = ({ adopted }: LockState, { readBack }: Capabilities): boolean =>
  adopted || readBack === 'none';

/** How many spares fit beside the bookings of the time ahead. */
const fitting = (bookings: Bookings, aheadMs: number): number => {
  const { now } = bookings;
  // Spares on their way off still have their slots: no room yet for others.
  const codes = bookings.codes.filter(
    (code) => !code.isBackup || code.backupFor !== undefined || isSpare(code),
  );
  const frame = aheadMs === Infinity ? undefined : { startsAt: now, endsAt: now + aheadMs };
  return Math.max(0, Math.min(poolSize, roomLeft({ ...bookings, codes }, frame)));
};

/** The lock holds its PIN in a slot that it doesn't show: another PIN is tried, not too often. */
const isHopeless = ({ accessCodeId, wishedAt }: AccessCode, { state, now }: Bookings): boolean =>
  state.attempts.get(accessCodeId)?.terminal === 'duplicate' && now >= wishedAt + lookAgainMs;

/** It stood in for a code that is no more, or is being removed. */
const isOrphan = ({ backupFor, deletingSince }: AccessCode, codes: readonly AccessCode[]): boolean => {
  if (backupFor === undefined || deletingSince !== undefined) return false;
  const original = codes.find((one) => one.accessCodeId === backupFor);
  return original === undefined || original.deletingSince !== undefined;
};

/** The code as its counterpart wants it, where that is another. */
const amended = (code: AccessCode, codes: readonly AccessCode[], now: Instant): AccessCode[] => {
  if (code.deletingSince !== undefined || (code.pulledBackupId ?? code.backupFor) === undefined) return [];
  const other = codes.find(
    (one) =>
      one.deletingSince === undefined &&
      (one.accessCodeId === code.pulledBackupId || one.accessCodeId === code.backupFor),
  );
  if (code.pulledBackupId !== undefined)
    return other === undefined ? [{ ...code, pulledBackupId: undefined }] : [];
  if (code.backupFor === undefined || other === undefined) return [];
  const timeFrame = frameOfBackup(other, code.timeFrame?.startsAt, now);
  if (sameFrame(timeFrame, code.timeFrame)) return [];
  // What it stands on the lock for is no longer so: moved to later, it is off until then, whoever knows what time it is.
  return [{ ...code, timeFrame, timeFrameBefore: { from: code.timeFrame, at: now } }];
};

const sameFrame = (a: TimeFrame | undefined, b: TimeFrame | undefined): boolean =>
  a?.startsAt === b?.startsAt && a?.endsAt === b?.endsAt;

const lackOf = (
  { isOn, lack, bookings: { now } }: PoolInput,
  available: number,
  spares: readonly AccessCode[],
  create: number,
): Pick<PoolPlan, 'lack' | 'nextAt'> => {
  if (!isOn || available >= poolSize) return { lack: undefined, nextAt: undefined };
  const kind = available === 0 ? 'empty' : 'partial';
  const filledBy =
    Math.max(create > 0 ? now : 0, ...spares.map((code) => Math.min(code.wishedAt, now))) + fillMs;
  if (lack === undefined && now < filledBy) return { lack, nextAt: filledBy };
  return { lack: lack?.kind === kind ? lack : { kind, since: now }, nextAt: undefined };
};
