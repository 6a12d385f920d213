import type { Instant } from '../../core/model.ts';
import type { AnswerBody, AnswerValue } from '../answer.ts';
import type { Vocabulary } from '../vocabulary.ts';

/** Ids that every object of this bridge carries. */
export interface Workspace {
  readonly workspaceId: string;
  readonly connectedAccountId: string;
  readonly vocabulary?: Vocabulary;
}

export const iso = (at: Instant): string => new Date(at).toISOString();

/** Payloads are made here of JSON values only; anything else is left out rather than guessed. */
export const jsonOf = (payload: Readonly<Record<string, unknown>>): AnswerBody => {
  const out: Record<string, AnswerValue> = {};
  for (const [key, value] of Object.entries(payload)) {
    const json = jsonValue(value);
    if (json !== undefined) out[key] = json;
  }
  return out;
};

export const jsonValue = (value: unknown): AnswerValue | undefined => {
  if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
    return value;
  if (Array.isArray(value)) return value.map((item: unknown) => jsonValue(item) ?? null);
  if (typeof value === 'object') return jsonOf({ ...value });
  return undefined;
};
