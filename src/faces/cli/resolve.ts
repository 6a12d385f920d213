import { bad, good } from './io.ts';
import type { Result } from './io.ts';
import type { Code, Device } from './shapes.ts';
import { clean } from './text.ts';

/** Something a person can name by an id, or by names. */
export interface Named {
  readonly id: string;
  readonly names: readonly string[];
}

export type Match<T> =
  | { readonly kind: 'one'; readonly item: T }
  | { readonly kind: 'none' }
  | { readonly kind: 'many'; readonly items: readonly T[] };

/**
 * What `text` means: an id or a name in full first, else a beginning that only one id or name has. Case counts
 * for nothing. A name in full wins over a longer one that begins with it.
 */
export const match = <T extends Named>(text: string, items: readonly T[]): Match<T> => {
  const wanted = fold(text);
  if (wanted === '') return { kind: 'none' };
  const texts = (item: T): string[] => [item.id, ...item.names].map(fold);
  const exact = items.filter((item) => texts(item).includes(wanted));
  const found =
    exact.length > 0 ? exact : items.filter((item) => texts(item).some((each) => each.startsWith(wanted)));
  const [first, ...others] = found;
  if (first === undefined) return { kind: 'none' };
  return others.length === 0 ? { kind: 'one', item: first } : { kind: 'many', items: found };
};

const fold = (text: string): string => text.normalize('NFC').trim().toLowerCase();

/** One item, or a failure that lists what could be meant. `what` is for example `lock`. */
export const single = <T extends Named>(what: string, text: string, items: readonly T[]): Result<T> => {
  const result = match(text, items);
  if (result.kind === 'one') return good(result.item);
  const named = clean(text).slice(0, 80);
  if (result.kind === 'many') {
    return bad(
      2,
      `"${named}" could be any of these ${what}s; write more of its name or id:\n${list(result.items)}`,
    );
  }
  const known = items.length === 0 ? `There are no ${what}s.` : `There are:\n${list(items)}`;
  return bad(1, `No ${what} is called "${named}". ${known}`);
};

const shownMax = 20;

const list = (items: readonly Named[]): string => {
  const lines = items
    .slice(0, shownMax)
    .map(({ id, names }) => `  ${id}  ${clean(names[0] ?? '')}`.trimEnd());
  if (items.length > shownMax) lines.push(`  and ${items.length - shownMax} more`);
  return lines.join('\n');
};

export const deviceName = (device: Device): string =>
  device.nickname ?? device.display_name ?? device.properties.name ?? device.device_id;

export const namedDevice = (device: Device): Named & { readonly device: Device } => {
  const names = [device.nickname, device.display_name, device.properties.name, device.x_address];
  return { id: device.device_id, names: names.filter(isName), device };
};

const isName = (name: string | null | undefined): name is string =>
  name !== null && name !== undefined && name !== '';

export const namedCode = (code: Code): Named & { readonly code: Code } => ({
  id: code.access_code_id,
  names: code.name === null ? [] : [code.name],
  code,
});

/** How much of the ids must be written so that they differ: 8 characters or more. */
export const idLength = (ids: readonly string[]): number => {
  let length = 8;
  while (length < 36 && new Set(ids.map((id) => id.slice(0, length))).size < new Set(ids).size) length += 1;
  return length;
};
