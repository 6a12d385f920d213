import { earliest } from './earliest.ts';
import { dueRisk } from './arrival-risks.ts';
import type { Risk, Surroundings } from './arrival-risks.ts';
import { deferralOf } from './deferral.ts';
import type { Deferral, LoadingSight } from './deferral.ts';
import type { LifecycleInput } from './lifecycle-input.ts';
import { isScheduled } from './lifecycle.ts';
import type { AccessCode, ArrivalRisk, Grade, Instant, SlotBelief } from './model.ts';
import { proofFreshMs } from './native.ts';
import { phaseOf } from './phase.ts';
import { holds, isConverged, slotOwnedBy } from './slots.ts';

/** For so long after its beginning a code that isn't proved is still an arrival: the guest stands at the door. */
export const atDoorMs = 60 * 60_000;

/**
 * How well it is known that a code will open the door when its time comes. `waiting`: it is written only then, or not
 * loaded yet, and nothing can be known.
 */
export type ArrivalProof = Grade | 'waiting';

/** How a code that is about to begin stands. */
export interface Outlook {
  /** `native`: loaded ahead of its time, bound by the lock's own schedule. `deferred`: written when it begins. */
  readonly how: 'native' | 'deferred';
  /** Why it is deferred; undefined where it isn't. */
  readonly deferral: Deferral | undefined;
  readonly proof: ArrivalProof;
  /** When that was last learned of; undefined while `waiting`. */
  readonly evidenceAt: Instant | undefined;
  /** Why it may not open the door; the gravest reason. */
  readonly risk: Risk | undefined;
  /** When this would read differently although nothing has happened. */
  readonly nextAt: Instant | undefined;
}

/** A code whose guest is to come. A backup stands in for another code, which is the arrival. */
export const isArrival = (code: AccessCode): boolean =>
  code.timeFrame !== undefined && !code.isBackup && code.deletingSince === undefined;

/** How an access code that is about to begin stands, from what is believed of its lock. Pure. */
export const outlook = (input: LifecycleInput, around: Surroundings, sight: LoadingSight): Outlook => {
  const stand = standOf(input);
  const { own, standing } = stand;
  const proof = proofOf(input, stand);
  const deferral =
    standing !== undefined && isScheduled(input, standing)
      ? undefined
      : deferralOf(input, sight, own !== undefined && isScheduled(input, own));
  return {
    how: deferral === undefined ? 'native' : 'deferred',
    deferral,
    proof,
    evidenceAt: proof === 'waiting' ? undefined : own?.evidenceAt,
    ...riskOf(input, around, stand),
  };
};

interface Stand {
  readonly own: SlotBelief | undefined;
  /** The same, where it opens the door when the code's time comes. */
  readonly standing: SlotBelief | undefined;
  readonly isFresh: boolean;
}

const standOf = (input: LifecycleInput): Stand => {
  const own = slotOwnedBy(input.state, input.code.accessCodeId);
  const standing = own !== undefined && isInPlace(input, own) ? own : undefined;
  return { own, standing, isFresh: standing !== undefined && isSeenLately(standing, input.now) };
};

/** What speaks against a code's opening the door, and when that would read differently. */
const riskOf = (
  input: LifecycleInput,
  around: Surroundings,
  { standing, isFresh }: Stand,
): Pick<Outlook, 'risk' | 'nextAt'> => {
  const { risk, nextAt } = dueRisk(
    input,
    around,
    standing === undefined ? 'missing' : isFresh ? 'fresh' : 'stale',
  );
  const seenAt = isFresh ? standing?.evidenceAt : undefined;
  return { risk, nextAt: earliest(nextAt, seenAt === undefined ? undefined : seenAt + proofFreshMs + 1) };
};

/** It stands on the lock, and opens the door when its time comes. */
const isInPlace = (input: LifecycleInput, own: SlotBelief): boolean => {
  const { code, capabilities, leadMs, now } = input;
  if (capabilities === undefined || !isConverged(own, code.pin, capabilities)) return false;
  if (isScheduled(input, own)) return true;
  return phaseOf(code, now, leadMs) === 'due' && !own.mayBeScheduled;
};

const isSeenLately = ({ evidenceAt }: SlotBelief, now: Instant): boolean =>
  evidenceAt !== undefined && now - evidenceAt <= proofFreshMs;

const proofOf = (input: LifecycleInput, { own, standing, isFresh }: Stand): ArrivalProof => {
  if (standing !== undefined) return isFresh ? standing.grade : 'assumed';
  const { code, leadMs, now } = input;
  if (own === undefined || !holds(own, code.pin)) return 'waiting';
  // Without its schedule it is on its way off until its time comes.
  if (phaseOf(code, now, leadMs) === 'early' && !isScheduled(input, own)) return 'waiting';
  return own.grade === 'proved' ? 'assumed' : own.grade;
};

/**
 * What is to be told of a code hours ahead: its risk, while its beginning is no further away than `noticeMs` and no
 * longer ago than `atDoorMs`.
 * @param noticeMs config `scheduling.arrival_notice`
 */
export const arrivalRisk = (
  input: LifecycleInput,
  around: Surroundings,
  noticeMs: number,
): Pick<Outlook, 'risk' | 'nextAt'> => {
  const { code, now } = input;
  const { timeFrame } = code;
  if (timeFrame === undefined || !isArrival(code) || now >= timeFrame.endsAt) return quiet;
  const from = timeFrame.startsAt - noticeMs;
  if (now < from) return { risk: undefined, nextAt: from };
  const until = timeFrame.startsAt + atDoorMs;
  if (now >= until) return quiet;
  const { risk, nextAt } = riskOf(input, around, standOf(input));
  return { risk, nextAt: earliest(nextAt, risk === undefined ? undefined : until) };
};

const quiet = { risk: undefined, nextAt: undefined };

/** The risk as the record keeps it: since when it has been so, as far as is known, else since it was found. */
export const noted = (
  risk: Risk | undefined,
  before: ArrivalRisk | undefined,
  now: Instant,
): ArrivalRisk | undefined => {
  if (risk === undefined) return undefined;
  return before?.reason === risk.reason ? before : { reason: risk.reason, since: risk.since ?? now };
};
