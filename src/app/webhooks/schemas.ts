import { z } from 'zod';
import { everyEventType } from '../../ports/webhooks.ts';
import { eventType } from '../events/schemas.ts';
import { uuid } from '../parameters.ts';

const urlHint = 'must be an http or https URL, such as "https://example.com/seam"';

const url = z
  .string({ error: urlHint })
  .max(2000, 'must be at most 2000 characters')
  .transform((text, context): string => {
    const problem = urlProblem(text);
    if (problem === undefined) return text;
    context.addIssue({ code: 'custom', message: problem });
    return z.NEVER;
  });

/** Whoever may make webhooks may name any machine that the bridge reaches: it serves a local network. */
const urlProblem = (text: string): string | undefined => {
  const parsed = URL.canParse(text) ? new URL(text) : undefined;
  if (parsed === undefined || !['http:', 'https:'].includes(parsed.protocol) || /[\s\\]/.test(text))
    return urlHint;
  if (parsed.username !== '' || parsed.password !== '')
    return 'must hold no user name or password: each request is signed instead';
  return parsed.hash === '' ? undefined : 'must have no fragment (#…): it would never be sent';
};

const eventTypes = z
  .array(
    z.union([z.literal(everyEventType), eventType], { error: 'must be event types that exist, or "*"' }),
    {
      error: 'must be a list of event types, or ["*"] for all',
    },
  )
  .min(1, 'must name at least one event type; leave it out, or give ["*"], for all')
  .max(200, 'must be at most 200');

const webhook_id = uuid("a webhook's webhook_id");

export const create = z.strictObject({ url, event_types: eventTypes.optional() });
export const one = z.strictObject({ webhook_id });
export const none = z.strictObject({});
export const update = z.strictObject({ webhook_id, event_types: eventTypes });
