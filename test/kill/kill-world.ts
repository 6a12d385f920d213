import { join } from 'node:path';
import type { ChildProcess } from 'node:child_process';
import { expect } from 'vitest';
import { startEmbeddedBroker } from '../../src/faces/mqtt/broker.ts';
import type { DaemonOptions } from '../../src/daemon.ts';
import { Bridge } from '../support/bridge.ts';
import { BridgeClient, type Place } from '../support/bridge-client.ts';
import { memoryLog } from '../support/mqtt-face.ts';
import { SeededRandom } from '../support/seeded-random.ts';
import { writes } from '../support/sim-record.ts';
import { until } from '../support/until.ts';
import { introduce } from '../support/zigbee-world.ts';
import { KillRadios, type Mark } from './kill-radios.ts';
import { Oracle, type Request } from './oracle.ts';

type Moment = Parameters<NonNullable<DaemonOptions['moment']>>[0];
/** `frame_sent`: the lock has received a set or clear, and its answer has not reached the bridge. */
export type KillMoment = Moment | 'frame_sent';
export const killMoments: readonly KillMoment[] = [
  'intent_committed',
  'frame_sent',
  'answer_unread',
  'belief_committed',
  'event_unpublished',
];

const burst = 3;
const burstsMost = 20;
/** The lying lock needs some tries, each after a longer wait. */
const convergeLimitMs = 90_000;

/**
 * Locks of both radios, a broker that outlives the bridge, and a bridge that is killed again and again. `kill`
 * throws where a lock isn't as it should be afterwards.
 */
export class KillWorld implements AsyncDisposable {
  readonly #stack: AsyncDisposableStack;
  readonly #radios: KillRadios;
  readonly #bridge: Bridge;
  readonly #client: BridgeClient;
  readonly #oracle: Oracle;
  readonly #random: SeededRandom;
  readonly #devices = new Map<Place, string>();
  #process: ChildProcess;

  private constructor(
    stack: AsyncDisposableStack,
    parts: { radios: KillRadios; bridge: Bridge; client: BridgeClient },
    seed: number,
  ) {
    this.#stack = stack;
    this.#radios = parts.radios;
    this.#bridge = parts.bridge;
    this.#client = parts.client;
    this.#random = new SeededRandom(seed);
    this.#oracle = new Oracle(parts.radios.locks, this.#random);
    this.#process = parts.bridge.start();
  }

  /** Resolves when the bridge knows all locks. */
  static async open(seed: number): Promise<KillWorld> {
    await using stack = new AsyncDisposableStack();
    const broker = await startEmbeddedBroker({ host: '127.0.0.1', port: 0, log: memoryLog().log });
    stack.defer(() => broker.close());
    const radios = stack.use(await KillRadios.open(seed));
    const { zwave, zigbee } = radios;
    const program = [join(import.meta.dirname, 'daemon-to-kill.ts')];
    const settings = { log: { level: 'warn' } };
    const bridge = stack.use(
      await Bridge.create({
        serial: zwave.serial,
        zigbee: { serial: zigbee.serial, network: zigbee.network },
        mqttUrl: broker.url,
        program,
        settings,
      }),
    );
    await introduce(bridge, zigbee.control);
    const client = stack.use(await BridgeClient.connect(broker.url, bridge.base));
    const world = new KillWorld(stack.move(), { radios, bridge, client }, seed);
    for (const { place } of radios.locks) world.#devices.set(place, await client.device(place));
    return world;
  }

