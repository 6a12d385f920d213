import type { z } from 'zod';
import { Secret } from '../../core/secret.ts';
import type { Random } from '../../ports/random.ts';
import { everyEventType } from '../../ports/webhooks.ts';
import type { Webhook } from '../../ports/webhooks.ts';
import type { AnswerBody } from '../answer.ts';
import { iso } from '../objects/common.ts';
import type { AppParts } from '../parts.ts';
import { Refusal } from '../problems.ts';
import type * as schemas from './schemas.ts';

/** Each event is stored once more for each webhook that wants it. */
const webhooksMax = 20;

/** Svix's secrets have 24 bytes. */
const secretBytes = 24;

/** Makes a webhook: what happens from now on is sent there. */
export const create = (parts: AppParts, params: z.infer<typeof schemas.create>): AnswerBody => {
  const { store, random, clock, log } = parts;
  if (store.webhooks().length >= webhooksMax)
    throw new Refusal({
      type: 'too_many_webhooks',
      message: `There are ${webhooksMax} webhooks, the most there can be. Delete one first.`,
      status: 400,
    });
  const webhook: Webhook = {
    webhookId: random.uuid(),
    url: params.url,
    eventTypes: distinct(params.event_types ?? [everyEventType]),
    secret: newSecret(random),
    createdAt: clock.now(),
    takenAt: undefined,
    failingSince: undefined,
    lastFailure: undefined,
    lost: 0,
  };
  store.putWebhook(webhook);
  // Who made it may have had a stolen key. Not the whole URL: it may hold a secret of its receiver.
  log.info({ webhook_id: webhook.webhookId, host: new URL(webhook.url).host }, 'a webhook was made');
  announce(parts);
  return { webhook: view(parts, webhook) };
};

export const get = (parts: AppParts, params: z.infer<typeof schemas.one>): AnswerBody => ({
  webhook: view(parts, webhookById(parts, params.webhook_id)),
});

export const list = (parts: AppParts): AnswerBody => ({
  webhooks: parts.store.webhooks().map((webhook) => view(parts, webhook)),
});

/** Changes which events are sent from now on; what waits already is sent still. */
export const update = (parts: AppParts, params: z.infer<typeof schemas.update>): AnswerBody => {
  const before = webhookById(parts, params.webhook_id);
  parts.store.putWebhook({ ...before, eventTypes: distinct(params.event_types) });
  announce(parts);
  return {};
};

/** Nothing more is sent there, not even what waits. */
export const remove = (parts: AppParts, params: z.infer<typeof schemas.one>): AnswerBody => {
  parts.store.deleteWebhook(webhookById(parts, params.webhook_id).webhookId);
  announce(parts);
  return {};
};

const webhookById = ({ store }: AppParts, id: string): Webhook => {
  const webhook = store.webhook(id.toLowerCase());
  if (webhook === undefined)
    throw new Refusal({
      type: 'webhook_not_found',
      message: `No webhook with webhook_id ${id} is known here.`,
      status: 404,
    });
  return webhook;
};

const view = ({ store }: AppParts, webhook: Webhook): AnswerBody => ({
  webhook_id: webhook.webhookId,
  url: webhook.url,
  event_types: webhook.eventTypes,
  secret: webhook.secret,
  x_created_at: iso(webhook.createdAt),
  x_taken_at: webhook.takenAt === undefined ? null : iso(webhook.takenAt),
  x_failing_since: webhook.failingSince === undefined ? null : iso(webhook.failingSince),
  x_last_failure: webhook.lastFailure ?? null,
  x_waiting: store.deliveryCount(webhook.webhookId),
  x_lost: webhook.lost,
});

const distinct = (types: readonly string[]): readonly string[] =>
  types.includes(everyEventType) ? [everyEventType] : [...new Set(types)];

const newSecret = (random: Random): Secret => {
  const bytes = Array.from({ length: secretBytes }, () => random.integer(256));
  return new Secret(`whsec_${Buffer.from(bytes).toString('base64')}`);
};

/** Once the transaction has ended: what may yet be rolled back is nobody's business. */
const announce = ({ changes }: AppParts): void => {
  queueMicrotask(() => {
    changes.emit({ kind: 'webhooks' });
  });
};
