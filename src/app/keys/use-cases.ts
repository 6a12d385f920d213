import { z } from 'zod';
import { uuidPattern } from '../../core/ids.ts';
import type { ApiKey } from '../../ports/api-keys.ts';
import type { Random } from '../../ports/random.ts';
import type { AnswerBody, AnswerValue } from '../answer.ts';
import { iso } from '../objects/common.ts';
import type { AppParts } from '../parts.ts';
import { Refusal } from '../problems.ts';

/** Seam's SDK asks for `seam_`, and takes `seam_at`, `seam_cst` and `seam_pk` for other things (facts page SEAM). */
const prefix = 'seam_lk_';
const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
/** 62 to the power of 43 is just above 2 to the power of 256. */
const randomLetters = 43;
/** Of the random part: enough to tell keys apart by, of no use for guessing the rest. */
const hintLetters = 4;
/** Keys that aren't revoked. */
const keysMax = 1000;

const name = z
  .string({ error: 'must be a string' })
  .trim()
  .min(1, 'must not be empty')
  .max(100, 'must be at most 100 characters')
  .regex(/^\P{Cc}*$/u, 'must not contain control characters');

export const schemas = {
  create: z.strictObject({ name: name.optional() }),
  list: z.strictObject({}),
  revoke: z.strictObject({
    api_key_id: z
      .string({ error: "must be a key's api_key_id, a UUID in a string" })
      .regex(uuidPattern, "must be a key's api_key_id, a UUID"),
  }),
};

const newSecret = (random: Random): string => {
  let secret = prefix;
  for (let count = 0; count < randomLetters; count += 1)
    secret += letters.charAt(random.integer(letters.length));
  return secret;
};

export const createKey = (parts: AppParts, params: z.infer<typeof schemas.create>): AnswerBody => {
  const { store, random, clock } = parts;
  if (store.apiKeys().filter((one) => one.revokedAt === undefined).length >= keysMax)
    throw new Refusal({
      type: 'too_many_api_keys',
      message: `There are ${keysMax} keys; revoke some.`,
      status: 400,
    });
  const secret = newSecret(random);
  const key: ApiKey = {
    id: random.uuid(),
    name: params.name,
    hint: secret.slice(0, prefix.length + hintLetters),
    createdAt: clock.now(),
    revokedAt: undefined,
  };
  store.addApiKey(key, secret);
  note(parts, 'api_key_created', key);
  return { api_key: secret, api_key_id: key.id };
};

export const listKeys = ({ store }: AppParts): AnswerBody => ({ api_keys: store.apiKeys().map(view) });

/** A revoked key is refused from the next request on. Revoking it again changes nothing. */
export const revokeKey = (parts: AppParts, params: z.infer<typeof schemas.revoke>): AnswerBody => {
  const { store, clock } = parts;
  const id = params.api_key_id.toLowerCase();
  const key = store.apiKeys().find((one) => one.id === id);
  if (key === undefined)
    throw new Refusal({
      type: 'api_key_not_found',
      message: `No API key with api_key_id ${id} is known here.`,
      status: 404,
    });
  if (key.revokedAt === undefined) {
    store.revokeApiKey(id, clock.now());
    note(parts, 'api_key_revoked', key);
  }
  return {};
};

const view = (key: ApiKey): AnswerValue => ({
  api_key_id: key.id,
  name: key.name ?? null,
  hint: `${key.hint}…`,
  created_at: iso(key.createdAt),
  revoked_at: key.revokedAt === undefined ? null : iso(key.revokedAt),
});

const note = ({ store, clock }: AppParts, kind: string, key: ApiKey): void => {
  store.journal({
    at: clock.now(),
    deviceId: undefined,
    accessCodeId: undefined,
    slot: undefined,
    kind,
    detail: { api_key_id: key.id, name: key.name ?? null, hint: key.hint },
  });
};
