import type { Instant } from '../core/model.ts';

/** What may call the bridge over the network. The key itself is nowhere: only its hash is kept. */
export interface ApiKey {
  readonly id: string;
  /** Whose it is or what for, as given. */
  readonly name: string | undefined;
  /** The beginning of the key, to tell keys apart by. */
  readonly hint: string;
  readonly createdAt: Instant;
  readonly revokedAt: Instant | undefined;
}

/** Part of the `Store`. */
export interface ApiKeyStore {
  /** In order of creation, revoked ones too. */
  apiKeys(): ApiKey[];
  /** The key with this secret, also where it is revoked. Compared by hash, in constant time. */
  apiKeyOf(secret: string): ApiKey | undefined;
  addApiKey(key: ApiKey, secret: string): void;
  revokeApiKey(id: string, at: Instant): void;
}
