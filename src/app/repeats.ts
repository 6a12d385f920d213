import type { Clock } from '../ports/clock.ts';
import type { Store } from '../ports/store.ts';
import type { Answer } from './answer.ts';
import { failure } from './problems.ts';
import { canonical, deserialise, serialise } from './sealed-answer.ts';

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

/**
 * Recognises repeated requests: the same id on the same route gives the same answer and no second effect,
 * for as long as the store remembers (at least 24 h).
 */
export class Repeats {
  readonly #store: Store;
  readonly #clock: Clock;
  /** Commands under way: a repetition meanwhile waits for the same answer. */
  readonly #underWay = new Map<string, { readonly digest: string; readonly answer: Promise<Answer> }>();

  constructor(store: Store, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  /** The answer that was given to this request before, if it was; also after the request has expired. */
  known(scope: string, requestId: string, params: unknown): Answer | undefined {
    return this.#before(scope, requestId, this.#store.digest(canonical(params)));
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
    const key = `${scope} ${requestId}`;
    const live = this.#underWay.get(key);
    if (live !== undefined) return live.digest === digest ? live.answer : conflict;
    const before = this.#before(scope, requestId, digest);
    if (before !== undefined) return before;
    this.#remember(scope, requestId, digest, begun);
    const answer = work();
    this.#underWay.set(key, { digest, answer });
    try {
      this.#remember(scope, requestId, digest, await answer);
      return await answer;
    } finally {
      this.#underWay.delete(key);
    }
  }

  #before(scope: string, requestId: string, digest: string): Answer | undefined {
    const remembered = this.#store.answer(scope, requestId);
    if (remembered === undefined) return undefined;
    return remembered.digest === digest ? deserialise(remembered.answer) : conflict;
  }

  #remember(scope: string, requestId: string, digest: string, answer: Answer): void {
    this.#store.rememberAnswer(scope, requestId, { digest, answer: serialise(answer) }, this.#clock.now());
  }
}
