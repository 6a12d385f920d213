import { sleep } from '../shared/sleep.ts';
import type { ApsFrame, Binding, Delivery, Device, EndpointDescriptor } from './air.ts';
import { serverClusters } from './lock-clusters.ts';
import { type LockVoice, homeAutomation } from './lock-voice.ts';
import type { SimulatedLock } from './lock.ts';
import { TimeClient } from './time-client.ts';
import { ByteReader, isMalformed } from './zcl-bytes.ts';
import { type Reply, type ServerCluster, clusterId, status } from './zcl-cluster.ts';
import { answerGlobal } from './zcl-foundation.ts';
import { type ZclFrame, globalCommand, parseZcl, zclStatus } from './zcl-frame.ts';

/** What the coordinator's radio is told (Z-Stack's ZStatusValues). */
const delivered = 0x00;
const macNoAck = 0xe9;
const macTransactionExpired = 0xf0;
const apsNoAck = 0xb7;
const nwkNoRoute = 0xcd;

const doorLockDevice = 0x000a;
const simpleSensor = 0x000c;
const otaUpgrade = 0x0019;
const checkInCommand = 0x00;
const heldAnswersMax = 100;
/** A request with the same sequence number is a new one after that, in milliseconds. */
const repeatWithinMs = 30_000;

interface LastAnswer {
  readonly request: ZclFrame;
  readonly reply: Reply;
  readonly atMs: number;
}

/** A lock as the air knows it: takes frames, has its clusters answer them, and plays the faults on the way. */
export class LockDevice implements Device {
  readonly lock: SimulatedLock;
  readonly voice: LockVoice;
  readonly ieee: string;
  readonly time: TimeClient;
  readonly #clusters: ReadonlyMap<number, ServerCluster>;
  #held: (() => void)[] = [];
  #lastAnswer: LastAnswer | undefined;

  constructor(lock: SimulatedLock, ieee: string, voice: LockVoice) {
    this.lock = lock;
    this.ieee = ieee;
    this.voice = voice;
    this.time = new TimeClient(voice);
    this.#clusters = serverClusters(voice);
    voice.speakFor(this.#clusters);
  }

  get name(): string {
    return this.lock.spec.name;
  }

  get manufacturerCode(): number {
    return this.lock.spec.manufacturer_code;
  }

  get mains(): boolean {
    return this.lock.spec.power === 'mains';
  }

  get listensAlways(): boolean {
    return !(this.lock.spec.sleepy ?? this.lock.spec.power === 'battery');
  }

  get lqi(): number {
    return this.lock.behaviour.lqi;
  }

  get ignoresLeave(): boolean {
    return this.lock.behaviour.ignores_leave;
  }

  get bindings(): readonly Binding[] {
    return this.voice.bindings;
  }

  get endpoints(): readonly EndpointDescriptor[] {
    const { endpoint, power_endpoint, clock } = this.lock.spec;
    const common = { profile: homeAutomation, deviceVersion: 0 };
    const asksTime = clock !== undefined && clock.asks !== 'never';
    const clusters = [...this.#clusters.keys()];
    const main = {
      ...common,
      endpoint,
      deviceId: doorLockDevice,
      inputClusters: clusters.filter((id) => this.voice.endpointOf(id) === endpoint),
      outputClusters: asksTime ? [clusterId.time, otaUpgrade] : [otaUpgrade],
    };
    if (power_endpoint === undefined) return [main];
    const inputClusters = [clusterId.basic, clusterId.power];
    const extra = { ...common, endpoint: power_endpoint, deviceId: simpleSensor, inputClusters };
    return [{ ...extra, outputClusters: [] }, main];
  }

  bind(binding: Binding): boolean {
    return this.voice.bind(binding);
  }

  unbind(binding: Binding): boolean {
    return this.voice.unbind(binding);
  }

  joined(send: ((frame: ApsFrame) => void) | undefined): void {
    const leaves = send === undefined && this.voice.isJoined;
    this.voice.joined(send);
    // Answers to a network that it isn't in any more reach nobody.
    if (send === undefined) this.#held = [];
    if (leaves && this.lock.spec.wipes_on_leave) this.lock.factoryReset();
    if (send === undefined) this.time.stop();
    else this.time.start();
  }

  /** Ends its timers; it is switched off. */
  close(): void {
    this.time.stop();
    this.voice.reporting.stop();
    this.voice.relock.stop();
    this.#held = [];
  }

  deliver(): Delivery {
    const { manners } = this.lock;
    const { offline, no_ack_ms, expire_ms, hop_ms, no_ack_arrives } = manners.current;
    if (offline)
      return this.listensAlways
        ? { status: macNoAck, afterMs: no_ack_ms }
        : { status: macTransactionExpired, afterMs: expire_ms };
    const fails = { afterMs: no_ack_ms, arrives: no_ack_arrives };
    if (manners.take('mac_no_ack')) return { ...fails, status: macNoAck };
    if (manners.take('aps_no_ack')) return { ...fails, status: apsNoAck };
    if (manners.take('no_route')) return { ...fails, status: nwkNoRoute };
    const pollMs = this.#untilPollMs();
    if (pollMs > expire_ms) return { status: macTransactionExpired, afterMs: expire_ms };
    return { status: delivered, afterMs: hop_ms + pollMs };
  }

  receive(frame: ApsFrame): void {
    const request = parseZcl(frame.payload);
    if (request === undefined || frame.profile === 0) return;
    if (request.direction === 'to_client') {
      const isTime = frame.cluster === clusterId.time && request.scope === 'global';
      if (isTime && request.command === globalCommand.readAttributesResponse)
        void this.#safely(() => this.time.take(request.payload));
      return;
    }
    if (!this.#isAt(frame)) return;
    void this.#safely(() => this.lock.exclusive(() => this.#serve(frame, request)));
  }

  /** Poll Control's Check-in (ZCL §3.16.5.3). @returns false where the lock has no such cluster. */
  async checkIn(): Promise<boolean> {
    if (!this.lock.spec.poll_control) return false;
    await this.voice.tell('check_in');
    await this.voice.command(clusterId.pollControl, checkInCommand, Buffer.alloc(0));
    return true;
  }

  /** Answers that were held back leave now, in their order. */
  async release(): Promise<void> {
    const held = this.#held;
    this.#held = [];
    if (held.length > 0) await this.voice.tell('answers_released');
    for (const send of held) send();
  }

  async #serve(frame: ApsFrame, request: ZclFrame): Promise<void> {
    const isOfDoorLock = frame.cluster === clusterId.doorLock && request.scope === 'cluster';
    const former = isOfDoorLock ? this.#formerAnswer(request) : undefined;
    const answer = former ?? (await this.#answer(frame.cluster, request));
    if (isOfDoorLock) {
      this.#lastAnswer = { request, reply: answer, atMs: performance.now() };
      // The next command isn't kept waiting by an answer that is late.
      void this.#safely(() => this.#sendThroughFaults(frame, request, answer));
    } else await this.#send(frame, request, answer);
  }

  #isAt({ endpoint, cluster }: ApsFrame): boolean {
    const { spec } = this.lock;
    if (endpoint === 0xff || endpoint === spec.endpoint) return true;
    return endpoint === spec.power_endpoint && (cluster === clusterId.basic || cluster === clusterId.power);
  }

  /** A request that was sent again is answered as before, where the lock knows it by its number. */
  #formerAnswer(request: ZclFrame): Reply | undefined {
    const last = this.#lastAnswer;
    if (!this.lock.behaviour.knows_repeats || last === undefined) return undefined;
    const isRepeat =
      last.request.sequence === request.sequence &&
      last.request.command === request.command &&
      Buffer.compare(last.request.payload, request.payload) === 0 &&
      performance.now() - last.atMs < repeatWithinMs;
    if (!isRepeat) return undefined;
    void this.voice.tell('repeat_known');
    const { reply } = last;
    return reply.kind === 'command'
      ? { kind: 'command', command: reply.command, payload: reply.payload }
      : reply;
  }

  async #answer(cluster: number, request: ZclFrame): Promise<Reply> {
    const server = this.#clusters.get(cluster);
    if (server === undefined)
      return request.scope === 'global' && request.command === globalCommand.defaultResponse
        ? { kind: 'silence' }
        : status(zclStatus.unsupportedCluster);
    try {
      if (request.scope === 'global') return answerGlobal(request, server, this.voice.reporting);
      if (request.manufacturer !== undefined) return status(zclStatus.unsupportedManufacturerClusterCommand);
      const command = server.commands.get(request.command);
      if (command === undefined) return status(zclStatus.unsupportedClusterCommand);
      return await command(new ByteReader(request.payload));
    } catch (error) {
      if (isMalformed(error)) return status(zclStatus.malformedCommand);
      throw error;
    }
  }

