import type { AnswerValue } from '../../app/answer.ts';
import { Pin } from '../../core/pin.ts';

type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

const opened = (value: AnswerValue, reveal: boolean): Json => {
  if (value instanceof Pin) return reveal ? value.reveal() : null;
  if (isList(value)) return value.map((item) => opened(item, reveal));
  if (isRecord(value)) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, opened(item, reveal)]));
  }
  return value;
};

/** The answer as JSON text; each `Pin` in it becomes its digits, or `null` where they may not be shown. */
export const toJson = (value: AnswerValue, reveal: boolean): string => JSON.stringify(opened(value, reveal));

/** True for a list of values. */
export const isList = (value: AnswerValue | undefined): value is readonly AnswerValue[] =>
  Array.isArray(value);

/** True for an object with named values: neither a list nor a `Pin`. */
export const isRecord = (value: AnswerValue | undefined): value is { readonly [key: string]: AnswerValue } =>
  typeof value === 'object' && value !== null && !isList(value) && !(value instanceof Pin);
