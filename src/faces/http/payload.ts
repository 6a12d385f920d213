import type { Answer, AnswerBody, AnswerError } from '../../app/answer.ts';
import { toJson } from '../../app/json.ts';
import type { Json } from '../../app/json.ts';

export interface JsonAnswer {
  readonly status: number;
  readonly body: Json;
  /** Seconds, for `retry-after`. */
  readonly retryAfterS?: number;
}

/** Seam's shape (facts/SEAM-ROUTES.md §0): `ok: true` beside the route's own keys. */
export const bodyOf = (body: AnswerBody, reveal: boolean): Json => ({
  ...Object.fromEntries(Object.entries(body).map(([key, item]) => [key, toJson(item, reveal)])),
  ok: true,
});

/** Seam's shape of an error. Its data may name other codes, so it is opened no wider than an answer. */
export const errorBody = (error: Omit<AnswerError, 'status' | 'retryAfterS'>, reveal = false): Json => ({
  error: {
    type: error.type,
    message: error.message,
    ...(error.data && { data: toJson(error.data, reveal) }),
    ...(error.validationErrors !== undefined && {
      validation_errors: toJson(error.validationErrors, reveal),
    }),
  },
  ok: false,
});

export const jsonAnswer = (answer: Answer, reveal: boolean): JsonAnswer =>
  answer.ok
    ? { status: 200, body: bodyOf(answer.body, reveal) }
    : {
        status: answer.error.status,
        body: errorBody(answer.error, reveal),
        ...(answer.error.retryAfterS === undefined ? {} : { retryAfterS: answer.error.retryAfterS }),
      };

/** What the face itself refuses, before the application sees it. */
export const refusal = (status: number, type: string, message: string): JsonAnswer => ({
  status,
  body: errorBody({ type, message }),
});
