import { timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import type { Instant } from '../core/model.ts';
import type { ApiKey, ApiKeyStore } from '../ports/api-keys.ts';
import type { Database } from './database.ts';
import { fromInstant, fromOptionalInstant, instant, optional, rowParser } from './rows.ts';
import type { Writer } from './rows.ts';
import type { Vault } from './vault.ts';

const columns = 'id, name, hash, hint, created_at, revoked_at';

const parse = rowParser(
  'api_keys',
  ['id'],
  z.object({
    id: z.string(),
    name: optional(z.string()),
    hash: z.string(),
    hint: z.string(),
    created_at: instant,
    revoked_at: optional(instant),
  }),
);

/**
 * API keys by their hash, an HMAC-SHA-256 under a key of the vault: a key has 256 bits from a cryptographic source, so
 * that no slow hash is needed.
 */
export class ApiKeys implements ApiKeyStore {
  readonly #database: Database;
  readonly #vault: Vault;
  readonly #writer: Writer;

  constructor(database: Database, vault: Vault, writer: Writer) {
    this.#database = database;
    this.#vault = vault;
    this.#writer = writer;
  }

  apiKeys(): ApiKey[] {
    return this.#database.all(`SELECT ${columns} FROM api_keys ORDER BY position`).map((row) => keyOf(row));
  }

  apiKeyOf(secret: string): ApiKey | undefined {
    const hash = this.#hash(secret);
    const row = this.#database.get(`SELECT ${columns} FROM api_keys WHERE hash = ?`, hash);
    if (row === undefined) return undefined;
    return timingSafeEqual(Buffer.from(parse(row).hash), Buffer.from(hash)) ? keyOf(row) : undefined;
  }

  addApiKey(key: ApiKey, secret: string): void {
    this.#writer.insert('api_keys', ['id'], {
      id: key.id,
      name: key.name ?? null,
      hash: this.#hash(secret),
      hint: key.hint,
      created_at: fromInstant(key.createdAt),
      revoked_at: fromOptionalInstant(key.revokedAt),
    });
  }

  revokeApiKey(id: string, at: Instant): void {
    this.#database.run(
      'UPDATE api_keys SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL',
      fromInstant(at),
      id,
    );
  }

  #hash(secret: string): string {
    return this.#vault.digest(`api key ${secret}`);
  }
}

const keyOf = (raw: unknown): ApiKey => {
  const { id, name, hint, created_at, revoked_at } = parse(raw);
  return { id, name, hint, createdAt: created_at, revokedAt: revoked_at };
};
