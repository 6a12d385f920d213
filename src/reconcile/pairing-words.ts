import type { MembershipProblem, MembershipStep } from '../ports/membership.ts';
import type { PairingError, PairingSession } from '../ports/pairings.ts';

/** What a step means to the person at the lock: what is going on, or what to do now. */
export const wordsFor = (kind: PairingSession['kind'], step: MembershipStep): string => {
  switch (step.kind) {
    case 'listening':
      return kind === 'pair'
        ? 'The radio listens. Start pairing at the lock now, as its manual says (inclusion, "join" or "add to network").'
        : 'The radio listens. Start unpairing at the lock now, as its manual says (exclusion, "remove from network").';
    case 'provisioned':
      return `The lock ${step.dsk} is expected. Power it up near the radio: it joins by itself.`;
    case 'found':
      return kind === 'pair' ? 'A device wants to join.' : 'A device says that it leaves.';
    case 'securing':
      return `The radio link is being secured: ${step.security}.`;
    case 'pin_needed':
      return `The lock asks for the PIN on its label: the first five digits of the number that goes on ${step.dsk}.`;
    case 'added':
      return step.weak
        ? `It has joined as ${step.address}. WARNING: its radio link is weak (${step.security}).`
        : `It has joined as ${step.address}, its radio link secured with ${step.security}.`;
    case 'interviewing':
      return `It is asked what it can do: ${step.stage}.`;
    case 'leaving':
      return kind === 'pair'
        ? `Pairing failed after it had joined as ${step.address}. It is told to leave again.`
        : 'The lock is told to leave. Nobody has to be there.';
    case 'releasing':
      return `Pairing failed after it had joined as ${step.address}. Start unpairing at the lock now, so that it is released.`;
    default:
      return step satisfies never;
  }
};

/** Why it came to nothing, for the session's end. */
export const errorOf = ({ why, message, leftBehind }: MembershipProblem): PairingError => ({
  type: why,
  message,
  leftBehind,
});
