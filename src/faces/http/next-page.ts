import type { FastifyRequest } from 'fastify';
import type { Json } from '../../app/json.ts';
import type { JsonAnswer } from './payload.ts';
import { pathOf, queryOf } from './routing.ts';

const hostPattern = /^[a-z0-9.[\]:_-]{1,255}$/i;

/**
 * Where there are further pages and the page was asked for by GET, names the next one as a URL that can be fetched as
 * it is: the request's own, with the cursor. By POST there is none: its parameters aren't in a URL.
 */
export const withNextPageUrl = (answer: JsonAnswer, request: FastifyRequest): JsonAnswer => {
  const { host } = request.headers;
  if (request.method !== 'GET' || host === undefined || !hostPattern.test(host)) return answer;
  const pagination = field(answer.body, 'pagination');
  const cursor = field(pagination, 'next_page_cursor');
  if (field(pagination, 'has_next_page') !== true || typeof cursor !== 'string') return answer;
  const query = new URLSearchParams(queryOf(request.url));
  query.set('page_cursor', cursor);
  const next_page_url = `http://${host}/${pathOf(request.url)}?${query.toString()}`;
  return {
    ...answer,
    body: { ...entries(answer.body), pagination: { ...entries(pagination), next_page_url } },
  };
};

const entries = (value: Json | undefined): Readonly<Record<string, Json>> =>
  Object.fromEntries(typeof value === 'object' && value !== null ? Object.entries(value) : []);

const field = (value: Json | undefined, key: string): Json | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? entries(value)[key] : undefined;
