import { Socket } from 'node:net';
import { connectAsync } from 'mqtt';
import type { MqttClient } from 'mqtt';
import { z } from 'zod';
import { until } from '../support/until.ts';

/** The MQTT API of zigbee2mqtt, as its documentation describes it; nothing else of it is used. */

const base = 'zigbee2mqtt';
const loggingSchema = z.object({ level: z.string(), message: z.string() });
const answerSchema = z.object({ status: z.string(), error: z.string().optional() });
const devicesSchema = z.array(
  z.looseObject({
    ieee_address: z.string(),
    type: z.string(),
    supported: z.boolean(),
    interview_state: z.string(),
    model_id: z.string().optional(),
    definition: z.looseObject({ model: z.string(), source: z.string() }).nullish(),
  }),
);

export type Zigbee2mqttDevice = z.infer<typeof devicesSchema>[number];

/** One message that it has published. */
export interface Published {
  /** Without the base topic. */
  readonly topic: string;
  readonly text: string;
  /** Of topic and payload. */
  readonly bytes: number;
  /** Milliseconds of the system's monotonic clock. */
  readonly atMs: number;
}

const byDefaultMs = 20_000;

export class Zigbee2mqttClient implements AsyncDisposable {
  /** In order of arrival; what we have sent ourselves isn't among them. */
  readonly heard: Published[] = [];
  readonly #mqtt: MqttClient;
  readonly #sent = new Set<string>();
  #devices: readonly Zigbee2mqttDevice[] = [];

  private constructor(mqtt: MqttClient) {
    this.#mqtt = mqtt;
    // No acknowledgement of this client's waits for another (Nagle).
    if (mqtt.stream instanceof Socket) mqtt.stream.setNoDelay(true);
    mqtt.on('message', (topic, payload) => {
      this.#hear(topic.slice(base.length + 1), payload);
    });
  }

  /** Connects to the broker, before zigbee2mqtt or after. */
  static async connect(url: string): Promise<Zigbee2mqttClient> {
    const client = new Zigbee2mqttClient(await connectAsync(url));
    await client.#mqtt.subscribeAsync(`${base}/#`, { qos: 1 });
    return client;
  }

  /** All devices that it knows, but not the coordinator. */
  get devices(): readonly Zigbee2mqttDevice[] {
    return this.#devices.filter(({ type }) => type !== 'Coordinator');
  }

  /** Resolves with the line of its log that says that it takes commands. */
  started(limitMs: number): Promise<Published> {
    const look = ({ topic, text }: Published): boolean =>
      topic === 'bridge/logging' &&
      loggingSchema.parse(JSON.parse(text)).message.endsWith('Zigbee2MQTT started!');
    return this.next('zigbee2mqtt to start', 0, look, limitMs);
  }

  /** The lines of its log of this level from the `from`-th message on. */
  log(level: 'error' | 'warning', from: number): string[] {
    return this.heard
      .slice(from)
      .filter(({ topic }) => topic === 'bridge/logging')
      .map(({ text }) => loggingSchema.parse(JSON.parse(text)))
      .filter((line) => line.level === level)
      .map(({ message }) => message);
  }

  /** Sends to `<device>/set` or `<device>/get`; there is no answer to these. */
  async tell(topic: string, body: object): Promise<void> {
    this.#sent.add(topic);
    await this.#mqtt.publishAsync(`${base}/${topic}`, JSON.stringify(body), { qos: 1 });
  }

  /** Sends a request of the bridge's and waits for its answer; throws where that is an error. */
  async request(name: string, body: object): Promise<void> {
    const from = this.heard.length;
    await this.tell(`bridge/request/${name}`, body);
    const test = ({ topic }: Published): boolean => topic === `bridge/response/${name}`;
    const { text } = await this.next(`an answer to ${name}`, from, test);
    const { status, error } = answerSchema.parse(JSON.parse(text));
    if (status !== 'ok') throw new Error(`zigbee2mqtt: ${name}: ${error ?? status}`);
  }

  /** The first message from the `from`-th on that passes the test. */
  next(
    what: string,
    from: number,
    test: (message: Published) => boolean,
    limitMs = byDefaultMs,
  ): Promise<Published> {
    const instead = (): unknown => this.heard.slice(Math.max(from, this.heard.length - 5));
    return until(what, () => this.heard.slice(from).find(test), { limitMs, instead });
  }

  /** Waits until it has interviewed this device, and has a definition for it. */
  interviewed(ieee: string, limitMs: number): Promise<Zigbee2mqttDevice> {
    const look = (): Zigbee2mqttDevice | undefined =>
      this.#devices.find((one) => one.ieee_address === ieee && one.interview_state === 'SUCCESSFUL');
    return until(`the interview of ${ieee}`, look, { limitMs, instead: () => this.log('error', 0) });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#mqtt.endAsync(true);
  }

  #hear(topic: string, payload: Buffer): void {
    const atMs = Number(process.hrtime.bigint()) / 1e6;
    if (this.#sent.has(topic)) return;
    const text = payload.toString();
    if (text === '') return;
    if (topic === 'bridge/devices') this.#devices = devicesSchema.parse(JSON.parse(text));
    const bytes = base.length + 1 + Buffer.byteLength(topic) + payload.length;
    this.heard.push({ topic, text, bytes, atMs });
  }
}
