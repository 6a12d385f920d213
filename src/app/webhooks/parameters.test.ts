import { afterAll, expect, test } from 'vitest';
import { refused } from '../../../test/support/answers.ts';
import { House } from '../../../test/support/house.ts';
import { bad, testParameterRules } from '../../../test/support/parameter-rules.ts';
import { toJson } from '../json.ts';
import { webhookObject } from '../objects/webhook.ts';

const url = 'https://example.com/hook';
const notTypes = ['*', [7], [], ['lock.opened'], [''], {}, null, Array.from({ length: 201 }, () => '*')];
let id = '';
const base = (): Record<string, unknown> => ({ webhook_id: id });

testParameterRules({
  group: 'webhooks',
  house: () => new House(),
  prepare: async (house) => {
    const answer = await house.call('webhooks/create', { url });
    if (!answer.ok) throw new Error(answer.error.message);
    id = house.store.webhooks()[0]?.webhookId ?? '';
  },
  world: (house) => house.store.webhooks(),
  rules: {
    'webhooks/create': {
      base: () => ({ url }),
      bad: {
        url: [
          ...bad.text,
          '',
          'example.com/hook',
          'ftp://example.com/',
          'javascript:alert(1)',
          'file:///etc/passwd',
          'http://',
          'https://user:secret@example.com/',
          'https://example.com/#part',
          ' https://example.com/',
          'https://example.com/\n',
          `https://example.com/${'x'.repeat(2000)}`,
        ],
        event_types: notTypes,
      },
    },
    'webhooks/get': { base, bad: { webhook_id: bad.uuid } },
    'webhooks/list': { base: () => ({}), bad: {} },
    'webhooks/update': {
      base: () => ({ ...base(), event_types: ['*'] }),
      bad: { webhook_id: bad.uuid, event_types: notTypes },
    },
    'webhooks/delete': { base, bad: { webhook_id: bad.uuid } },
  },
});

const house = new House();
afterAll(async () => {
  await house[Symbol.asyncDispose]();
});

test('an unknown webhook is not found, and a deleted one is unknown', async () => {
  const created = await house.call('webhooks/create', { url });
  if (!created.ok) throw new Error(created.error.message);
  const webhook_id = house.store.webhooks()[0]?.webhookId;
  expect((await house.call('webhooks/delete', { webhook_id })).ok).toBe(true);
  for (const route of ['webhooks/get', 'webhooks/delete'])
    expect(refused(await house.call(route, { webhook_id }))).toMatchObject({
      type: 'webhook_not_found',
      status: 404,
    });
  expect(refused(await house.call('webhooks/update', { webhook_id, event_types: ['*'] })).type).toBe(
    'webhook_not_found',
  );
});

test('a secret is told only where the face may, and is in no log and no journal', async () => {
  const created = await house.call('webhooks/create', { url });
  if (!created.ok) throw new Error(created.error.message);
  const hidden = webhookObject.parse(toJson(created.body['webhook'] ?? null, false));
  const shown = webhookObject.parse(toJson(created.body['webhook'] ?? null, true));
  expect(hidden.secret).toBeNull();
  expect(shown.secret).toMatch(/^whsec_[A-Za-z0-9+/]{32}$/);
  const bytes = Buffer.from(shown.secret?.slice('whsec_'.length) ?? '', 'base64');
  expect(new Set(bytes).size, 'all bytes may come: few are alike').toBeGreaterThan(16);
  const said = JSON.stringify([created, house.logged, house.store.events(0, 100), house.store.webhooks()]);
  expect(said).not.toContain('whsec_');
  await house.call('webhooks/delete', { webhook_id: shown.webhook_id });
});

test('the twenty-first webhook is refused', async () => {
  for (let n = 1; n <= 20; n += 1) expect((await house.call('webhooks/create', { url })).ok).toBe(true);
  expect(refused(await house.call('webhooks/create', { url }))).toMatchObject({
    type: 'too_many_webhooks',
    status: 400,
  });
  expect(house.store.webhooks()).toHaveLength(20);
});
