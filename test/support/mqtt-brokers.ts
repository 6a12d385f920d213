import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { startEmbeddedBroker } from '../../src/faces/mqtt/broker.ts';
import { Mosquitto, mosquittoBelongs } from './mosquitto.ts';
import { memoryLog } from './mqtt-face.ts';

export interface TestBroker {
  readonly url: string;
  readonly stop: () => Promise<void>;
}

const all: readonly { readonly name: string; readonly start: () => Promise<TestBroker> }[] = [
  {
    name: 'the embedded aedes',
    start: async (): Promise<TestBroker> => {
      const broker = await startEmbeddedBroker({ host: '127.0.0.1', port: 0, log: memoryLog().log });
      return { url: broker.url, stop: () => broker.close() };
    },
  },
  {
    name: 'a real mosquitto',
    start: async (): Promise<TestBroker> => {
      const broker = await Mosquitto.start();
      return { url: broker.url, stop: () => broker[Symbol.asyncDispose]() };
    },
  },
];

/** The brokers that everything is tried against. */
export const brokers = all.filter(({ name }) => name !== 'a real mosquitto' || mosquittoBelongs());

/** A TCP relay whose connections a test can cut. */
export const startRelay = async (
  target: string,
): Promise<{ url: string; cut: () => void; close: () => Promise<void> }> => {
  const { port } = new URL(target);
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(Number(port), '127.0.0.1');
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        sockets.delete(socket);
        near.destroy();
        far.destroy();
      });
    }
    near.pipe(far).pipe(near);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: `mqtt://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`,
    cut,
    close: async () => {
      cut();
      server.close();
      await once(server, 'close');
    },
  };
};
