import type { AttemptEnd } from '../../ports/action-attempts.ts';
import type { OperationOutcome } from '../../ports/reconciler.ts';
import type { Ended } from '../action-attempts/run.ts';

/** What a command was to do, in the words of its errors. */
interface Words {
  /** `The lock did not report in time.` and so on: what is to be looked at then. */
  readonly doubt: string;
  readonly unsupported: string;
  readonly refused: string;
}

export const boltWords: Words = {
  doubt: 'It may or may not have moved: look at its state.',
  unsupported: 'This lock cannot be operated by radio.',
  refused: 'The lock refused.',
};

export const autoLockWords: Words = {
  doubt: 'It may or may not have taken the setting: give it again.',
  unsupported: 'How this lock locks itself cannot be set by radio.',
  refused: 'The lock refused: it may not know this delay.',
};

/** @param kind begins the line in the lock's history: `lock_done` */
export const endedBy = (kind: string, outcome: OperationOutcome, words: Words): Ended => ({
  end: endOf(outcome, words),
  journal: { kind: `${kind}_${outcome.kind}`, detail: 'why' in outcome ? { why: outcome.why } : {} },
});

const endOf = (outcome: OperationOutcome, words: Words): AttemptEnd => {
  const error = (type: string, message: string): AttemptEnd => ({ kind: 'error', type, message });
  if (outcome.kind === 'done')
    return { kind: 'success', result: { was_confirmed_by_device: outcome.confirmed } };
  if (outcome.kind === 'refused')
    return outcome.why === 'unsupported'
      ? error('unsupported', words.unsupported)
      : error('refused_by_device', words.refused);
  if (outcome.kind === 'expired')
    return error('request_expired', 'expires_at came before the radio was free. The command was not sent.');
  const reason = outcome.why;
  switch (reason) {
    case 'asleep':
    case 'unreachable':
      return error(
        'device_disconnected',
        'The lock did not acknowledge the command. It has probably not heard it.',
      );
    case 'radio_down':
      return error(
        'hub_disconnected',
        `The radio is not available at the moment. If it broke off just now, the lock may have heard the command. ${words.doubt}`,
      );
    case 'timeout':
    case 'aborted':
      return error('timeout', `The lock did not report in time. ${words.doubt}`);
    default:
      return reason satisfies never;
  }
};
