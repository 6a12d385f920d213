import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Answer, App } from '../../src/app/answer.ts';
import { LockAddress } from '../../src/core/ids.ts';
import { runCli } from '../../src/faces/cli/index.ts';
import { startHttpFace } from '../../src/faces/http/index.ts';
import type { HttpFace, HttpFaceOptions } from '../../src/faces/http/index.ts';
import { createLocalApplication } from '../../src/faces/http/local-application.ts';
import { createOpenApplication } from '../../src/faces/http/open-application.ts';
import { RequestDesk } from '../../src/faces/mqtt/requests.ts';
import { makeTopics } from '../../src/faces/mqtt/topics.ts';
import { systemZones } from '../../src/platform/zones.ts';
import { Database } from '../../src/store/database.ts';
import { HurryingClock } from '../golden/cli-bench.ts';
import { House, lockSpec } from './house.ts';
import { healthOf } from './http-house.ts';
import { resolved } from './fuzz-values.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** One request to one of the faces. Texts that begin with `§` stand for what is there (fuzz-values.ts). */
export type FuzzRequest =
  | {
      readonly face: 'mqtt' | 'open' | 'local';
      readonly route: string;
      readonly params: unknown;
      readonly id?: string;
    }
  | {
      readonly face: 'query';
      readonly method: 'GET' | 'DELETE';
      readonly route: string;
      readonly params: unknown;
    }
  | {
      readonly face: 'raw';
      readonly at: 'mqtt' | 'open' | 'local';
      readonly method: Method;
      readonly path: string;
      readonly type: string;
      /** Its characters' lowest eight bits: often no UTF-8. */
      readonly text: string;
      /** So often, one after the other. */
      readonly times: number;
    }
  | { readonly face: 'cli'; readonly argv: readonly string[] };

export interface FuzzOutcome {
  /** HTTP's; undefined over MQTT. */
  readonly status: number | undefined;
  readonly body: unknown;
  readonly requestId: unknown;
  /** Of the command line. */
  readonly exit?: number;
  readonly text?: string;
  /** It has waited for the clock: what else is going on went on meanwhile. */
  readonly waited: boolean;
  /** A route that can change something said yes, or has not yet said anything. */
  readonly acted: boolean;
}

const anybody = { requestId: undefined, expiresAt: undefined, caller: 'cli', isLocal: true };
const idsSchema = z.record(z.string(), z.unknown());

/** Turns of the event loop in which a request must be answered that doesn't wait for a radio. */
const promptTurns = 80;
const waitingStepMs = 250;
/** A command that follows something is interrupted after so much of the house's time, and must then end. */
const interruptAfterMs = 90_000;
const giveUpAfterMs = 900_000;

/** All three faces over one house with two locks and something of everything. */
export class FuzzHouse implements AsyncDisposable {
  readonly house: House;
  readonly #dir = mkdtempSync(join(tmpdir(), 'lockstep-fuzz-'));
  readonly #reader: Database;
  readonly #calls: { readonly route: string; answer: Answer | undefined }[] = [];
  readonly #open: FastifyInstance;
  readonly #local: FastifyInstance;
  readonly #desk: RequestDesk;
  readonly #stopping = new AbortController();
  readonly #options: HttpFaceOptions;
  #socket: HttpFace | undefined;
  #answerOverMqtt: (text: string) => void = () => undefined;
  readonly #cursors: string[] = [];
  #world: { readonly version: unknown; readonly tables: readonly [string, string][] } | undefined;

