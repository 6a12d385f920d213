import type { Shape } from './parameter-shape.ts';

export type QueryResult =
  | { readonly ok: true; readonly params: Readonly<Record<string, unknown>> }
  | { readonly ok: false; readonly message: string };

const poisoned: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);
const depthMax = 4;

/**
 * A query as the parameters that a JSON body would hold, for the schema to judge. What the SDK sends (facts page SEAM,
 * "two wire protocols"): a key repeated for each entry of a list, dots for what is nested, nothing after the `=` for
 * null (or an empty list). Without its `_strict=true` also `a[]=x`, `a=x,y`, and yes, no, 1, 0 for booleans. A text
 * that can't be what the shape asks for stays a text, so that the schema refuses it.
 */
export const parseQuery = (query: string, shape: Shape): QueryResult => {
  const pairs = [...new URLSearchParams(query)];
  const strict = pairs.some(([key, value]) => key === '_strict' && value === 'true');
  const given = new Map<string, string[]>();
  for (const [name, value] of pairs) {
    if (name === '_strict') continue;
    const key = !strict && name.endsWith('[]') ? name.slice(0, -2) : name;
    given.set(key, [...(given.get(key) ?? []), value]);
  }
  const root = new Branch();
  for (const [key, values] of given) {
    const path = key.split('.');
    if (path.length > depthMax || path.some((part) => part === '' || poisoned.has(part)))
      return { ok: false, message: `${key}: unknown parameter` };
    const place = shapeAt(shape, path);
    if (!root.put(path, coerce(values, place, strict)))
      return { ok: false, message: `${key}: given both as a value and as an object` };
  }
  return { ok: true, params: root.value() };
};

/** An object in the making: values and further objects by their names. */
class Branch {
  readonly #entries = new Map<string, { readonly value: unknown } | Branch>();

  /** False where the path leads through a value, or ends in an object. */
  put(path: readonly string[], value: unknown): boolean {
    const [name = '', ...rest] = path;
    const found = this.#entries.get(name);
    if (rest.length === 0) {
      this.#entries.set(name, { value });
      return found === undefined;
    }
    if (found !== undefined && !(found instanceof Branch)) return false;
    const branch = found ?? new Branch();
    this.#entries.set(name, branch);
    return branch.put(rest, value);
  }

  value(): Record<string, unknown> {
    return Object.fromEntries(
      [...this.#entries].map(([name, one]) => [name, one instanceof Branch ? one.value() : one.value]),
    );
  }
}

const shapeAt = (shape: Shape, path: readonly string[]): Shape | undefined => {
  let place: Shape | undefined = shape;
  for (const name of path) place = place?.properties.get(name) ?? place?.further;
  return place;
};

const coerce = (values: readonly string[], shape: Shape | undefined, strict: boolean): unknown => {
  const [only = ''] = values;
  if (shape?.types.has('array') === true) {
    if (values.length === 1 && only === '') return [];
    const entries = values.length === 1 && !strict ? only.split(',') : values;
    return entries.map((text) => coerceOne(text, shape.items, strict));
  }
  if (values.length > 1) return values.map((text) => coerceOne(text, shape, strict));
  return only === '' ? null : coerceOne(only, shape, strict);
};

const loose = new Map([
  ['yes', true],
  ['1', true],
  ['no', false],
  ['0', false],
]);

const coerceOne = (text: string, shape: Shape | undefined, strict: boolean): unknown => {
  const types = shape?.types;
  if (types === undefined) return text;
  if (types.has('boolean')) {
    if (text === 'true' || text === 'false') return text === 'true';
    const meant = strict || types.has('string') ? undefined : loose.get(text);
    if (meant !== undefined) return meant;
  }
  if (types.has('number') && !types.has('string') && /^-?\d{1,15}(\.\d{1,15})?$/.test(text))
    return Number(text);
  return text;
};
