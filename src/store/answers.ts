import { z } from 'zod';
import type { Instant } from '../core/model.ts';
import type { RememberedAnswer } from '../ports/store.ts';
import type { Database } from './database.ts';
import { blob, fromInstant, rowParser } from './rows.ts';
import type { Writer } from './rows.ts';
import type { Vault } from './vault.ts';

/** How long a repeated request gets the same answer at least (DESIGN §6). */
const answersKeptMs = 24 * 60 * 60 * 1000;

const key = ['route', 'request_id'];

const parse = rowParser(
  'answers',
  key,
  z.object({ route: z.string(), request_id: z.string(), digest: z.string(), answer: blob }),
);

const place = (route: string, requestId: string): { table: string; column: string; row: string[] } => ({
  table: 'answers',
  column: 'answer',
  row: [route, requestId],
});

/** Answers kept for repeated requests. They may hold PINs, so they are sealed. */
export class Answers {
  readonly #database: Database;
  readonly #vault: Vault;
  readonly #writer: Writer;

  constructor(database: Database, vault: Vault, writer: Writer) {
    this.#database = database;
    this.#vault = vault;
    this.#writer = writer;
  }

  find(route: string, requestId: string): RememberedAnswer | undefined {
    const raw = this.#database.get(
      'SELECT route, request_id, digest, answer FROM answers WHERE route = ? AND request_id = ?',
      route,
      requestId,
    );
    if (raw === undefined) return undefined;
    const row = parse(raw);
    return { digest: row.digest, answer: this.#vault.openText(row.answer, place(route, requestId)) };
  }

  remember(route: string, requestId: string, remembered: RememberedAnswer, at: Instant): void {
    this.#writer.upsert('answers', key, {
      route,
      request_id: requestId,
      digest: remembered.digest,
      answer: this.#vault.sealText(remembered.answer, place(route, requestId)),
      answered_at: fromInstant(at),
    });
  }

  forget(route: string, requestId: string): void {
    this.#database.run('DELETE FROM answers WHERE route = ? AND request_id = ?', route, requestId);
  }

  prune(now: Instant): void {
    this.#database.run('DELETE FROM answers WHERE answered_at < ?', now - answersKeptMs);
  }
}
