import type { Answer, AnswerBody, App } from '../../app/answer.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import type { Connection, Message } from './connection.ts';
import { toJson } from '../../app/json.ts';
import { maxRequestBytes, parseRequest, refuse, type ParsedRequest, type Refusal } from './request.ts';
import type { IncludeCodes } from './settings.ts';
import { isWellFormedRoute, type Topics } from './topics.ts';

export interface RequestDeskOptions {
  readonly app: App;
  readonly topics: Topics;
  readonly includeCodes: IncludeCodes;
  readonly clock: Clock;
  readonly log: Log;
  /** The connection to answer on, which may be a later one than the request came by. */
  readonly connection: () => Pick<Connection, 'publish'> | undefined;
}

/** Requests in work at a time; more are answered `too_many_requests`. */
export const maxInWork = 64;
/** Answers on their way to the broker, refusals included; what comes beyond isn't answered at all. */
const maxAnswering = 256;
/** The app has its own deadlines; this one only keeps a lost call from holding its place for ever. */
const callDeadlineMs = 300_000;

/** Where an answer goes. `asked`: to an MQTT 5 response topic of the client's choice. */
interface ReplyTo {
  readonly topic: string;
  readonly correlationData: Buffer | undefined;
  readonly asked: boolean;
}

/**
 * Takes requests from `…/request/<route>`, calls the app and publishes the answers. Requests are at least once:
 * a client that sends again, or a broker that delivers again, without a `request_id` asks twice.
 */
export class RequestDesk {
  readonly #options: RequestDeskOptions;
  readonly #routes: ReadonlyMap<string, { readonly isLocal: boolean }>;
  #inWork = 0;
  #answering = 0;
  #stopping = false;
  #whenIdle: (() => void) | undefined;

  constructor(options: RequestDeskOptions) {
    this.#options = options;
    this.#routes = new Map(options.app.routes.map((route) => [route.name, route]));
  }

