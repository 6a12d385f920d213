import type { Node } from 'yaml';
import { isUuid } from '../../../core/ids.ts';
import { CodeDocument, kindOf } from './nodes.ts';
import type { Entry, Place, Problem } from './nodes.ts';

/** A value and where it stands. */
export interface Placed<T> {
  readonly value: T;
  readonly place: Place;
}

/** One code of a lock, as the file has it. Times are text still: they depend on the lock's zone. */
export interface FileCode {
  readonly place: Place;
  readonly id?: Placed<string>;
  readonly name?: Placed<string>;
  readonly code?: Placed<string>;
  readonly starts?: Placed<string>;
  readonly ends?: Placed<string>;
  readonly sharedKey?: Placed<string>;
  readonly oneTime?: Placed<boolean>;
  readonly allowExternalChanges?: Placed<boolean>;
}

export interface FileLock {
  /** Id, or a beginning of id or name. */
  readonly lock: string;
  readonly place: Place;
  readonly codes: readonly FileCode[];
}

export type ParsedFile =
  | { readonly ok: true; readonly locks: readonly FileLock[] }
  | { readonly ok: false; readonly problems: readonly Problem[] };

const codesMost = 1000;
const example = 'locks: { "Front door": { codes: [ { name: Anna } ] } }';

/** What a code file says, or everything that is wrong with it. */
export const parseCodeFile = (text: string): ParsedFile => {
  const file = new CodeDocument(text);
  const locks = file.problems.length === 0 ? locksOf(file) : [];
  const problems = file.problems.toSorted(
    (a, b) => a.place.line - b.place.line || a.place.column - b.place.column,
  );
  return problems.length === 0 ? { ok: true, locks } : { ok: false, problems };
};

const start: Place = { line: 1, column: 1 };

const locksOf = (file: CodeDocument): FileLock[] => {
  const top = file.entries(file.contents, start, `must be a mapping with locks, such as ${example}`);
  if (top === null) return [];
  for (const { key, place } of top) if (key !== 'locks') unknownKey(file, key, place, ['locks']);
  const locks = top.find(({ key }) => key === 'locks');
  if (locks === undefined) {
    file.say(start, `locks is missing; such as ${example}`);
    return [];
  }
  const named =
    file.entries(locks.value, locks.place, 'locks must be a mapping of locks by id or name') ?? [];
  if (named.length === 0) file.say(locks.place, 'locks must name at least one lock');
  return named.map((one) => ({ lock: one.key, place: one.place, codes: codesOf(file, one) }));
};

const codesOf = (file: CodeDocument, { value, place }: Entry): FileCode[] => {
  const what = 'a lock must be a mapping with codes, the list of all codes that it is to have ([] for none)';
  const entries = file.entries(value, place, what);
  if (entries === null) return [];
  for (const one of entries) if (one.key !== 'codes') unknownKey(file, one.key, one.place, ['codes']);
  const codes = entries.find(({ key }) => key === 'codes');
  if (codes === undefined) {
    file.say(place, what);
    return [];
  }
  const items = file.items(codes.value, codes.place, 'codes must be a list ([] for none)') ?? [];
  if (items.length > codesMost) file.say(codes.place, `codes must be at most ${codesMost}`);
  return items.slice(0, codesMost).map(([node, at]) => codeOf(file, node, at));
};

const unknownKey = (file: CodeDocument, key: string, place: Place, known: readonly string[]): void => {
  // What stands in a key's place by mistake may be a PIN.
  const named = /^[a-z_ -]{1,40}$/i.test(key) ? `unknown key ${key}` : 'unknown key';
  file.say(place, `${named}; allowed: ${known.join(', ')}`);
};

const keys = {
  name: 'name',
  code: 'code',
  starts: 'starts',
  ends: 'ends',
  one_time: 'oneTime',
  allow_external_changes: 'allowExternalChanges',
  shared_key: 'sharedKey',
  id: 'id',
} as const;
type Key = keyof typeof keys;
const isKey = (key: string): key is Key => Object.hasOwn(keys, key);

const codeOf = (file: CodeDocument, node: Node | undefined, place: Place): FileCode => {
  const entries = file.entries(node, place, 'a code must be a mapping, such as { name: Anna }') ?? [];
  let code: FileCode = { place };
  const before = file.problems.length;
  for (const { key, place: at, value } of entries) {
    if (!isKey(key)) {
      unknownKey(file, key, at, Object.keys(keys));
      continue;
    }
    const read = key === 'one_time' || key === 'allow_external_changes' ? flag : texts[key];
    const found = read(file, value, value === undefined ? at : file.placeOf(value), key);
    if (found !== null) code = { ...code, [keys[key]]: { value: found, place: file.placeOf(value) } };
  }
  if (file.problems.length === before && code.name === undefined && code.id === undefined)
    file.say(place, 'a code must have a name (or its id), by which it is known again');
  return code;
};

const flag = (file: CodeDocument, node: Node | undefined, place: Place, key: Key): boolean | null => {
  const value = file.scalar(node, place, `${key} must be true or false`);
  if (value === null) return null;
  if (typeof value.value === 'boolean') return value.value;
  return file.say(place, `${key} must be true or false, but here is ${kindOf(value)}`);
};

type ReadText = (file: CodeDocument, node: Node | undefined, place: Place, key: Key) => string | null;

const text =
  (isGood: (text: string) => boolean, what: string): ReadText =>
  (file, node, place, key) => {
    const value = file.scalar(node, place, `${key} must be ${what}`);
    if (value === null) return null;
    if (typeof value.value !== 'string')
      return file.say(place, `${key} must be ${what}, but here is ${kindOf(value)}: put it in quotes`);
    const found = value.value.trim();
    return isGood(found) ? found : file.say(place, `${key} must be ${what}`);
  };

const lengthUpTo =
  (most: number) =>
  (found: string): boolean =>
    found.length >= 1 && found.length <= most && /^\P{Cc}*$/u.test(found);

/** A YAML number would lose leading zeros, and `0471` be another PIN. */
const pin: ReadText = (file, node, place) => {
  const what = 'code must be 4 to 12 digits in quotes, such as "0471"';
  const value = file.scalar(node, place, what);
  if (value === null) return null;
  if (typeof value.value !== 'string')
    return file.say(place, `${what}; without quotes, leading zeros would be lost`);
  return /^\d{4,12}$/.test(value.value) ? value.value : file.say(place, what);
};

const time = text(lengthUpTo(40), 'a time, such as "2026-12-24 15:00"');

const texts: Readonly<Record<Exclude<Key, 'one_time' | 'allow_external_changes'>, ReadText>> = {
  name: text(lengthUpTo(100), 'text of 1 to 100 characters'),
  code: pin,
  starts: time,
  ends: time,
  shared_key: text(lengthUpTo(200), 'text of 1 to 200 characters'),
  id: text(isUuid, "a code's id, a UUID"),
};
