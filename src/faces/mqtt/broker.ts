import type { EventEmitter } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { Aedes } from 'aedes';
import { StartError } from '../../ports/errors.ts';
import type { Log } from '../../ports/log.ts';

export interface EmbeddedBrokerOptions {
  /** Address to listen on, from the config's `mqtt.listen`. */
  readonly host: string;
  /** TCP port; 0 takes a free one. */
  readonly port: number;
  /** Topics that nothing may be retained on: a request kept by the broker would be carried out long after. */
  readonly neverRetained?: (topic: string) => boolean;
  readonly log: Log;
}

export interface EmbeddedBroker {
  /** Where it listens, as a value for `mqtt.url`. */
  readonly url: string;
  /** Cuts all clients and frees the port. */
  close(): Promise<void>;
}

const connectTimeoutMs = 10_000;
/** Far above our own largest message; what is merely too large for a request still gets its answer. */
const payloadMostBytes = 4_000_000;
/** Retained topics of all clients together. */
const retainedMost = 10_000;

const listenProblem = (error: Error, { host, port }: EmbeddedBrokerOptions): string => {
  const where = `${host}:${port}`;
  switch ('code' in error ? error.code : undefined) {
    case 'EADDRINUSE':
      return `Port ${port} on ${host} is taken by another program (another MQTT broker?): stop it, or change mqtt.listen.`;
    case 'EACCES':
      return `Listening on ${where} isn't allowed to this user: change mqtt.listen to a port above 1023.`;
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return `${host} isn't an address of this machine: change mqtt.listen.`;
    default:
      return `Can't listen on ${where} (${error.message}): change mqtt.listen.`;
  }
};

const listen = (server: Server, options: EmbeddedBrokerOptions): Promise<number> =>
  new Promise((resolve, reject) => {
    const fail = (error: Error): void => {
      reject(new StartError(listenProblem(error, options)));
    };
    server.once('error', fail);
    server.listen(options.port, options.host, () => {
      server.off('error', fail);
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : options.port);
    });
  });

/**
 * Starts the embedded broker: MQTT 3.1.1 over TCP, no users, everything in memory. Sessions are always clean,
 * because those of clients that never come back would pile up messages without bound.
 *
 * @throws StartError when it can't listen, naming the port and `mqtt.listen`.
 */
export const startEmbeddedBroker = async (options: EmbeddedBrokerOptions): Promise<EmbeddedBroker> => {
  const { host, log } = options;
  const retained = new Set<string>();
  const mayRetain = (topic: string, length: number): boolean => {
    if (length === 0) retained.delete(topic);
    else if (retained.has(topic)) return true;
    else if (retained.size >= retainedMost) return false;
    else retained.add(topic);
    return true;
  };
  const aedes = await Aedes.createBroker({
    connectTimeout: connectTimeoutMs,
    preConnect: (_client, packet, done) => {
      packet.clean = true;
      done(null, true);
    },
    // Everything is held in this process's memory: whoever sends too much is cut off.
    authorizePublish: (_client, packet, done) => {
      if (packet.payload.length > payloadMostBytes) done(new Error('payload too large'));
      else if (packet.retain && options.neverRetained?.(packet.topic) === true)
        done(new Error('not to be retained'));
      else if (packet.retain && !mayRetain(packet.topic, packet.payload.length))
        done(new Error('too much retained'));
      else done(null);
    },
  });
  const sockets = new Set<Socket>();
  // Small packets in both directions: waiting to fill a segment costs each exchange some 40 ms.
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    aedes.handle(socket);
  });
  const stopBroker = (): Promise<void> =>
    new Promise((resolve) => {
      aedes.close(() => {
        resolve();
      });
    });
  let port: number;
  try {
    port = await listen(server, options);
  } catch (error) {
    await stopBroker();
    throw error;
  }
  // Without a listener either of them would end the daemon.
  server.on('error', (error) => {
    log.error({ err: error }, 'embedded MQTT broker: server error');
  });
  const emitter: EventEmitter = aedes;
  emitter.on('error', (error: unknown) => {
    log.error({ err: error }, 'embedded MQTT broker: error');
  });
  return {
    url: `mqtt://${host.includes(':') ? `[${host}]` : host}:${port}`,
    close: async () => {
      const closed = new Promise<void>((resolve) =>
        server.close(() => {
          resolve();
        }),
      );
      await stopBroker();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
};
