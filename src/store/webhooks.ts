import { z } from 'zod';
import { Secret } from '../core/secret.ts';
import type { Webhook } from '../ports/webhooks.ts';
import type { Database } from './database.ts';
import { blob, fromInstant, fromOptionalInstant, instant, json, optional, rowParser } from './rows.ts';
import type { Writer } from './rows.ts';
import type { Place, Vault } from './vault.ts';

const parse = rowParser(
  'webhooks',
  ['id'],
  z.object({
    id: z.string(),
    url: z.string(),
    event_types: json(z.array(z.string())),
    secret: blob,
    created_at: instant,
    taken_at: optional(instant),
    failing_since: optional(instant),
    last_failure: optional(z.string()),
    lost: z.int(),
  }),
);

const select =
  'SELECT id, url, event_types, secret, created_at, taken_at, failing_since, last_failure, lost FROM webhooks';

const secretOf = (id: string): Place => ({ table: 'webhooks', column: 'secret', row: [id] });

/** Where events are sent to. Their secrets are sealed. */
export class Webhooks {
  readonly #database: Database;
  readonly #vault: Vault;
  readonly #writer: Writer;

  constructor(database: Database, vault: Vault, writer: Writer) {
    this.#database = database;
    this.#vault = vault;
    this.#writer = writer;
  }

  all(): Webhook[] {
    return this.#database.all(`${select} ORDER BY position`).map((row) => this.#opened(row));
  }

  find(id: string): Webhook | undefined {
    const row = this.#database.get(`${select} WHERE id = ?`, id);
    return row === undefined ? undefined : this.#opened(row);
  }

  put(webhook: Webhook): void {
    this.#writer.upsert('webhooks', ['id'], {
      id: webhook.webhookId,
      url: webhook.url,
      event_types: JSON.stringify(webhook.eventTypes),
      secret: this.#vault.sealText(webhook.secret.reveal(), secretOf(webhook.webhookId)),
      created_at: fromInstant(webhook.createdAt),
      taken_at: fromOptionalInstant(webhook.takenAt),
      failing_since: fromOptionalInstant(webhook.failingSince),
      last_failure: webhook.lastFailure ?? null,
      lost: webhook.lost,
    });
  }

  delete(id: string): void {
    this.#database.run('DELETE FROM webhooks WHERE id = ?', id);
  }

  #opened(raw: unknown): Webhook {
    const row = parse(raw);
    return {
      webhookId: row.id,
      url: row.url,
      eventTypes: row.event_types,
      secret: new Secret(this.#vault.openText(row.secret, secretOf(row.id))),
      createdAt: row.created_at,
      takenAt: row.taken_at,
      failingSince: row.failing_since,
      lastFailure: row.last_failure,
      lost: row.lost,
    };
  }
}
