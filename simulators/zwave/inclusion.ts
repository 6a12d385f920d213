import { BasicDeviceClass, encodeNodeUpdatePayload } from '@zwave-js/core';
import { FunctionType, Message, MessageRaw, MessageType } from '@zwave-js/serial';
import {
  AddNodeStatus,
  RemoveFailedNodeStartFlags,
  RemoveFailedNodeStatus,
  RemoveNodeStatus,
} from '@zwave-js/serial/serialapi';
import type { MockController, MockNode } from '@zwave-js/testing';
import { Bytes } from '@zwave-js/shared';
import { shownInClear } from './clear-text.ts';
import { sleep } from '../shared/sleep.ts';

/** A lock that could be taken in. */
export interface Joiner {
  /** It has become a node of this network; resolves once it is on the air. */
  join(nodeId: number, bySmartStart: boolean): Promise<MockNode>;
}

/** A lock that is about to leave. */
export interface Leaver {
  readonly node: MockNode;
  leave(): Promise<void>;
}

/** The locks around the stick. */
export interface Surroundings {
  joiner(): Joiner | undefined;
  joinerByHomeId(nwiHomeId: string): Joiner | undefined;
  leaver(): Leaver | undefined;
  answers(nodeId: number): boolean;
  /** The stick has struck this node off its list, whatever the lock itself believes. */
  struckOff(nodeId: number): Promise<void>;
  /** The stick has begun to listen for SmartStart announcements. */
  smartStartListening(): void;
}

type Mode =
  | { readonly kind: 'idle' | 'smart_start' }
  | { readonly kind: 'adding'; readonly callbackId: number; readonly nwiHomeId?: string; joined?: number }
  | { readonly kind: 'removing'; readonly callbackId: number; finished: boolean };

export interface Announcement {
  readonly nwiHomeId: string;
  readonly genericDeviceClass: number;
  readonly specificDeviceClass: number;
}

const typeMask = 0x0f;
/** Kinds of "add node" and "remove node" requests (Serial API); the hub may also ask for end nodes only. */
const addType = { any: 1, endNode: 3, stop: 5, smartStartDsk: 8, smartStartListen: 9 };
const removeStop = 5;
const smartStartHomeIdReceived = 0x85;
/** Between the stick's reports to the hub: a real one takes some seconds. */
const stepMs = 10;
const nodeIdMax = 232;

/**
 * The stick's modes for taking nodes in and out, and its list of failed nodes (Serial API, functions 0x4a, 0x4b, 0x61
 * and 0x62). A mode stays on until the hub ends it, also when the hub's connection is gone.
 */
export class Inclusion {
  readonly #controller: MockController;
  readonly #surroundings: Surroundings;
  #mode: Mode = { kind: 'idle' };
  #busy = false;

  constructor(controller: MockController, surroundings: Surroundings) {
    this.#controller = controller;
    this.#surroundings = surroundings;
  }

  get mode(): Mode['kind'] {
    return this.#mode.kind;
  }

  /** @returns whether the frame was for here. */
  async receive(frame: Uint8Array<ArrayBuffer>): Promise<boolean> {
    const { functionType, payload } = MessageRaw.parse(frame);
    const [first = 0, second = 0] = payload;
    if (functionType === FunctionType.AddNodeToNetwork) await this.#add(payload);
    else if (functionType === FunctionType.RemoveNodeFromNetwork)
      await this.#remove(first & typeMask, second);
    else if (functionType === FunctionType.RemoveFailedNode) await this.#removeFailed(first, second);
    else if (functionType === FunctionType.IsFailedNode) {
      const failed = this.#surroundings.answers(first) ? 0 : 1;
      await this.#tell(FunctionType.IsFailedNode, [failed], MessageType.Response);
    } else return false;
    return true;
  }

