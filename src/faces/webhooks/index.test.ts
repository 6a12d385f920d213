import { Webhook as Svix } from 'svix';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { House, lockSpec } from '../../../test/support/house.ts';
import { until as untilNamed } from '../../../test/support/until.ts';
import { WebhookReceiver } from '../../../test/support/webhook-receiver.ts';
import type { Received } from '../../../test/support/webhook-receiver.ts';
import { eventObject } from '../../app/objects/event.ts';
import { webhookObject } from '../../app/objects/webhook.ts';
import { toJson } from '../../app/json.ts';
import { attemptDelaysMs } from '../../app/webhooks/retry.ts';
import { startWebhookFace } from './index.ts';
import type { WebhookFace } from './index.ts';
import { createDeliveries } from '../../app/index.ts';

/** What is sent goes over real sockets: only that is waited for, never a time. */
const until = (look: () => boolean): Promise<unknown> =>
  untilNamed(look.toString(), look, {
    limitMs: 10_000,
    instead: () => [
      receiver.types(),
      house.store.webhooks().map(({ lastFailure }) => lastFailure),
      waiting(),
    ],
  });

let house: House;
let receiver: WebhookReceiver;
let face: WebhookFace;

const startFace = (): WebhookFace =>
  startWebhookFace({
    deliveries: createDeliveries(house.parts),
    onChange: (listener) => house.app.onChange(listener),
    clock: house.clock,
    log: house.log,
    version: '1.2.3',
  });

beforeEach(async () => {
  house = new House([lockSpec()]);
  receiver = await new WebhookReceiver().listen();
  await house.settle();
  face = startFace();
});
afterEach(async () => {
  await face.stop();
  await receiver[Symbol.asyncDispose]();
  await house[Symbol.asyncDispose]();
});

const webhook = async (
  event_types?: string[],
  url = receiver.url,
): Promise<{ id: string; secret: string }> => {
  const answer = await house.call('webhooks/create', { url, ...(event_types ? { event_types } : {}) });
  if (!answer.ok) throw new Error(answer.error.message);
  const made = webhookObject.parse(toJson(answer.body['webhook'] ?? null, true));
  return { id: made.webhook_id, secret: made.secret ?? '' };
};

/** Long enough for the lock, and too short for what is on its way to a receiver to be given up. */
const moment = (): Promise<void> => house.settle(2_000);
/** Lets the clock stand, and what is on the way arrive and be noted. */
const taken = async (count: number): Promise<void> => {
  await until(() => receiver.got.length >= count);
  await until(() => waiting() === 0);
};
const waiting = (): number =>
  house.store.webhooks().reduce((sum, { webhookId }) => sum + house.store.deliveryCount(webhookId), 0);

const verified = (secret: string, { body, headers }: Received): unknown => {
  vi.useFakeTimers({ toFake: ['Date'], now: house.clock.now() });
  try {
    return new Svix(secret).verify(body, {
      'svix-id': String(headers['svix-id']),
      'svix-timestamp': String(headers['svix-timestamp']),
      'svix-signature': String(headers['svix-signature']),
    });
  } finally {
    vi.useRealTimers();
  }
};

test('an event is sent signed, as events/get shows it, and once', async () => {
  const { secret } = await webhook(['access_code.set_on_device']);
  await house.create('482913');
  await moment();
  await taken(1);
  await moment();
  expect(receiver.got).toHaveLength(1);
  const [received] = receiver.got;
  if (received === undefined) throw new Error('nothing was sent');
  expect(verified(secret, received)).toEqual(received.event);
  expect(() => verified(`whsec_${Buffer.alloc(24).toString('base64')}`, received)).toThrow(
    'No matching signature',
  );
  const { event, headers } = received;
  expect(headers).toMatchObject({
    'svix-id': event['event_id'],
    'content-type': 'application/json',
    'user-agent': 'lockstep/1.2.3',
  });
  expect(eventObject.safeParse(event).success).toBe(true);
  const shown = await house.call('events/get', { event_id: event['event_id'] });
  if (!shown.ok) throw new Error(shown.error.message);
  expect(toJson(shown.body['event'] ?? null, true)).toEqual(event);
  expect(event).toMatchObject({ event_type: 'access_code.set_on_device', code: '482913' });
});

test('exactly the wanted types are sent; without any named, all; changed, the others from then on', async () => {
  const { id } = await webhook(['access_code.created', 'access_code.deleted']);
  const code = await house.create('482913');
  await moment();
  await taken(1);
  expect(receiver.types()).toEqual(['access_code.created']);
  expect((await house.call('webhooks/update', { webhook_id: id, event_types: ['*'] })).ok).toBe(true);
  await house.call('access_codes/delete', { access_code_id: code });
  await moment();
  await taken(3);
  expect(receiver.types().toSorted()).toEqual(
    ['access_code.created', 'access_code.removed_from_device', 'access_code.deleted'].toSorted(),
  );
});

