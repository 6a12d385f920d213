import { z } from 'zod';
import { findLock, print, printJson } from '../context.ts';
import type { Context, Outcome } from '../context.ts';
import { deviceName } from '../resolve.ts';
import { attemptSchema } from '../shapes.ts';
import { clean } from '../text.ts';

/** `lockstep lock LOCK`, `lockstep unlock LOCK`. */
export const operate = async (
  context: Context,
  lockText: string,
  action: 'lock' | 'unlock',
): Promise<Outcome> => {
  const lock = await findLock(context, lockText);
  if (!lock.ok) return lock.failure;
  // A person waits for the end, however long the radio takes; programs ask for it later.
  const params = { device_id: lock.value.device_id, sync: true };
  const answer = await context.client.call(`locks/${action}_door`, params, attemptSchema);
  if (!answer.ok) return answer.failure;
  const { status, result, error } = answer.value.data.action_attempt;
  const name = clean(deviceName(lock.value));
  if (status === 'error') {
    const message = `${name}: ${action} failed: ${clean(error?.message ?? 'no reason given')} (${error?.type ?? 'error'})`;
    return { exit: 1, message, body: answer.value.raw };
  }
  if (context.json) printJson(context, answer.value.raw);
  else if (status !== 'success') print(context, `${name}: the command to ${action} is on its way.`);
  else if (result?.was_confirmed_by_device === true) print(context, `${name}: ${action}ed.`);
  else print(context, `${name}: told to ${action}; the lock did not say that it has.`);
  return undefined;
};

/** `lockstep audit LOCK`. */
export const audit = async (context: Context, lockText: string): Promise<Outcome> => {
  const lock = await findLock(context, lockText);
  if (!lock.ok) return lock.failure;
  const answer = await context.client.call(
    'lockstep/audit',
    { device_id: lock.value.device_id },
    z.unknown(),
  );
  if (!answer.ok) return answer.failure;
  const name = clean(deviceName(lock.value));
  if (context.json) printJson(context, answer.value.raw);
  else
    print(
      context,
      `${name}: audit queued. See what it finds with: lockstep history ${lock.value.device_id.slice(0, 8)}`,
    );
  return undefined;
};
