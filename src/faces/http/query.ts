export type QueryResult =
  | { readonly ok: true; readonly params: Readonly<Record<string, string | number | readonly string[]>> }
  | { readonly ok: false; readonly message: string };

/** Parameters that are numbers in a JSON body; a query knows only texts. */
const numeric = new Set(['limit', 'after']);
const poisoned = new Set(['__proto__', 'constructor', 'prototype']);

/**
 * The query of a read route as its JSON parameters: numbers for those that are numbers, lists for repeated keys
 * and for keys ending in `_ids`. `_strict`, which the SDK adds (facts/SEAM-ROUTES.md §0), isn't a parameter.
 */
export const parseQuery = (query: string): QueryResult => {
  const values = new Map<string, string[]>();
  for (const [key, value] of new URLSearchParams(query)) {
    if (poisoned.has(key)) return { ok: false, message: `${key} isn't a parameter.` };
    if (key !== '_strict') values.set(key, [...(values.get(key) ?? []), value]);
  }
  const params = new Map<string, string | number | readonly string[]>();
  for (const [key, list] of values) {
    const [only = ''] = list;
    if (list.length > 1 || key.endsWith('_ids')) params.set(key, list);
    else params.set(key, numeric.has(key) && /^\d{1,15}$/.test(only) ? Number(only) : only);
  }
  return { ok: true, params: Object.fromEntries(params) };
};
