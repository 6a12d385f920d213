import { Pin } from '../core/pin.ts';
import type { AnswerValue } from './answer.ts';

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** True for a list of values. `Array.isArray` doesn't narrow a readonly array out of a union. */
export const isList = (value: AnswerValue | undefined): value is readonly AnswerValue[] =>
  Array.isArray(value);

/** True for an object with named values: neither a list nor a `Pin`. */
export const isRecord = (value: AnswerValue | undefined): value is { readonly [key: string]: AnswerValue } =>
  typeof value === 'object' && value !== null && !isList(value) && !(value instanceof Pin);

/** An answer's value as JSON: each `Pin` in it becomes its digits where they may be shown, else null. */
export const toJson = (value: AnswerValue, reveal: boolean): Json => {
  if (value instanceof Pin) return reveal ? value.reveal() : null;
  if (isList(value)) return value.map((item) => toJson(item, reveal));
  if (isRecord(value))
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, toJson(item, reveal)]));
  return value;
};