test('what is not taken is sent again after 5 s, 5 min, 30 min, 2 h, 5 h, 10 h and 10 h, and then given up', async () => {
  const { id } = await webhook(['access_code.created']);
  receiver.answer = () => 500;
  await house.create('482913');
  const sent: number[] = [];
  for (const delay of attemptDelaysMs) {
    if (delay > 0) {
      await house.clock.advance(delay - 1);
      expect(receiver.got).toHaveLength(sent.length);
      await house.clock.advance(1);
    }
    await until(() => receiver.got.length === sent.length + 1);
    sent.push(house.clock.now());
    const attempts = sent.length;
    await until(() => attempts === 8 || (house.store.nextDelivery(id) ?? 0) > house.clock.now());
  }
  await until(() => waiting() === 0);
  expect(new Set(receiver.got.map(({ headers }) => headers['svix-id'])).size).toBe(1);
  expect(new Set(receiver.got.map(({ headers }) => headers['svix-timestamp'])).size).toBe(8);
  await house.clock.advance(86_400_000);
  expect(receiver.got).toHaveLength(8);
  expect(house.store.webhook(id)).toMatchObject({ lost: 1, lastFailure: 'HTTP 500' });
  expect(house.events().at(-1)).toBe('lockstep.webhook_failed');
  expect(house.logged.map(({ message }) => message)).toContain(
    'a webhook does not take events; tried again by and by',
  );
});

test('that a webhook failed is told once, to all others, and never to itself', async () => {
  await using other = await new WebhookReceiver().listen();
  receiver.answer = () => 410;
  const { id } = await webhook();
  await webhook(['lockstep.webhook_failed'], other.url);
  await house.create('482913');
  await until(() => other.got.length === 1);
  await house.create('739164');
  await moment();
  await until(() => waiting() === 0);
  expect(other.types()).toEqual(['lockstep.webhook_failed']);
  expect(receiver.types()).not.toContain('lockstep.webhook_failed');
  const [told] = other.got;
  expect(eventObject.safeParse(told?.event).success).toBe(true);
  expect(told?.event).toMatchObject({ webhook_id: id });
  receiver.answer = () => 200;
  await house.create('112358');
  await until(() => house.store.webhook(id)?.lost === 0);
  expect(house.store.webhook(id)?.failingSince).toBeUndefined();
});

test('a receiver that is away, redirects or never answers has not taken it', async () => {
  const { id } = await webhook(['access_code.created']);
  const failure = async (): Promise<string | undefined> => {
    await until(() => (house.store.nextDelivery(id) ?? 0) > house.clock.now());
    return house.store.webhook(id)?.lastFailure;
  };
  receiver.answer = () => 302;
  await house.create('482913');
  expect(await failure()).toBe('HTTP 302');
  receiver.answer = () => 'hang';
  await house.clock.advance(5_000);
  await until(() => receiver.got.length === 2);
  await house.clock.advance(14_999);
  expect(house.store.webhook(id)?.lastFailure).toBe('HTTP 302');
  await house.clock.advance(1);
  expect(await failure()).toBe('no answer within 15 s');
  await receiver.close();
  await house.clock.advance(5 * 60_000);
  expect(await failure()).toMatch(/ECONNREFUSED|ECONNRESET|UND_ERR_SOCKET/);
  await receiver.listen();
  receiver.answer = () => 204;
  await house.clock.advance(30 * 60_000);
  await until(() => waiting() === 0);
  expect(receiver.got).toHaveLength(3);
});

test('a slow receiver holds up no other, and gets a few events at a time', async () => {
  await using slow = await new WebhookReceiver().listen();
  slow.answer = () => 'hang';
  const { id } = await webhook(['access_code.created'], slow.url);
  await webhook(['access_code.created']);
  for (const code of ['482913', '739164', '112358', '271828', '314159', '161803']) await house.create(code);
  await until(() => receiver.got.length === 6);
  await until(() => slow.got.length === 4);
  expect(house.store.deliveryCount(id)).toBe(6);
  slow.answer = () => 204;
  slow.release();
  await until(() => waiting() === 0);
  expect(slow.got).toHaveLength(6);
});

test('after a kill the rest is sent, and what could not be noted again under its id', async () => {
  const { secret } = await webhook(['access_code.created']);
  receiver.answer = () => 'hang';
  await house.create('482913');
  await until(() => receiver.got.length === 1);
  // Taken, but the process ends before it could note that.
  await face.stop();
  await house.create('739164');
  await house.restart();
  receiver.answer = () => 204;
  face = startFace();
  await taken(3);
  const [first, again, second] = receiver.got;
  expect(again?.headers['svix-id']).toBe(first?.headers['svix-id']);
  expect(second?.headers['svix-id']).not.toBe(first?.headers['svix-id']);
  for (const received of receiver.got) expect(() => verified(secret, received)).not.toThrow();
});

test('a deleted webhook gets nothing more, not even what waited', async () => {
  const { id } = await webhook();
  receiver.answer = () => 503;
  await house.create('482913');
  await until(() => (house.store.nextDelivery(id) ?? 0) > house.clock.now());
  const before = receiver.got.length;
  expect((await house.call('webhooks/delete', { webhook_id: id })).ok).toBe(true);
  await house.create('739164');
  await house.clock.advance(86_400_000);
  expect(receiver.got).toHaveLength(before);
  expect(waiting()).toBe(0);
});

test('a wall clock set back by days does not hold up what waits', async () => {
  const { id } = await webhook(['access_code.created']);
  receiver.answer = () => 500;
  await house.create('482913');
  await until(() => (house.store.nextDelivery(id) ?? 0) > house.clock.now());
  receiver.answer = () => 204;
  house.clock.step(-3 * 86_400_000);
  await house.clock.advance(5_000);
  await until(() => waiting() === 0);
  expect(receiver.got).toHaveLength(2);
});
