import { z } from 'zod';
import type { Instant } from '../core/model.ts';
import type { Log } from '../ports/log.ts';
import { everyEventType } from '../ports/webhooks.ts';
import type { NewEvent } from '../ports/store.ts';
import type { Delivery, DeliveryResult, Webhook, WebhookStore } from '../ports/webhooks.ts';
import type { Database } from './database.ts';
import { eventColumns, storedEvent } from './event-rows.ts';
import { fields, fromInstant, instant, optional, rowParser } from './rows.ts';
import type { Vault } from './vault.ts';
import type { Webhooks } from './webhooks.ts';

const parseDelivery = rowParser(
  'deliveries',
  ['seq'],
  z.object({ attempts: z.int(), due_at: instant }).and(fields),
);
const parseNext = rowParser('deliveries', [], z.object({ due_at: optional(instant) }));
const parseCount = rowParser('deliveries', [], z.object({ count: z.int() }));

/** What the appending of an event needs of a webhook, without opening its secret. */
interface Target {
  readonly webhookId: string;
  /** Undefined: all. */
  readonly eventTypes: ReadonlySet<string> | undefined;
  waiting: number;
}

export interface DeliveriesParts {
  readonly database: Database;
  readonly vault: Vault;
  readonly webhooks: Webhooks;
  readonly log: Log;
  readonly now: () => Instant;
  /** Most events that wait for one webhook. */
  readonly waitingMax: number;
}

/** The events that each webhook is still to get: a row of its own for each, from the moment the event is stored. */
export class Deliveries implements WebhookStore {
  readonly #parts: DeliveriesParts;
  /** Undefined: to be read again. */
  #targets: readonly Target[] | undefined;

  constructor(parts: DeliveriesParts) {
    this.#parts = parts;
  }

  /** What is kept in memory may not be true any more: a transaction was rolled back. */
  forget(): void {
    this.#targets = undefined;
  }

  /** Within the transaction that stores the event. */
  enqueue(seq: number, event: NewEvent): void {
    const { database, now, waitingMax } = this.#parts;
    for (const target of this.#wanting(event)) {
      database.run(
        'INSERT INTO deliveries (webhook_id, seq, attempts, due_at) VALUES (?, ?, 0, ?)',
        target.webhookId,
        seq,
        fromInstant(now()),
      );
      target.waiting += 1;
      if (target.waiting > waitingMax) this.#dropOldest(target);
    }
  }

  webhooks(): Webhook[] {
    return this.#parts.webhooks.all();
  }

  webhook(id: string): Webhook | undefined {
    return this.#parts.webhooks.find(id);
  }

  putWebhook(webhook: Webhook): void {
    this.#targets = undefined;
    this.#parts.webhooks.put(webhook);
  }

  deleteWebhook(id: string): void {
    const { database, webhooks } = this.#parts;
    this.#targets = undefined;
    database.transaction(() => {
      database.run('DELETE FROM deliveries WHERE webhook_id = ?', id);
      webhooks.delete(id);
    });
  }

  dueDeliveries(webhookId: string, dueBefore: Instant, limit: number): Delivery[] {
    const { database, vault } = this.#parts;
    return database
      .all(
        `SELECT deliveries.attempts, deliveries.due_at, ${eventColumns} FROM
          (SELECT seq AS delivery_seq, attempts, due_at FROM deliveries INDEXED BY deliveries_by_due
            WHERE webhook_id = ? AND due_at <= ? ORDER BY due_at, seq LIMIT ?) AS deliveries
          JOIN events ON seq = delivery_seq ORDER BY deliveries.due_at, seq`,
        webhookId,
        dueBefore,
        Math.max(0, limit),
      )
      .map((raw) => {
        const row = parseDelivery(raw);
        return { webhookId, event: storedEvent(vault, raw), attempts: row.attempts, dueAt: row.due_at };
      });
  }

  nextDelivery(webhookId: string): Instant | undefined {
    return parseNext(
      this.#parts.database.get(
        'SELECT min(due_at) AS due_at FROM deliveries INDEXED BY deliveries_by_due WHERE webhook_id = ?',
        webhookId,
      ),
    ).due_at;
  }

  deliveryCount(webhookId: string): number {
    return parseCount(
      this.#parts.database.get('SELECT count(*) AS count FROM deliveries WHERE webhook_id = ?', webhookId),
    ).count;
  }

  endDelivery({ webhookId, event, attempts }: Delivery, result: DeliveryResult, now: Instant): void {
    const { database, webhooks } = this.#parts;
    database.transaction(() => {
      const webhook = webhooks.find(webhookId);
      if (webhook === undefined) return;
      if (result.kind === 'later')
        database.run(
          'UPDATE deliveries SET attempts = ?, due_at = ? WHERE webhook_id = ? AND seq = ?',
          attempts + 1,
          fromInstant(result.dueAt),
          webhookId,
          event.seq,
        );
      else this.#remove(webhookId, event.seq);
      const after = judged(webhook, result, now);
      if (after !== webhook) webhooks.put(after);
    });
  }

  #remove(webhookId: string, seq: number): void {
    const { changes } = this.#parts.database.run(
      'DELETE FROM deliveries WHERE webhook_id = ? AND seq = ?',
      webhookId,
      seq,
    );
    const target = this.#targets?.find((one) => one.webhookId === webhookId);
    if (target !== undefined) target.waiting -= changes;
  }

  #dropOldest(target: Target): void {
    const { database, webhooks, log } = this.#parts;
    const { changes } = database.run(
      'DELETE FROM deliveries WHERE webhook_id = ? AND seq = (SELECT min(seq) FROM deliveries WHERE webhook_id = ?)',
      target.webhookId,
      target.webhookId,
    );
    target.waiting -= changes;
    const webhook = webhooks.find(target.webhookId);
    if (webhook === undefined) return;
    if (webhook.lost === 0)
      log.warn(
        { webhook_id: webhook.webhookId },
        'too many events wait for a webhook: the oldest are dropped',
      );
    webhooks.put({ ...webhook, lost: webhook.lost + changes });
  }

  /** That a webhook fails is told to all others: to itself, that would go on for ever. */
  #wanting({ eventType, payload }: NewEvent): Target[] {
    this.#targets ??= this.webhooks().map(({ webhookId, eventTypes }) => ({
      webhookId,
      eventTypes: eventTypes.includes(everyEventType) ? undefined : new Set(eventTypes),
      waiting: this.deliveryCount(webhookId),
    }));
    return this.#targets.filter(
      ({ webhookId, eventTypes }) =>
        eventTypes?.has(eventType) !== false && payload['webhook_id'] !== webhookId,
    );
  }
}

/** How the webhook does, after that. A row is written only where it says something new, not at every event taken. */
const judged = (webhook: Webhook, result: DeliveryResult, now: Instant): Webhook => {
  if (result.kind === 'taken') {
    const { takenAt, failingSince, lost } = webhook;
    const isNews =
      failingSince !== undefined ||
      lost > 0 ||
      takenAt === undefined ||
      Math.abs(now - takenAt) >= takenEveryMs;
    return isNews
      ? { ...webhook, takenAt: now, failingSince: undefined, lastFailure: undefined, lost: 0 }
      : webhook;
  }
  return {
    ...webhook,
    failingSince: webhook.failingSince ?? now,
    lastFailure: result.why,
    lost: webhook.lost + (result.kind === 'lost' ? 1 : 0),
  };
};

/** When a webhook last took something is kept to this, milliseconds. */
const takenEveryMs = 60_000;
