import type { ChildProcess } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { Socket } from 'node:net';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { connectAsync } from 'mqtt';
import type { MqttClient } from 'mqtt';
import { z } from 'zod';
import { freePort } from '../test/support/mosquitto.ts';
import { clockMs, rest, Watch } from './progress.ts';
import { ended, residentMb } from './workplace.ts';
import type { Workplace } from './workplace.ts';

const deviceSchema = z.object({
  device_id: z.string(),
  x_address: z.string(),
  x_adopted: z.boolean(),
  can_program_online_access_codes: z.boolean(),
});
const bridgeSchema = z.object({
  drivers: z.array(z.object({ driver: z.string(), state: z.string() })),
  counts: z.object({ online: z.number() }),
});
const answerSchema = z.object({
  request_id: z.string(),
  ok: z.boolean(),
  error: z.object({ message: z.string() }).optional(),
  access_code: z.object({ access_code_id: z.string() }).optional(),
});
const eventSchema = z.object({ event_type: z.string(), access_code_id: z.string().optional() });
/** MB (10⁶ bytes): what the heap takes, what lies beside it, and what of the heap is left after a collection. */
const memorySchema = z.object({ heapTotalMb: z.number(), externalMb: z.number(), heapLiveMb: z.number() });
export type Memory = z.infer<typeof memorySchema>;

const startLimitMs = 120_000;
const stopLimitMs = 5_000;
const connectEveryMs = 5;
/** More than the ten minutes for which a proof of emptiness is fresh (DESIGN §1.4). */
const staleMs = 11 * 60_000;

/** Where a bridge keeps its things from one start to the next. */
export interface Household {
  readonly dir: string;
  readonly configFile: string;
  readonly mqttUrl: string;
}

/** A bridge's radio, as its configuration names it. */
export interface Radio {
  readonly driver: string;
  readonly [option: string]: string;
}

export const zwaveRadio = (serial: string, keysFile: string): Radio => ({
  driver: 'zwave',
  path: serial,
  keys_file: keysFile,
});

/** A new bridge that has never run: one radio, the embedded broker, everything else as the config's defaults. */
export const foundHousehold = async (place: Workplace, radio: Radio): Promise<Household> => {
  const dir = place.folder('bridge');
  mkdirSync(join(dir, 'data'), { mode: 0o700 });
  const [mqtt, http] = [await freePort(), await freePort()];
  const config = {
    bridge_id: 'bench',
    data_dir: join(dir, 'data'),
    log: { level: 'error' },
    clock: { trust: 'always' },
    mqtt: { url: 'embedded', listen: `127.0.0.1:${mqtt}` },
    http: { listen: `127.0.0.1:${http}`, socket: join(dir, 'lockstep.sock') },
    drivers: [radio],
  };
  const configFile = join(dir, 'lockstep.yaml');
  writeFileSync(configFile, JSON.stringify(config));
  return { dir, configFile, mqttUrl: `mqtt://127.0.0.1:${mqtt}` };
};

/** Makes a bridge that isn't running believe that it last looked at its slots eleven minutes ago. */
export const ageProofs = (household: Household): void => {
  const database = new Sqlite(join(household.dir, 'data', 'lockstep.db'));
  try {
    database.prepare('UPDATE slots SET evidence_at = evidence_at - ?').run(staleMs);
  } finally {
    database.close();
  }
};

/** The daemon as it is installed, in a process of its own, and an MQTT client like anybody's. */
export class Bridge {
  readonly #child: ChildProcess;
  readonly #watch = new Watch();
  readonly #spawnedMs = clockMs();
  readonly #devices = new Map<string, z.infer<typeof deviceSchema>>();
  readonly #answers = new Map<string, z.infer<typeof answerSchema>>();
  /** `event type`, a space, `access code id` of what happened and nobody has waited for yet. */
  readonly #events = new Set<string>();
  #memory: Memory | undefined;
  #bridge: z.infer<typeof bridgeSchema> | undefined;
  #client: MqttClient | undefined;
  #requests = 0;

  private constructor(child: ChildProcess) {
    this.#child = child;
    child.on('message', (message) => {
      this.#memory = memorySchema.parse(message);
      this.#watch.changed();
    });
    child.once('exit', (code, signal) => {
      this.#watch.break(new Error(`the daemon ended: ${String(code ?? signal)}`));
    });
  }

  /** Resolves once a client is connected; that isn't `ready`. With `probe` its heap can be asked for. */
  static async start(place: Workplace, household: Household, probe = false): Promise<Bridge> {
    const flags = probe
      ? ['--expose-gc', '--import', `file://${place.compiled('bench/memory-probe.ts')}`]
      : [];
    const program = [place.compiled('src/cli.ts'), 'daemon', '--config', household.configFile];
    const stdio = ['ignore', 'ignore', 'inherit', 'ipc'] as const;
    const bridge = new Bridge(place.spawn([...flags, ...program], [...stdio]));
    await bridge.#connect(household.mqttUrl);
    return bridge;
  }

