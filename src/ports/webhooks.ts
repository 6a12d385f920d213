import type { Instant } from '../core/model.ts';
import type { Secret } from '../core/secret.ts';
import type { StoredEvent } from './events.ts';

/** Stands for every event type, now and later. */
export const everyEventType = '*';

/** Where events are sent to. */
export interface Webhook {
  readonly webhookId: string;
  readonly url: string;
  /** As they were asked for; `*` among them: all. */
  readonly eventTypes: readonly string[];
  /** Signs what is sent: `whsec_` and base64. */
  readonly secret: Secret;
  readonly createdAt: Instant;
  /** When it last took an event. */
  readonly takenAt: Instant | undefined;
  /** Since when it has taken none of those that it was sent. */
  readonly failingSince: Instant | undefined;
  /** Why it didn't take the last one, for people. */
  readonly lastFailure: string | undefined;
  /** Events given up for good since it last took one. */
  readonly lost: number;
}

/** An event that a webhook is still to get. */
export interface Delivery {
  readonly webhookId: string;
  readonly event: StoredEvent;
  /** How often it was tried in vain. */
  readonly attempts: number;
  readonly dueAt: Instant;
}

/** What became of sending an event. `later`: it is tried again from `dueAt` on. `lost`: it never is. */
export type DeliveryResult =
  | { readonly kind: 'taken' }
  | { readonly kind: 'later'; readonly dueAt: Instant; readonly why: string }
  | { readonly kind: 'lost'; readonly why: string };

/** Webhooks, and the events that wait for them. Calls are as those of `Store`. */
export interface WebhookStore {
  /** In order of creation. */
  webhooks(): Webhook[];
  webhook(id: string): Webhook | undefined;
  putWebhook(webhook: Webhook): void;
  /** With all that waits for it. */
  deleteWebhook(id: string): void;

  /**
   * What waits for a webhook and is due, what has been due longest first.
   * @param dueBefore not those due later than this
   */
  dueDeliveries(webhookId: string, dueBefore: Instant, limit: number): Delivery[];
  /** When the next of them is due; undefined where nothing waits. */
  nextDelivery(webhookId: string): Instant | undefined;
  /** How many events wait for it. */
  deliveryCount(webhookId: string): number;
  /** Writes down what became of a delivery, and with it how the webhook does; one that is gone is no matter. */
  endDelivery(delivery: Delivery, result: DeliveryResult, now: Instant): void;
}
