import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { App } from '../../app/answer.ts';
import { eventStream } from './event-stream.ts';
import { jsonAnswer, refusal } from './payload.ts';
import type { JsonAnswer } from './payload.ts';
import { badIdempotencyKey, idempotencyKeyOf, pathOf, queryOf, Routing } from './routing.ts';
import { createServer, send } from './server.ts';
import type { ServerOptions } from './server.ts';

export interface LocalApplicationOptions extends Omit<ServerOptions, 'routeOf'> {
  readonly app: App;
  /** Aborts when the face closes: streams end. */
  readonly signal: AbortSignal;
}

const streamsMax = 16;
/** Routes that take the wanted set of many locks at once, from whoever has access to this machine. */
const wholeSets = ['lockstep/diff', 'lockstep/apply'];
const wholeSetMaxBytes = 4 * 1024 * 1024;
const streamRoute = 'lockstep/events/stream';

/**
 * Every route of the application, without a key: for the Unix socket. POST with a JSON body, and the route's other
 * methods; `GET /health`; `GET /lockstep/events/stream?after=SEQ` as lines of JSON. PINs are null unless the
 * header `x-lockstep-show-codes: 1` asks for them. The header `x-lockstep-time` of each answer is the bridge's time, in
 * milliseconds since 1970.
 */
export const createLocalApplication = (options: LocalApplicationOptions): FastifyInstance => {
  const { app } = options;
  const routing = new Routing(app.routes);
  const routeOf = (url: string): string | undefined => {
    const route = pathOf(url);
    return routing.find(route) !== undefined || route === streamRoute || route === 'health'
      ? route
      : undefined;
  };
  const server = createServer({ ...options, routeOf });
  // What the bridge tells of is dated by its own clock, which isn't this machine's while that isn't trusted.
  server.addHook('onRequest', (_request, reply, done) => {
    void reply.header('x-lockstep-time', options.clock.now());
    done();
  });
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
  for (const name of wholeSets)
    server.post(`/${name}`, { bodyLimit: wholeSetMaxBytes }, async (request, reply) =>
      send(reply, await answer(app, routing, request)),
    );
  server.all('/*', async (request, reply) => send(reply, await answer(app, routing, request)));
  return server;
};

const answer = async (app: App, routing: Routing, request: FastifyRequest): Promise<JsonAnswer> => {
  const name = pathOf(request.url);
  if (name === streamRoute || name === 'health') return wrongVerb(['GET']);
  const route = routing.find(name);
  if (route === undefined) return refusal(404, 'not_found', 'There is no such route.');
  const understood = routing.understand(route, request);
  if (understood.kind === 'wrong_verb') return wrongVerb(understood.allowed);
  if (understood.kind === 'refused') return understood.answer;
  const { key, isGood } = idempotencyKeyOf(request);
  if (!isGood) return badIdempotencyKey;
  const context = { caller: 'cli', isLocal: true, requestId: key, expiresAt: undefined };
  return jsonAnswer(await app.call(name, understood.params, context), reveals(request));
};

const wrongVerb = (allowed: readonly string[]): JsonAnswer =>
  refusal(405, 'method_not_allowed', `This route takes ${allowed.join(', ')}.`);

const reveals = (request: FastifyRequest): boolean => request.headers['x-lockstep-show-codes'] === '1';

const afterOf = (query: string): number | undefined | 'invalid' => {
  const text = new URLSearchParams(query).get('after');
  if (text === null) return undefined;
  return /^\d{1,15}$/.test(text) ? Number(text) : 'invalid';
};