  private constructor(house: House) {
    this.house = house;
    this.#reader = Database.open(house.databaseFile);
    const { log, clock, random } = house;
    const app = this.#recording(house.app);
    this.#options = {
      app,
      log,
      clock,
      random,
      version: '0.0.0',
      socketPath: join(this.#dir, 'l.sock'),
      callerOf: (secret) => (secret === 'seam_fuzz' ? 'fuzz' : undefined),
      health: () => healthOf(house),
    };
    const { signal } = this.#stopping;
    this.#open = createOpenApplication({ ...this.#options, signal });
    this.#local = createLocalApplication({ ...this.#options, signal });
    const connection = {
      publish: (_topic: string, text: string) => {
        this.#answerOverMqtt(text);
        return Promise.resolve('acknowledged' as const);
      },
    };
    this.#desk = new RequestDesk({
      app,
      topics: makeTopics('lockstep', 'fuzz'),
      includeCodes: false,
      clock,
      log,
      connection: () => connection,
    });
  }

  static async start(seed: number): Promise<FuzzHouse> {
    const specs = [
      lockSpec({}, { autoLock: true, slots: { first: 1, last: 6 } }),
      lockSpec(
        { address: LockAddress('simulated:2'), name: 'Back door', masks: true },
        { slots: { first: 1, last: 4 } },
      ),
    ];
    const house = new House(specs, seed, { simulates: true });
    house.locks[0]?.slots.set(6, '4321');
    house.locks[1]?.slots.set(2, '9876');
    await house.settle(120_000);
    await house.create('1234');
    await house.create('2345', house.locks[1]);
    const [front, back] = house.locks.map((lock) => house.deviceIdOf(lock));
    await house.call('access_codes/create_multiple', { device_ids: [front, back], name: 'Both' });
    await house.call('access_codes/create', {
      device_id: front,
      code: '5678',
      starts_at: '2026-11-02T12:00:00Z',
      ends_at: '2026-11-03T12:00:00Z',
    });
    await house.call('webhooks/create', { url: 'https://example.org/a' });
    await house.app.call('lockstep/keys/create', { name: 'fuzz' }, anybody);
    await house.settle();
    return new FuzzHouse(house);
  }

  /** Everything durable but remembered answers, and what the locks hold: by table, as text. */
  world(): ReadonlyMap<string, string> {
    const version = this.#reader.pragma('data_version');
    const known = this.#world;
    const isSame = known !== undefined && known.version === version;
    const tables = isSame ? known.tables : this.#tables();
    this.#world = { version, tables };
    const held = JSON.stringify(this.house.locks.map((lock) => [...lock.slots]));
    return new Map([...tables, ['locks', held]]);
  }

  #tables(): [string, string][] {
    const names = this.#reader.all(
      "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT IN ('answers', 'sqlite_sequence')",
    );
    return z
      .array(z.object({ name: z.string() }))
      .parse(names)
      .map(({ name }) => [name, JSON.stringify(this.#reader.all(`SELECT * FROM "${name}"`))]);
  }

  /** Sends it, and lets the house's time pass if it is waited for. Throws where there never is an answer. */
  async send(request: FuzzRequest): Promise<FuzzOutcome> {
    this.#calls.length = 0;
    // It works with files: that takes real time, which is no part of what is sent.
    if (request.face === 'cli') this.#socket ??= await startHttpFace(this.#options);
    const interrupt = new AbortController();
    const pending = { isOver: false };
    const answer = this.#ask(request, interrupt.signal).finally(() => {
      pending.isOver = true;
    });
    // Looked at below; it must not count as unhandled before.
    answer.catch(() => undefined);
    for (let turn = 0; turn < promptTurns && !pending.isOver; turn += 1) await nextTurn();
    let waitedMs = 0;
    while (!pending.isOver) {
      if (waitedMs > giveUpAfterMs) throw new Error('no answer, however long it is waited for');
      if (waitedMs > interruptAfterMs) interrupt.abort();
      await this.house.clock.advance(waitingStepMs);
      await nextTurn();
      waitedMs += waitingStepMs;
    }
    const found = await answer;
    this.#keepCursors(found.body);
    const acted = this.#calls.some(({ route, answer: given }) => given?.ok !== false && this.#changes(route));
    return { ...found, waited: waitedMs > 0, acted };
  }

  /** What a token of this parameter stands for. */
  readonly pool = (name: string): readonly string[] => {
    const { store } = this.house;
    const codes = store.accessCodes();
    if (/device_ids?$/.test(name)) return store.devices().map(({ deviceId }) => deviceId);
    if (/access_code_ids?$/.test(name))
      return [...codes, ...store.unmanagedCodes({})].map(({ accessCodeId }) => accessCodeId);
    if (/event_ids?$/.test(name)) return store.events(0, 9).map(({ eventId }) => eventId);
    if (name === 'event_type' || name === 'event_types')
      return store.events(0, 9).map(({ eventType }) => eventType);
    if (name === 'webhook_id') return store.webhooks().map(({ webhookId }) => webhookId);
    if (name === 'api_key_id') return store.apiKeys().map(({ id }) => id);
    if (name === 'connected_account_id') return [store.connectedAccountId];
    if (name === 'common_code_key') return codes.flatMap(({ commonCodeKey }) => commonCodeKey ?? []);
    if (/action_attempt_ids?$/.test(name))
      return store.actionAttempts({}, undefined, 5).map(([, { attemptId }]) => attemptId);
    if (name === 'page_cursor') return this.#cursors;
    if (name === 'radio') return ['simulated'];
    if (name === 'address') return ['simulated:1', 'simulated:2'];
    if (name === 'lock') return store.devices().flatMap(({ deviceId, name: door }) => [door, deviceId]);
    if (name === 'key') return store.apiKeys().map(({ id }) => id);
    return codes.map(({ pin }) => pin.reveal());
  };

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping.abort();
    await Promise.all([this.#open.close(), this.#local.close(), this.#socket?.close()]);
    this.#reader.close();
    await this.house[Symbol.asyncDispose]();
    rmSync(this.#dir, { recursive: true, force: true });
  }

  #recording(app: App): App {
    return {
      routes: app.routes,
      onChange: (listener) => app.onChange(listener),
      close: () => undefined,
      call: async (route, params, context) => {
        const call: { route: string; answer: Answer | undefined } = { route, answer: undefined };
        this.#calls.push(call);
        call.answer = await app.call(route, params, context);
        return call.answer;
      },
    };
  }

  #changes(route: string): boolean {
    return this.house.app.routes.some(({ name, kind }) => name === route && kind !== 'read');
  }

  #ask(request: FuzzRequest, interrupt: AbortSignal): Promise<Omit<FuzzOutcome, 'waited' | 'acted'>> {
    if (request.face === 'cli') return this.#command(request.argv, interrupt);
    if (request.face === 'raw') {
      const { at, method, path, type, text, times } = request;
      const payload = Buffer.from(text.repeat(times), 'latin1');
      if (at === 'mqtt') return this.#publish(path, payload);
      return this.#inject(at, method, `/${path}`, { type, payload });
    }
    const params = resolved(request.params, this.pool);
    if (request.face === 'query')
      return this.#inject('open', request.method, `/${request.route}?${queryOf(params)}`, {});
    const payload = JSON.stringify(params);
    if (request.face === 'mqtt') {
      const isObject = typeof params === 'object' && params !== null && !Array.isArray(params);
      const whole =
        request.id !== undefined && isObject
          ? JSON.stringify({ ...params, request_id: request.id })
          : payload;
      return this.#publish(request.route, Buffer.from(whole));
    }
    const key = request.id === undefined ? {} : { 'idempotency-key': request.id };
    return this.#inject(request.face, 'POST', `/${request.route}`, {
      type: 'application/json',
      payload,
      key,
    });
  }

  async #inject(
    at: 'open' | 'local',
    method: Method,
    url: string,
    {
      type,
      payload,
      key = {},
    }: {
      readonly type?: string;
      readonly payload?: string | Buffer;
      readonly key?: Readonly<Record<string, string>>;
    },
  ): Promise<Omit<FuzzOutcome, 'waited' | 'acted'>> {
    const headers = {
      authorization: 'Bearer seam_fuzz',
      'x-lockstep-show-codes': '0',
      ...key,
      ...(type !== undefined && { 'content-type': type }),
    };
    const server = at === 'open' ? this.#open : this.#local;
    const response = await server.inject({ method, url, headers, ...(payload !== undefined && { payload }) });
    const body: unknown = JSON.parse(response.body);
    return { status: response.statusCode, body, requestId: response.headers['seam-request-id'] };
  }

  async #publish(route: string, payload: Uint8Array): Promise<Omit<FuzzOutcome, 'waited' | 'acted'>> {
    const text = await new Promise<string>((resolve) => {
      this.#answerOverMqtt = resolve;
      this.#desk.receive({
        topic: `lockstep/fuzz/request/${route}`,
        payload,
        retained: false,
        responseTopic: undefined,
        correlationData: undefined,
      });
    });
    const body: unknown = JSON.parse(text);
    return { status: undefined, body, requestId: undefined };
  }

  async #command(
    argv: readonly string[],
    interrupt: AbortSignal,
  ): Promise<Omit<FuzzOutcome, 'waited' | 'acted'>> {
    let text = '';
    const stream = { write: (more: string) => (text += more) };
    const exit = await runCli(
      argv.map((one) => this.#argument(one)),
      {
        stdout: stream,
        stderr: stream,
        env: { LOCKSTEP_SOCKET: this.#options.socketPath },
        cwd: this.#dir,
        isTty: false,
        columns: undefined,
        timeZone: 'Europe/Berlin',
        zones: systemZones,
        clock: new HurryingClock(),
        signal: interrupt,
        version: '0.1.0',
        readStdin: () => Promise.resolve('4711\n'),
        readFile: (path) => {
          throw Object.assign(new Error(`no file ${path}`), { code: 'ENOENT' });
        },
        canAsk: false,
        readLine: () => Promise.resolve(undefined),
        socketFromConfig: () => undefined,
        localChecks: () => Promise.resolve([]),
        isForeign: () => false,
        daemon: () => Promise.resolve(0),
        demo: () => Promise.resolve(0),
      },
    );
    return { status: undefined, body: undefined, requestId: undefined, exit, text };
  }

  /** `§lock3`: the third lock. */
  #argument(text: string): string {
    const [, kind = '', n = ''] = /^§([a-z_]+)(\d+)$/.exec(text) ?? [];
    return kind === '' ? text : String(resolved(`§${n}`, this.pool, kind));
  }

  #keepCursors(body: unknown): void {
    const { data } = z
      .looseObject({ pagination: z.looseObject({ next_page_cursor: z.string() }) })
      .safeParse(body);
    if (data !== undefined && this.#cursors.length < 10) this.#cursors.push(data.pagination.next_page_cursor);
  }
}

const nextTurn = (): Promise<void> =>
  new Promise((resolve) => {
    setImmediate(resolve);
  });

/** As the SDK writes a query, and for what it couldn't write, something. */
const queryOf = (params: unknown): string => {
  const { data } = idsSchema.safeParse(params);
  if (data === undefined) return encodeURIComponent(JSON.stringify(params).slice(0, 200));
  const pairs = Object.entries(data).flatMap(([name, value]): [string, string][] =>
    Array.isArray(value)
      ? value.map((one: unknown) => [name, asText(one)])
      : typeof value === 'object' && value !== null
        ? Object.entries(value).map(([inner, one]) => [`${name}.${inner}`, asText(one)])
        : [[name, asText(value)]],
  );
  return String(new URLSearchParams(pairs)).slice(0, 8_000);
};

const asText = (value: unknown): string =>
  value === null ? '' : typeof value === 'string' ? value : JSON.stringify(value);
