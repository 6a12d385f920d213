import { canonical } from '../core/canonical.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { Store } from '../ports/store.ts';
import type { Answer, Arrival } from './answer.ts';
import { deserialise, serialise } from './sealed-answer.ts';
import { stillStands } from './standing.ts';

/** How long an equal request counts as the repetition of one whose answer was lost. */
const lostWithinMs = 60_000;
/** The same for a command to a lock: after that the door may long have locked itself again, and somebody stands there. */
const commandLostWithinMs = 10_000;
/**
 * The same where it is doubtful. Seam's SDK asks again by itself 200 to 240 ms after its connection ended, and a second
 * time 400 to 480 ms after that one did; a program that is run again takes longer to come to asking.
 */
const doubtfulWithinMs = { first: 400, again: 800 } as const;
/** Answers that arrived are struck off together, with the next write if one comes soon. */
const strikeAfterMs = 50;
/** Most answers that are held; beyond, the oldest are taken for arrived. */
const heldMax = 1000;

/** A request by its caller, route and parameters. */
interface Request {
  readonly scope: string;
  /** Under which its answer is in the store until it has arrived. */
  readonly id: string;
}

interface Sent {
  readonly request: Request;
  readonly answer: Answer | Promise<Answer>;
  /** Monotonic time until which an equal request is its repetition; undefined: the answer is still on its way. */
  lostUntil: number | undefined;
  /** It was a repetition itself. */
  readonly isAgain: boolean;
}

const withinMs = (how: 'doubtful' | 'lost', { answer, isAgain }: Sent): number => {
  if (how === 'lost') return answer instanceof Promise ? commandLostWithinMs : lostWithinMs;
  return isAgain ? doubtfulWithinMs.again : doubtfulWithinMs.first;
};

const keyOf = ({ scope, id }: Request): string => `${scope} ${id}`;

/**
 * Recognises a repeated request that bears no id: an equal one from the same caller, after the answer to the first
 * didn't arrive. Two equal requests whose answers arrive, or may yet, are two. Answers to writes are kept durably in
 * the transaction of their effect, so that it holds over a crash too: who asks again within a minute after one that
 * came before the answer arrived gets that answer. Unless what it tells of is over: then the request is meant anew.
 */
export class Deliveries {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #log: Log;
  /** Oldest first. */
  readonly #sent = new Set<Sent>();
  readonly #byKey = new Map<string, Sent[]>();
  readonly #toStrike = new Map<string, Request>();
  #cancel: (() => void) | undefined;

  constructor(store: Store, clock: Clock, log: Log) {
    this.#store = store;
    this.#clock = clock;
    this.#log = log;
  }

  /** A request that is over at once: `work` runs in a transaction. Only answers that had an effect are kept. */
  write(
    scope: string,
    params: unknown,
    arrival: Promise<Arrival>,
    work: () => Answer,
  ): Promise<Answer> | Answer {
    const request = this.#requestOf(scope, params);
    const found = this.#lost(request) ?? this.#leftBehind(request);
    const before =
      found === undefined || found instanceof Promise || stillStands(this.#store, found) ? found : undefined;
    const given = before ?? this.#work(request, work);
    if (given instanceof Promise || given.ok) this.#follow(request, given, arrival, before !== undefined);
    return given;
  }

  /** A request that takes time: its repetition waits for the same answer. Not kept over a crash. */
  act(
    scope: string,
    params: unknown,
    arrival: Promise<Arrival>,
    work: () => Promise<Answer>,
  ): Promise<Answer> | Answer {
    const request = this.#requestOf(scope, params);
    const before = this.#lost(request);
    const given = before === undefined ? work() : this.#unlessOver(before, work);
    this.#follow(request, given, arrival, before !== undefined);
    return given;
  }

  /** Writes down which answers have arrived. */
  close(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    if (this.#toStrike.size === 0) return;
    try {
      this.#striking(() => undefined);
    } catch (error) {
      // What stays is older than a minute before long.
      this.#log.warn({ err: error }, 'answers that arrived could not be struck off');
    }
  }

  #requestOf(scope: string, params: unknown): Request {
    // A keyed hash: the parameters may hold a PIN.
    return { scope, id: `delivery ${this.#store.digest(canonical(params))}` };
  }

  async #unlessOver(before: Answer | Promise<Answer>, work: () => Promise<Answer>): Promise<Answer> {
    const answer = await before;
    return stillStands(this.#store, answer) ? answer : work();
  }

  #work(request: Request, work: () => Answer): Answer {
    return this.#striking(() => {
      const answer = work();
      if (answer.ok) {
        const now = this.#clock.now();
        const kept = { digest: String(now), answer: serialise(answer) };
        this.#store.rememberAnswer(request.scope, request.id, kept, now);
      }
      return answer;
    });
  }

  #lost(request: Request): Answer | Promise<Answer> | undefined {
    const now = this.#clock.monotonic();
    for (const sent of this.#byKey.get(keyOf(request)) ?? []) {
      if (sent.lostUntil === undefined) continue;
      this.#forget(sent);
      if (now < sent.lostUntil) return sent.answer;
    }
    return undefined;
  }

  /** From an earlier run of the bridge. */
  #leftBehind(request: Request): Answer | undefined {
    const key = keyOf(request);
    if (this.#byKey.has(key) || this.#toStrike.has(key)) return undefined;
    const kept = this.#store.answer(request.scope, request.id);
    if (kept === undefined) return undefined;
    const ageMs = this.#clock.now() - Number(kept.digest);
    return ageMs >= 0 && ageMs < lostWithinMs ? deserialise(kept.answer) : undefined;
  }

  #follow(
    request: Request,
    answer: Answer | Promise<Answer>,
    arrival: Promise<Arrival>,
    isAgain: boolean,
  ): void {
    const sent: Sent = { request, answer, lostUntil: undefined, isAgain };
    this.#sent.add(sent);
    const key = keyOf(request);
    this.#byKey.set(key, [...(this.#byKey.get(key) ?? []), sent]);
    this.#toStrike.delete(key);
    const now = this.#clock.monotonic();
    for (const oldest of this.#sent) {
      const isOver = oldest.lostUntil !== undefined && oldest.lostUntil <= now;
      if (!isOver && this.#sent.size <= heldMax) break;
      this.#forget(oldest);
    }
    void arrival.then((how) => {
      if (!this.#sent.has(sent)) return;
      if (how === 'arrived') this.#forget(sent);
      else sent.lostUntil = this.#clock.monotonic() + withinMs(how, sent);
    });
  }

  #forget(sent: Sent): void {
    this.#sent.delete(sent);
    const key = keyOf(sent.request);
    const others = (this.#byKey.get(key) ?? []).filter((one) => one !== sent);
    if (others.length > 0) {
      this.#byKey.set(key, others);
      return;
    }
    this.#byKey.delete(key);
    this.#toStrike.set(key, sent.request);
    this.#cancel ??= this.#clock.after(strikeAfterMs, () => {
      this.close();
    });
  }

  /** One transaction, with which the answers that have arrived are struck off. */
  #striking<T>(work: () => T): T {
    const arrived = [...this.#toStrike];
    const result = this.#store.transaction(() => {
      for (const [, { scope, id }] of arrived) this.#store.forgetAnswer(scope, id);
      return work();
    });
    for (const [key] of arrived) this.#toStrike.delete(key);
    return result;
  }
}
