import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { connectAsync } from 'mqtt';
import type { MqttClient } from 'mqtt';
import { z } from 'zod';
import { SimControl } from './sim-control.ts';
import { startSimulatedZigbee, startSimulatedZwave } from './simulated-radios.ts';
import type { SimulatedLock, SimulatedRadio } from './simulated-radios.ts';

const answerSchema = z.looseObject({
  request_id: z.string(),
  ok: z.boolean(),
  error: z.object({ type: z.string(), message: z.string() }).optional(),
});
const eventSchema = z.looseObject({
  seq: z.number(),
  event_type: z.string(),
  access_code_id: z.string().optional(),
});
const deviceSchema = z.object({ device_id: z.string(), x_address: z.string(), x_adopted: z.boolean() });
export type TourEvent = z.infer<typeof eventSchema>;

/** Longest that any step waits for what it announced. */
export const stepDeadlineMs = 30_000;

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  if (address === null || typeof address === 'string') throw new Error('no free port');
  return address.port;
};

/** Polls until `look` gives something; throws with `what` at the deadline. */
export const until = async <T>(
  what: string,
  look: () => Promise<T | undefined> | T | undefined,
): Promise<T> => {
  const deadline = performance.now() + stepDeadlineMs;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (performance.now() > deadline) throw new Error(`not seen within 30 s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
};

/** A lock on its way into the network. */
export interface TourPairing {
  /** Resolves when it has come so far. */
  step(step: string): Promise<void>;
  pin(pin: string): Promise<void>;
  /** Resolves with the new lock's address, and how its link is secured. */
  done(): Promise<{ readonly address: string; readonly security: string }>;
}

/** A simulated network, and the person at its doors. */
export type TourRadio = Pick<SimulatedRadio, 'locks' | 'driver' | 'idOf'> & { readonly sim: SimControl };

/** A daemon in a process of its own, its simulated networks in others, and an MQTT client like anybody's. */
export class TourWorld {
  readonly zwave: TourRadio;
  readonly zigbee: TourRadio;
  readonly events: TourEvent[] = [];
  readonly #radios: readonly SimulatedRadio[];
  readonly #configFile: string;
  readonly #mqttPort: number;
  readonly #devices = new Map<string, z.infer<typeof deviceSchema>>();
  readonly #answers = new Map<string, z.infer<typeof answerSchema>>();
  #daemon: ChildProcess | undefined;
  #client: MqttClient | undefined;
  #requests = 0;

  private constructor(
    [zwave, zigbee]: readonly [SimulatedRadio, SimulatedRadio],
    configFile: string,
    mqttPort: number,
  ) {
    this.zwave = { ...zwave, sim: new SimControl(zwave.control) };
    this.zigbee = { ...zigbee, sim: new SimControl(zigbee.control) };
    this.#radios = [zwave, zigbee];
    this.#configFile = configFile;
    this.#mqttPort = mqttPort;
  }

  static async create(dir: string): Promise<TourWorld> {
    const dataDir = join(dir, 'data');
    const zwave = await startSimulatedZwave(dir);
    const zigbee = await startSimulatedZigbee(dir).catch(async (error: unknown) => {
      await zwave.stop();
      throw error;
    });
    await zigbee.prepare(dataDir);
    const [mqttPort, httpPort] = [await freePort(), await freePort()];
    const config = {
      bridge_id: 'tour',
      data_dir: dataDir,
      log: { level: 'error' },
      clock: { trust: 'always' },
      mqtt: { url: 'embedded', listen: `127.0.0.1:${mqttPort}` },
      http: { listen: `127.0.0.1:${httpPort}`, socket: join(dir, 'lockstep.sock') },
      drivers: [zwave, zigbee].map(({ driver: { driver, options } }) => ({ driver, ...options })),
    };
    // JSON is YAML.
    const configFile = join(dir, 'lockstep.yaml');
    writeFileSync(configFile, JSON.stringify(config, undefined, 2));
    return new TourWorld([zwave, zigbee], configFile, mqttPort);
  }

  async startDaemon(): Promise<void> {
    const program = fileURLToPath(new URL(`../cli${extname(import.meta.url)}`, import.meta.url));
    this.#devices.clear();
    this.#daemon = spawn(process.execPath, [program, 'daemon', '--config', this.#configFile], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    this.#client?.end(true);
    this.#client = await until('the broker', () =>
      connectAsync(`mqtt://127.0.0.1:${this.#mqttPort}`, { reconnectPeriod: 0 }).catch(() => undefined),
    );
    this.#client.on('message', (topic, payload) => {
      this.#onMessage(topic, payload.toString());
    });
    await this.#client.subscribeAsync('lockstep/tour/#', { qos: 1 });
  }

  /** As a power cut ends it. */
  async killDaemon(): Promise<void> {
    const daemon = this.#daemon;
    if (daemon === undefined) return;
    const gone = once(daemon, 'exit');
    daemon.kill('SIGKILL');
    await gone;
  }

  /** Resolves with the lock's device id once the bridge has looked at all its slots. */
  async device({ name, address }: SimulatedLock): Promise<string> {
    const device = await until(`the lock ${name} on MQTT`, () => {
      const found = this.#devices.get(address);
      return found?.x_adopted === true ? found : undefined;
    });
    return device.device_id;
  }

  /** A request over MQTT and its answer; throws where it is refused. */
  async request(route: string, params: object): Promise<Record<string, unknown>> {
    const requestId = `tour-${(this.#requests += 1)}`;
    await this.#client?.publishAsync(
      `lockstep/tour/request/${route}`,
      JSON.stringify({ ...params, request_id: requestId }),
      { qos: 1 },
    );
    const answer = await until(`an answer to ${route}`, () => this.#answers.get(requestId));
    if (!answer.ok) throw new Error(`${route} was refused: ${answer.error?.message ?? ''}`);
    return answer;
  }

  async createCode(lock: SimulatedLock, name: string, code: string): Promise<string> {
    const answer = await this.request('access_codes/create', {
      device_id: await this.device(lock),
      name,
      code,
    });
    return z.object({ access_code_id: z.string() }).parse(answer['access_code']).access_code_id;
  }

  /** Begins to take a new lock in. */
  async pair({ driver: { driver } }: TourRadio): Promise<TourPairing> {
    const answer = await this.request('lockstep/pairing/start', { radio: driver });
    const { pairing_id } = z.object({ pairing_id: z.string() }).parse(answer['pairing']);
    const told = (type: string, step?: string): Promise<TourEvent> =>
      until(`${type} ${step ?? ''}`, () => {
        const failed = this.#ofPairing(pairing_id, 'lockstep.pairing_failed');
        if (failed !== undefined) throw new Error(`pairing failed: ${String(failed['message'])}`);
        return this.#ofPairing(pairing_id, type, step);
      });
    return {
      step: async (step) => {
        await told('lockstep.pairing_step', step);
      },
      pin: async (pin) => {
        await this.request('lockstep/pairing/pin', { pairing_id, pin });
      },
      done: async () => {
        const { device_id, security } = z
          .object({ device_id: z.string(), security: z.string() })
          .parse(await told('lockstep.pairing_done'));
        const lock = await until('the new lock on MQTT', () =>
          [...this.#devices.values()].find((one) => one.device_id === device_id),
        );
        return { address: lock.x_address, security };
      },
    };
  }

  #ofPairing(id: string, type: string, step?: string): TourEvent | undefined {
    return this.events.find(
      (event) =>
        event['pairing_id'] === id &&
        event.event_type === type &&
        (step === undefined || event['step'] === step),
    );
  }

  event(type: string, accessCodeId: string, after = 0): Promise<TourEvent> {
    return until(type, () =>
      this.events.find(
        (event) => event.seq > after && event.event_type === type && event.access_code_id === accessCodeId,
      ),
    );
  }

  get lastSeq(): number {
    return this.events.at(-1)?.seq ?? 0;
  }

  async end(): Promise<void> {
    await this.#client?.endAsync(true);
    if (this.#daemon?.exitCode === null && this.#daemon.signalCode === null) {
      const gone = once(this.#daemon, 'exit');
      this.#daemon.kill('SIGTERM');
      await gone;
    }
    await Promise.all(this.#radios.map((radio) => radio.stop()));
  }

  #onMessage(topic: string, text: string): void {
    if (text === '') return;
    const kind = topic.split('/')[2];
    if (topic.endsWith('/slots') || (kind !== 'devices' && kind !== 'events' && kind !== 'response')) return;
    const value: unknown = JSON.parse(text);
    if (kind === 'devices') {
      const device = deviceSchema.parse(value);
      this.#devices.set(device.x_address, device);
    } else if (kind === 'response') {
      const answer = answerSchema.parse(value);
      this.#answers.set(answer.request_id, answer);
    } else {
      const event = eventSchema.parse(value);
      // At least once: the same event may come again after a restart.
      if (event.seq > this.lastSeq) this.events.push(event);
    }
  }
}
