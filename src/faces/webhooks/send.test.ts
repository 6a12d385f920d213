import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import { VirtualClock } from '../../../test/support/virtual-clock.ts';
import { pin } from '../../../test/support/lock-states.ts';
import { WebhookReceiver } from '../../../test/support/webhook-receiver.ts';
import { Secret } from '../../core/secret.ts';
import type { Webhook } from '../../ports/webhooks.ts';
import { mayCarryPins, send } from './send.ts';

const aWebhook: Webhook = {
  webhookId: 'w',
  url: 'http://127.0.0.1/',
  eventTypes: ['*'],
  secret: new Secret('whsec_c2VjcmV0'),
  createdAt: 0,
  takenAt: undefined,
  failingSince: undefined,
  lastFailure: undefined,
  lost: 0,
};

test('a PIN goes over https, or stays on this machine, or is not sent', () => {
  for (const url of [
    'https://example.com/',
    'http://localhost:8080/',
    'http://127.0.0.1/',
    'http://127.1.2.3:1/',
    'http://[::1]:8080/',
    'HTTPS://EXAMPLE.COM',
  ])
    expect(mayCarryPins(url), url).toBe(true);
  for (const url of [
    'http://example.com/',
    'http://192.168.1.5/',
    'http://localhost.example.com/',
    'http://127.0.0.1.example.com/',
    'http://[::2]/',
    'http://1270.0.0.1.example/',
    'http://example.com/127.0.0.1',
  ])
    expect(mayCarryPins(url), url).toBe(false);
});

test('what is sent to this machine has the PIN, and what is sent elsewhere in clear has null in its place', async () => {
  await using receiver = await new WebhookReceiver().listen();
  const webhook = { ...aWebhook, url: receiver.url };
  const options = { clock: new VirtualClock(), version: '1', signal: new AbortController().signal };
  const event = { event_id: 'e', code: pin('4711') };
  expect(await send(webhook, 'e', event, options)).toEqual({ kind: 'taken' });
  // 0.0.0.0 is this machine too, but nobody has promised that.
  const elsewhere = { ...webhook, url: receiver.url.replace('127.0.0.1', '0.0.0.0') };
  expect(await send(elsewhere, 'e', event, options)).toEqual({ kind: 'taken' });
  expect(receiver.got.map((one) => one.event['code'])).toEqual(['4711', null]);
});

test.each([
  [
    'never ends its answer',
    'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\nx\r\n',
    { kind: 'taken' },
  ],
  [
    'wants a proxy to identify itself',
    'HTTP/1.1 407 No\r\ncontent-length: 0\r\n\r\n',
    { kind: 'failed', why: 'not sent' },
  ],
])('whoever %s holds nothing up', async (_name, says, outcome) => {
  const server = createServer((socket) => {
    socket.on('error', () => undefined).once('data', () => socket.write(says));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  const options = { clock: new VirtualClock(), version: '1', signal: new AbortController().signal };
  const url = `http://127.0.0.1:${port}/`;
  expect(await send({ ...aWebhook, url }, 'e', {}, options)).toEqual(outcome);
  if (outcome.kind === 'taken')
    await expect
      .poll(
        () =>
          new Promise((resolve) =>
            server.getConnections((_error, count) => {
              resolve(count);
            }),
          ),
      )
      .toBe(0);
  server.close();
});
