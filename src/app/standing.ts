import { AccessCodeId } from '../core/ids.ts';
import type { Store } from '../ports/store.ts';
import type { Answer, AnswerValue } from './answer.ts';
import { isList, isRecord } from './json.ts';

/**
 * Whether what an answer tells of is still there: only then can an equal request be its repetition. The access code or
 * webhook that it made hasn't been deleted since, and the bolt hasn't been moved back.
 */
export const stillStands = (store: Store, answer: Answer): boolean => {
  if (!answer.ok) return true;
  const { access_code, access_codes, webhook, action_attempt } = answer.body;
  return (
    [access_code, ...(isList(access_codes) ? access_codes : [])].every((one) => codeStands(store, one)) &&
    webhookStands(store, webhook) &&
    attemptStands(store, action_attempt)
  );
};

const codeStands = (store: Store, shown: AnswerValue | undefined): boolean => {
  const id = textOf(shown, 'access_code_id');
  if (id === undefined) return true;
  const code = store.accessCode(AccessCodeId(id));
  return code !== undefined && code.deletingSince === undefined;
};

const webhookStands = (store: Store, shown: AnswerValue | undefined): boolean => {
  const id = textOf(shown, 'webhook_id');
  return id === undefined || store.webhook(id) !== undefined;
};

/** What the bolt did last is in the log, whoever moved it. */
const attemptStands = (store: Store, shown: AnswerValue | undefined): boolean => {
  const id = textOf(shown, 'x_device_id');
  const against = new Map([
    ['LOCK_DOOR', 'lock.unlocked'],
    ['UNLOCK_DOOR', 'lock.locked'],
  ]).get(textOf(shown, 'action_type') ?? '');
  if (id === undefined || against === undefined || textOf(shown, 'status') !== 'success') return true;
  const [last] = store.findEvents({
    deviceIds: [id],
    eventTypes: ['lock.locked', 'lock.unlocked'],
    order: 'newest_first',
    offset: 0,
    limit: 1,
  });
  return last?.eventType !== against;
};

const textOf = (value: AnswerValue | undefined, key: string): string | undefined => {
  const text = isRecord(value) ? value[key] : undefined;
  return typeof text === 'string' ? text : undefined;
};
