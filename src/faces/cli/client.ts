import { request as httpRequest } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { z } from 'zod';
import type { Clock } from '../../ports/clock.ts';
import { bad, good } from './io.ts';
import type { Failure, Result } from './io.ts';
import { errorSchema } from './shapes.ts';

/** A lock that has to be woken takes its time; nothing takes this long. */
const deadlineMs = 60_000;
const answerMaxBytes = 64 * 1024 * 1024;

export interface ClientOptions {
  readonly socketPath: string;
  /** Where the path came from, for the message when nobody answers there. */
  readonly source: string;
  readonly showCodes: boolean;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** An answer as it came (for `--json`) and as it was understood. */
export interface Parsed<T> {
  readonly raw: unknown;
  readonly data: T;
}

/** The daemon's HTTP over its Unix socket. What goes wrong is a `Failure`, never a throw. */
export class Client {
  readonly #options: ClientOptions;
  /** What the daemon's clock showed at its last answer. */
  #told: number | undefined;

  constructor(options: ClientOptions) {
    this.#options = options;
  }

  /** The same, but not given up with Ctrl-C: for taking back what was begun. */
  unhindered(): Client {
    return new Client({ ...this.#options, signal: new AbortController().signal });
  }

  /**
   * The time by the bridge's clock, as it was with the last answer: what is told was dated by that, and it isn't this
   * machine's while that isn't trusted. Milliseconds since 1970.
   */
  now(): number {
    return this.#told ?? this.#options.clock.now();
  }

  /** POST of a route; an error answer is a failure with its body. */
  async call<T>(route: string, params: object, schema: z.ZodType<T>): Promise<Result<Parsed<T>>> {
    const limit = new AbortController();
    const cancel = this.#options.clock.after(deadlineMs, () => {
      limit.abort();
    });
    try {
      const response = await this.#open('POST', `/${route}`, JSON.stringify(params), limit.signal);
      const told = Number(response.headers['x-lockstep-time'] ?? NaN);
      if (Number.isFinite(told)) this.#told = told;
      const raw = parseJson(await textOf(response));
      if (response.statusCode !== 200) return { ok: false, failure: refused(raw, response.statusCode ?? 0) };
      const parsed = schema.safeParse(raw);
      if (parsed.success) return good({ raw, data: parsed.data });
      return bad(1, `The daemon's answer to ${route} isn't understood. Do the versions match?`);
    } catch (error) {
      return { ok: false, failure: this.#lost(error, limit.signal) };
    } finally {
      cancel();
    }
  }

  /** GET of an endless answer, line by line. Ends when the daemon ends it. */
  async stream(path: string): Promise<Result<AsyncIterable<string>>> {
    try {
      const response = await this.#open('GET', path, undefined, this.#options.signal);
      if (response.statusCode === 200) return good(linesOf(response));
      return { ok: false, failure: refused(parseJson(await textOf(response)), response.statusCode ?? 0) };
    } catch (error) {
      return { ok: false, failure: this.#lost(error, undefined) };
    }
  }

  #open(
    method: string,
    path: string,
    body: string | undefined,
    limit: AbortSignal,
  ): Promise<IncomingMessage> {
    const { socketPath, showCodes, signal } = this.#options;
    const headers = {
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...(showCodes && { 'x-lockstep-show-codes': '1' }),
    };
    const signals = AbortSignal.any([signal, limit]);
    return new Promise((resolve, reject) => {
      const request = httpRequest({ socketPath, method, path, headers, agent: false, signal: signals });
      request.once('response', resolve);
      request.on('error', reject);
      request.end(body);
    });
  }

  #lost(error: unknown, limit: AbortSignal | undefined): Failure {
    const { socketPath, source, signal } = this.#options;
    if (signal.aborted) return { exit: 1, message: 'Interrupted.' };
    if (limit?.aborted === true) {
      return {
        exit: 3,
        message: `The daemon at ${socketPath} gave no answer within ${deadlineMs / 1000} s.`,
      };
    }
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (code === 'EACCES') {
      const message = `You may not use the socket ${socketPath}: it belongs to its owner and group. Join the group, or use sudo.`;
      return { exit: 3, message };
    }
    if (code !== 'ENOENT' && code !== 'ECONNREFUSED' && code !== 'ENOTSOCK') {
      return { exit: 3, message: `The connection to the daemon at ${socketPath} broke off.` };
    }
    const message = [
      `No daemon answers at ${socketPath} (${source}).`,
      'Start it with: lockstep daemon --config FILE   or try it out with: lockstep demo',
      'If it runs with another socket, name that with --socket or LOCKSTEP_SOCKET.',
    ];
    return { exit: 3, message: message.join('\n') };
  }
}

const textOf = async (response: IncomingMessage): Promise<string> => {
  let text = '';
  for await (const chunk of response.setEncoding('utf8')) {
    text += String(chunk);
    if (text.length > answerMaxBytes) throw new Error('answer too long');
  }
  return text;
};

const linesOf = async function* (response: IncomingMessage): AsyncGenerator<string> {
  let rest = '';
  for await (const chunk of response.setEncoding('utf8')) {
    const lines = (rest + String(chunk)).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > answerMaxBytes) throw new Error('line too long');
    yield* lines.filter((line) => line !== '');
  }
};

/** Undefined for what isn't JSON; no route answers that. */
export const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

const refused = (body: unknown, status: number): Failure => {
  const parsed = errorSchema.safeParse(body);
  if (!parsed.success) return { exit: 1, message: `The daemon answered with status ${status}.` };
  const { type, message, validation_errors } = parsed.data.error;
  const more = validationLines(validation_errors).filter((line) => !message.includes(line.trim()));
  const lines = [`${message} (${type})`, ...more];
  return { exit: 1, message: lines.join('\n'), body };
};

/** The leaves of zod's tree, `code: must be …`; nested parameters with dots. */
const validationLines = (tree: unknown, path = ''): string[] => {
  if (typeof tree !== 'object' || tree === null) return [];
  const entries = new Map<string, unknown>(Object.entries(tree));
  const own = entries.get('_errors');
  entries.delete('_errors');
  const mine: unknown[] = Array.isArray(own) ? own : [];
  const lines = mine.map((text) => `  ${path === '' ? '' : `${path}: `}${String(text)}`);
  for (const [key, child] of entries)
    lines.push(...validationLines(child, path === '' ? key : `${path}.${key}`));
  return lines.slice(0, 20);
};
