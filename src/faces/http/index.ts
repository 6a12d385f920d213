import { chmod } from 'node:fs/promises';
import type { FastifyInstance } from 'fastify';
import type { App } from '../../app/answer.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import type { Random } from '../../ports/random.ts';
import { createLocalApplication } from './local-application.ts';
import { bindError, prepareSocketPath } from './listen.ts';
import { createOpenApplication } from './open-application.ts';
import type { Health } from './open-application.ts';

export interface HttpFaceOptions {
  readonly app: App;
  /** Absolute path of the Unix socket for the CLI. */
  readonly socketPath: string;
  /** Who may connect, as file permissions. Default 0660: the daemon's user and group. */
  readonly socketMode?: number;
  /** TCP, as `http.listen`; port 0 takes any free one. Left out: the socket only. */
  readonly listen?: { readonly host: string; readonly port: number };
  readonly version: string;
  /** The id of the API key with this secret, unless it is revoked: asked for each request over TCP. */
  readonly callerOf: (secret: string) => string | undefined;
  /** For `GET /health`. */
  readonly health: () => Health;
  readonly log: Log;
  readonly clock: Clock;
  readonly random: Random;
}

export interface HttpFace {
  /** The TCP port that is listened on, if any. */
  readonly port: number | undefined;
  /** Takes no more requests, gives those in work 1 s, ends streams, removes the socket file. */
  close(): Promise<void>;
}

const closeDeadlineMs = 1000;

/**
 * Serves the application on the Unix socket, where file permissions are the access control, and on TCP, where API keys
 * are.
 * Throws `StartError` where a place can't be had; then nothing is left listening.
 */
export const startHttpFace = async (options: HttpFaceOptions): Promise<HttpFace> => {
  const { socketPath, listen, clock } = options;
  await prepareSocketPath(socketPath, clock);
  const stopping = new AbortController();
  const local = createLocalApplication({ ...options, signal: stopping.signal });
  const open =
    listen === undefined ? undefined : createOpenApplication({ ...options, signal: stopping.signal });
  const close = async (): Promise<void> => {
    stopping.abort();
    await Promise.all([closeServer(local, clock), open && closeServer(open, clock)]);
  };
  try {
    await local.listen({ path: socketPath }).catch((error: unknown) => {
      throw bindError(error, { socket: socketPath });
    });
    await chmod(socketPath, options.socketMode ?? 0o660);
    if (open !== undefined && listen !== undefined) {
      await open.listen({ host: listen.host, port: listen.port }).catch((error: unknown) => {
        throw bindError(error, listen);
      });
    }
  } catch (error) {
    await close();
    throw error;
  }
  const address = open?.server.address();
  return { port: typeof address === 'object' ? address?.port : undefined, close };
};

const closeServer = async (server: FastifyInstance, clock: Clock): Promise<void> => {
  const cancel = clock.after(closeDeadlineMs, () => {
    server.server.closeAllConnections();
  });
  await server.close();
  cancel();
};
