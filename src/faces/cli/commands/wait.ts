import { delay } from '../../../ports/clock.ts';
import { print, printJson } from '../context.ts';
import type { Context, Outcome } from '../context.ts';
import { errorSchema, oneCodeSchema } from '../shapes.ts';
import type { Code } from '../shapes.ts';
import { clean } from '../text.ts';

const pollMs = 500;
const deadlineMs = 60_000;

/**
 * Looks at a code until it stands on the lock (`set`, nothing pending), waits for its time, or is gone, until it has an error, or for
 * 60 s. With `--json` the last answer for a code that is to stand is printed. Giving up changes nothing.
 * `lock` is its name, where one of several is waited for.
 */
export const waitFor = async (
  context: Context,
  id: string,
  goal: 'set' | 'gone',
  lock?: string,
): Promise<Outcome> => {
  const say = (text: string): string => (lock === undefined ? text : `${lock}: ${text}`);
  const { clock, signal } = context.io;
  const until = clock.monotonic() + deadlineMs;
  const progress = new Progress(context);
  for (;;) {
    const answer = await context.client.call('access_codes/get', { access_code_id: id }, oneCodeSchema);
    if (!answer.ok) {
      progress.end();
      if (goal === 'gone' && isNotFound(answer.failure.body)) {
        if (!context.json) print(context, say('Gone.'));
        return undefined;
      }
      return answer.failure;
    }
    const code = answer.value.data.access_code;
    // A code that never got onto its lock keeps that error while it is removed.
    const [error] = code.errors.filter((each) => goal === 'set' || /remov/.test(each.error_code ?? ''));
    if (error !== undefined) {
      progress.end();
      const message = say(`${clean(error.message)} (${error.error_code ?? 'error'})`);
      return { exit: 1, message, body: answer.value.raw };
    }
    if (goal === 'set' && code.status === 'set' && code.pending_mutations.length === 0) {
      progress.end();
      if (context.json) printJson(context, answer.value.raw);
      else print(context, say(`Set, in slot ${code.x_slot ?? 'unknown'}.`));
      return undefined;
    }
    if (goal === 'set' && isReadyForItsTime(code)) {
      progress.end();
      if (context.json) printJson(context, answer.value.raw);
      else if (code.is_scheduled_on_device)
        print(context, say('It is on the lock, and waits for its time there.'));
      else print(context, say('It is written to the lock when its time comes.'));
      return undefined;
    }
    if (clock.monotonic() >= until) {
      progress.end();
      const message = say(`Still ${code.status} after ${deadlineMs / 1000} s; the bridge goes on trying.`);
      return { exit: 1, message, body: answer.value.raw };
    }
    progress.tick(code.status);
    await delay(clock, pollMs, signal);
    if (signal.aborted) {
      progress.end();
      return { exit: 1, message: 'Interrupted; the bridge goes on.' };
    }
  }
};

/** Nothing is to be done before its time comes. */
const isReadyForItsTime = ({ status, pending_mutations: pending, is_scheduled_on_device }: Code): boolean =>
  status === 'unset' &&
  pending.every(({ mutation_code: kind }) => kind === 'deferring_creation') &&
  (pending.length > 0 || is_scheduled_on_device);

const isNotFound = (body: unknown): boolean => {
  const parsed = errorSchema.safeParse(body);
  return parsed.success && parsed.data.error.type === 'access_code_not_found';
};

/** Dots on a terminal, on standard error so that they never mix with a result. */
class Progress {
  readonly #context: Context;
  #shown = false;

  constructor(context: Context) {
    this.#context = context;
  }

  tick(status: string): void {
    if (!this.#context.io.isTty) return;
    this.#context.io.stderr.write(this.#shown ? '.' : `${status} .`);
    this.#shown = true;
  }

  end(): void {
    if (this.#shown) this.#context.io.stderr.write('\n');
    this.#shown = false;
  }
}
