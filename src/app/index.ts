import { endInterrupted } from './action-attempts/run.ts';
import { StoreError } from '../ports/errors.ts';
import type { Log } from '../ports/log.ts';
import type { Answer, AnswerError, App, CallContext } from './answer.ts';
import { Deliveries } from './deliveries.ts';
import type { AppParts } from './parts.ts';
import { failure, Refusal, validationFailure } from './problems.ts';
import { RateLimiter } from './rate-limits.ts';
import { Repeats } from './repeats.ts';
import { routesOf } from './routes.ts';
import type { Route } from './route.ts';

export type { AppParts, BridgeInfo } from './parts.ts';
export { startClockWatch } from './clock/watch.ts';
export { startRounds } from './doctor/rounds.ts';
export { renderEvent } from './events/use-cases.ts';
export { createDeliveries } from './webhooks/deliveries.ts';
export type { Deliveries, SendOutcome } from './webhooks/deliveries.ts';

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
  const routes = routesOf(parts);
  endInterrupted(parts);
  const deliveries = new Deliveries(store, clock, log);
  const limits = new RateLimiter(store, clock, parts.bridge.rateLimits ?? {});

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
    const arrival = isHarmlessAgain(name, params) ? undefined : context.arrival;
    const scope = `${context.caller}/${name}`;
    if (route.kind === 'act') {
      const work = (): Promise<Answer> =>
        guarded(name, async () => ({ ok: true, body: await route.run(parts, params, context.expiresAt) }));
      if (requestId !== undefined) return repeats.onceSlowly(scope, requestId, params, work);
      return arrival === undefined ? work() : deliveries.act(scope, params, arrival, work);
    }
    const run = (): Answer => ({ ok: true, body: route.run(parts, params, context) });
    if (route.kind === 'read') return refusable(run);
    // A refusal is an answer, and kept like one; what was done before it, if ever, is undone.
    const work = (): Answer => refusable(() => store.transaction(run));
    if (requestId !== undefined) return repeats.once(scope, requestId, params, work);
    return arrival === undefined ? store.transaction(work) : deliveries.write(scope, params, arrival, work);
  };

  const guarded = async (name: string, run: () => Promise<Answer>): Promise<Answer> => {
    try {
      return await run();
    } catch (error) {
      return explained(error, name, routes.get(name)?.kind, log);
    }
  };

  return {
    routes: [...routes.values()],
    onChange: (listener) => parts.changes.on(listener),
    close: () => {
      deliveries.close();
    },
    call: (name, raw, context) =>
      guarded(name, async () => {
        const route = routes.get(name);
        if (route === undefined || (route.isLocal && context.isLocal !== true))
          return failure('unknown_route', `There is no route ${JSON.stringify(name.slice(0, 80))}.`, 404);
        const params = asParams(raw);
        if ('wrong' in params) return params.wrong;
        const parsed = route.schema.safeParse(params.given);
        if (!parsed.success) return validationFailure(parsed.error);
        const untimely = untimelyFor(parts, name, context) ?? limits.refuses(name, params.given, context);
        if (untimely !== undefined)
          return (await rememberedAnswer(name, params.given, context)) ?? { ok: false, error: untimely };
        return dispatch(name, route, params.given, context);
      }),
  };
};

/**
 * They say what is to be, so that doing it again does no harm; and whatever has come between, what was asked for last
 * holds.
 */
const statements = new Set([
  'access_codes/update',
  'access_codes/update_multiple',
  'access_codes/report_device_constraints',
  'devices/update',
  'devices/unmanaged/update',
  'devices/report_provider_metadata',
  'webhooks/update',
  'lockstep/apply',
]);

/** What is to be managed by somebody else from now on isn't found a second time. */
const isHarmlessAgain = (route: string, params: unknown): boolean =>
  statements.has(route) && !(typeof params === 'object' && params !== null && 'is_managed' in params);

/** Opens a door, which at the wrong time is worse than not at all. */
const unlock = 'locks/unlock_door';

/** Why it is too late for this request, or nobody knows whether it is. */
const untimelyFor = (
  { clock, clockTrust }: AppParts,
  route: string,
  { expiresAt }: CallContext,
): AnswerError | undefined => {
  if (expiresAt === undefined) return undefined;
  if (clock.now() >= expiresAt) return expired;
  return route === unlock && !clockTrust.isTrusted ? clockUntrusted : undefined;
};

const clockUntrusted: AnswerError = {
  type: 'clock_untrusted',
  message:
    "expires_at: the bridge doesn't know what time it is, since its clock is not trusted; nothing was done. See: lockstep clock",
  status: 503,
};

const expired: AnswerError = {
  type: 'request_expired',
  message: 'expires_at: the request came after its expiry; nothing was done.',
  status: 400,
};

/** What a throw is to the caller: a rule that was broken, a database that refuses, or a bug. */
const explained = (error: unknown, route: string, kind: Route['kind'] | undefined, log: Log): Answer => {
  if (error instanceof Refusal) return { ok: false, error: error.error };
  if (error instanceof StoreError) {
    log.error({ route, err: error }, 'a request failed: the database refused');
    return kind === 'act' ? unknownOutcome : unavailable;
  }
  log.error({ route, err: error }, 'a request failed unexpectedly');
  return failure('internal_error', 'The request failed unexpectedly; the log says more.', 500);
};

/** What a route was to store it didn't: its transaction was given up as a whole. */
const unavailable = failure(
  'service_unavailable',
  "Nothing can be stored at the moment, and nothing was done; the bridge's log says why.",
  503,
);
/** A lock may have been told already. */
const unknownOutcome = failure(
  'outcome_unknown',
  'The bridge could not store how this ended; its log says why. Look at the lock before you ask again.',
  409,
);

/** A refusal is an answer like any other, worth remembering; it is thrown before any effect. */
const refusable = (work: () => Answer): Answer => {
  try {
    return work();
  } catch (error) {
    if (error instanceof Refusal) return { ok: false, error: error.error };
    throw error;
  }
};
