import type { AnswerValue, App } from '../../app/answer.ts';
import { toJson } from '../../app/json.ts';
import { errorBody } from './payload.ts';

/** Events asked for at a time: what is in memory of a stream at most. */
const pageSize = 100;

export interface EventStreamOptions {
  readonly app: App;
  /** Only events with a greater `seq`; undefined: only those to come. */
  readonly after: number | undefined;
  readonly reveal: boolean;
  readonly signal: AbortSignal;
}

/**
 * Events as lines of JSON (NDJSON), ascending, without end until the signal aborts. A first empty line says that
 * the stream stands. It reads pages at the pace of its reader and holds no queue: a change only wakes it. An
 * error of the application is the last line, in the shape of an error's body.
 */
export const eventStream = async function* (options: EventStreamOptions): AsyncGenerator<string> {
  const { app, signal } = options;
  const context = { caller: 'cli', requestId: undefined, expiresAt: undefined };
  // Listening begins before the first look, so that nothing falls between the two.
  const wake = new WakeUp();
  const stopListening = app.onChange((change) => {
    if (change.kind === 'events') wake.ring();
  });
  const onAbort = (): void => {
    wake.ring();
  };
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    let after = options.after ?? (await lastSeq(app));
    yield '\n';
    while (!signal.aborted) {
      const answer = await app.call('lockstep/events', { after, limit: pageSize }, context);
      if (!answer.ok) {
        yield `${JSON.stringify(errorBody(answer.error))}\n`;
        return;
      }
      const before = after;
      for (const event of listOf(answer.body['events'])) {
        after = Math.max(after, seqOf(event) ?? after);
        yield `${JSON.stringify(toJson(event, options.reveal))}\n`;
      }
      if (after === before) await wake.rung(signal);
    }
  } finally {
    stopListening();
    signal.removeEventListener('abort', onAbort);
  }
};

/** A bell that is heard once, also by who comes to listen after it rang. */
class WakeUp {
  #rang = false;
  #listener: (() => void) | undefined;

  ring(): void {
    this.#rang = true;
    this.#listener?.();
  }

  async rung(signal: AbortSignal): Promise<void> {
    if (!this.#rang && !signal.aborted) {
      await new Promise<void>((resolve) => {
        this.#listener = resolve;
      });
    }
    this.#rang = false;
    this.#listener = undefined;
  }
}

const lastSeq = async (app: App): Promise<number> => {
  const context = { caller: 'cli', requestId: undefined, expiresAt: undefined };
  const answer = await app.call('lockstep/status', {}, context);
  const bridge = answer.ok ? answer.body['bridge'] : undefined;
  const seq = fieldOf(bridge, 'last_seq');
  return typeof seq === 'number' ? seq : 0;
};

const listOf = (value: AnswerValue | undefined): readonly AnswerValue[] =>
  Array.isArray(value) ? value.map((item: AnswerValue) => item) : [];

const seqOf = (event: AnswerValue): number | undefined => {
  const seq = fieldOf(event, 'seq');
  return typeof seq === 'number' ? seq : undefined;
};

const fieldOf = (value: AnswerValue | undefined, key: string): unknown =>
  typeof value === 'object' && value !== null
    ? new Map<string, unknown>(Object.entries(value)).get(key)
    : undefined;
