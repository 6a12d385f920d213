import { RelockTimer } from '../shared/relock-timer.ts';
import { sleep } from '../shared/sleep.ts';
import type { ApsFrame, Binding } from './air.ts';
import type { EventLog, HappeningDetails } from './events.ts';
import type { SimulatedLock } from './lock.ts';
import {
  type OperationEvent,
  type ProgrammingEvent,
  operationPayload,
  programmingPayload,
} from './lock-events.ts';
import { Reporting } from './reporting.ts';
import { ByteWriter } from './zcl-bytes.ts';
import { type ServerCluster, clusterId, findAttribute } from './zcl-cluster.ts';
import type { ReportingRule } from './zcl-foundation.ts';
import { type ZclFrame, encodeZcl, globalCommand } from './zcl-frame.ts';
import { type ZclValue, writeValue } from './zcl-types.ts';

export const homeAutomation = 0x0104;
/** Of the coordinator, where a lock that wasn't told otherwise looks for the time. */
const coordinatorEndpoint = 1;
const bindingsMax = 32;
const operationNotification = 0x20;
const programmingNotification = 0x21;

/** What a lock sends: answers, and what nobody asked for. Nothing leaves it while it is off the air. */
export class LockVoice {
  readonly lock: SimulatedLock;
  readonly reporting: Reporting;
  readonly relock = new RelockTimer();
  readonly id: string;
  readonly ieee: string;
  readonly #log: EventLog;
  #bindings: readonly Binding[];
  #clusters: ReadonlyMap<number, ServerCluster> = new Map();
  #send: ((frame: ApsFrame) => void) | undefined;
  #sequence = 0;

  constructor(
    lock: SimulatedLock,
    name: { readonly id: string; readonly ieee: string },
    log: EventLog,
    memory: { readonly bindings: readonly Binding[]; readonly reporting: readonly ReportingRule[] },
  ) {
    this.lock = lock;
    this.id = name.id;
    this.ieee = name.ieee;
    this.#log = log;
    this.#bindings = memory.bindings;
    const send = (cluster: number, attribute: number): void => {
      const found = findAttribute(this.#clusters.get(cluster) ?? { attributes: [] }, attribute, undefined);
      if (found !== undefined)
        void this.#unasked(cluster, this.#report([[attribute, found.type, found.get()]]));
    };
    this.reporting = new Reporting(memory.reporting, send, () => {
      lock.changed();
    });
  }

  /** The clusters whose attributes it reports. */
  speakFor(clusters: ReadonlyMap<number, ServerCluster>): void {
    this.#clusters = clusters;
  }

  get bindings(): readonly Binding[] {
    return this.#bindings;
  }

  bind(binding: Binding): boolean {
    const others = this.#bindings.filter((each) => !same(each, binding));
    if (others.length >= bindingsMax) return false;
    this.#bindings = [...others, binding];
    this.lock.changed();
    return true;
  }

  unbind(binding: Binding): boolean {
    const others = this.#bindings.filter((each) => !same(each, binding));
    if (others.length === this.#bindings.length) return false;
    this.#bindings = others;
    this.lock.changed();
    return true;
  }

  /** In a network it has a `send`. One that has left forgets what that network has bound and configured. */
  joined(send: ((frame: ApsFrame) => void) | undefined): void {
    this.#send = send;
    if (send !== undefined) {
      this.reporting.start();
      return;
    }
    this.reporting.forget();
    this.#bindings = [];
    this.lock.changed();
  }

  get isJoined(): boolean {
    return this.#send !== undefined;
  }

  /** Records what happened; await it before an answer leaves. */
  tell(type: string, details: HappeningDetails = {}): Promise<void> {
    return this.#log.emit(this.id, this.ieee, type, details);
  }

  /** Sends an answer to where the request came from. */
  answer({ cluster, endpoint, sourceEndpoint }: ApsFrame, frame: ZclFrame): Promise<void> {
    return this.#transmit(cluster, endpoint, sourceEndpoint, frame);
  }

  /** Sends a request of its own, as the client of a cluster. */
  request(cluster: number, command: number, payload: Uint8Array): Promise<void> {
    const bound = this.#bindings.find((each) => each.cluster === cluster)?.destinationEndpoint;
    return this.#transmit(cluster, this.lock.spec.endpoint, bound ?? coordinatorEndpoint, {
      ...this.#header('global', command, payload),
      direction: 'to_server',
    });
  }

