import { afterEach, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import { body } from '../../../test/support/answers.ts';
import { House } from '../../../test/support/house.ts';
import type { Answer } from '../answer.ts';

let house: House;
beforeEach(() => {
  house = new House();
});
afterEach(async () => {
  await house[Symbol.asyncDispose]();
});

const call = (route: string, params: object = {}, isLocal = true): Promise<Answer> =>
  house.app.call(`lockstep/keys/${route}`, params, {
    caller: 'cli',
    isLocal,
    requestId: undefined,
    expiresAt: undefined,
  });
const createdSchema = z.object({ api_key: z.string(), api_key_id: z.string() });
const create = async (name?: string): Promise<{ secret: string; id: string }> => {
  const made = createdSchema.parse(body(await call('create', name === undefined ? {} : { name })));
  return { secret: made.api_key, id: made.api_key_id };
};

test("a key passes the SDK's check of its form, and no two are alike", async () => {
  const secrets: string[] = [];
  for (let n = 0; n < 20; n += 1) secrets.push((await create()).secret);
  expect(new Set(secrets).size).toBe(20);
  const drawn = secrets.flatMap((secret) => Array.from(secret.slice('seam_lk_'.length)));
  expect(new Set(drawn).size, 'every letter and digit comes').toBe(62);
  for (const secret of secrets) {
    expect(secret).toMatch(/^seam_(?!at|cst|pk)[a-zA-Z0-9_]{40,}$/);
    expect(house.store.apiKeyOf(secret)?.revokedAt).toBe(undefined);
  }
});

test('a key is shown once: neither the list nor the history has it', async () => {
  const { secret, id } = await create('booking system');
  const told = JSON.stringify([body(await call('list')), house.store.history({}, 100), house.logged]);
  expect(told).not.toContain(secret.slice(12));
  expect(body(await call('list'))).toEqual({
    api_keys: [
      {
        api_key_id: id,
        name: 'booking system',
        hint: `${secret.slice(0, 12)}…`,
        created_at: new Date(house.clock.now()).toISOString(),
        revoked_at: null,
      },
    ],
  });
});

test('a revoked key stays in the list, with the time; revoking it again keeps that time', async () => {
  const { secret, id } = await create();
  const other = await create();
  expect((await call('revoke', { api_key_id: id.toUpperCase() })).ok).toBe(true);
  const at = house.clock.now();
  await house.settle(5_000);
  expect((await call('revoke', { api_key_id: id })).ok).toBe(true);
  expect(house.store.apiKeyOf(secret)?.revokedAt).toBe(at);
  expect(house.store.apiKeyOf(other.secret)?.revokedAt).toBe(undefined);
  expect(house.store.history({}, 100).filter(({ kind }) => kind.startsWith('api_key'))).toMatchObject([
    { kind: 'api_key_revoked', detail: { api_key_id: id } },
    { kind: 'api_key_created' },
    { kind: 'api_key_created', detail: { api_key_id: id } },
  ]);
});

test('an unknown key cannot be revoked', async () => {
  expect(await call('revoke', { api_key_id: crypto.randomUUID() })).toMatchObject({
    ok: false,
    error: { type: 'api_key_not_found', status: 404 },
  });
});

test('keys survive a restart; nothing but a whole key is one', async () => {
  const { secret } = await create();
  await house.restart();
  expect(house.store.apiKeyOf(secret)).toBeDefined();
  for (const not of ['', 'seam_', secret.slice(0, -1), `${secret}x`, secret.toLowerCase(), ` ${secret}`])
    expect(house.store.apiKeyOf(not), not).toBe(undefined);
});

test('who has no access to this machine neither makes nor sees keys', async () => {
  for (const [route, params] of [
    ['create', {}],
    ['list', {}],
    ['revoke', { api_key_id: crypto.randomUUID() }],
  ] as const)
    expect(await call(route, params, false)).toMatchObject({ error: { type: 'unknown_route', status: 404 } });
  expect(house.store.apiKeys()).toEqual([]);
});
