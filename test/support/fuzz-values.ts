import fc from 'fast-check';
import { z } from 'zod';
import type { RouteInfo } from '../../src/app/answer.ts';

/** As much of JSON Schema as zod's routes come out in. */
const schemaShape = z.looseObject({
  type: z.union([z.string(), z.array(z.string())]).optional(),
  enum: z.array(z.unknown()).optional(),
  const: z.unknown().optional(),
  anyOf: z.array(z.unknown()).optional(),
  oneOf: z.array(z.unknown()).optional(),
  properties: z.record(z.string(), z.unknown()).optional(),
  required: z.array(z.string()).optional(),
  items: z.unknown().optional(),
  pattern: z.string().optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  maxLength: z.number().optional(),
});

/** Stands for something that is there when the request is sent: the n-th of its kind, by the parameter's name. */
const tokenMark = '§';
const token = fc.nat(9).map((n) => `${tokenMark}${n}`);

/** What breaks careless code, wherever JSON can say it. */
export const hostileValue: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    '',
    ' ',
    '0',
    -0,
    -1,
    1e308,
    2 ** 53 + 2,
    -(2 ** 31) - 1,
    0.1,
    '1e309',
    'NaN',
    'null',
    '[object Object]',
    '__proto__',
    'constructor',
    '\u0000',
    '\ud800',
    '\u202e4321',
    '\ufeff1234',
    '١٢٣٤',
    '🔑'.repeat(40),
    'x'.repeat(2_000),
    "'; DROP TABLE access_codes; --",
    '%s%n',
    '../../etc/passwd',
    '2026-11-01T12:00:00Z',
    '-271821-04-20T00:00:00Z',
    '+275760-09-13T00:00:00Z',
    '2026-11-01T12:00:00+14:00',
    '2026-11-31T12:00:00Z',
    true,
    false,
  ),
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.nat(60).map(nested),
  fc.array(fc.constantFrom<unknown>(null, '§0', '1234', 1, {}, []), { maxLength: 4 }),
  fc.dictionary(
    fc.constantFrom('__proto__', 'constructor', 'toJSON', 'then', 'length', 'a.b', 'x'),
    fc.constantFrom<unknown>(null, 1, '§1', { then: 1 }),
    { maxKeys: 3 },
  ),
  token,
);

/** Objects and lists in one another, so many deep. */
function nested(depth: number): unknown {
  let value: unknown = 1;
  for (let level = 0; level < depth; level += 1) value = level % 2 === 0 ? [value] : { a: value };
  return value;
}

const hostileKey = fc.constantFrom(
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  'toJSON',
  'then',
  'request_id',
  'expires_at',
  'ok',
  'error',
  '',
  ' ',
  'device_id ',
  '_strict',
  'colour',
);

const minuteMs = 60_000;
/** When a house's clock starts (virtual-clock.ts). */
const about = Date.UTC(2026, 10, 1, 12);
const time = fc
  .constantFrom(-525_600, -60, -1, 0, 1, 5, 60, 1_440, 10_080, 525_600)
  .map((minutes) => new Date(about + minutes * minuteMs).toISOString());
const digits = fc
  .tuple(fc.constantFrom(4, 5, 6, 8, 12), fc.nat(999_999))
  .map(([length, n]) => String(n).padStart(length, '7').slice(0, length));

/** Texts that a parameter of this name could have. */
const text = (name: string, pattern: string | undefined, maxLength: number): fc.Arbitrary<unknown> => {
  if (/(_at|since|between)$/.test(name)) return time;
  if (/(code|pin)$/.test(name)) return fc.oneof(digits, token);
  if (pattern?.startsWith('^[0-9a-f]{8}') === true)
    return fc.oneof({ weight: 6, arbitrary: token }, { weight: 1, arbitrary: fc.uuid() });
  if (/(key|cursor|_type|_types|radio|name|address|search)$/.test(name))
    return fc.oneof(token, fc.string({ minLength: 1, maxLength: Math.min(maxLength, 20) }));
  if (name === 'url')
    return fc.constantFrom('https://example.org/hook', 'http://127.0.0.1:1/', 'ftp://x', 'https://u:p@x/');
  if (name === 'time_zone')
    return fc.constantFrom('Europe/Berlin', 'America/St_Johns', 'UTC', 'Mars/Olympus');
  return fc.string({ maxLength: Math.min(maxLength, 20) });
};