  /** One message of the request topics. Never throws; the answer follows on its own. */
  receive(message: Message): void {
    const route = this.#options.topics.routeOf(message.topic);
    // An empty retained message is how a client takes back a retained request: nothing to answer.
    if (route === undefined || (message.retained && message.payload.length === 0)) return;
    if (this.#answering >= maxAnswering) {
      this.#options.log.warn({ route: shown(route) }, 'MQTT request dropped: too many answers on their way');
      return;
    }
    this.#answering += 1;
    void this.#handle(route, message).finally(() => {
      this.#answering -= 1;
      if (this.#answering === 0) this.#whenIdle?.();
    });
  }

  /** From now on new requests are refused. Resolves when all answers are out, after `withinMs` at the latest. */
  stop(withinMs: number): Promise<void> {
    this.#stopping = true;
    return new Promise((resolve) => {
      const done = (): void => {
        cancel();
        resolve();
      };
      const cancel = this.#options.clock.after(withinMs, done);
      this.#whenIdle = done;
      if (this.#answering === 0) done();
    });
  }

  async #handle(route: string, message: Message): Promise<void> {
    const { topics, includeCodes, log } = this.#options;
    const reply = replyTo(message, topics, route);
    const request = this.#admit(route, message);
    const reveal = includeCodes === true || (includeCodes === 'responses' && reply.asked);
    const answer =
      request.kind === 'refused' ? refusalBody(request) : await this.#call(route, request, reveal);
    const connection = this.#options.connection();
    const outcome = await connection?.publish(reply.topic, JSON.stringify(toJson(answer, reveal)), {
      retain: false,
      correlationData: reply.correlationData,
    });
    if (outcome !== 'acknowledged')
      log.warn({ route: shown(route), outcome }, 'an MQTT answer did not go out');
  }

  /** Everything that can be said of a request without the app. */
  #admit(route: string, message: Message): ParsedRequest {
    const { topics, log } = this.#options;
    const correlationBytes = message.correlationData?.length ?? 0;
    const responseTopicProblem =
      message.responseTopic === undefined ? undefined : topics.responseTopicProblem(message.responseTopic);
    let request = parseRequest(message.payload);
    const { requestId } = request;
    if (message.retained) {
      request = refuse(
        'retained_request',
        'A retained request is void: send it without the retain flag.',
        requestId,
      );
    } else if (correlationBytes + message.payload.length > maxRequestBytes) {
      request = refuse('payload_too_large', `A request may have ${maxRequestBytes} bytes.`, requestId);
    } else if (responseTopicProblem !== undefined) {
      request = refuse('invalid_response_topic', responseTopicProblem, requestId);
    } else if (this.#routes.get(route)?.isLocal !== false) {
      const why = this.#routes.has(route)
        ? "This is taken on the bridge's own machine only (lockstep on its command line)."
        : 'There is no such route.';
      request = refuse('unknown_route', why, requestId);
    } else if (this.#stopping) {
      request = refuse('bridge_stopping', 'The bridge is going down; nothing was changed.', requestId);
    } else if (request.kind === 'request' && this.#inWork >= maxInWork) {
      request = refuse('too_many_requests', `${maxInWork} requests are in work; try again later.`, requestId);
    }
    if (request.kind === 'refused') {
      log.info({ route: shown(route), error: request.error.type }, 'MQTT request refused');
    }
    return request;
  }

  async #call(
    route: string,
    request: ParsedRequest & { readonly kind: 'request' },
    seesCodes: boolean,
  ): Promise<AnswerBody> {
    const { app, log } = this.#options;
    const { params, requestId, expiresAt } = request;
    this.#inWork += 1;
    try {
      const answer = await this.#withDeadline(
        app.call(route, params, { caller: 'mqtt', seesCodes, requestId, expiresAt }),
      );
      return answerBody(answer, requestId);
    } catch (error) {
      log.error({ route, err: error }, 'a request failed in a way it never should');
      return refusalBody(
        refuse('internal_error', 'The request failed unexpectedly; see the log.', requestId),
      );
    } finally {
      this.#inWork -= 1;
    }
  }

  #withDeadline(call: Promise<Answer>): Promise<Answer> {
    const message = 'No outcome yet; ask again with the same request_id.';
    let cancel = (): void => undefined;
    const deadline = new Promise<Answer>((resolve) => {
      cancel = this.#options.clock.after(callDeadlineMs, () => {
        resolve({ ok: false, error: { type: 'request_timed_out', message, status: 504 } });
      });
    });
    return Promise.race([call, deadline]).finally(() => {
      cancel();
    });
  }
}

/** The route as it may stand in a log: a client can write anything into a topic, PINs included. */
const shown = (route: string): string => (isWellFormedRoute(route) ? route : '(not a route)');

const replyTo = (message: Message, topics: Topics, route: string): ReplyTo => {
  const { responseTopic, correlationData } = message;
  const echoed = (correlationData?.length ?? 0) > maxRequestBytes ? undefined : correlationData;
  if (responseTopic !== undefined && topics.responseTopicProblem(responseTopic) === undefined) {
    return { topic: responseTopic, correlationData: echoed, asked: true };
  }
  return { topic: topics.response(route), correlationData: echoed, asked: false };
};

const idOf = (requestId: string | undefined): AnswerBody =>
  requestId === undefined ? {} : { request_id: requestId };

const refusalBody = (refusal: Refusal): AnswerBody => ({
  ...idOf(refusal.requestId),
  ok: false,
  error: { ...refusal.error },
});

/** An answer as it goes out; errors in Seam's shape (facts/SEAM-ROUTES §0) without the HTTP status. */
const answerBody = (answer: Answer, requestId: string | undefined): AnswerBody => {
  if (answer.ok) return { ...idOf(requestId), ok: true, ...answer.body };
  const { type, message, data, validationErrors } = answer.error;
  return {
    ...idOf(requestId),
    ok: false,
    error: {
      type,
      message,
      ...(data === undefined ? {} : { data }),
      ...(validationErrors === undefined ? {} : { validation_errors: validationErrors }),
    },
  };
};
