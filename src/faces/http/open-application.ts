import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { App, CallContext, RouteInfo } from '../../app/answer.ts';
import { Arrivals } from './arrival.ts';
import { openApiOf } from './openapi.ts';
import { withNextPageUrl } from './next-page.ts';
import { jsonAnswer, refusal } from './payload.ts';
import type { JsonAnswer } from './payload.ts';
import { badIdempotencyKey, idempotencyKeyOf, pathOf, Routing } from './routing.ts';
import { createServer, send } from './server.ts';
import type { ServerOptions } from './server.ts';
import { Strangers } from './strangers.ts';

export interface OpenApplicationOptions extends Omit<ServerOptions, 'routeOf'> {
  readonly app: App;
  readonly version: string;
  /** The id of the API key with this secret, unless it is revoked. */
  readonly callerOf: (secret: string) => string | undefined;
  /** How the bridge is, for monitors, without secrets: anybody may see it. */
  readonly health: () => Health;
  /** Aborts when the face closes. */
  readonly signal: AbortSignal;
}

export interface Health {
  readonly drivers: readonly { readonly driver: string; readonly state: string }[];
  readonly mqtt: { readonly connected: boolean };
  /** `why`: one word, where it isn't trusted. */
  readonly clock: { readonly trusted: boolean; readonly why: string | undefined };
}

const openPaths: ReadonlySet<string> = new Set(['health', 'openapi.json']);

/**
 * Seam's API over TCP, for who has an API key: every route that isn't local, by its methods. PINs are shown, as Seam
 * shows them. `GET /health` and `GET /openapi.json` need no key; without one nothing else can be learnt, not even which
 * routes there are.
 */
export const createOpenApplication = (options: OpenApplicationOptions): FastifyInstance => {
  const { app } = options;
  const routes = app.routes.filter(({ isLocal }) => !isLocal);
  const routing = new Routing(routes);
  const routeOf = (url: string): string | undefined => {
    const path = pathOf(url);
    return openPaths.has(path) ? path : routing.find(path)?.name;
  };
  const server = createServer({ ...options, routeOf });
  const strangers = new Strangers(server.server, options.clock, options.log);
  const arrivals = new Arrivals(options.clock, options.signal);
  const callers = new WeakMap<FastifyRequest, string>();
  /** As bytes: anybody may ask for it, as often as they like, and it is large. */
  let openApi: Buffer | undefined;

  server.addHook('onRequest', (request, reply, done) => {
    arrivals.heard(request);
    const { socket } = request.raw;
    if (isOpen(request)) {
      done();
      return;
    }
    const caller = callerOf(options, request);
    if (caller === undefined) {
      strangers.came(socket);
      void reply.header('www-authenticate', 'Bearer');
      void send(reply, unauthorized);
      return;
    }
    strangers.known(socket);
    callers.set(request, caller);
    done();
  });

  const contextOf = (
    route: RouteInfo,
    request: FastifyRequest,
    reply: FastifyReply,
    key: string | undefined,
  ) => {
    const caller = callers.get(request);
    if (caller === undefined) throw new Error('a request came past the check of its key');
    const context: CallContext = { caller: `http:${caller}`, requestId: key, expiresAt: undefined };
    const follow = key === undefined && route.kind !== 'read';
    return follow ? { ...context, arrival: arrivals.of(request, reply) } : context;
  };

  const handle = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const path = pathOf(request.url);
    if (openPaths.has(path)) return wrongVerb(request, reply, ['GET', 'HEAD']);
    const route = routing.find(path);
    if (route === undefined) return send(reply, refusal(404, 'not_found', 'There is no such route.'));
    const understood = routing.understand(route, request);
    if (understood.kind === 'wrong_verb') return wrongVerb(request, reply, understood.allowed);
    if (understood.kind === 'refused') return send(reply, understood.answer);
    const { key, isGood } = idempotencyKeyOf(request);
    if (!isGood) return send(reply, badIdempotencyKey);
    const answer = await app.call(path, understood.params, contextOf(route, request, reply, key));
    return send(reply, withNextPageUrl(jsonAnswer(answer, true), request));
  };

  server.get('/health', (_request, reply) => send(reply, healthOf(options.health())));
  server.get('/openapi.json', (_request, reply) => {
    openApi ??= Buffer.from(JSON.stringify(openApiOf(routes, options.version)));
    return reply.type('application/json').send(openApi);
  });
  server.all('/*', handle);
  server.setNotFoundHandler(handle);
  return server;
};

const isOpen = ({ method, url }: FastifyRequest): boolean =>
  (method === 'GET' || method === 'HEAD') && openPaths.has(pathOf(url));

const healthOf = ({ drivers, mqtt, clock }: Health): JsonAnswer => {
  const isWell = clock.trusted && mqtt.connected && drivers.every(({ state }) => state === 'ready');
  return {
    status: 200,
    body: {
      ok: true,
      status: isWell ? 'ok' : 'degraded',
      drivers: drivers.map(({ driver, state }) => ({ driver, state })),
      mqtt: { connected: mqtt.connected },
      clock: { trusted: clock.trusted, why: clock.why ?? null },
    },
  };
};

const unauthorized = refusal(
  401,
  'unauthorized',
  'This needs an API key of this bridge (Authorization: Bearer seam_…); "lockstep keys create" makes one.',
);

/** The id of the API key that the request bears. Client sessions, access tokens and publishable keys aren't any. */
const callerOf = (
  { callerOf: find }: OpenApplicationOptions,
  { headers }: FastifyRequest,
): string | undefined => {
  const [, secret] = /^Bearer +([\x21-\x7e]+) *$/i.exec(headers.authorization ?? '') ?? [];
  return secret === undefined ? undefined : find(secret);
};

const wrongVerb = (
  request: FastifyRequest,
  reply: FastifyReply,
  allowed: readonly string[],
): FastifyReply => {
  void reply.header('allow', allowed.join(', '));
  if (request.method === 'OPTIONS') return reply.code(204).send();
  return send(reply, refusal(405, 'method_not_allowed', `This route takes ${allowed.join(', ')}.`));
};
