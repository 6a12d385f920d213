import { Pin } from '../core/pin.ts';
import { Secret } from '../core/secret.ts';
import type { AnswerValue } from './answer.ts';

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** True for a list of values. `Array.isArray` doesn't narrow a readonly array out of a union. */
export const isList = (value: AnswerValue | undefined): value is readonly AnswerValue[] =>
  Array.isArray(value);

/** Only a face opens these, where whoever reads may see them. */
const isClosed = (value: unknown): value is Pin | Secret => value instanceof Pin || value instanceof Secret;

/** True for an object with named values: neither a list nor a `Pin` nor a `Secret`. */
export const isRecord = (value: AnswerValue | undefined): value is { readonly [key: string]: AnswerValue } =>
  typeof value === 'object' && value !== null && !isList(value) && !isClosed(value);

/** An answer's value as JSON: each `Pin` and `Secret` in it becomes its text where it may be shown, else null. */
export const toJson = (value: AnswerValue, reveal: boolean): Json => {
  if (isClosed(value)) return reveal ? value.reveal() : null;
  if (isList(value)) return value.map((item) => toJson(item, reveal));
  if (isRecord(value))
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, toJson(item, reveal)]));
  return value;
};