  /** `…/bridge` says that its radio is ready and this many locks are online: milliseconds since the start. */
  async ready(locks: number): Promise<number> {
    return this.#watch.until(
      'the bridge ready',
      () => {
        const ready = this.#bridge?.drivers.every(({ state }) => state === 'ready') === true;
        return ready && this.#bridge?.counts.online === locks ? clockMs() - this.#spawnedMs : undefined;
      },
      startLimitMs,
    );
  }

  /** Every lock has been interviewed and takes codes: milliseconds since the start. */
  programmable(locks: number): Promise<number> {
    return this.#all('all locks interviewed', locks, (device) => device.can_program_online_access_codes);
  }

  /** Every slot of every lock has been looked at: milliseconds since the start. */
  adopted(locks: number): Promise<number> {
    return this.#all('all locks adopted', locks, (device) => device.x_adopted);
  }

  get residentMb(): number {
    return residentMb(this.#child);
  }

  /** Where its memory is; it collects its garbage for that. Only with `probe`. */
  memory(): Promise<Memory> {
    this.#memory = undefined;
    this.#child.send('memory');
    return this.#watch.until('the memory probe', () => this.#memory);
  }

  /** Publishes a request for a new code. `sentMs` is just before; `id` comes with the answer. */
  create(address: string, code: string): { readonly sentMs: number; readonly id: Promise<string> } {
    const { sentMs, answer } = this.#request('access_codes/create', {
      device_id: this.deviceId(address),
      code,
    });
    const id = answer.then(({ access_code }) => {
      if (access_code === undefined) throw new Error('an answer without an access code');
      return access_code.access_code_id;
    });
    return { sentMs, id };
  }

  async delete(accessCodeId: string): Promise<void> {
    await this.#request('access_codes/delete', { access_code_id: accessCodeId }).answer;
  }

  /** Moves the bolt: an exchange that tells nothing of the slots. */
  async lock(address: string): Promise<void> {
    await this.#request('locks/lock_door', { device_id: this.deviceId(address), sync: true }).answer;
  }

  /** Asks for an audit of this lock; when it was asked for, milliseconds. */
  async audit(address: string): Promise<number> {
    const { sentMs, answer } = this.#request('lockstep/audit', { device_id: this.deviceId(address) });
    await answer;
    return sentMs;
  }

  /** The device with this address: `zwave:` and its node, `zigbee:` and its IEEE address. */
  deviceId(address: string): string {
    const device = this.#devices.get(address);
    if (device === undefined) throw new Error(`${address} isn't known`);
    return device.device_id;
  }

  /** Resolves when the bridge has told of this event. */
  async told(eventType: string, accessCodeId: string): Promise<void> {
    const event = `${eventType} ${accessCodeId}`;
    await this.#watch.until(event, () => (this.#events.delete(event) ? true : undefined));
  }

  /** SIGTERM, and the end of the process; then the serial line is free for another. */
  async stop(): Promise<void> {
    await this.#client?.endAsync(true);
    this.#child.kill('SIGTERM');
    await ended(this.#child, stopLimitMs);
  }

  #all(
    what: string,
    locks: number,
    test: (device: z.infer<typeof deviceSchema>) => boolean,
  ): Promise<number> {
    return this.#watch.until(
      what,
      () =>
        [...this.#devices.values()].filter(test).length === locks ? clockMs() - this.#spawnedMs : undefined,
      startLimitMs,
    );
  }

  #request(
    route: string,
    params: object,
  ): { readonly sentMs: number; readonly answer: Promise<z.infer<typeof answerSchema>> } {
    const requestId = `bench-${this.#spawnedMs}-${(this.#requests += 1)}`;
    const payload = JSON.stringify({ ...params, request_id: requestId });
    const sentMs = clockMs();
    this.#client?.publish(`lockstep/bench/request/${route}`, payload, { qos: 1 });
    const answer = this.#watch.until(`an answer to ${route}`, () => {
      const found = this.#answers.get(requestId);
      this.#answers.delete(requestId);
      return found;
    });
    return {
      sentMs,
      answer: answer.then((body) => {
        if (!body.ok) throw new Error(`${route} was refused: ${body.error?.message ?? ''}`);
        return body;
      }),
    };
  }

  async #connect(url: string): Promise<void> {
    const giveUpAt = clockMs() + startLimitMs;
    while (this.#client === undefined) {
      this.#client = await connectAsync(url, { reconnectPeriod: 0 }).catch(() => undefined);
      if (this.#client !== undefined) break;
      if (this.#child.exitCode !== null || clockMs() > giveUpAt) throw new Error('the daemon did not start');
      await rest(connectEveryMs);
    }
    // What is measured is the bridge: no acknowledgement of this client's waits for another (Nagle).
    if (this.#client.stream instanceof Socket) this.#client.stream.setNoDelay(true);
    this.#client.on('message', (topic, payload) => {
      this.#hear(topic.split('/').slice(2), payload.toString());
    });
    await this.#client.subscribeAsync(
      ['bridge', 'devices/+', 'events/#', 'response/#'].map((topic) => `lockstep/bench/${topic}`),
      { qos: 1 },
    );
  }

  #hear([kind]: readonly string[], text: string): void {
    if (text === '') return;
    const value: unknown = JSON.parse(text);
    if (kind === 'bridge') this.#bridge = bridgeSchema.parse(value);
    if (kind === 'devices') {
      const device = deviceSchema.parse(value);
      this.#devices.set(device.x_address, device);
    }
    if (kind === 'response') {
      const answer = answerSchema.parse(value);
      this.#answers.set(answer.request_id, answer);
    }
    if (kind === 'events') {
      const { event_type, access_code_id } = eventSchema.parse(value);
      if (access_code_id !== undefined) this.#events.add(`${event_type} ${access_code_id}`);
    }
    this.#watch.changed();
  }
}
