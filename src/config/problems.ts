import { z } from 'zod';
import { nearest } from './values.ts';

type Path = readonly PropertyKey[];

/**
 * One line for each problem: the key's path, what was found, what is allowed, and a likely spelling. Values are
 * shown only where the schema expects a plain value that isn't a secret.
 */
export const problemLines = (error: z.ZodError, schema: z.ZodType, raw: unknown): string[] =>
  error.issues.flatMap((issue) => {
    if (issue.code === 'unrecognized_keys') {
      const allowed = keysAt(schema, issue.path);
      return issue.keys.map((key) => unknownKey([...issue.path, key], key, allowed));
    }
    if (issue.code === 'invalid_key') {
      const allowed = issue.issues[0]?.message ?? issue.message;
      return [`${dotted(issue.path)}: not a possible key here; allowed: ${allowed}`];
    }
    const section = keysAt(schema, issue.path);
    const found = valueAt(raw, issue.path);
    if (section.length > 0 || (issue.code === 'invalid_type' && issue.expected === 'object')) {
      const keys = section.length > 0 ? ` with the keys ${section.join(', ')}` : '';
      return [`${dotted(issue.path)}: found ${kindOf(found)}; allowed: a section${keys}`];
    }
    const guess = issue.code === 'invalid_value' ? likely(found, issue.values.map(String)) : '';
    return [`${dotted(issue.path)}: found ${shown(issue.path, found)}; allowed: ${issue.message}${guess}`];
  });

const unknownKey = (path: Path, key: string, allowed: readonly string[]): string => {
  const guess = nearest(key, allowed);
  const hint = guess === undefined ? '' : ` (did you mean ${guess}?)`;
  return `${dotted(path)}: unknown key${hint}; allowed here: ${allowed.join(', ')}`;
};

const likely = (found: unknown, values: readonly string[]): string => {
  const guess = typeof found === 'string' ? nearest(found, values) : undefined;
  return guess === undefined ? '' : ` (did you mean ${guess}?)`;
};

const dotted = (path: Path): string => {
  // A key is the operator's text: what isn't plain goes in quotes, so that no line can be forged.
  const parts = path.map((part) => {
    const text = String(part);
    return /^[\w:-]{1,64}$/.test(text) ? text : JSON.stringify(text.slice(0, 64));
  });
  return parts.length === 0 ? 'the file' : parts.join('.');
};

/** Allowed keys of the section at `path`, or none where it isn't a section with fixed keys. */
const keysAt = (schema: z.core.$ZodType, path: Path): readonly string[] => {
  if (schema instanceof z.ZodPrefault || schema instanceof z.ZodOptional)
    return keysAt(schema.unwrap(), path);
  const [head, ...rest] = path;
  if (schema instanceof z.ZodObject) {
    const shape: z.core.$ZodShape = schema.shape;
    if (head === undefined) return Object.keys(shape);
    const entry = Object.entries(shape).find(([key]) => key === head);
    return entry === undefined ? [] : keysAt(entry[1], rest);
  }
  if (head === undefined) return [];
  if (schema instanceof z.ZodRecord) return keysAt(schema.valueType, rest);
  if (schema instanceof z.ZodArray) return keysAt(schema.element, rest);
  return [];
};

const valueAt = (raw: unknown, path: Path): unknown => {
  let value = raw;
  for (const part of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = new Map<string, unknown>(Object.entries(value)).get(String(part));
  }
  return value;
};

/** Keys that name a file with a secret: somebody may have written the secret itself there. */
const nearSecret = /(password|key)_file$/;

const shown = (path: Path, found: unknown): string => {
  const isPlain = typeof found === 'string' || typeof found === 'number' || typeof found === 'boolean';
  if (!isPlain || nearSecret.test(String(path.at(-1)))) return kindOf(found);
  const text = JSON.stringify(typeof found === 'string' ? withoutUserInfo(found) : found);
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
};

/** A URL may carry `user:password@`, and the password a slash. */
const withoutUserInfo = (text: string): string => text.replace(/\/\/.*@/s, '//…@');

const kindOf = (found: unknown): string => {
  if (found === undefined) return 'nothing';
  if (found === null) return 'an empty value (leave the key out for its default)';
  if (Array.isArray(found)) return 'a list';
  if (typeof found === 'object') return 'a section';
  if (typeof found === 'string') return 'a text';
  return typeof found === 'number' ? 'a number' : 'true or false';
};
