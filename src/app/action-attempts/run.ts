import type { Device } from '../../core/model.ts';
import type { ActionAttempt, ActionType, AttemptEnd } from '../../ports/action-attempts.ts';
import { delay } from '../../ports/clock.ts';
import type { AnswerBody } from '../answer.ts';
import type { AppParts } from '../parts.ts';
import { attemptView } from './view.ts';

/**
 * So long a caller waits for the end of a command at most, unless it asks for more (`sync`): less than any client's
 * patience. Then the attempt is pending, and is asked for by its id.
 */
export const answerWithinMs = 8_000;

/** What the attempt's end is told by; Seam has no event for the other types. */
const eventNames: Readonly<Partial<Record<ActionType, string>>> = {
  LOCK_DOOR: 'lock_door',
  UNLOCK_DOOR: 'unlock_door',
  SIMULATE_KEYPAD_CODE_ENTRY: 'simulate_keypad_code_entry',
  SIMULATE_MANUAL_LOCK_VIA_KEYPAD: 'simulate_manual_lock_via_keypad',
};

export interface AttemptOrder {
  readonly device: Device;
  readonly actionType: ActionType;
  /** Answer only when it is over. */
  readonly sync: boolean;
}

/** How a command ended, and its line in the lock's history. */
export interface Ended {
  readonly end: AttemptEnd;
  readonly journal: { readonly kind: string; readonly detail: Readonly<Record<string, unknown>> };
}

/**
 * Gives a command to a lock: the attempt is durable before `work` begins, and its end is kept, told by an event and
 * noted in the history. Answers when it is over, or pending after `answerWithinMs`.
 */
export const runAttempt = async (
  parts: AppParts,
  { device, actionType, sync }: AttemptOrder,
  work: (attemptId: string) => Promise<Ended>,
): Promise<AnswerBody> => {
  const { clock, random } = parts;
  const attempt: ActionAttempt = {
    attemptId: random.uuid(),
    actionType,
    deviceId: device.deviceId,
    createdAt: clock.now(),
    end: undefined,
    endedAt: undefined,
  };
  const isKept = keep(parts, attempt);
  const ended = work(attempt.attemptId).then((one) => finish(parts, attempt, one));
  // What can't be asked for later is waited for, however long it takes.
  if (sync || !isKept) return { action_attempt: attemptView(await ended) };
  const patience = new AbortController();
  const late = delay(clock, answerWithinMs, patience.signal).then(() => attempt);
  try {
    return { action_attempt: attemptView(await Promise.race([ended, late])) };
  } finally {
    patience.abort();
    ended.catch((error: unknown) => {
      parts.log.error({ device_id: device.deviceId, err: error }, 'a command failed unexpectedly');
    });
  }
};

/** A disk that is full must not keep a door shut: the command is given all the same, and waited for. */
const keep = ({ store, log }: AppParts, attempt: ActionAttempt): boolean => {
  try {
    store.putActionAttempt(attempt);
    return true;
  } catch (error) {
    log.error({ device_id: attempt.deviceId, err: error }, 'an action attempt could not be stored');
    return false;
  }
};

/** The bolt has moved or not, whatever becomes of the note: a full disk must not turn the answer into an error. */
const finish = (parts: AppParts, attempt: ActionAttempt, { end, journal }: Ended): ActionAttempt => {
  const { store, clock, changes, log } = parts;
  const over: ActionAttempt = { ...attempt, end, endedAt: clock.now() };
  try {
    store.transaction(() => {
      store.putActionAttempt(over);
      store.journal({
        at: clock.now(),
        deviceId: attempt.deviceId,
        accessCodeId: undefined,
        slot: undefined,
        ...journal,
      });
      tell(parts, over);
    });
    changes.emit({ kind: 'events' });
  } catch (error) {
    log.error({ device_id: attempt.deviceId, err: error }, 'the end of a command could not be stored');
  }
  return over;
};

const tell = ({ store, clock, random }: AppParts, attempt: ActionAttempt): void => {
  const name = eventNames[attempt.actionType];
  if (name === undefined || attempt.end === undefined) return;
  store.appendEvent({
    eventId: random.uuid(),
    eventType: `action_attempt.${name}.${attempt.end.kind === 'success' ? 'succeeded' : 'failed'}`,
    occurredAt: clock.now(),
    deviceId: attempt.deviceId,
    accessCodeId: undefined,
    payload: {
      action_attempt_id: attempt.attemptId,
      action_type: attempt.actionType,
      status: attempt.end.kind,
    },
    pin: undefined,
  });
};

/** What an earlier run of the bridge began and didn't see the end of. Nobody knows how it ended: that is its end. */
export const endInterrupted = (parts: AppParts): void => {
  for (const attempt of pendingOf(parts))
    finish(parts, attempt, {
      end: {
        kind: 'error',
        type: 'outcome_unknown',
        message:
          'The bridge was restarted meanwhile. The lock may or may not have done it: look at its state.',
      },
      journal: { kind: `${attempt.actionType.toLowerCase()}_interrupted`, detail: {} },
    });
};

const pendingOf = ({ store, log }: AppParts): readonly ActionAttempt[] => {
  try {
    return store.pendingActionAttempts();
  } catch (error) {
    log.error({ err: error }, 'interrupted commands could not be looked up');
    return [];
  }
};