  /** Works until the bridge has passed the moment often enough to die of it, starts it again, and looks. */
  async kill(moment: KillMoment): Promise<void> {
    const since = this.#radios.now;
    const passages = 1 + this.#random.integer(3);
    const disarm = await this.#arm(moment, passages, since);
    const unanswered = await this.#workUntilDeath(`${moment} ${passages}`);
    disarm();
    expect(await this.#bridge.ended, this.#bridge.output.slice(-2_000)).toEqual({
      code: null,
      signal: 'SIGKILL',
    });
    // By last will: nobody had time to say goodbye.
    await this.#client.until('the last will', () => this.#client.status === 'offline');
    this.#process = this.#bridge.start();
    await this.#client.until('the restart', () => this.#client.status === 'online');
    for (const request of unanswered) {
      const answer = await this.#client.request(request.route, request.params, { requestId: request.id });
      this.#judge(request, answer);
    }
    await this.#converged();
    await this.#lookAtTheLocks(since);
    await this.#lookAtTheEvents();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync();
  }

  get #dead(): boolean {
    return this.#process.exitCode !== null || this.#process.signalCode !== null;
  }

  async #arm(moment: KillMoment, passages: number, since: Mark): Promise<() => void> {
    if (moment === 'frame_sent') {
      return this.#radios.on(() => {
        if (this.#radios.after(since, ['set_received', 'clear_received']).length === passages)
          this.#process.kill('SIGKILL');
      });
    }
    const from = this.#bridge.output.length;
    this.#process.stdin?.write(`${moment} ${passages}\n`);
    await until('the bridge to be armed', () => this.#bridge.output.slice(from).includes('armed'));
    return () => undefined;
  }

  /** Returns the requests of which nobody knows whether they had an effect. */
  async #workUntilDeath(what: string): Promise<Request[]> {
    for (let round = 0; round < burstsMost; round += 1) {
      for (let n = 0; n < burst; n += 1) {
        const request = this.#oracle.nextRequest((place) => this.#devices.get(place) ?? '');
        const { id, route, params } = request;
        await this.#client.publish(`request/${route}`, JSON.stringify({ ...params, request_id: id }));
        const answer = await until(
          `an answer to ${route} before ${what}`,
          () => this.#client.answerTo(id) ?? this.#dead,
        );
        if (answer === true) return [request];
        this.#judge(request, answer);
      }
      await until('the work to be done, or cut off', () => this.#dead || this.#idle(), {
        limitMs: convergeLimitMs,
      });
      if (this.#dead) return [];
    }
    throw new Error(`${what} was never passed`);
  }

  /** By the retained topics: good enough to know that more work is needed. */
  #idle(): boolean {
    return [...this.#oracle.codes.keys()].every((id) => this.#client.code(id)?.status === 'set');
  }

  #judge(request: Request, answer: ReturnType<BridgeClient['answerTo']> & object): void {
    if (answer.ok) request.apply(answer);
    // Codes on their way off still hold their slots and PINs.
    else if (answer.error?.type !== 'no_space_for_access_code_on_device')
      throw new Error(`${request.route} was refused: ${JSON.stringify(answer.error)}`);
  }

  async #converged(): Promise<void> {
    const wanted = [...this.#oracle.codes.keys()].sort();
    let last: unknown;
    let story: unknown;
    await until(
      'all codes to be set, and no others to be there',
      async () => {
        const codes = await this.#client.codes();
        last = codes.map(({ access_code_id, status, errors }) => [access_code_id, status, errors]);
        const ids = codes.map((code) => code.access_code_id).sort();
        const late = codes.find((code) => code.status !== 'set');
        if (late !== undefined) story = await this.#story(late.access_code_id, late.device_id);
        return codes.every((code) => code.status === 'set') && ids.join() === wanted.join();
      },
      { limitMs: convergeLimitMs, instead: () => ({ wanted, last, story }) },
    );
  }

  /** What the bridge did for a code and believes of its lock, for when it takes too long. */
  async #story(code: string, device: string): Promise<unknown> {
    const history = await this.#client.ask('lockstep/history', { device_id: device, limit: 25 });
    const slots = await this.#client.ask('lockstep/slots', { device_id: device });
    return { code, history: history['entries'], slots: slots['slots'] };
  }

  /** Asked at the lock itself: nothing lost, nothing doubled, what isn't ours not touched, nothing wiped. */
  async #lookAtTheLocks(since: Mark): Promise<void> {
    for (const { place, foreign, codes, after } of this.#radios.locks) {
      const held = Object.entries(await codes());
      const theirs = Object.fromEntries(held.filter(([slot]) => Number(slot) in foreign));
      const ours = held.filter(([slot]) => !(Number(slot) in foreign)).map(([, pin]) => pin);
      expect({ place, theirs, ours: ours.sort() }).toEqual({
        place,
        theirs: { ...foreign },
        ours: this.#oracle.pins(place),
      });
      const forbidden = after(since, writes).filter(
        (one) => one.slot === undefined || one.slot === 0 || one.slot in foreign,
      );
      expect(forbidden, `writes to lock ${place} that must not be`).toEqual([]);
    }
  }

  /** No event is lost or told twice under another name; the one in flight may come again. */
  async #lookAtTheEvents(): Promise<void> {
    const lastSeq = await this.#client.bridgeLastSeq();
    await this.#client.until('all events', () => this.#client.lastSeq >= lastSeq);
    const ids = new Map<number, string>();
    for (const event of this.#client.events) {
      expect(ids.get(event.seq) ?? event.event_id, `event ${event.seq}`).toBe(event.event_id);
      ids.set(event.seq, event.event_id);
    }
    const seqs = [...ids.keys()].sort((a, b) => a - b);
    expect(seqs, 'gapless').toEqual(seqs.map((_, index) => index + 1));
  }
}
