import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import type { z } from 'zod';
import type { HappeningLog, Stamp } from './happenings.ts';
import { closeServer, listen } from './listen.ts';

const bodyMaxBytes = 64 * 1024;
const streamBufferMaxBytes = 1024 * 1024;

export interface Answer {
  readonly status: number;
  readonly body: unknown;
}
export const ok = (body: unknown): Answer => ({ status: 200, body });
export const notFound = (error: string): Answer => ({ status: 404, body: { error } });

/** Answered as 400 with its message. */
export class BadRequest extends Error {}

const describe = (value: unknown): string => {
  const text = JSON.stringify(value) as string | undefined;
  return text === undefined ? 'nothing' : text.slice(0, 80);
};

const valueAt = (body: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>(
    (value, key) =>
      typeof value === 'object' && value !== null ? (Reflect.get(value, key) as unknown) : undefined,
    body,
  );

/** Says which field is wrong, what was found and what is allowed. @throws BadRequest */
export const parse = <T>(schema: z.ZodType<T>, body: unknown): T => {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const path = issue?.path ?? [];
  const field = path.length === 0 ? 'body' : path.join('.');
  throw new BadRequest(`${field}: found ${describe(valueAt(body, path))}; ${issue?.message ?? 'invalid'}`);
};

const readBody = async (request: IncomingMessage): Promise<unknown> => {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    if (!Buffer.isBuffer(chunk)) continue;
    size += chunk.length;
    if (size > bodyMaxBytes) throw new BadRequest(`body: more than ${bodyMaxBytes} bytes`);
    chunks.push(chunk);
  }
  const text = Buffer.concat(chunks).toString('utf8');
  if (text === '') return {};
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new BadRequest('body: not JSON');
  }
};

/** A small JSON server on loopback for a network's control interface, with its record at `GET /events`. */
export abstract class ControlHttp<T extends object> {
  readonly #log: HappeningLog<T>;
  readonly #server: http.Server;
  readonly #stop = Promise.withResolvers<undefined>();
  #port = 0;

  constructor(log: HappeningLog<T>) {
    this.#log = log;
    this.#server = http.createServer((request, response) => {
      void this.#serve(request, response);
    });
  }

  /** What the network answers to a route (`GET /locks`); the body is read when it is asked for. */
  protected abstract answer(route: string, readBody: () => Promise<unknown>): Promise<Answer>;

  /** Resolves when `POST /stop` asks for the end. */
  get stopRequested(): Promise<undefined> {
    return this.#stop.promise;
  }

  get port(): number {
    return this.#port;
  }

  async open(port: number): Promise<void> {
    this.#port = await listen(this.#server, port);
  }

  async close(): Promise<void> {
    if (!this.#server.listening) return;
    const closed = closeServer(this.#server);
    this.#server.closeAllConnections();
    await closed;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let answer: Answer;
    try {
      const url = new URL(`http://127.0.0.1${request.url ?? '/'}`);
      if (request.method === 'GET' && url.pathname === '/events') {
        this.#stream(url.searchParams.get('since'), response);
        return;
      }
      const route = `${request.method ?? ''} ${url.pathname}`;
      if (route === 'POST /stop') {
        this.#stop.resolve(undefined);
        answer = ok({ ok: true });
      } else answer = await this.answer(route, () => readBody(request));
    } catch (error) {
      // A caller that hangs up in the middle of its request ends here too; its answer goes nowhere.
      const message = error instanceof Error ? error.message : 'failed';
      answer = { status: error instanceof BadRequest ? 400 : 500, body: { error: message } };
    }
    response.writeHead(answer.status, { 'content-type': 'application/json' });
    response.end(`${JSON.stringify(answer.body)}\n`);
  }

  /** NDJSON; `?since=SEQ` first gives what is kept after that number. */
  #stream(since: string | null, response: ServerResponse): void {
    if (since !== null && !/^\d{1,15}$/.test(since))
      throw new BadRequest(`since: found ${describe(since)}; the seq of an event is allowed`);
    response.writeHead(200, { 'content-type': 'application/x-ndjson', 'cache-control': 'no-store' });
    response.flushHeaders();
    const give = (happening: Stamp & T): Promise<void> =>
      new Promise((resolve) => {
        // A reader that doesn't read is let go rather than kept in memory.
        if (response.writableLength > streamBufferMaxBytes) response.destroy();
        response.write(`${JSON.stringify(happening)}\n`, () => {
          resolve();
        });
      });
    if (since !== null) for (const happening of this.#log.since(Number(since))) void give(happening);
    response.on('close', this.#log.subscribe(give));
  }
}
