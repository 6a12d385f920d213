import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';

/** Most connections on which no good key has come. */
export const strangersMax = 128;
/** Most connections in all: as many again for those that have a key. */
export const connectionsMax = 2 * strangersMax;
const toldEveryMs = 10 * 60_000;

/**
 * Keeps whoever has no key from taking all connections: of those on which no good key has come, the oldest makes room
 * for a new one. Who has a key shows it at once.
 */
export class Strangers {
  /** Oldest first. */
  readonly #sockets = new Set<Socket>();
  readonly #clock: Clock;
  readonly #log: Log;
  #toldAt = -Infinity;

  constructor(server: Server, clock: Clock, log: Log) {
    this.#clock = clock;
    this.#log = log;
    server.maxConnections = connectionsMax;
    server.on('connection', (socket) => {
      this.came(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
  }

  /** No good key, or not a good one any more. */
  came(socket: Socket): void {
    this.#sockets.add(socket);
    if (this.#sockets.size <= strangersMax) return;
    for (const oldest of this.#sockets) {
      this.#sockets.delete(oldest);
      oldest.destroy();
      break;
    }
    const now = this.#clock.monotonic();
    if (now - this.#toldAt < toldEveryMs) return;
    this.#toldAt = now;
    this.#log.warn(
      { most: strangersMax },
      'too many HTTP connections without an API key: the oldest are closed',
    );
  }

  /** A good key came on it. */
  known(socket: Socket): void {
    this.#sockets.delete(socket);
  }
}