  async #sendThroughFaults(frame: ApsFrame, request: ZclFrame, answer: Reply): Promise<void> {
    const { manners } = this.lock;
    if (manners.take('lose_answers')) {
      await this.voice.tell('answer_lost');
      return;
    }
    if (manners.current.answer_hold && this.#held.length < heldAnswersMax) {
      this.#held.push(() => void this.#safely(() => this.#send(frame, request, answer)));
      await this.voice.tell('answer_held');
      return;
    }
    await sleep(manners.current.late_answers_ms);
    await this.#send(frame, request, answer);
  }

  async #send(frame: ApsFrame, request: ZclFrame, answer: Reply): Promise<void> {
    const header = {
      manufacturer: request.manufacturer,
      direction: 'to_client',
      disableDefaultResponse: true,
      sequence: request.sequence,
    } as const;
    if (answer.kind === 'command')
      await this.voice.answer(frame, {
        ...header,
        scope: request.scope,
        command: answer.command,
        payload: answer.payload,
      });
    else if (answer.kind === 'status' && !(answer.status === 0 && request.disableDefaultResponse))
      await this.voice.answer(frame, {
        ...header,
        scope: 'global',
        command: globalCommand.defaultResponse,
        payload: Buffer.of(request.command, answer.status),
      });
    if (answer.kind === 'command') await answer.after?.();
  }

  /** Until the lock next asks its parent, in milliseconds. */
  #untilPollMs(): number {
    const { poll_interval_ms } = this.lock.behaviour;
    if (this.listensAlways || poll_interval_ms <= 0) return 0;
    return poll_interval_ms - (performance.now() % poll_interval_ms);
  }

  /** A change that can't be kept is no change: the lock says nothing, and stderr why. */
  async #safely(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      process.stderr.write(`simulators/zigbee: ${error instanceof Error ? error.message : 'failed'}\n`);
    }
  }
}
