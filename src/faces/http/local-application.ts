import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { App } from '../../app/answer.ts';
import { eventStream } from './event-stream.ts';
import { jsonAnswer, refusal } from './payload.ts';
import type { JsonAnswer } from './payload.ts';
import { parseQuery } from './query.ts';
import { createServer, send } from './server.ts';
import type { ServerOptions } from './server.ts';

export interface LocalApplicationOptions extends Omit<ServerOptions, 'routeOf'> {
  readonly app: App;
  /** Aborts when the face closes: streams end. */
  readonly signal: AbortSignal;
}

const streamsMax = 16;
const streamRoute = 'lockstep/events/stream';

/** Routes that change nothing answer GET too, by the last part of their name. */
const readNames = new Set(['get', 'list', 'status', 'doctor', 'slots', 'history', 'events']);

/**
 * Every route of the application, without a key: for the Unix socket. POST with a JSON body, reads also GET with
 * a query; `GET /health`; `GET /lockstep/events/stream?after=SEQ` as lines of JSON. PINs are null unless the
 * header `x-lockstep-show-codes: 1` asks for them.
 */
export const createLocalApplication = (options: LocalApplicationOptions): FastifyInstance => {
  const { app } = options;
  const routes = new Set(app.routes.map(({ name }) => name));
  const routeOf = (url: string): string | undefined => {
    const route = pathOf(url);
    return routes.has(route) || route === streamRoute || route === 'health' ? route : undefined;
  };
  const server = createServer({ ...options, routeOf });
  let streams = 0;

  const stream = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const after = afterOf(queryOf(request.url));
    if (after === 'invalid') {
      return send(reply, refusal(400, 'invalid_input', 'after: a whole number, the seq of an event.'));
    }
    if (streams >= streamsMax) {
      return send(reply, refusal(429, 'too_many_requests', `At most ${streamsMax} streams at a time.`));
    }
    streams += 1;
    const gone = new AbortController();
    reply.raw.once('close', () => {
      streams -= 1;
      gone.abort();
    });
    const signal = AbortSignal.any([options.signal, gone.signal]);
    const lines = eventStream({ app, after, reveal: reveals(request), signal });
    // Not kept alive after its end: a closing server would wait for the idle connection.
    void reply.header('connection', 'close');
    return reply.type('application/x-ndjson').send(Readable.from(lines));
  };

  server.get('/health', (_request, reply) => send(reply, { status: 200, body: { ok: true } }));
  server.get(`/${streamRoute}`, stream);
  server.all('/*', async (request, reply) => send(reply, await answer(app, routes, request)));
  return server;
};

const answer = async (
  app: App,
  routes: ReadonlySet<string>,
  request: FastifyRequest,
): Promise<JsonAnswer> => {
  const route = pathOf(request.url);
  if (route === streamRoute || route === 'health') return wrongVerb('GET');
  if (!routes.has(route)) return refusal(404, 'not_found', 'There is no such route.');
  const isRead = readNames.has(route.split('/').at(-1) ?? '');
  const params = paramsOf(request, isRead);
  if (params === undefined) return wrongVerb(isRead ? 'POST or GET' : 'POST');
  if (!params.ok) return refusal(400, 'invalid_input', params.message);
  const key = request.headers['idempotency-key'];
  if (key !== undefined && (typeof key !== 'string' || !/^[\x21-\x7e]{1,128}$/.test(key))) {
    return refusal(400, 'invalid_input', 'idempotency-key: 1 to 128 printable ASCII characters.');
  }
  const context = { caller: 'cli', isLocal: true, requestId: key, expiresAt: undefined };
  return jsonAnswer(await app.call(route, params.params, context), reveals(request));
};

const paramsOf = (
  request: FastifyRequest,
  isRead: boolean,
):
  | { readonly ok: true; readonly params: unknown }
  | { readonly ok: false; readonly message: string }
  | undefined => {
  if (request.method === 'POST') return { ok: true, params: request.body ?? {} };
  return request.method === 'GET' && isRead ? parseQuery(queryOf(request.url)) : undefined;
};

const wrongVerb = (allowed: string): JsonAnswer =>
  refusal(405, 'method_not_allowed', `This route takes ${allowed}.`);

const reveals = (request: FastifyRequest): boolean => request.headers['x-lockstep-show-codes'] === '1';

const pathOf = (url: string): string => (url.split('?', 1)[0] ?? '').replace(/^\//, '');

const queryOf = (url: string): string => {
  const mark = url.indexOf('?');
  return mark === -1 ? '' : url.slice(mark + 1);
};

const afterOf = (query: string): number | undefined | 'invalid' => {
  const text = new URLSearchParams(query).get('after');
  if (text === null) return undefined;
  return /^\d{1,15}$/.test(text) ? Number(text) : 'invalid';
};