  /** Somebody has pressed a button: perhaps the stick waits for just that. */
  async lookAround(): Promise<void> {
    if (this.#busy) return;
    this.#busy = true;
    const mode = this.#mode;
    try {
      if (mode.kind === 'adding' && mode.joined === undefined) await this.#takeIn(mode);
      else if (mode.kind === 'removing' && !mode.finished) await this.#letGo(mode);
    } finally {
      this.#busy = false;
    }
    // The hub has begun something else meanwhile.
    if (this.#mode !== mode) await this.lookAround();
  }

  /** A lock announces itself by SmartStart; the stick passes that on only while it listens. */
  async announce({ nwiHomeId, genericDeviceClass, specificDeviceClass }: Announcement): Promise<void> {
    if (this.#mode.kind !== 'smart_start') return;
    const homeId = Buffer.from(nwiHomeId, 'hex');
    const device = [BasicDeviceClass['Routing End Node'], genericDeviceClass, specificDeviceClass];
    const update = [smartStartHomeIdReceived, 0, 0, ...homeId, 0, ...device];
    await this.#tell(FunctionType.ApplicationUpdateRequest, update);
  }

  async #add(payload: Uint8Array): Promise<void> {
    const [control = 0, callbackId = 0] = payload;
    const type = control & typeMask;
    if (type === addType.any || type === addType.endNode)
      return this.#startAdding({ kind: 'adding', callbackId });
    if (type === addType.smartStartDsk) {
      const nwiHomeId = Buffer.from(payload.subarray(2, 6)).toString('hex');
      return this.#startAdding({ kind: 'adding', callbackId, nwiHomeId });
    }
    if (type === addType.smartStartListen) {
      this.#mode = { kind: 'smart_start' };
      this.#surroundings.smartStartListening();
      return undefined;
    }
    if (type !== addType.stop) return this.#added(callbackId, AddNodeStatus.Failed);
    const nodeId = this.#mode.kind === 'adding' ? (this.#mode.joined ?? 0) : 0;
    if (this.#mode.kind !== 'removing') this.#mode = { kind: 'idle' };
    return this.#added(callbackId, AddNodeStatus.Done, [nodeId]);
  }

  async #startAdding(mode: Mode & { readonly kind: 'adding' }): Promise<void> {
    if (this.#mode.kind === 'removing') return this.#added(mode.callbackId, AddNodeStatus.Failed);
    this.#mode = mode;
    await this.#added(mode.callbackId, AddNodeStatus.Ready);
    return this.lookAround();
  }

  async #takeIn(mode: Mode & { readonly kind: 'adding' }): Promise<void> {
    const bySmartStart = mode.nwiHomeId !== undefined;
    const joiner = bySmartStart
      ? this.#surroundings.joinerByHomeId(mode.nwiHomeId)
      : this.#surroundings.joiner();
    const nodeId = this.#lowestFreeId();
    if (joiner === undefined || nodeId === undefined) return;
    await sleep(stepMs);
    await this.#added(mode.callbackId, AddNodeStatus.NodeFound);
    await sleep(stepMs);
    if (this.#mode !== mode) return;
    const node = await joiner.join(nodeId, bySmartStart);
    mode.joined = nodeId;
    const { basicDeviceClass, genericDeviceClass, specificDeviceClass } = node.capabilities;
    const supportedCCs = shownInClear(node);
    const nodeInfo = { nodeId, basicDeviceClass, genericDeviceClass, specificDeviceClass, supportedCCs };
    await this.#added(mode.callbackId, AddNodeStatus.AddingSlave, encodeNodeUpdatePayload(nodeInfo));
    await sleep(stepMs);
    await this.#added(mode.callbackId, AddNodeStatus.ProtocolDone);
  }

  async #remove(type: number, callbackId: number): Promise<void> {
    if (type === removeStop) {
      if (this.#mode.kind === 'removing') this.#mode = { kind: 'idle' };
      return this.#removed(callbackId, RemoveNodeStatus.Done, [0]);
    }
    if (this.#mode.kind === 'adding') return this.#removed(callbackId, RemoveNodeStatus.Failed);
    this.#mode = { kind: 'removing', callbackId, finished: false };
    await this.#removed(callbackId, RemoveNodeStatus.Ready);
    return this.lookAround();
  }

  async #letGo(mode: Mode & { readonly kind: 'removing' }): Promise<void> {
    const leaver = this.#surroundings.leaver();
    if (leaver === undefined) return;
    // A lock that the stick doesn't list (any more) can be excluded too: it is node 0 then.
    const nodeId = this.#controller.nodes.get(leaver.node.id) === leaver.node ? leaver.node.id : 0;
    await sleep(stepMs);
    await this.#removed(mode.callbackId, RemoveNodeStatus.NodeFound);
    await sleep(stepMs);
    await this.#removed(mode.callbackId, RemoveNodeStatus.RemovingSlave, [nodeId]);
    await sleep(stepMs);
    mode.finished = true;
    await leaver.leave();
    if (nodeId !== 0) this.#controller.removeNode(leaver.node);
    await this.#removed(mode.callbackId, RemoveNodeStatus.Done, [nodeId]);
  }

  async #removeFailed(nodeId: number, callbackId: number): Promise<void> {
    const node = this.#controller.nodes.get(nodeId);
    const removeStatus =
      node === undefined ? RemoveFailedNodeStartFlags.NodeNotFound : RemoveFailedNodeStartFlags.OK;
    await this.#tell(FunctionType.RemoveFailedNode, [removeStatus], MessageType.Response);
    if (node === undefined) return;
    const answers = this.#surroundings.answers(nodeId);
    if (!answers) {
      this.#controller.removeNode(node);
      await this.#surroundings.struckOff(nodeId);
    }
    const status = answers ? RemoveFailedNodeStatus.NodeOK : RemoveFailedNodeStatus.NodeRemoved;
    await this.#tell(FunctionType.RemoveFailedNode, [callbackId, status]);
  }

  /** A callback of "add node", unless the hub wants none (id 0). */
  async #added(callbackId: number, status: AddNodeStatus, details: Iterable<number> = []): Promise<void> {
    if (callbackId === 0) return;
    await this.#tell(FunctionType.AddNodeToNetwork, [callbackId, status, ...details]);
  }

  async #removed(
    callbackId: number,
    status: RemoveNodeStatus,
    details: Iterable<number> = [],
  ): Promise<void> {
    if (callbackId === 0) return;
    await this.#tell(FunctionType.RemoveNodeFromNetwork, [callbackId, status, ...details]);
  }

  async #tell(
    functionType: FunctionType,
    bytes: readonly number[],
    type: MessageType = MessageType.Request,
  ): Promise<void> {
    const payload = Bytes.from(bytes);
    await this.#controller.sendMessageToHost(new Message({ type, functionType, payload }));
  }

  #lowestFreeId(): number | undefined {
    const { nodes, ownNodeId } = this.#controller;
    for (let id = 1; id <= nodeIdMax; id += 1) if (id !== ownNodeId && !nodes.has(id)) return id;
    return undefined;
  }
}
