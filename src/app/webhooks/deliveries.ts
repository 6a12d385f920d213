import type { Instant } from '../../core/model.ts';
import type { Delivery, DeliveryResult, Webhook } from '../../ports/webhooks.ts';
import type { AnswerBody } from '../answer.ts';
import { renderEvent } from '../events/use-cases.ts';
import { iso } from '../objects/common.ts';
import type { AppParts } from '../parts.ts';
import { longestDelayMs, nextAttemptAt } from './retry.ts';

/** `gone`: the receiver says that there is nothing any more and never will be. Reasons are for people. */
export type SendOutcome =
  | { readonly kind: 'taken' }
  | { readonly kind: 'failed'; readonly why: string }
  | { readonly kind: 'gone'; readonly why: string };

/** What the face that sends webhooks asks for, and tells. Calls throw `StoreError`. */
export interface Deliveries {
  webhooks(): readonly Webhook[];
  /** What is to be sent now, what has been due longest first. */
  due(webhook: Webhook, limit: number): readonly Delivery[];
  /** When to ask again although nothing has happened; undefined: not at all. */
  nextAt(webhook: Webhook): Instant | undefined;
  /** The event as `events/get` shows it. */
  body(delivery: Delivery): AnswerBody;
  /** What became of it: it is over, or comes again later. */
  end(webhook: Webhook, delivery: Delivery, outcome: SendOutcome): void;
}

export const createDeliveries = (parts: AppParts): Deliveries => {
  const { store, clock, changes } = parts;
  return {
    webhooks: () => store.webhooks(),
    due: ({ webhookId }, limit) => {
      const now = clock.now();
      const next = store.nextDelivery(webhookId);
      if (next === undefined) return [];
      // Later than any delay: the wall clock was ahead when that was noted.
      const dueBefore = next - now > longestDelayMs ? next : now;
      return next > dueBefore ? [] : store.dueDeliveries(webhookId, dueBefore, limit);
    },
    nextAt: ({ webhookId }) => store.nextDelivery(webhookId),
    body: ({ event }) => renderEvent(parts, event),
    end: (webhook, delivery, outcome) => {
      const failed = store.transaction(() => end(parts, webhook, delivery, outcome));
      if (failed) changes.emit({ kind: 'events' });
    },
  };
};

/** True where the webhook is told to have failed. */
const end = (parts: AppParts, webhook: Webhook, delivery: Delivery, outcome: SendOutcome): boolean => {
  const { store, clock } = parts;
  const now = clock.now();
  const result = resultOf(delivery, outcome, now);
  const before = store.webhook(webhook.webhookId);
  store.endDelivery(delivery, result, now);
  if (before === undefined) return false;
  tell(parts, before, result);
  if (result.kind !== 'lost') return false;
  // Once for as long as it takes nothing, not for each event.
  if (before.lost > 0) return false;
  store.appendEvent({
    eventId: parts.random.uuid(),
    eventType: 'lockstep.webhook_failed',
    occurredAt: now,
    deviceId: undefined,
    accessCodeId: undefined,
    payload: {
      webhook_id: webhook.webhookId,
      failing_since: iso(before.failingSince ?? now),
      message: `It takes no events (${result.why}); what it did not take is not sent again.`,
    },
    pin: undefined,
  });
  return true;
};

/** Each change for better or worse once: a receiver that is away for a day is asked hundreds of times. */
const tell = (
  { log }: AppParts,
  { webhookId, failingSince, lost }: Webhook,
  result: DeliveryResult,
): void => {
  const fields = { webhook_id: webhookId, ...('why' in result ? { why: result.why } : {}) };
  if (result.kind === 'taken') {
    if (failingSince !== undefined) log.info(fields, 'the webhook takes events again');
  } else if (result.kind === 'lost' && lost === 0)
    log.warn(fields, 'a webhook has not taken an event for a day or says that it never will: not sent again');
  else if (failingSince === undefined)
    log.warn(fields, 'a webhook does not take events; tried again by and by');
};

const resultOf = ({ attempts }: Delivery, outcome: SendOutcome, now: Instant): DeliveryResult => {
  if (outcome.kind === 'taken') return outcome;
  const dueAt = outcome.kind === 'gone' ? undefined : nextAttemptAt(attempts, now);
  return dueAt === undefined
    ? { kind: 'lost', why: outcome.why }
    : { kind: 'later', dueAt, why: outcome.why };
};
