import type { Method, RouteInfo } from '../../app/answer.ts';
import { eventObjects } from '../../app/objects/event.ts';
import { objectAt, objects } from '../../app/objects/index.ts';
import { openApiSchemaOf } from './openapi-schema.ts';
import type { OpenApiSchema } from './openapi-schema.ts';

/**
 * The API as OpenAPI 3.0, from the schemas that judge requests and those of the objects that go out. With the `x-`
 * properties that Seam's own generators (blueprint, and through it Seam's command line) need: the key of the answer,
 * where a type of object is at home, and which attempts a route makes.
 */
export const openApiOf = (routes: readonly RouteInfo[], version: string): object => ({
  openapi: '3.0.0',
  info: { title: 'Lockstep', version },
  servers: [{ url: '/' }],
  security: [{ api_key: [] }],
  tags: [...new Set(routes.map(homeOf))].map((name) => ({ name })),
  paths: Object.fromEntries(routes.map((route) => [`/${route.name}`, operationsOf(route)])),
  components: {
    securitySchemes: { api_key: { type: 'http', scheme: 'bearer' } },
    schemas: componentsOf(routes),
  },
});

/** The path of a route's group: `/access_codes` of `access_codes/create`. */
const homeOf = ({ name }: RouteInfo): string => `/${name.split('/').slice(0, -1).join('/')}`;

/** POST, and the one that the route is meant to be asked by: Seam's blueprint takes no route with more, but this one. */
const shownMethods = ({ name, methods }: RouteInfo): readonly Method[] => {
  if (name === 'access_codes/update') return methods;
  const [other] = methods.filter((method) => method !== 'POST');
  return ['POST', ...(other === undefined ? [] : [other])];
};

const operationsOf = (route: RouteInfo): object =>
  Object.fromEntries(shownMethods(route).map((method) => [method.toLowerCase(), operationOf(route, method)]));

const operationOf = (route: RouteInfo, method: Method): object => {
  const parameters = openApiSchemaOf(route.schema, 'input');
  const [responseKey] = route.answers;
  const parts = route.name.split('/');
  return {
    operationId: camel([...parts, method.toLowerCase()]),
    summary: `/${route.name}`,
    description: route.summary,
    tags: [homeOf(route)],
    security: [{ api_key: [] }],
    ...(method === 'GET' || method === 'DELETE'
      ? { parameters: queryOf(parameters) }
      : { requestBody: { content: { 'application/json': { schema: parameters } } } }),
    responses: {
      200: { description: 'OK', content: { 'application/json': { schema: answerOf(route) } } },
      400: { description: 'Bad Request', content: { 'application/json': { schema: refTo('error') } } },
      401: { description: 'Unauthorized', content: { 'application/json': { schema: refTo('error') } } },
    },
    'x-title': route.summary.replace(/\.$/, ''),
    'x-response-key': responseKey ?? null,
    'x-fern-sdk-group-name': parts.slice(0, -1),
    'x-fern-sdk-method-name': parts.at(-1),
    ...(responseKey === undefined ? {} : { 'x-fern-sdk-return-value': responseKey }),
    ...(attemptOf(route) === undefined ? {} : { 'x-action-attempt-type': attemptOf(route) }),
  };
};

const camel = (words: readonly string[]): string =>
  words
    .flatMap((word) => word.split('_'))
    .map((word, index) => (index === 0 ? word : word.slice(0, 1).toUpperCase() + word.slice(1)))
    .join('');

const queryOf = ({ properties = {}, required = [] }: OpenApiSchema): object[] =>
  Object.entries(properties).map(([name, schema]) => ({
    name,
    in: 'query',
    required: required.includes(name),
    schema,
  }));

const refTo = (name: string): OpenApiSchema => ({ $ref: `#/components/schemas/${name}` });

const answerOf = (route: RouteInfo): OpenApiSchema => {
  const keys = route.answers.map((key): [string, OpenApiSchema] => {
    const { type, isList } = componentAt(route, key);
    return [key, isList ? { type: 'array', items: refTo(type) } : refTo(type)];
  });
  return {
    type: 'object',
    properties: { ok: { type: 'boolean' }, ...Object.fromEntries(keys) },
    required: ['ok', ...route.answers],
  };
};

/** What Seam doesn't have isn't described any further than by its name. */
const componentAt = (route: RouteInfo, key: string): ReturnType<typeof objectAt> =>
  route.name.startsWith('lockstep/') && !objects.has(key)
    ? { type: 'lockstep_object', isList: false }
    : objectAt(route.name, key);

/** `LOCK_DOOR` of `locks/lock_door`: routes that answer with an attempt to do what they are named for. */
const attemptOf = (route: RouteInfo): string | undefined => {
  if (route.answers[0] !== 'action_attempt' || route.name.startsWith('action_attempts/')) return undefined;
  const parts = route.name.split('/');
  return [...(parts.includes('simulate') ? ['simulate'] : []), parts.at(-1) ?? ''].join('_').toUpperCase();
};

const componentsOf = (routes: readonly RouteInfo[]): Record<string, object> => {
  const homes = new Map<string, string>();
  // An object is at home where a route of its own group answers with it: get before list before all others.
  const rank = ({ name }: RouteInfo): number => (name.endsWith('/get') ? 0 : name.endsWith('/list') ? 1 : 2);
  for (const route of routes.toSorted((a, b) => rank(a) - rank(b)))
    for (const key of route.answers) {
      const { type } = componentAt(route, key);
      if (type !== 'pagination' && !homes.has(type)) homes.set(type, homeOf(route));
    }
  const components: Record<string, object> = { error: errorSchema, pagination: paginationSchema };
  for (const [type, home] of homes)
    components[type] = { ...componentOf(type, routes, home), 'x-route-path': home };
  // An error isn't a resource of a route, but a generator takes every object here for one.
  components['error'] = {
    ...errorSchema,
    'x-route-path': homes.get('device') ?? [...homes.values()][0] ?? '/',
  };
  return components;
};

const componentOf = (type: string, routes: readonly RouteInfo[], home: string): object => {
  if (type === 'event')
    return {
      discriminator: { propertyName: 'event_type' },
      oneOf: [...eventObjects.values()].map((schema) => ({
        ...openApiSchemaOf(schema, 'output'),
        'x-route-path': home,
      })),
    };
  const schema = objects.get(type);
  const plain: OpenApiSchema = schema === undefined ? {} : openApiSchemaOf(schema, 'output');
  const whole = { ...plain, type: 'object', properties: plain.properties ?? {} };
  if (type !== 'action_attempt') return whole;
  const attempts = new Set(routes.flatMap((route) => attemptOf(route) ?? []));
  return {
    oneOf: [...attempts].map((attempt) => ({
      ...whole,
      properties: { ...whole.properties, action_type: { type: 'string', enum: [attempt] } },
    })),
  };
};

const errorSchema: OpenApiSchema = {
  type: 'object',
  properties: {
    ok: { type: 'boolean', enum: [false] },
    error: {
      type: 'object',
      properties: {
        type: { type: 'string' },
        message: { type: 'string' },
        data: { type: 'object' },
        validation_errors: { type: 'object' },
      },
      required: ['type', 'message'],
    },
  },
  required: ['ok', 'error'],
};

const paginationSchema: OpenApiSchema = {
  type: 'object',
  properties: {
    has_next_page: { type: 'boolean' },
    next_page_cursor: { type: 'string', nullable: true },
    next_page_url: { type: 'string', nullable: true },
  },
  required: ['has_next_page', 'next_page_cursor', 'next_page_url'],
};
