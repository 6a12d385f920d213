import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { House } from '../../../test/support/house.ts';
import type { RouteInfo } from '../../app/answer.ts';
import { openApiOf } from './openapi.ts';

// What Seam's blueprint, and the command line on top of it, ask of the document; `npm run outside:seam` asks themselves.

const schemaSchema = z.looseObject({ type: z.string().optional(), $ref: z.string().optional() });
const operationSchema = z.looseObject({
  operationId: z.string(),
  requestBody: z
    .object({ content: z.object({ 'application/json': z.object({ schema: z.looseObject({}) }) }) })
    .optional(),
  parameters: z.array(z.looseObject({ name: z.string(), required: z.boolean() })).optional(),
  responses: z.looseObject({
    200: z.object({
      content: z.object({
        'application/json': z.object({
          schema: z.looseObject({ properties: z.record(z.string(), schemaSchema) }),
        }),
      }),
    }),
  }),
  'x-response-key': z.string().nullable(),
  'x-action-attempt-type': z.string().optional(),
});
const documentSchema = z.looseObject({
  paths: z.record(z.string(), z.record(z.string(), operationSchema)),
  components: z.looseObject({
    schemas: z.record(z.string(), z.looseObject({ 'x-route-path': z.string().optional() })),
  }),
});

let house: House;
let routes: readonly RouteInfo[];
let document: z.infer<typeof documentSchema>;
beforeAll(() => {
  house = new House([], 1, { simulates: true });
  routes = house.app.routes.filter(({ isLocal }) => !isLocal);
  // As it goes out: JSON.
  document = documentSchema.parse(JSON.parse(JSON.stringify(openApiOf(routes, '1.2.3'))));
});
afterAll(async () => {
  await house[Symbol.asyncDispose]();
});

const operations = (): [string, z.infer<typeof operationSchema>][] =>
  Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, one]): [string, z.infer<typeof operationSchema>] => [
      `${method} ${path}`,
      one,
    ]),
  );

test('every route is there by POST and by its own verb, each under an id of its own', () => {
  expect(Object.keys(document.paths)).toEqual(routes.map(({ name }) => `/${name}`));
  for (const [path, methods] of Object.entries(document.paths)) {
    expect(Object.keys(methods), path).toContain('post');
    if (path !== '/access_codes/update') expect(Object.keys(methods).length, path).toBeLessThanOrEqual(2);
  }
  expect(Object.keys(document.paths['/access_codes/update'] ?? {})).toEqual(['post', 'patch', 'put']);
  expect(Object.keys(document.paths['/access_codes/get'] ?? {})).toEqual(['post', 'get']);
  const ids = operations().map(([, one]) => one.operationId);
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids).toContain('accessCodesCreateMultiplePost');
});

test('an answer names the objects that it holds, and all that are named are described', () => {
  const described = Object.keys(document.components.schemas);
  for (const [name, operation] of operations()) {
    const { properties } = operation.responses[200].content['application/json'].schema;
    const key = operation['x-response-key'];
    if (key !== null) expect(Object.keys(properties), name).toContain(key);
    const refs = JSON.stringify(operation).matchAll(/"#\/components\/schemas\/(\w+)"/g);
    for (const [, type] of refs) expect(described, name).toContain(type);
  }
  expect(described).toEqual(
    expect.arrayContaining([
      'access_code',
      'unmanaged_access_code',
      'device',
      'unmanaged_device',
      'event',
      'pagination',
    ]),
  );
  const listed = document.paths['/access_codes/unmanaged/list']?.['post']?.responses[200].content;
  expect(listed?.['application/json'].schema.properties['access_codes']).toEqual({
    type: 'array',
    items: { $ref: '#/components/schemas/unmanaged_access_code' },
  });
});

test('every type of object is at home on a route, every attempt is known', () => {
  const homes = new Set(routes.map(({ name }) => `/${name.split('/').slice(0, -1).join('/')}`));
  for (const [type, schema] of Object.entries(document.components.schemas))
    if (type !== 'pagination') expect(homes, type).toContain(schema['x-route-path']);
  expect(document.components.schemas['access_code']).toMatchObject({ 'x-route-path': '/access_codes' });
  const known = JSON.stringify(document.components.schemas['action_attempt']);
  const attempts = operations().flatMap(([, one]) => one['x-action-attempt-type'] ?? []);
  expect(attempts).toContain('SIMULATE_KEYPAD_CODE_ENTRY');
  for (const attempt of attempts) expect(known).toContain(`"${attempt}"`);
});

test('each schema has one type, which generators can name', () => {
  const untyped: string[] = [];
  const walk = (value: unknown, path: string): void => {
    const schema = z.looseObject({}).safeParse(value).data;
    if (schema === undefined || '$ref' in schema) return;
    if (Array.isArray(schema['oneOf'])) {
      for (const [n, one] of schema['oneOf'].entries()) walk(one, `${path}[${String(n)}]`);
      return;
    }
    if (typeof schema['type'] !== 'string' || 'anyOf' in schema || 'allOf' in schema) untyped.push(path);
    if (schema['type'] === 'array') walk(schema['items'], `${path}[]`);
    const properties = z.record(z.string(), z.unknown()).safeParse(schema['properties']).data ?? {};
    for (const [name, one] of Object.entries(properties)) {
      if (!/^_*[a-z][a-z0-9]*(?:_[a-z0-9]+)*$/.test(name)) untyped.push(`${path}.${name}`);
      walk(one, `${path}.${name}`);
    }
  };
  for (const [name, schema] of Object.entries(document.components.schemas)) walk(schema, name);
  for (const [name, { requestBody }] of operations())
    if (requestBody !== undefined) walk(requestBody.content['application/json'].schema, name);
  expect(untyped).toEqual([]);
});

test('parameters are told as their schemas judge them', () => {
  const schema =
    document.paths['/access_codes/create']?.['post']?.requestBody?.content['application/json'].schema;
  expect(schema).toMatchObject({
    type: 'object',
    required: ['device_id'],
    additionalProperties: false,
    properties: {
      device_id: { type: 'string', format: 'uuid' },
      code: { type: 'string', pattern: String.raw`^\d{4,12}$` },
      starts_at: { type: 'string' },
    },
  });
  const query = document.paths['/access_codes/list']?.['get']?.parameters;
  expect(query).toContainEqual({
    name: 'access_code_ids',
    in: 'query',
    required: false,
    schema: expect.objectContaining({
      type: 'array',
      items: expect.objectContaining({ type: 'string' }) as unknown,
    }) as unknown,
  });
});
