import { canonical } from '../core/canonical.ts';
import type { Store } from '../ports/store.ts';
import type { AnswerBody } from './answer.ts';
import { invalid, Refusal } from './problems.ts';

/** Where an item stands in its list: unique there, ascending, and never another's. */
export type PageKey = number | string;

/** The parameters of a list that comes in pages. */
interface Paged {
  readonly limit?: number | undefined;
  readonly page_cursor?: string | null | undefined;
}

export interface Page<T> {
  readonly items: readonly T[];
  readonly pagination: AnswerBody;
}

/** The first `count` items after this key (undefined: from the beginning), in order, each with its key. */
export type ReadPage<T, K extends PageKey> = (
  after: K | undefined,
  count: number,
) => readonly (readonly [K, T])[];

/**
 * One page of a list. The cursor names the last item shown, so that what is added or removed meanwhile moves nothing;
 * it is bound to the route and to all other parameters, and authenticated.
 * @param isKey which kind of key this list has
 * @throws Refusal `mismatched_page_parameters` for a cursor of another query, `invalid_input` for what is no cursor
 */
export const pageOf = <T, K extends PageKey>(
  { store }: { readonly store: Pick<Store, 'digest'> },
  route: string,
  params: Paged & Readonly<Record<string, unknown>>,
  { most, isKey, read }: { most: number; isKey: (key: unknown) => key is K; read: ReadPage<T, K> },
): Page<T> => {
  const { page_cursor: cursor, ...query } = params;
  const sealOf = (key: PageKey): string => store.digest(canonical(['page', route, query, key])).slice(0, 32);
  const after = cursor === undefined || cursor === null ? undefined : opened(cursor, sealOf, isKey);
  const count = params.limit ?? most;
  const found = read(after, count + 1);
  const shown = found.slice(0, count);
  const last = found.length > count ? shown.at(-1)?.[0] : undefined;
  return {
    items: shown.map(([, item]) => item),
    pagination: {
      has_next_page: last !== undefined,
      next_page_cursor: last === undefined ? null : encoded([last, sealOf(last)]),
      next_page_url: null,
    },
  };
};

export const isNumberKey = (key: unknown): key is number => typeof key === 'number';
export const isTextKey = (key: unknown): key is string => typeof key === 'string';

/** Reads pages of a list that is in memory, in ascending order of its keys. */
export const sliced =
  <T, K extends PageKey>(items: readonly T[], keyOf: (item: T) => K): ReadPage<T, K> =>
  (after, count) =>
    items
      .filter((item) => after === undefined || keyOf(item) > after)
      .slice(0, count)
      .map((item) => [keyOf(item), item] as const);

const encoded = (parts: readonly unknown[]): string =>
  Buffer.from(JSON.stringify(parts)).toString('base64url');

const opened = <K extends PageKey>(
  cursor: string,
  sealOf: (key: PageKey) => string,
  isKey: (key: unknown) => key is K,
): K => {
  const parts = decoded(cursor);
  if (parts === undefined) throw invalid('page_cursor', 'must be the next_page_cursor of a page before');
  const [key, seal] = parts;
  if (!isKey(key) || seal !== sealOf(key)) {
    const message = 'belongs to another query: repeat all other parameters of the page before';
    throw new Refusal({
      type: 'mismatched_page_parameters',
      message: `page_cursor: ${message}.`,
      status: 400,
      validationErrors: { _errors: [], page_cursor: { _errors: [message] } },
    });
  }
  return key;
};

const decoded = (cursor: string): readonly unknown[] | undefined => {
  try {
    const parts: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    return Array.isArray(parts) && parts.length === 2 && typeof parts[1] === 'string' ? parts : undefined;
  } catch {
    return undefined;
  }
};
