import { delay } from '../../../ports/clock.ts';
import type { Client, Parsed } from '../client.ts';
import type { Context } from '../context.ts';
import type { Failure, Result } from '../io.ts';
import { good } from '../io.ts';
import { pairingSchema } from '../shapes.ts';
import type { Pairing } from '../shapes.ts';
import { clean } from '../text.ts';

type Answer = Parsed<{ readonly pairing: Pairing }>;

const pollMs = 250;
/** After Ctrl-C the end is waited for this long; the bridge goes on by itself. */
const abortMs = 10_000;

/** Where people read on: beside JSON, on standard error. */
export const say = (context: Context, text: string): void => {
  (context.json ? context.io.stderr : context.io.stdout).write(`${text}\n`);
};

/** Steps that are said otherwise: the first goes without saying, the last is the command's result. */
const unsaid = new Set(['starting', 'done', 'failed']);

/**
 * Shows a session's steps as they come, asks for the lock's PIN where it is needed, and gives the session up with
 * Ctrl-C. Its last answer, or why it failed.
 */
export const followPairing = async (context: Context, id: string): Promise<Result<Answer>> => {
  const { clock, signal } = context.io;
  const steps = new Steps(context);
  const pin = new PinQuestion(context, id);
  for (;;) {
    const answer = await look(context.client, id);
    if (signal.aborted) {
      pin.end();
      return givenUp(context, id, steps, 'Interrupted.');
    }
    if (!answer.ok) return answer;
    const { pairing } = answer.value.data;
    steps.show(pairing);
    if (pairing.state !== 'running') {
      pin.end();
      return ended(answer.value);
    }
    const problem = await pin.follow(pairing.pin_needed);
    if (problem !== undefined) return givenUp(context, id, steps, problem);
    await delay(clock, pollMs, signal);
  }
};

const look = (client: Client, pairing_id: string): Promise<Result<Answer>> =>
  client.call('lockstep/pairing/get', { pairing_id }, pairingSchema);

const ended = (answer: Answer): Result<Answer> => {
  const { state, error } = answer.data.pairing;
  if (state !== 'failed') return good(answer);
  const message = `${clean(error?.message ?? 'It failed.')} (${error?.type ?? 'unknown'})`;
  return { ok: false, failure: { exit: 1, message, body: answer.raw } };
};

/** Ends the session and says what became of it. */
const givenUp = async (context: Context, id: string, steps: Steps, why: string): Promise<Result<Answer>> => {
  const client = context.client.unhindered();
  const { clock } = context.io;
  const fail = (more: string, body?: unknown): { readonly ok: false; readonly failure: Failure } => ({
    ok: false,
    failure: { exit: 1, message: `${why} ${more}`, body },
  });
  const aborted = await client.call('lockstep/pairing/abort', { pairing_id: id }, pairingSchema);
  if (!aborted.ok) return fail(aborted.failure.message, aborted.failure.body);
  const until = clock.monotonic() + abortMs;
  for (;;) {
    const answer = await look(client, id);
    if (!answer.ok) return fail(answer.failure.message, answer.failure.body);
    const { pairing } = answer.value.data;
    steps.show(pairing);
    const { raw } = answer.value;
    if (pairing.state === 'done') return fail(`It came too late: ${clean(pairing.message)}`, raw);
    if (pairing.state !== 'running') return fail(clean(pairing.error?.message ?? pairing.message), raw);
    if (clock.monotonic() >= until)
      return fail('The bridge is still undoing it; lockstep events tells how it ends.', raw);
    await delay(clock, pollMs);
  }
};

/** Each step once, as it comes. */
class Steps {
  readonly #context: Context;
  #shown = new Set<string>();

  constructor(context: Context) {
    this.#context = context;
  }

  show({ steps }: Pairing): void {
    for (const { at, step, message } of steps) {
      const key = `${at} ${step} ${message}`;
      if (this.#shown.has(key)) continue;
      this.#shown.add(key);
      if (!unsaid.has(step)) say(this.#context, clean(message));
    }
  }
}

/** Asks on standard input whenever the session waits for the PIN. */
class PinQuestion {
  readonly #context: Context;
  readonly #id: string;
  #asked = false;
  #typed: { readonly line: string | undefined } | undefined;

  constructor(context: Context, id: string) {
    this.#context = context;
    this.#id = id;
  }

  /** Undefined: go on. A text: there is no PIN to be had, and why. */
  async follow(needed: boolean): Promise<string | undefined> {
    if (!needed) return undefined;
    if (!this.#asked) this.#ask();
    // Lets a line that is there already be read.
    await Promise.resolve();
    const typed = this.#typed;
    if (typed === undefined) return undefined;
    this.#asked = false;
    this.#typed = undefined;
    if (typed.line === undefined)
      return 'The lock asks for the PIN on its label, and there is none on standard input (see --pin).';
    const pin = typed.line.trim();
    if (/^\d{5}$/.test(pin) && Number(pin) <= 0xffff) return this.#give(pin);
    this.#context.io.stderr.write('The PIN is 5 digits, at most 65535.\n');
    return undefined;
  }

  /** Nobody has answered: what comes next begins a line of its own. */
  end(): void {
    if (this.#asked) this.#context.io.stderr.write('\n');
  }

  #ask(): void {
    this.#asked = true;
    const { io } = this.#context;
    io.stderr.write('PIN (5 digits): ');
    void io.readLine().then((line) => {
      this.#typed = { line };
    });
  }

  async #give(pin: string): Promise<string | undefined> {
    const params = { pairing_id: this.#id, pin };
    const answer = await this.#context.client.call('lockstep/pairing/pin', params, pairingSchema);
    // It stopped waiting meanwhile: its state tells why.
    return answer.ok || answer.failure.exit === 1 ? undefined : answer.failure.message;
  }
}