  /** Tells of an attribute that has changed, where its reporting is configured and its cluster bound. */
  changed(cluster: number, attribute: number): void {
    this.reporting.changedAt(cluster, attribute);
  }

  /** Reports attributes that aren't the lock's own to be read, whoever has configured anything. */
  async reportVendor(cluster: number, attributes: readonly [number, number, ZclValue][]): Promise<void> {
    await this.#unasked(cluster, this.#report(attributes));
  }

  /** Sends a command of a cluster to whom it is bound. */
  async command(cluster: number, command: number, payload: Uint8Array): Promise<void> {
    await this.#unasked(cluster, this.#header('cluster', command, payload));
  }

  async operation(event: OperationEvent): Promise<void> {
    const payload = operationPayload(this.lock, event);
    if (payload !== undefined) await this.command(clusterId.doorLock, operationNotification, payload);
  }

  async programming(event: ProgrammingEvent): Promise<void> {
    const payload = programmingPayload(this.lock, event);
    if (payload !== undefined) await this.command(clusterId.doorLock, programmingNotification, payload);
  }

  /** Where one of its clusters is. */
  endpointOf(cluster: number): number {
    const { endpoint, power_endpoint } = this.lock.spec;
    return cluster === clusterId.power ? (power_endpoint ?? endpoint) : endpoint;
  }

  #header(scope: ZclFrame['scope'], command: number, payload: Uint8Array): ZclFrame {
    this.#sequence = (this.#sequence + 1) & 0xff;
    return {
      scope,
      direction: 'to_client',
      // Real locks have their notifications confirmed by a default response, and their reports not.
      disableDefaultResponse: scope === 'global',
      sequence: this.#sequence,
      command,
      payload,
    };
  }

  #report(attributes: readonly (readonly [number, number, ZclValue])[]): ZclFrame {
    const payload = new ByteWriter();
    for (const [id, type, value] of attributes) {
      payload.u16(id).u8(type);
      writeValue(payload, type, value);
    }
    return this.#header('global', globalCommand.reportAttributes, payload.done());
  }

  /** What nobody asked for goes to those to whom the cluster is bound, and to nobody else. */
  async #unasked(cluster: number, frame: ZclFrame): Promise<void> {
    const own = this.endpointOf(cluster);
    const endpoints = this.#bindings
      .filter((each) => each.cluster === cluster && each.endpoint === own)
      .map((each) => each.destinationEndpoint);
    if (endpoints.length === 0) return;
    if (this.lock.manners.take('lose_events')) {
      await this.tell('event_lost');
      return;
    }
    await Promise.all(endpoints.map((endpoint) => this.#transmit(cluster, own, endpoint, frame)));
  }

  async #transmit(cluster: number, from: number, to: number, frame: ZclFrame): Promise<void> {
    const { hop_ms } = this.lock.behaviour;
    const payload = encodeZcl(frame);
    await sleep(hop_ms);
    if (this.lock.behaviour.offline) return;
    // To everybody (0xff) is to this endpoint.
    const sourceEndpoint = from === 0xff ? this.endpointOf(cluster) : from;
    this.#send?.({ profile: homeAutomation, cluster, sourceEndpoint, endpoint: to, payload });
  }
}

const same = (a: Binding, b: Binding): boolean =>
  a.endpoint === b.endpoint &&
  a.cluster === b.cluster &&
  a.destination === b.destination &&
  a.destinationEndpoint === b.destinationEndpoint;
