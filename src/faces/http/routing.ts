import type { FastifyRequest } from 'fastify';
import type { Method, RouteInfo } from '../../app/answer.ts';
import { shapeOf } from './parameter-shape.ts';
import type { Shape } from './parameter-shape.ts';
import { refusal } from './payload.ts';
import type { JsonAnswer } from './payload.ts';
import { parseQuery } from './query.ts';

/** What a request asks of a route, or why it can't be asked so. */
export type Understood =
  | { readonly kind: 'params'; readonly params: unknown }
  | { readonly kind: 'refused'; readonly answer: JsonAnswer }
  | { readonly kind: 'wrong_verb'; readonly allowed: readonly string[] };

/** The routes of the application by their path, with what a query to them looks like. */
export class Routing {
  readonly #routes: ReadonlyMap<string, RouteInfo>;
  readonly #shapes = new Map<string, Shape>();

  constructor(routes: readonly RouteInfo[]) {
    this.#routes = new Map(routes.map((route) => [route.name, route]));
  }

  find(name: string): RouteInfo | undefined {
    return this.#routes.get(name);
  }

  /** The parameters of this request by the rules of its method (facts page SEAM, "two wire protocols"). */
  understand(route: RouteInfo, { method: verb, url, body }: FastifyRequest): Understood {
    const method = route.methods.find((one) => one === (verb === 'HEAD' ? 'GET' : verb));
    if (method === undefined) return { kind: 'wrong_verb', allowed: allowedOf(route.methods) };
    const query = queryOf(url);
    const asQuery = method === 'GET' || (method === 'DELETE' && body === undefined);
    if (!asQuery) {
      if (query === '') return { kind: 'params', params: body ?? {} };
      return refused('The parameters of this request belong into its body, not into a query.');
    }
    const parsed = parseQuery(query, this.#shapeOf(route));
    return parsed.ok ? { kind: 'params', params: parsed.params } : refused(parsed.message);
  }

  #shapeOf(route: RouteInfo): Shape {
    const shape = this.#shapes.get(route.name) ?? shapeOf(route.schema);
    this.#shapes.set(route.name, shape);
    return shape;
  }
}

const refused = (message: string): Understood => ({
  kind: 'refused',
  answer: refusal(400, 'invalid_input', message),
});

/** For `allow`: HEAD goes where GET goes. */
const allowedOf = (methods: readonly Method[]): string[] =>
  methods.flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method]));

/** Without the leading slash: a route's name. */
export const pathOf = (url: string): string => (url.split('?', 1)[0] ?? '').replace(/^\//, '');

export const queryOf = (url: string): string => {
  const mark = url.indexOf('?');
  return mark === -1 ? '' : url.slice(mark + 1);
};

/** The id that marks a repetition, if the request has one; `isGood` says whether it can be one. */
export const idempotencyKeyOf = ({
  headers,
}: FastifyRequest): { readonly key: string | undefined; readonly isGood: boolean } => {
  const key = headers['idempotency-key'];
  if (key === undefined) return { key, isGood: true };
  const isGood = typeof key === 'string' && /^[\x21-\x7e]{1,128}$/.test(key);
  return { key: String(key), isGood };
};

export const badIdempotencyKey = refusal(
  400,
  'invalid_input',
  'idempotency-key: 1 to 128 printable ASCII characters.',
);
