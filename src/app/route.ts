import type { z } from 'zod';
import type { AnswerBody, CallContext, Method, RouteFacts } from './answer.ts';
import type { AppParts } from './parts.ts';

/** What a use case may know of who asks. */
export type Caller = Pick<CallContext, 'seesCodes'>;

/** `read`: changes nothing. `write`: one transaction. `act`: waits for a radio. */
export type Route = RouteFacts &
  (
    | {
        readonly kind: 'read' | 'write';
        readonly run: (parts: AppParts, params: unknown, caller: Caller) => AnswerBody;
      }
    | {
        readonly kind: 'act';
        readonly run: (
          parts: AppParts,
          params: unknown,
          expiresAt: number | undefined,
        ) => Promise<AnswerBody>;
      }
  );

interface About<S extends z.ZodType> {
  readonly summary: string;
  readonly schema: S;
  readonly answers?: readonly string[];
  /** Methods beside POST (and GET, for a read). */
  readonly also?: readonly Method[];
  readonly isLocal?: boolean;
}

const facts = (name: string, about: About<z.ZodType>, methods: readonly Method[]): RouteFacts => ({
  name,
  summary: about.summary,
  schema: about.schema,
  methods: [...methods, ...(about.also ?? [])],
  answers: about.answers ?? [],
  isLocal: about.isLocal ?? false,
});

/** Ties a use case to its schema, so that it only ever sees parameters that the schema has passed. */
export const read = <S extends z.ZodType>(
  name: string,
  about: About<S>,
  run: (parts: AppParts, params: z.infer<S>, caller: Caller) => AnswerBody,
): Route => ({
  ...facts(name, about, ['GET', 'POST']),
  kind: 'read',
  run: (parts, params, caller) => run(parts, about.schema.parse(params), caller),
});

export const write = <S extends z.ZodType>(
  name: string,
  about: About<S>,
  run: (parts: AppParts, params: z.infer<S>) => AnswerBody,
): Route => ({
  ...facts(name, about, ['POST']),
  kind: 'write',
  run: (parts, params) => run(parts, about.schema.parse(params)),
});

export const act = <S extends z.ZodType>(
  name: string,
  about: About<S>,
  run: (parts: AppParts, params: z.infer<S>, expiresAt: number | undefined) => Promise<AnswerBody>,
): Route => ({
  ...facts(name, about, ['POST']),
  kind: 'act',
  run: (parts, params, expiresAt) => run(parts, about.schema.parse(params), expiresAt),
});
