import type { LockAddress } from '../../src/core/ids.ts';
import type { Log } from '../../src/ports/log.ts';
import type { MembershipProblem, PairingOutcome, RemovalOutcome } from '../../src/ports/membership.ts';

export type Outcome = PairingOutcome | RemovalOutcome;

/** Why it came to nothing, before anything is known of a lock that was left behind. */
export type Reason = Pick<MembershipProblem, 'why' | 'message'>;

export const problem = ({ why, message }: Reason, leftBehind?: LockAddress): MembershipProblem => ({
  kind: 'failed',
  why,
  message,
  leftBehind,
});

/** A lock that slipped in while the radio was being stopped is named too. @param words are added to the message */
export const naming = <T extends Outcome>(
  outcome: T | MembershipProblem,
  stray: LockAddress | undefined,
  words: (stray: LockAddress) => string,
): T | MembershipProblem =>
  outcome.kind !== 'failed' || stray === undefined || outcome.leftBehind !== undefined
    ? outcome
    : problem({ why: outcome.why, message: outcome.message + words(stray) }, stray);

/** For marks that say what has happened already: where they can't be written, life goes on. */
export const recorded = (log: Log, change: () => void): void => {
  try {
    change();
  } catch (error) {
    log.error({ err: error }, 'what has joined or left could not be recorded');
  }
};
