import { fastify } from 'fastify';
import type { FastifyInstance, FastifyReply, FastifyServerOptions } from 'fastify';
import type { Clock } from '../../ports/clock.ts';
import { StoreError } from '../../ports/errors.ts';
import type { Log } from '../../ports/log.ts';
import type { Random } from '../../ports/random.ts';
import { refusal } from './payload.ts';
import type { JsonAnswer } from './payload.ts';

export interface ServerOptions {
  readonly log: Log;
  readonly random: Random;
  readonly clock: Clock;
  /** The route to name in the log, or undefined for a path that is none: a path may hold anything. */
  readonly routeOf: (url: string) => string | undefined;
}

export const bodyMaxBytes = 64 * 1024;
const connectionsMax = 128;
/** A client gets this long to send its request. */
const requestTimeoutMs = 30_000;

/**
 * A fastify instance with what both listeners share: Seam's error shape for everything that goes wrong, a
 * `seam-request-id` on each answer, bounds, and a log without queries and bodies.
 */
export const createServer = (options: ServerOptions): FastifyInstance => {
  const { log, random, clock } = options;
  const server = fastify({
    bodyLimit: bodyMaxBytes,
    requestTimeout: requestTimeoutMs,
    forceCloseConnections: 'idle',
    genReqId: () => random.uuid(),
    frameworkErrors: (_error, request, reply) => {
      void reply.header('seam-request-id', request.id);
      void send(reply, refusal(400, 'invalid_input', "The URL isn't valid."));
    },
    clientErrorHandler: (error, socket) => {
      hangUp(error, socket, random.uuid());
    },
  });
  server.server.maxConnections = connectionsMax;

  const parseJson = server.getDefaultJsonParser('error', 'error');
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    // Many clients name the type even where there is no body.
    if (body === '') done(null, {});
    else void parseJson(request, body.toString(), done);
  });

  // The older line of Seam's SDK names a form's type where it has no parameters to send.
  server.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => {
    if (body === '') done(null, {});
    else done(Object.assign(new Error('not JSON'), { statusCode: 415 }));
  });

  const startedAt = new WeakMap<object, number>();
  // Hooks take `done`: a fastify reply is thenable, and awaiting one before it is sent waits for ever.
  server.addHook('onRequest', (request, reply, done) => {
    startedAt.set(request, clock.monotonic());
    void reply.header('seam-request-id', request.id);
    done();
  });
  server.addHook('onResponse', (request, reply, done) => {
    const durationMs = Math.round(clock.monotonic() - (startedAt.get(request) ?? 0));
    const route = options.routeOf(request.url) ?? null;
    log.debug({ method: request.method, route, status: reply.statusCode, durationMs }, 'request answered');
    done();
  });
  server.setErrorHandler((error, request, reply) => {
    const status = statusOf(error);
    if (status >= 500) log.error({ err: error, requestId: request.id }, 'a request failed unexpectedly');
    return send(reply, explain(status));
  });
  return server;
};

export const send = (reply: FastifyReply, answer: JsonAnswer): FastifyReply => {
  if (answer.retryAfterS !== undefined) void reply.header('retry-after', answer.retryAfterS);
  return reply.code(answer.status).type('application/json').send(JSON.stringify(answer.body));
};

const statusOf = (error: unknown): number => {
  // The key could not be looked up: nothing was done.
  if (error instanceof StoreError) return 503;
  const status = error instanceof Error && 'statusCode' in error ? error.statusCode : undefined;
  return typeof status === 'number' && status >= 400 && status < 500 ? status : 500;
};

/** The parser's own messages quote the body, which may hold a PIN: these don't. */
const explain = (status: number): JsonAnswer => {
  if (status === 413) return refusal(413, 'payload_too_large', `A body has at most ${bodyMaxBytes} bytes.`);
  if (status === 415)
    return refusal(415, 'invalid_input', 'The body must be JSON (content-type application/json).');
  if (status < 500) return refusal(status, 'invalid_input', "The body isn't valid JSON.");
  if (status === 503)
    return refusal(
      503,
      'service_unavailable',
      "Nothing can be looked up at the moment; the bridge's log says why.",
    );
  return refusal(500, 'internal_error', 'Something went wrong in the bridge; its log says what.');
};

type ClientErrorHandler = NonNullable<FastifyServerOptions['clientErrorHandler']>;

/** What isn't even HTTP, too long or too slow is answered by hand, once, and hung up on. */
const hangUp = (
  error: Parameters<ClientErrorHandler>[0],
  socket: Parameters<ClientErrorHandler>[1],
  requestId: string,
): void => {
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const [line, message] = unheard.get(error.code) ?? ['400 Bad Request', "The request isn't valid HTTP."];
  const body = JSON.stringify(refusal(Number(line.slice(0, 3)), 'invalid_input', message).body);
  const head = `HTTP/1.1 ${line}\r\nseam-request-id: ${requestId}\r\ncontent-type: application/json`;
  socket.end(`${head}\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`);
};

/** By Node's names for them. */
const unheard: ReadonlyMap<string, readonly [line: string, message: string]> = new Map([
  [
    'HPE_HEADER_OVERFLOW',
    [
      '431 Request Header Fields Too Large',
      'URL and headers have at most 16 KB together: give long lists in a body, with POST.',
    ],
  ],
  ['ERR_HTTP_REQUEST_TIMEOUT', ['408 Request Timeout', 'The request did not come within 30 s.']],
]);
