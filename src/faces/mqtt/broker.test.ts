import { connect as tcpConnect, createServer } from 'node:net';
import { once } from 'node:events';
import { connect } from 'mqtt';
import { expect, it } from 'vitest';
import { Listener, memoryLog } from '../../../test/support/mqtt-face.ts';
import { StartError } from '../../ports/errors.ts';
import { startEmbeddedBroker } from './broker.ts';

const { log } = memoryLog();

it('carries messages between clients on the port it names', async () => {
  const broker = await startEmbeddedBroker({ host: '127.0.0.1', port: 0, log });
  const listener = await Listener.connect(broker.url, 'a/#');
  await listener.publish('a/b', 'hello');
  await listener.last('a/b', 'hello');
  await listener[Symbol.asyncDispose]();
  await broker.close();
});

it('cuts off whoever retains what must not be retained, or sends too much', async () => {
  const neverRetained = (topic: string): boolean => topic.startsWith('base/request/');
  const broker = await startEmbeddedBroker({ host: '127.0.0.1', port: 0, neverRetained, log });
  const cutOff = async (topic: string, payload: string, retain: boolean): Promise<void> => {
    const client = connect(broker.url, { reconnectPeriod: 0 });
    await new Promise((resolve) => client.once('connect', resolve));
    const closed = new Promise<void>((resolve) => {
      client.once('close', () => {
        resolve();
      });
    });
    client.publish(topic, payload, { qos: 1, retain }, () => undefined);
    await closed;
    client.end(true);
  };
  await cutOff('base/request/locks/unlock_door', '{}', true);
  await cutOff('base/x', 'x'.repeat(4_000_001), false);
  const listener = await Listener.connect(broker.url, '#');
  await listener.publish('base/request/locks/unlock_door', 'not retained');
  await listener.last('base/request/locks/unlock_door', 'not retained');
  await listener[Symbol.asyncDispose]();
  await broker.close();
});

it('names the port and the key to change when the port is taken', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const address = other.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const start = startEmbeddedBroker({ host: '127.0.0.1', port, log });
  await expect(start).rejects.toBeInstanceOf(StartError);
  await expect(start).rejects.toThrow(new RegExp(`${port}.*mqtt\\.listen`));
  other.close();
});

it('names the address and the key to change when the address is not of this machine', async () => {
  const start = startEmbeddedBroker({ host: '192.0.2.1', port: 0, log });
  await expect(start).rejects.toThrow(/192\.0\.2\.1.*mqtt\.listen/);
});

it('closes with clients connected, those that never spoke MQTT included, and frees the port', async () => {
  const broker = await startEmbeddedBroker({ host: '127.0.0.1', port: 0, log });
  const port = Number(new URL(broker.url).port);
  const silent = tcpConnect(port, '127.0.0.1');
  silent.on('error', () => undefined);
  await once(silent, 'connect');
  const listener = await Listener.connect(broker.url, '#', { reconnectPeriod: 0 });
  const cut = once(silent, 'close');
  await broker.close();
  await cut;
  const again = await startEmbeddedBroker({ host: '127.0.0.1', port, log });
  await again.close();
  await listener[Symbol.asyncDispose]();
});

it('keeps no session of a client that asks for one, so that nothing piles up for it', async () => {
  const broker = await startEmbeddedBroker({ host: '127.0.0.1', port: 0, log });
  const options = { clientId: 'stays-away', clean: false, reconnectPeriod: 0 } as const;
  const first = await Listener.connect(broker.url, 'a', options);
  await first[Symbol.asyncDispose]();
  const again = connect(broker.url, options);
  const sessionPresent = await new Promise((resolve) =>
    again.once('connect', (connack) => {
      resolve(connack.sessionPresent);
    }),
  );
  expect(sessionPresent).toBe(false);
  await again.endAsync(true);
  await broker.close();
});
