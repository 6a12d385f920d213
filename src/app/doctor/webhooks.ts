import type { Instant } from '../../core/model.ts';
import { fine, problem, warning } from '../../ports/diagnosis.ts';
import type { Diagnosis } from '../../ports/diagnosis.ts';
import type { Webhook } from '../../ports/webhooks.ts';
import { counted, span } from './words.ts';

/** A receiver that restarts is no news. */
const failingMs = 10 * 60_000;

/** Where it sends to, without what the path or the query may hold. */
const whereTo = ({ url }: Webhook): string => new URL(url).origin;

/**
 * Whether a webhook takes its events.
 * @param waiting events that it is still to get
 */
export const judgeWebhook = (webhook: Webhook, waiting: number, now: Instant): Diagnosis => {
  const { failingSince, lastFailure, lost, takenAt } = webhook;
  const name = webhook.webhookId;
  const queue = waiting === 0 ? 'no event waits' : counted(waiting, 'event waits', 'events wait');
  if (failingSince === undefined) {
    const last =
      takenAt === undefined ? 'has had none yet' : `took one ${span(Math.max(0, now - takenAt))} ago`;
    return fine('webhook', name, `${whereTo(webhook)} ${last}; ${queue}`);
  }
  const gone = lost === 0 ? '' : `; ${counted(lost, 'event is', 'events are')} given up`;
  const found = `${whereTo(webhook)} has taken no event for ${span(Math.max(0, now - failingSince))} (${lastFailure ?? 'unknown'}); ${queue}${gone}`;
  const isBad = lost > 0 || now - failingSince >= failingMs;
  return (isBad ? problem : warning)(
    'webhook',
    name,
    found,
    'See that its receiver runs, can be reached from here and answers with 2xx; or delete the webhook.',
  );
};
