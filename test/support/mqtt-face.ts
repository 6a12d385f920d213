import { setTimeout as wait } from 'node:timers/promises';
import { connect, type IClientOptions, type IClientPublishOptions, type MqttClient } from 'mqtt';
import type { Answer, AnswerBody, App, CallContext, Change, RouteInfo } from '../../src/app/answer.ts';
import { systemClock } from '../../src/platform/system-clock.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { Log } from '../../src/ports/log.ts';
import type { StoredEvent } from '../../src/ports/store.ts';
import { routeInfo } from './route-info.ts';

const deadlineMs = 15_000;

/** The machine's clock, for tests of what talks to real processes. */
export const realClock: Clock = systemClock;

/** Waits until the condition holds; fails after 15 s, naming what was waited for. */
export const until = async (what: string, condition: () => boolean): Promise<void> => {
  const giveUpAt = performance.now() + deadlineMs;
  while (!condition()) {
    if (performance.now() > giveUpAt) throw new Error(`waited in vain for ${what}`);
    await wait(5);
  }
};

/** A log that keeps what it is told as text, to be searched for secrets. */
export const memoryLog = (): { log: Log; lines: string[] } => {
  const lines: string[] = [];
  const write = (fields: object, message: string): void => {
    lines.push(`${message} ${JSON.stringify(fields)}`);
  };
  const log: Log = { debug: write, info: write, warn: write, error: write, child: () => log };
  return { log, lines };
};

const notFound = (thing: string): Answer => ({
  ok: false,
  error: { type: `${thing}_not_found`, message: 'No such thing.', status: 404 },
});

const idOf = (params: unknown, key: string): string => {
  const value: unknown = typeof params === 'object' && params !== null ? Reflect.get(params, key) : undefined;
  return typeof value === 'string' ? value : '';
};

export interface RecordedCall {
  readonly route: string;
  readonly params: unknown;
  readonly context: CallContext;
}

/** An app whose content a test sets by hand. Reads answer from the maps; other routes from `handlers`. */
export class FakeApp implements App {
  readonly devices = new Map<string, AnswerBody>();
  readonly codes = new Map<string, AnswerBody>();
  readonly unmanaged = new Map<string, AnswerBody>();
  /** Ids by list, where each is to be on a page of its own. */
  readonly pages = new Map<string, readonly string[]>();
  bridge: AnswerBody = { version: '0.1.0' };
  arrivals: readonly AnswerBody[] = [];
  /** Calls other than the face's own reads. */
  readonly calls: RecordedCall[] = [];
  readonly handlers = new Map<string, (params: unknown, context: CallContext) => Answer | Promise<Answer>>();
  readonly #listeners = new Set<(change: Change) => void>();

  get routes(): readonly RouteInfo[] {
    const reads = ['devices/get', 'devices/list', 'access_codes/get', 'access_codes/list'];
    return [...reads, 'access_codes/create', 'locks/unlock_door', ...this.handlers.keys()].map(routeInfo);
  }

  get listeners(): number {
    return this.#listeners.size;
  }

  close(): void {
    // Nothing is put off.
  }

  onChange(listener: (change: Change) => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  say(change: Change): void {
    for (const listener of this.#listeners) listener(change);
  }

  async call(route: string, params: unknown, context: CallContext): Promise<Answer> {
    await Promise.resolve();
    const handler = this.handlers.get(route);
    if (handler !== undefined) {
      this.calls.push({ route, params, context });
      return handler(params, context);
    }
    return this.#read(route, params);
  }

  #page(route: string, params: unknown): AnswerBody {
    const ids = this.pages.get(route);
    if (ids === undefined) return { access_codes: [...this.codes.values()] };
    const at = Number(idOf(params, 'page_cursor'));
    const next = at + 1 < ids.length ? String(at + 1) : null;
    return {
      access_codes: [{ access_code_id: ids[at] ?? '' }],
      pagination: { next_page_cursor: next },
    };
  }

  #read(route: string, params: unknown): Answer {
    const one = (map: Map<string, AnswerBody>, thing: string, idKey: string, key: string): Answer => {
      const found = map.get(idOf(params, idKey));
      return found === undefined ? notFound(thing) : { ok: true, body: { [key]: found } };
    };
    switch (route) {
      case 'devices/list':
        return { ok: true, body: { devices: [...this.devices.values()] } };
      case 'devices/get':
        return one(this.devices, 'device', 'device_id', 'device');
      case 'lockstep/slots': {
        if (!this.devices.has(idOf(params, 'device_id'))) return notFound('device');
        return { ok: true, body: { slots: [{ slot: 1, state: 'empty' }] } };
      }
      case 'lockstep/arrivals':
        return { ok: true, body: { arrivals: this.arrivals, total: this.arrivals.length } };
      case 'lockstep/status':
        return { ok: true, body: { bridge: this.bridge } };
      case 'access_codes/list':
        return { ok: true, body: this.#page(route, params) };
      case 'access_codes/get':
        return one(this.codes, 'access_code', 'access_code_id', 'access_code');
      case 'access_codes/unmanaged/list':
        return { ok: true, body: { access_codes: [...this.unmanaged.values()] } };
      case 'access_codes/unmanaged/get':
        return one(this.unmanaged, 'unmanaged_access_code', 'access_code_id', 'access_code');
      default:
        return { ok: false, error: { type: 'internal_error', message: route, status: 500 } };
    }
  }
}

/** An outbox whose events a test appends; remembers what was marked, in order. */
export class FakeOutbox {
  #events: StoredEvent[] = [];
  readonly marked: number[] = [];
  /** How often it was looked at. */
  looks = 0;

