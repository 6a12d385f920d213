import { z } from 'zod';

/** A schema of OpenAPI 3.0, as plain as Seam's own generators take it: one type each, no unions of unlike things. */
export interface OpenApiSchema {
  readonly type?: 'string' | 'number' | 'integer' | 'boolean' | 'array' | 'object';
  readonly nullable?: true;
  readonly enum?: readonly (string | boolean)[];
  readonly format?: string;
  readonly items?: OpenApiSchema;
  readonly properties?: Readonly<Record<string, OpenApiSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: OpenApiSchema | boolean;
  readonly $ref?: string;
  readonly [further: string]: unknown;
}

/** How a zod schema is told: `input` for what a route takes, `output` for what it answers. */
export const openApiSchemaOf = (schema: z.ZodType, io: 'input' | 'output'): OpenApiSchema =>
  plain(z.toJSONSchema(schema, { io, target: 'openapi-3.0', unrepresentable: 'any' }));

/** Rules that stand as they are. */
const kept = [
  'description',
  'default',
  'format',
  'pattern',
  'minLength',
  'maxLength',
  'minimum',
  'maximum',
  'minItems',
  'maxItems',
] as const;
const types = ['string', 'number', 'integer', 'boolean', 'array', 'object'] as const;
type Type = (typeof types)[number];

const plain = (raw: unknown): OpenApiSchema => {
  const schema = fieldsOf(raw);
  const union = ['anyOf', 'oneOf', 'allOf'].flatMap((key) => listOf(schema.get(key)));
  if (union.length > 0) return united(schema, union);
  const values = listOf(schema.get('enum'));
  const named = types.find((one) => one === schema.get('type')) ?? typeOfValues(values);
  const nullable = schema.get('nullable') === true || values.includes(null);
  return {
    ...rulesOf(schema),
    type: named,
    ...(nullable ? { nullable: true } : {}),
    ...enumOf(values, named),
    ...(named === 'array' ? { items: plain(schema.get('items')) } : {}),
    ...(named === 'object' ? objectOf(schema) : {}),
  };
};

const rulesOf = (schema: ReadonlyMap<string, unknown>): Record<string, unknown> => {
  const rules: Record<string, unknown> = Object.fromEntries(
    kept.flatMap((key) => (schema.has(key) ? [[key, schema.get(key)]] : [])),
  );
  // zod writes the bounds of a safe integer, which say nothing.
  if (rules['maximum'] === Number.MAX_SAFE_INTEGER) delete rules['maximum'];
  if (rules['minimum'] === Number.MIN_SAFE_INTEGER) delete rules['minimum'];
  if (typeof rules['pattern'] === 'string' && /0-9a-f.*\{8\}/i.test(rules['pattern']))
    rules['format'] = 'uuid';
  return rules;
};

const enumOf = (values: readonly unknown[], type: Type): OpenApiSchema => {
  const texts = values.filter((value) => typeof value === 'string' || typeof value === 'boolean');
  return texts.length > 0 && (type === 'string' || type === 'boolean') ? { enum: texts } : {};
};

const typeOfValues = (values: readonly unknown[]): Type => {
  const value = values.find((one) => one !== null);
  if (typeof value === 'string' || typeof value === 'boolean' || typeof value === 'number')
    return types.find((one) => one === typeof value) ?? 'string';
  return 'object';
};

const objectOf = (schema: ReadonlyMap<string, unknown>): OpenApiSchema => {
  const properties = [...fieldsOf(schema.get('properties'))].map(
    ([name, one]) => [name, plain(one)] as const,
  );
  const further = schema.get('additionalProperties');
  const required = listOf(schema.get('required')).filter((name) => typeof name === 'string');
  return {
    ...(properties.length > 0 ? { properties: Object.fromEntries(properties) } : {}),
    ...(required.length > 0 ? { required } : {}),
    ...(typeof further === 'object' && further !== null ? { additionalProperties: plain(further) } : {}),
    ...(further === false ? { additionalProperties: false } : {}),
  };
};

/** Alternatives told as one: of equal type, or of the widest; objects with all their properties. */
const united = (schema: ReadonlyMap<string, unknown>, union: readonly unknown[]): OpenApiSchema => {
  const variants = union.map(plain);
  const nullable = schema.get('nullable') === true || variants.some((one) => one.nullable === true);
  const about = { ...rulesOf(schema), ...(nullable ? { nullable: true as const } : {}) };
  // Where null is an alternative of its own, zod leaves it as one without a type.
  const real = variants.filter((one) => !isNullOnly(one));
  const [first] = real;
  if (first === undefined) return { ...about, type: 'object' };
  if (real.length === 1) return { ...first, ...about };
  if (real.every(({ type }) => type === 'object')) return { ...about, ...merged(real) };
  if (real.some(({ type }) => type === 'object' || type === 'array')) return { ...about, type: 'object' };
  const widest = (['string', 'number', 'integer', 'boolean'] as const).find((type) =>
    real.some((one) => one.type === type),
  );
  const texts = real.flatMap((one) => one.enum ?? []);
  const closed = real.every((one) => one.enum !== undefined && one.type === widest);
  return { ...about, type: widest ?? 'string', ...(closed ? { enum: [...new Set(texts)] } : {}) };
};

const isNullOnly = ({ type, nullable, properties, additionalProperties }: OpenApiSchema): boolean =>
  type === 'object' && nullable === true && properties === undefined && additionalProperties === undefined;

const merged = (variants: readonly OpenApiSchema[]): OpenApiSchema => {
  const properties: Record<string, OpenApiSchema> = {};
  for (const variant of variants)
    for (const [name, one] of Object.entries(variant.properties ?? {})) {
      const before = properties[name];
      const both = [...new Set([...(before?.enum ?? []), ...(one.enum ?? [])])];
      const bothClosed = before?.enum !== undefined && one.enum !== undefined;
      properties[name] = bothClosed ? { ...one, enum: both } : (before ?? one);
    }
  const required = Object.keys(properties).filter((name) =>
    variants.every((variant) => variant.required?.includes(name) === true),
  );
  const further = variants.find((one) => typeof one.additionalProperties === 'object')?.additionalProperties;
  return {
    type: 'object',
    ...(Object.keys(properties).length > 0 ? { properties } : {}),
    ...(required.length > 0 ? { required } : {}),
    ...(further === undefined ? {} : { additionalProperties: further }),
  };
};

const fieldsOf = (value: unknown): ReadonlyMap<string, unknown> =>
  new Map(typeof value === 'object' && value !== null ? Object.entries(value) : []);

const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
