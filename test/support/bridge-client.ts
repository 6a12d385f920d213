import { connectAsync, type IClientPublishOptions, type MqttClient } from 'mqtt';
import { z } from 'zod';
import { until } from './until.ts';

const answerSchema = z.looseObject({
  request_id: z.string().optional(),
  ok: z.boolean(),
  error: z.looseObject({ type: z.string(), message: z.string() }).optional(),
});
const eventSchema = z.looseObject({
  seq: z.number(),
  event_id: z.string(),
  event_type: z.string(),
  access_code_id: z.string().optional(),
  device_id: z.string().optional(),
});
const deviceSchema = z.looseObject({
  device_id: z.string(),
  x_address: z.string(),
  x_adopted: z.boolean(),
  errors: z.array(z.looseObject({ error_code: z.string() })),
  properties: z.looseObject({ online: z.boolean(), locked: z.boolean().optional() }),
});
const findingsSchema = z.array(z.looseObject({ error_code: z.string() }));
const codeSchema = z.looseObject({
  access_code_id: z.string(),
  device_id: z.string(),
  code: z.string().nullable(),
  name: z.string().nullable(),
  status: z.string(),
  is_managed: z.boolean(),
  errors: findingsSchema,
  x_slot: z.number().nullable(),
});
const statusSchema = z.looseObject({ bridge: z.looseObject({ last_seq: z.number() }) });
const slotsSchema = z.looseObject({
  slots: z.array(z.looseObject({ slot: z.number(), state: z.string(), owner: z.string().nullable() })),
});

export type BridgeAnswer = z.infer<typeof answerSchema>;
export type BridgeEvent = z.infer<typeof eventSchema>;
export type BridgeDevice = z.infer<typeof deviceSchema>;
export type BridgeCode = z.infer<typeof codeSchema>;
export type BridgeSlots = z.infer<typeof slotsSchema>['slots'];

/** A lock's node in the Z-Wave network, or its whole address. */
export type Place = number | string;
const addressOf = (place: Place): string => (typeof place === 'number' ? `zwave:${place}` : place);

/** The id of the access code that a `create` was answered with. */
export const createdId = (answer: BridgeAnswer): string =>
  codeSchema.parse(answer['access_code']).access_code_id;

let clients = 0;

/** A client of one bridge over MQTT, like anybody's: hears every topic of it, asks, and remembers. */
export class BridgeClient implements AsyncDisposable {
  /** All that came, in order of arrival. */
  readonly heard: { readonly topic: string; readonly text: string }[] = [];
  /** The last text of each topic. */
  readonly latest = new Map<string, string>();
  /** Events in order of arrival; one may come again after a restart (at least once). */
  readonly events: BridgeEvent[] = [];
  readonly #answers = new Map<string, BridgeAnswer>();
  /** Parsed as they come: fifty locks are looked through fifty times a second. */
  readonly #deviceTopics = new Map<string, BridgeDevice>();
  readonly #base: string;
  readonly #client: MqttClient;
  readonly #name: string;
  #requests = 0;

  private constructor(client: MqttClient, base: string) {
    this.#client = client;
    this.#base = base;
    clients += 1;
    this.#name = `client-${process.pid}-${clients}`;
  }

  /** Waits for the broker, and comes back by itself when it does. */
  static async connect(url: string, base: string): Promise<BridgeClient> {
    const client = await until('the broker', () =>
      connectAsync(url, { reconnectPeriod: 50, connectTimeout: 2_000 }, false).catch(() => undefined),
    );
    const bridge = new BridgeClient(client, base);
    client.on('error', () => undefined);
    client.on('message', (topic, payload) => {
      bridge.#receive(topic, payload.toString());
    });
    await client.subscribeAsync(`${base}/#`, { qos: 1 });
    return bridge;
  }

  /** Waits for what `look` finds in what came. */
  until<T>(what: string, look: () => T | undefined | false, limitMs?: number): Promise<T> {
    return until(what, look, {
      ...(limitMs === undefined ? {} : { limitMs }),
      instead: () => this.heard.slice(-6),
    });
  }

  async publish(topic: string, payload: string | Buffer, options: IClientPublishOptions = {}): Promise<void> {
    await this.#client.publishAsync(`${this.#base}/${topic}`, payload, { qos: 1, ...options });
  }