  append(event: StoredEvent): void {
    this.#events.push(event);
  }

  unpublished(limit: number): StoredEvent[] {
    this.looks += 1;
    return this.#events.slice(0, limit);
  }

  markPublished(seq: number): void {
    this.marked.push(seq);
    this.#events = this.#events.filter((event) => event.seq !== seq);
  }
}

export interface Heard {
  readonly topic: string;
  readonly text: string;
  readonly retained: boolean;
  readonly correlationData: string | undefined;
}

/** A client of the bridge: hears everything under one filter, and asks. */
export class Listener implements AsyncDisposable {
  readonly heard: Heard[] = [];
  readonly #client: MqttClient;

  private constructor(client: MqttClient) {
    this.#client = client;
    client.on('message', (topic, payload, packet) => {
      const correlationData = packet.properties?.correlationData?.toString();
      this.heard.push({ topic, text: payload.toString(), retained: packet.retain, correlationData });
    });
  }

  static async connect(url: string, filter: string, options: IClientOptions = {}): Promise<Listener> {
    const client = connect(url, { reconnectPeriod: 50, resubscribe: true, ...options });
    const listener = new Listener(client);
    await until('the connection to the broker', () => client.connected);
    await client.subscribeAsync(filter, { qos: 1 });
    return listener;
  }

  async publish(topic: string, payload: string | Buffer, options: IClientPublishOptions = {}): Promise<void> {
    await this.#client.publishAsync(topic, payload, { qos: 1, ...options });
  }

  /** What has come on this topic, as text, in order. */
  on(topic: string): string[] {
    return this.heard.filter((message) => message.topic === topic).map((message) => message.text);
  }

  /** The n-th message (from 1) on this topic, as soon as there is one, parsed. */
  async json(topic: string, n = 1): Promise<unknown> {
    await until(`message ${n} on ${topic}`, () => this.on(topic).length >= n);
    const value: unknown = JSON.parse(this.on(topic)[n - 1] ?? '');
    return value;
  }

  /** Waits for this text to be the last one on the topic. */
  async last(topic: string, text: string): Promise<void> {
    await until(`${text} on ${topic}`, () => this.on(topic).at(-1) === text);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#client.endAsync(true);
  }
}

let markers = 0;

/** What a client that comes now finds retained under `<base>/#`. */
export const retainedNow = async (url: string, base: string): Promise<Map<string, string>> => {
  markers += 1;
  const marker = `${base}/retained-now/${String(process.pid)}-${String(markers)}`;
  await using before = await Listener.connect(url, marker);
  await before.publish(marker, 'marker', { retain: true });
  await using listener = await Listener.connect(url, `${base}/#`);
  // Stored last and live last: when both have come back, so has everything retained, whichever way the
  // broker orders the two.
  await until('the retained marker', () => listener.on(marker).length > 0);
  await listener.publish(marker, 'live');
  await listener.last(marker, 'live');
  await listener.publish(marker, '', { retain: true });
  const retained = listener.heard.filter((message) => message.retained && message.topic !== marker);
  return new Map(retained.map((message) => [message.topic, message.text]));
};
