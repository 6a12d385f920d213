import type { FastifyInstance } from 'fastify';
import { refusal } from './payload.ts';
import { createServer, send } from './server.ts';
import type { ServerOptions } from './server.ts';

/**
 * What TCP offers while there are no API keys: `GET /health`. Everything else is refused before its body is read,
 * unknown routes included, so that nothing can be learnt without a key.
 */
export const createOpenApplication = (options: Omit<ServerOptions, 'routeOf'>): FastifyInstance => {
  const routeOf = (url: string): string | undefined => (isHealth(url) ? 'health' : undefined);
  const server = createServer({ ...options, routeOf });
  server.addHook('onRequest', (request, reply, done) => {
    if (request.method === 'GET' && isHealth(request.url)) done();
    else
      void send(reply, refusal(401, 'unauthorized', 'This bridge takes no requests over the network yet.'));
  });
  server.get('/health', (_request, reply) => send(reply, { status: 200, body: { ok: true } }));
  return server;
};

const isHealth = (url: string): boolean => url.split('?', 1)[0] === '/health';