  /** Asks and waits for the answer, whatever it is. */
  async request(
    route: string,
    params: object,
    options: { readonly requestId?: string; readonly limitMs?: number } = {},
  ): Promise<BridgeAnswer> {
    this.#requests += 1;
    const requestId = options.requestId ?? `${this.#name}-${this.#requests}`;
    this.#answers.delete(requestId);
    await this.publish(`request/${route}`, JSON.stringify({ ...params, request_id: requestId }));
    return this.until(`an answer to ${route}`, () => this.#answers.get(requestId), options.limitMs);
  }

  /** The answer to this request, if it has come. */
  answerTo(requestId: string): BridgeAnswer | undefined {
    return this.#answers.get(requestId);
  }

  /** Asks for what should succeed. */
  async ask(route: string, params: object): Promise<BridgeAnswer> {
    const answer = await this.request(route, params);
    if (!answer.ok) throw new Error(`${route} was refused: ${JSON.stringify(answer.error)}`);
    return answer;
  }

  /** Publishes any payload as a request, and waits for the next answer on the route's topic. */
  async raw(
    route: string,
    payload: string | Buffer,
    options: IClientPublishOptions = {},
  ): Promise<BridgeAnswer> {
    const before = this.heard.length;
    await this.publish(`request/${route}`, payload, options);
    const topic = `${this.#base}/response/${route}`;
    const found = await this.until(`an answer on ${topic}`, () =>
      this.heard.slice(before).find((message) => message.topic === topic),
    );
    return answerSchema.parse(JSON.parse(found.text));
  }

  /** The lock at this place, once the bridge has looked at all of its slots. */
  async device(place: Place, limitMs?: number): Promise<string> {
    const adopted = (): BridgeDevice | undefined => {
      const lock = this.deviceNow(place);
      return lock?.x_adopted === true ? lock : undefined;
    };
    return (await this.until(`the lock ${place}, adopted`, adopted, limitMs)).device_id;
  }

  /** The lock as its retained topic shows it now. */
  deviceNow(place: Place): BridgeDevice | undefined {
    return this.#devices().find((one) => one.x_address === addressOf(place));
  }

  /** Waits until the lock is said to be out of reach because its radio is, and for no other reason. */
  async radioBlamed(place: Place): Promise<void> {
    await this.until(`only the radio blamed for lock ${place}`, () => {
      const { errors = [] } = this.deviceNow(place) ?? {};
      return errors.length === 1 && errors[0]?.error_code === 'hub_disconnected';
    });
  }

  async slots(node: Place): Promise<BridgeSlots> {
    const text = this.latest.get(`${this.#base}/devices/${await this.device(node)}/slots`);
    return slotsSchema.parse(JSON.parse(text ?? '{"slots":[]}')).slots;
  }

  /** Asks for a code on the lock at this place; returns its id. */
  async createCode(node: Place, code: string): Promise<string> {
    const device = await this.device(node);
    const answer = await this.ask('access_codes/create', { device_id: device, name: 'A guest', code });
    return createdId(answer);
  }

  /** The access code's retained topic, if there is one now. */
  code(id: string): BridgeCode | undefined {
    const text = this.latest.get(`${this.#base}/access_codes/${id}`) ?? '';
    return text === '' ? undefined : codeSchema.parse(JSON.parse(text));
  }

  /** Waits until the code's retained topic says `set`. */
  codeSet(id: string, limitMs?: number): Promise<BridgeCode> {
    return this.until(
      `${id} to be set`,
      () => {
        const code = this.code(id);
        return code?.status === 'set' ? code : undefined;
      },
      limitMs,
    );
  }

  async codes(): Promise<BridgeCode[]> {
    const answer = await this.ask('access_codes/list', {});
    return z.array(codeSchema).parse(answer['access_codes']);
  }

  /** Waits for an event of this type with these properties, among those after `seq`. */
  event(type: string, properties: Readonly<Record<string, unknown>> = {}, after = 0): Promise<BridgeEvent> {
    return this.until(`${type} ${JSON.stringify(properties)}`, () =>
      this.events.find(
        (event) =>
          event.seq > after &&
          event.event_type === type &&
          Object.entries(properties).every(([key, value]) => event[key] === value),
      ),
    );
  }

  /** The seq of the bridge's newest event, as it says itself. */
  async bridgeLastSeq(): Promise<number> {
    const { bridge } = statusSchema.parse(await this.ask('lockstep/status', {}));
    return bridge.last_seq;
  }

  /** The seq of the newest event that came. */
  get lastSeq(): number {
    return Math.max(0, ...this.events.map((event) => event.seq));
  }

  /** For a bridge that starts again: waits until the new one takes requests, with nothing of the old one left. */
  async restarted(start: () => unknown): Promise<void> {
    this.latest.clear();
    this.#deviceTopics.clear();
    start();
    await this.until('the bridge to be online again', () => this.status === 'online');
  }

  /** The retained status: `online` or `offline`. */
  get status(): string | undefined {
    return this.latest.get(`${this.#base}/status`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#client.endAsync(true);
  }

  #devices(): BridgeDevice[] {
    return [...this.#deviceTopics.values()];
  }

  #receive(topic: string, text: string): void {
    this.heard.push({ topic, text });
    this.latest.set(topic, text);
    const [kind, ...rest] = topic.slice(this.#base.length + 1).split('/');
    if (kind === 'devices' && rest.length === 1) {
      if (text === '') this.#deviceTopics.delete(topic);
      else this.#deviceTopics.set(topic, deviceSchema.parse(JSON.parse(text)));
    }
    if (kind === 'response') {
      const answer = answerSchema.parse(JSON.parse(text));
      if (answer.request_id !== undefined) this.#answers.set(answer.request_id, answer);
    }
    if (kind === 'events') this.events.push(eventSchema.parse(JSON.parse(text)));
  }
}
