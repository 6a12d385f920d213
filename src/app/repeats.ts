import { canonical } from '../core/canonical.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { Store } from '../ports/store.ts';
import type { Answer } from './answer.ts';
import { failure } from './problems.ts';
import { deserialise, serialise } from './sealed-answer.ts';

/** Stands for the answer of a command that was begun: if it is still there after a restart, nobody knows. */
const begun = failure(
  'outcome_unknown',
  'This request was begun before a restart, and how it ended is not known. Look at the lock, and ask again with a new request_id.',
  409,
);
const conflict = failure(
  'idempotency_conflict',
  'request_id: used before on this route with other parameters.',
  409,
);

const keyOf = (scope: string, requestId: string): string => `${scope} ${requestId}`;

/**
 * Recognises repeated requests: the same id on the same route gives the same answer and no second effect,
 * for as long as the store remembers (at least 24 h).
 */
export class Repeats {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #log: Log;
  /** Commands under way: a repetition meanwhile waits for the same answer. */
  readonly #underWay = new Map<string, { readonly digest: string; readonly answer: Promise<Answer> }>();

  constructor(store: Store, clock: Clock, log: Log) {
    this.#store = store;
    this.#clock = clock;
    this.#log = log;
  }

  /** The answer that was or is being given to this request, if any; also after the request has expired. */
  known(scope: string, requestId: string, params: unknown): Promise<Answer> | Answer | undefined {
    const digest = this.#store.digest(canonical(params));
    return this.#meanwhile(scope, requestId, digest) ?? this.#before(scope, requestId, digest);
  }

  /** A command that is over at once: its effect and its remembered answer are one transaction. */
  once(scope: string, requestId: string, params: unknown, work: () => Answer): Answer {
    const digest = this.#store.digest(canonical(params));
    return (
      this.#before(scope, requestId, digest) ??
      this.#store.transaction(() => {
        const answer = work();
        this.#remember(scope, requestId, digest, answer);
        return answer;
      })
    );
  }

  /** A command that takes time: its beginning is marked first, so that a crash never leads to a second effect. */
  async onceSlowly(
    scope: string,
    requestId: string,
    params: unknown,
    work: () => Promise<Answer>,
  ): Promise<Answer> {
    const digest = this.#store.digest(canonical(params));
    const key = keyOf(scope, requestId);
    const live = this.#meanwhile(scope, requestId, digest);
    if (live !== undefined) return live;
    const before = this.#before(scope, requestId, digest);
    if (before !== undefined) return before;
    // A disk that is full must not keep a door shut: the command is given, and known again only while it is under way.
    this.#rememberIfPossible(scope, requestId, digest, begun);
    const answer = work();
    this.#underWay.set(key, { digest, answer });
    try {
      const given = await answer;
      this.#rememberIfPossible(scope, requestId, digest, given);
      return given;
    } finally {
      this.#underWay.delete(key);
    }
  }

  #meanwhile(scope: string, requestId: string, digest: string): Promise<Answer> | Answer | undefined {
    const live = this.#underWay.get(keyOf(scope, requestId));
    if (live === undefined) return undefined;
    return live.digest === digest ? live.answer : conflict;
  }

  #before(scope: string, requestId: string, digest: string): Answer | undefined {
    const remembered = this.#store.answer(scope, requestId);
    if (remembered === undefined) return undefined;
    return remembered.digest === digest ? deserialise(remembered.answer) : conflict;
  }

  /** A full disk must not turn the answer to what has an effect into an error. A repeat then hears `begun`. */
  #rememberIfPossible(scope: string, requestId: string, digest: string, answer: Answer): void {
    try {
      this.#remember(scope, requestId, digest, answer);
    } catch (error) {
      this.#log.error({ scope, err: error }, 'an answer could not be kept for repeated requests');
    }
  }

  #remember(scope: string, requestId: string, digest: string, answer: Answer): void {
    this.#store.rememberAnswer(scope, requestId, { digest, answer: serialise(answer) }, this.#clock.now());
  }
}
