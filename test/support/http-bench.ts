import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import type { Agent, IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Answer, App, CallContext, Change, RouteInfo } from '../../src/app/answer.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { Log } from '../../src/ports/log.ts';
import { routeInfo } from './route-info.ts';
import { startHttpFace } from '../../src/faces/http/index.ts';
import type { HttpFace, HttpFaceOptions } from '../../src/faces/http/index.ts';

interface Call {
  readonly route: string;
  readonly params: unknown;
  readonly context: CallContext;
}

type Answering = (params: unknown) => Answer | Promise<Answer>;

/** An application that answers what it is told to, and keeps what it was asked. */
export class FakeApp implements App {
  readonly calls: Call[] = [];
  readonly answers = new Map<string, Answering>();
  readonly listeners = new Set<(change: Change) => void>();
  readonly routes: readonly RouteInfo[];

  constructor(routes: readonly (string | RouteInfo)[]) {
    this.routes = routes.map((route) => (typeof route === 'string' ? routeInfo(route) : route));
  }

  async call(route: string, params: unknown, context: CallContext): Promise<Answer> {
    this.calls.push({ route, params, context });
    return (await this.answers.get(route)?.(params)) ?? { ok: true, body: { asked: route } };
  }

  close(): void {
    // Nothing is put off.
  }

  onChange(listener: (change: Change) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  change(kind: 'events' | 'bridge'): void {
    for (const listener of this.listeners) listener({ kind });
  }
}

/** Stands still; its deadlines pass when the test says so. */
export class ManualClock implements Clock {
  readonly armed = new Set<() => void>();
  now = (): number => 0;
  monotonic = (): number => 0;
  after = (_delayMs: number, fn: () => void): (() => void) => {
    this.armed.add(fn);
    return () => this.armed.delete(fn);
  };
}

export interface AskOptions {
  readonly method?: string;
  readonly body?: string;
  readonly headers?: Record<string, string>;
  /** TCP on loopback instead of the socket. */
  readonly port?: number | undefined;
  readonly agent?: Agent | false;
}

export interface Asked {
  readonly status: number | undefined;
  readonly body: unknown;
  readonly headers: IncomingMessage['headers'];
  readonly text: string;
}

/** A real HTTP face in a folder of its own, in front of a fake application. */
export class HttpBench {
  readonly dir = mkdtempSync(join(tmpdir(), 'lockstep-http-'));
  readonly clock = new ManualClock();
  readonly logged: string[] = [];
  /** Callers by their API keys. */
  readonly keys = new Map<string, string>();
  readonly app: FakeApp;
  socketPath = join(this.dir, 'run', 'l.sock');
  readonly #faces: HttpFace[] = [];
  #uuids = 0;

  constructor(routes: readonly (string | RouteInfo)[]) {
    this.app = new FakeApp(routes);
  }

  async start(extra: Partial<HttpFaceOptions> = {}): Promise<HttpFace> {
    const write = (fields: object, message: string): void => {
      this.logged.push(`${message} ${JSON.stringify(fields)}`);
    };
    const log: Log = { debug: write, info: write, warn: write, error: write, child: () => log };
    const random = {
      uuid: () => `00000000-0000-4000-8000-${String(++this.#uuids).padStart(12, '0')}`,
      integer: () => 0,
    };
    const { app, socketPath, clock } = this;
    const face = await startHttpFace({
      app,
      socketPath,
      version: '0.0.0',
      callerOf: (secret) => this.keys.get(secret),
      health: () => ({
        drivers: [{ driver: 'simulated', state: 'ready' }],
        mqtt: { connected: true },
        clock: { trusted: true, why: undefined },
      }),
      log,
      clock,
      random,
      ...extra,
    });
    this.#faces.push(face);
    return face;
  }

  async open(path: string, options: AskOptions = {}): Promise<IncomingMessage> {
    const { socketPath } = this;
    const place = options.port === undefined ? { socketPath } : { host: '127.0.0.1', port: options.port };
    const type = options.body === undefined ? {} : { 'content-type': 'application/json' };
    const headers = { ...type, ...options.headers };
    const method = options.method ?? (options.body === undefined ? 'GET' : 'POST');
    const { agent } = options;
    const request = httpRequest({
      ...place,
      path,
      method,
      headers,
      ...(agent === undefined ? {} : { agent }),
    });
    // A server that refuses a body unread may hang up while it is still being written.
    request.on('error', () => undefined);
    request.end(options.body);
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    return response;
  }

  async ask(path: string, options: AskOptions = {}): Promise<Asked> {
    const response = await this.open(path, options);
    let text = '';
    for await (const chunk of response.setEncoding('utf8')) text += String(chunk);
    const body: unknown = JSON.parse(text);
    return { status: response.statusCode, body, headers: response.headers, text };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#faces.map((face) => face.close()));
    rmSync(this.dir, { recursive: true, force: true });
  }
}
