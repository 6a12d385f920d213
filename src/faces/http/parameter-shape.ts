import { z } from 'zod';

/**
 * What a parameter may be, as far as a query has to know: it holds only texts. Empty where the schema takes anything.
 */
export interface Shape {
  readonly types: ReadonlySet<string>;
  /** Of a list's entries. */
  readonly items: Shape | undefined;
  /** Of an object's properties. */
  readonly properties: ReadonlyMap<string, Shape>;
  /** Of an object's further properties. */
  readonly further: Shape | undefined;
}

/** The shape of a route's parameters, from the schema that judges them. */
export const shapeOf = (schema: z.ZodType): Shape =>
  shapeFrom(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }));

const shapeFrom = (schema: unknown): Shape => {
  const parts = [schema, ...['anyOf', 'oneOf', 'allOf'].flatMap((key) => listOf(at(schema, key)))];
  const [, ...alternatives] = parts;
  const shapes = alternatives.map(shapeFrom);
  return {
    types: new Set([...ownTypes(schema), ...shapes.flatMap(({ types }) => [...types])]),
    items: shapeOrNone(at(schema, 'items')) ?? firstOf(shapes, ({ items }) => items),
    properties: new Map([...shapes.flatMap(({ properties }) => [...properties]), ...ownProperties(schema)]),
    further: shapeOrNone(at(schema, 'additionalProperties')) ?? firstOf(shapes, ({ further }) => further),
  };
};

const ownTypes = (schema: unknown): string[] => {
  const type = at(schema, 'type');
  const named = typeof type === 'string' ? [type] : listOf(type).map(String);
  const values = [...listOf(at(schema, 'enum')), ...(has(schema, 'const') ? [at(schema, 'const')] : [])];
  return [...named, ...values.map((value) => (value === null ? 'null' : typeof value))].map((name) =>
    name === 'integer' ? 'number' : name,
  );
};

const ownProperties = (schema: unknown): [string, Shape][] => {
  const properties = at(schema, 'properties');
  return typeof properties === 'object' && properties !== null
    ? Object.entries(properties).map(([name, one]) => [name, shapeFrom(one)])
    : [];
};

const shapeOrNone = (schema: unknown): Shape | undefined =>
  typeof schema === 'object' && schema !== null ? shapeFrom(schema) : undefined;

const firstOf = (shapes: readonly Shape[], pick: (shape: Shape) => Shape | undefined): Shape | undefined =>
  shapes.map(pick).find((one) => one !== undefined);

const has = (value: unknown, key: string): boolean =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, key);

const at = (value: unknown, key: string): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, key)
    ? new Map<string, unknown>(Object.entries(value)).get(key)
    : undefined;

const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
