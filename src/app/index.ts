import type { Answer, App, CallContext } from './answer.ts';
import type { AppParts } from './parts.ts';
import { failure, Refusal, validationFailure } from './problems.ts';
import { Repeats } from './repeats.ts';
import { routes } from './routes.ts';
import type { Route } from './route.ts';

export type { AppParts, BridgeInfo } from './parts.ts';
export { startRounds } from './doctor/rounds.ts';
export { eventView } from './views.ts';

/** Names that would reach an object's prototype wherever a parser is careless. */
const forbiddenKeys = new Set(['__proto__', 'constructor', 'prototype']);

/** The parameters as an object, or what is wrong with them. */
const asParams = (
  params: unknown,
): { readonly given: Record<string, unknown> } | { readonly wrong: Answer } => {
  if (typeof params !== 'object' || params === null || Array.isArray(params))
    return { wrong: failure('invalid_input', 'The parameters must be a JSON object.', 400) };
  const bad = Object.keys(params).find((key) => forbiddenKeys.has(key));
  return bad === undefined
    ? { given: { ...params } }
    : { wrong: failure('invalid_input', `${bad}: unknown parameter`, 400) };
};

/** Builds the one door of all faces over the use cases. */
export const createApp = (parts: AppParts): App => {
  const { store, clock, log } = parts;
  const repeats = new Repeats(store, clock, log);

  const rememberedAnswer = (
    name: string,
    params: unknown,
    { caller, requestId }: CallContext,
  ): Promise<Answer> | Answer | undefined =>
    requestId === undefined ? undefined : repeats.known(`${caller}/${name}`, requestId, params);

  const dispatch = async (
    name: string,
    route: Route,
    params: unknown,
    context: CallContext,
  ): Promise<Answer> => {
    const { requestId } = context;
    const scope = `${context.caller}/${name}`;
    if (route.kind === 'act') {
      const work = (): Promise<Answer> =>
        guarded(name, async () => ({ ok: true, body: await route.run(parts, params, context.expiresAt) }));
      return requestId === undefined ? work() : repeats.onceSlowly(scope, requestId, params, work);
    }
    const work = (): Answer => refusable(() => ({ ok: true, body: route.run(parts, params) }));
    if (route.kind === 'read') return work();
    return requestId === undefined ? store.transaction(work) : repeats.once(scope, requestId, params, work);
  };

  const guarded = async (name: string, run: () => Promise<Answer>): Promise<Answer> => {
    try {
      return await run();
    } catch (error) {
      if (error instanceof Refusal) return { ok: false, error: error.error };
      log.error({ route: name, err: error }, 'a request failed unexpectedly');
      return failure('internal_error', 'The request failed unexpectedly; the log says more.', 500);
    }
  };

  return {
    routes: [...routes.values()],
    onChange: (listener) => parts.changes.on(listener),
    call: (name, raw, context) =>
      guarded(name, async () => {
        const route = routes.get(name);
        if (route === undefined || (route.isLocal && context.isLocal !== true))
          return failure('unknown_route', `There is no route ${JSON.stringify(name.slice(0, 80))}.`, 404);
        const params = asParams(raw);
        if ('wrong' in params) return params.wrong;
        const parsed = route.schema.safeParse(params.given);
        if (!parsed.success) return validationFailure(parsed.error);
        if (context.expiresAt !== undefined && clock.now() >= context.expiresAt)
          return (
            (await rememberedAnswer(name, params.given, context)) ??
            failure(
              'request_expired',
              'expires_at: the request came after its expiry; nothing was done.',
              400,
            )
          );
        return dispatch(name, route, params.given, context);
      }),
  };
};

/** A refusal is an answer like any other, worth remembering; it is thrown before any effect. */
const refusable = (work: () => Answer): Answer => {
  try {
    return work();
  } catch (error) {
    if (error instanceof Refusal) return { ok: false, error: error.error };
    throw error;
  }
};
