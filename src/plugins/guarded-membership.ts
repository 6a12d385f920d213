import type { RadioId } from '../core/ids.ts';
import type { Membership, MembershipProblem } from '../ports/membership.ts';
import { addressesOf, pairingOutcomeOf, removalOutcomeOf } from './answers.ts';
import type { Complaints } from './complaints.ts';

const unexpected: MembershipProblem = {
  kind: 'failed',
  why: 'unspecified',
  message: "The driver failed unexpectedly; the bridge's log says more. Look at what the lock itself shows.",
  leftBehind: undefined,
};

/** Taking locks in and out by a third party's driver, as `GuardedDriver` does everything else. */
export const guardedMembership = (
  membership: Membership,
  radio: RadioId,
  complaints: Complaints,
): Membership => {
  const addresses = addressesOf(radio);
  const paired = pairingOutcomeOf(radio);
  const removed = removalOutcomeOf(radio);
  return {
    leftBehind: () =>
      complaints.checked(
        'leftBehind',
        addresses,
        [],
        complaints.during<unknown>('leftBehind', [], () => membership.leftBehind()),
      ),
    pair: async (request, hooks, signal) =>
      complaints.checked(
        'pair',
        paired,
        unexpected,
        await complaints.later('pair', unexpected, () => membership.pair(request, hooks, signal)),
      ),
    remove: async (lock, how, hooks, signal) =>
      complaints.checked(
        'remove',
        removed,
        unexpected,
        await complaints.later('remove', unexpected, () => membership.remove(lock, how, hooks, signal)),
      ),
  };
};