/** Values that this schema takes, as far as JSON Schema can tell. */
const likely = (raw: unknown, name: string): fc.Arbitrary<unknown> => {
  const schema = schemaShape.parse(raw);
  const among = schema.anyOf ?? schema.oneOf;
  if (among !== undefined) return fc.oneof(...among.map((one) => likely(one, name)));
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  const types = typeof schema.type === 'string' ? [schema.type] : (schema.type ?? ['string']);
  return fc.oneof(...types.map((type) => ofType(type, schema, name)));
};

const ofType = (type: string, schema: z.infer<typeof schemaShape>, name: string): fc.Arbitrary<unknown> => {
  switch (type) {
    case 'object':
      return likelyObject(schema);
    case 'array':
      return fc.array(likely(schema.items ?? {}, name.replace(/s$/, '')), { minLength: 1, maxLength: 3 });
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    case 'integer':
    case 'number': {
      const { minimum = 0, maximum = 20 } = schema;
      return fc.integer({ min: Math.max(minimum, -5), max: Math.min(maximum, Math.max(minimum, 0) + 30) });
    }
    default:
      return text(name, schema.pattern, schema.maxLength ?? 100);
  }
};

/** All that is required, and a few of the rest: with many at once nearly everything would be refused. */
const likelyObject = ({
  properties = {},
  required = [],
}: z.infer<typeof schemaShape>): fc.Arbitrary<unknown> => {
  const optional = Object.keys(properties).filter((name) => !required.includes(name));
  return fc
    .tuple(
      fc.subarray(optional, { maxLength: Math.min(3, optional.length) }),
      fc.record(
        Object.fromEntries(Object.entries(properties).map(([name, one]) => [name, likely(one, name)])),
      ),
    )
    .map(([chosen, values]) =>
      Object.fromEntries(
        Object.entries(values).filter(([name]) => required.includes(name) || chosen.includes(name)),
      ),
    );
};

const objectSchema = z.record(z.string(), z.unknown());

/** Takes one of the parameters away, gives it another value, or adds one. */
const mutated = (params: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
  fc
    .tuple(params, fc.nat(20), fc.constantFrom('drop', 'replace', 'add'), hostileKey, hostileValue)
    .map(([given, at, how, key, value]) => {
      const entries = Object.entries(objectSchema.parse(given));
      const place = entries.length === 0 ? 0 : at % entries.length;
      if (how === 'add' || entries.length === 0) return Object.fromEntries([...entries, [key, value]]);
      const changed = entries.flatMap((entry, n): [string, unknown][] =>
        n !== place ? [entry] : how === 'drop' ? [] : [[entry[0], value]],
      );
      return Object.fromEntries(changed);
    });

/** Parameters for a route, derived from its schema: mostly such as it takes, or nearly. */
export const paramsFor = ({ schema }: RouteInfo): fc.Arbitrary<unknown> => {
  const good = likely(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }), '');
  return fc.oneof(
    { weight: 5, arbitrary: good },
    { weight: 4, arbitrary: mutated(good) },
    { weight: 1, arbitrary: hostileValue },
  );
};

/**
 * The same with each token replaced by what it stands for.
 * @param pool what there is of the kind that this parameter names
 */
export const resolved = (value: unknown, pool: (name: string) => readonly string[], name = ''): unknown => {
  if (typeof value === 'string') {
    if (!value.startsWith(tokenMark)) return value;
    const there = pool(name);
    return there[Number(value.slice(1)) % Math.max(1, there.length)] ?? value;
  }
  if (Array.isArray(value)) return value.map((one: unknown) => resolved(one, pool, name.replace(/s$/, '')));
  if (typeof value !== 'object' || value === null) return value;
  // By entries: an own property `__proto__` stays one.
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, resolved(one, pool, key)]));
};
