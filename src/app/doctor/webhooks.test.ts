import { expect, test } from 'vitest';
import { Secret } from '../../core/secret.ts';
import type { Webhook } from '../../ports/webhooks.ts';
import { judgeWebhook } from './webhooks.ts';

const now = 1_800_000_000_000;
const webhook = (changes: Partial<Webhook> = {}): Webhook => ({
  webhookId: 'w',
  url: 'https://example.com/hooks/secret-path?token=1',
  eventTypes: ['*'],
  secret: new Secret('whsec_c2VjcmV0'),
  createdAt: 0,
  takenAt: now - 300_000,
  failingSince: undefined,
  lastFailure: undefined,
  lost: 0,
  ...changes,
});

test('a webhook that takes its events is well', () => {
  const found = judgeWebhook(webhook(), 0, now);
  expect(found).toMatchObject({ level: 'ok', area: 'webhook', name: 'w', whatToDo: undefined });
  expect(found.message).toBe('https://example.com took one 5 min ago; no event waits');
  expect(judgeWebhook(webhook({ takenAt: undefined }), 2, now).message).toContain(
    'has had none yet; 2 events wait',
  );
});

test('one that has just begun to fail is worth a look, one that goes on failing is a problem', () => {
  const failing = webhook({ failingSince: now - 300_000, lastFailure: 'HTTP 500' });
  expect(judgeWebhook(failing, 1, now)).toMatchObject({
    level: 'warning',
    message: 'https://example.com has taken no event for 5 min (HTTP 500); 1 event waits',
  });
  expect(judgeWebhook({ ...failing, failingSince: now - 600_000 }, 1, now).level).toBe('problem');
  const lost = judgeWebhook({ ...failing, lost: 3 }, 1, now);
  expect(lost).toMatchObject({ level: 'problem' });
  expect(lost.message).toContain('; 3 events are given up');
});

test('what the path or the query may hold is told to nobody', () => {
  for (const failingSince of [undefined, now])
    expect(JSON.stringify(judgeWebhook(webhook({ failingSince }), 0, now))).not.toContain('secret');
});
