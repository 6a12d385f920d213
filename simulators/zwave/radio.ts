import type { CommandClass } from '@zwave-js/cc';
import {
  BatteryCCReport,
  NotificationCCReport,
  Security2CC,
  Security2CCNonceGet,
  Security2CCNonceReport,
  SecurityCC,
  SecurityCCNonceGet,
  SecurityCCNonceReport,
} from '@zwave-js/cc';
import { SPANState, type SecurityManager } from '@zwave-js/core';
import {
  type LazyMockZWaveFrame,
  type MockNode,
  type MockZWaveFrame,
  MockZWaveFrameType,
  type MockZWaveRequestFrame,
  createMockZWaveRequestFrame,
} from '@zwave-js/testing';
import type { EventLog } from './events.ts';
import { type FrameCounter, kindOf } from './frames.ts';
import type { SimulatedLock } from './lock.ts';
import { boltReport } from './lock-behaviours.ts';
import { hasKeys } from './node-keys.ts';
import { sleep } from '../shared/sleep.ts';
import type { LockVoice } from './user-code.ts';

const nonceDeadlineMs = 1_000;
const repeatWithinMs = 3_000;
/** How long a battery lock listens after it was last spoken to, before it takes another beam to wake it. */
const awakeMs = 5_000;
const heldMax = 1_000;
/** "New user code not added due to duplicate code" (Notification CC, type 6). */
const duplicateCode = 15;

const isNonceReport = (frame: MockZWaveFrame): boolean =>
  frame.type === MockZWaveFrameType.Request &&
  frame.payload instanceof Security2CCNonceReport &&
  frame.payload.SOS;

const isS0NonceReport = (
  frame: MockZWaveFrame,
): frame is MockZWaveRequestFrame & { payload: SecurityCCNonceReport } =>
  frame.type === MockZWaveFrameType.Request && frame.payload instanceof SecurityCCNonceReport;

/** Everything that goes between one lock and the stick: the faults of the air, the counts, the lock's own voice. */
export class LockRadio implements LockVoice {
  readonly #node: MockNode;
  readonly #lock: SimulatedLock;
  readonly #frames: FrameCounter;
  readonly #log: EventLog;
  readonly #send: MockNode['sendToController'];
  #held: LazyMockZWaveFrame[] = [];
  #awaitsNonce = false;
  #lastUnasked: { readonly cc: CommandClass; readonly atMs: number } | undefined;
  #speaking: Promise<void> = Promise.resolve();
  #lastHeardMs = -Infinity;
  #left = false;

  constructor(node: MockNode, lock: SimulatedLock, frames: FrameCounter, log: EventLog) {
    this.#node = node;
    this.#lock = lock;
    this.#frames = frames;
    this.#log = log;
    this.#send = node.sendToController.bind(node);
    const receive = node.onControllerFrame.bind(node);
    node.sendToController = (frame) => this.#fromLock(frame);
    node.onControllerFrame = async (frame) => {
      if (lock.behaviour.offline || this.#left) return;
      node.clearReceivedControllerFrames();
      if (frame.type === MockZWaveFrameType.Request) frames.count('to_lock', frame.payload);
      if (isNonceReport(frame) && !this.#awaitsNonce) await this.#repeatUnasked();
      else if (frame.type === MockZWaveFrameType.Request) this.#lastUnasked = undefined;
      await receive(frame);
    };
  }

  /** Whether the stick gets an acknowledgement; waits for the wake-up beam, or for the stick to give up. */
  async reach(abort: AbortSignal): Promise<boolean> {
    const { offline, no_ack_ms, beam_ms } = this.#lock.behaviour;
    if (offline) {
      this.#frames.countUnanswered();
      await sleep(no_ack_ms, abort);
      return false;
    }
    if (this.#lock.spec.power === 'battery' && performance.now() - this.#lastHeardMs > awakeMs)
      await sleep(beam_ms, abort);
    this.#lastHeardMs = performance.now();
    return true;
  }

  async notify(event: number, userId?: number): Promise<void> {
    const programming = event >= 12 && event <= 15;
    if (event !== 0 && !this.#lock.spec.events.includes(event)) return;
    if (programming && !this.#lock.behaviour.report_programming) return;
    if (event === duplicateCode && !this.#lock.behaviour.reports_duplicate_event) return;
    const nameless = programming && !this.#lock.spec.events_name_slot;
    const parameters = userId === undefined || nameless ? {} : { eventParameters: Uint8Array.of(userId) };
    await this.#say(
      new NotificationCCReport({
        nodeId: this.#node.controller.ownNodeId,
        notificationType: 6,
        notificationEvent: event,
        ...parameters,
      }),
    );
  }

  /** Home Security: "tampering, product cover removed". */
  async tampered(): Promise<void> {
    await this.#say(
      new NotificationCCReport({
        nodeId: this.#node.controller.ownNodeId,
        notificationType: 7,
        notificationEvent: 3,
      }),
    );
  }

  async reportBolt(): Promise<void> {
    await this.#say(boltReport(this.#lock, this.#node.controller.ownNodeId));
  }

  async reportBattery(): Promise<void> {
    if (this.#lock.battery === undefined) return;
    const nodeId = this.#node.controller.ownNodeId;
    await this.#say(new BatteryCCReport({ nodeId, level: this.#lock.battery }));
  }

  async report(make: (hubId: number) => CommandClass): Promise<void> {
    await this.#say(make(this.#node.controller.ownNodeId));
  }

  /** Sends the answers that `answer_hold` kept back, in order. */
  async release(): Promise<void> {
    const held = this.#held;
    this.#held = [];
    if (held.length > 0) await this.#log.emit(this.#lock.spec.node, 'answers_released');
    for (const frame of held) await this.#transmit(frame);
  }

  /** The stick's client has changed: nobody is left to take the answers that were kept back. */
  forgetClient(): void {
    this.#held = [];
    // A new client starts at a random S2 sequence number: one time in 256 it is the one heard last, and its first
    // frame would count as a repetition. The nonce state itself stays, as on a real lock.
    const security = this.#node.securityManagers.securityManager2;
    const { ownNodeId } = this.#node.controller;
    const state = security?.getSPANState(ownNodeId);
    security?.deleteNonce(ownNodeId);
    if (state !== undefined) security?.setSPANState(ownNodeId, state);
  }

  /** The lock is no longer a node: nothing comes in or goes out under its node id. */
  leave(): void {
    this.#left = true;
    this.#held = [];
  }

  async #fromLock(frame: LazyMockZWaveFrame): Promise<undefined> {
    if (this.#lock.behaviour.offline || this.#left) return undefined;
    const cc = frame.type === MockZWaveFrameType.Request ? frame.payload : undefined;
    if (cc === undefined || typeof cc === 'function' || kindOf(cc) !== 'application') {
      await this.#transmit(frame);
      return undefined;
    }
    if (this.#lock.manners.take('lose_reports')) {
      this.#frames.countLost();
      await this.#log.emit(this.#lock.spec.node, 'answer_lost');
    } else if (this.#lock.behaviour.answer_hold) {
      if (this.#held.length < heldMax) this.#held.push(frame);
      await this.#log.emit(this.#lock.spec.node, 'answer_held');
    } else await this.#transmit(frame);
    return undefined;
  }

  async #transmit(frame: LazyMockZWaveFrame): Promise<void> {
    if (frame.type === MockZWaveFrameType.Request && typeof frame.payload !== 'function')
      this.#frames.count('from_lock', frame.payload);
    this.#node.clearSentControllerFrames();
    await this.#send(frame.type === MockZWaveFrameType.Request ? { ...frame, ackRequested: false } : frame);
  }

  /** Sends what nobody asked for, encrypted where the lock is secure; one at a time. */
  #say(cc: CommandClass): Promise<void> {
    this.#speaking = this.#speaking.then(() => this.#sayNow(cc)).catch(() => undefined);
    return this.#speaking;
  }

  async #sayNow(cc: CommandClass): Promise<void> {
    if (this.#lock.spec.security === 'none') {
      await this.#node.sendToController(createMockZWaveRequestFrame(cc));
      return;
    }
    if (!hasKeys(this.#node)) return;
    const { securityManager2, securityManager: s0 } = this.#node.securityManagers;
    const sent =
      securityManager2 === undefined && s0 !== undefined
        ? await this.#sayByS0(s0, cc)
        : await this.#sayByS2(cc);
    if (sent) return;
    this.#frames.countLost();
    await this.#log.emit(this.#lock.spec.node, 'answer_lost', { reason: 'no_nonce' });
  }

  /** S0 takes a fresh nonce from the hub for each frame. @returns false if there was none. */
  async #sayByS0(security: SecurityManager, cc: CommandClass): Promise<boolean> {
    if (this.#lock.behaviour.offline) return false;
    try {
      const answer = this.#node.expectControllerFrame(isS0NonceReport, {
        timeout: nonceDeadlineMs,
        preventDefault: true,
      });
      const get = new SecurityCCNonceGet({ nodeId: this.#node.controller.ownNodeId });
      await this.#node.sendToController(createMockZWaveRequestFrame(get));
      const { payload } = await answer;
      const encrypted = SecurityCC.encapsulate(this.#node.id, security, cc);
      encrypted.nonce = payload.nonce;
      await this.#node.sendToController(createMockZWaveRequestFrame(encrypted));
      return true;
    } catch {
      return false;
    }
  }

  async #sayByS2(cc: CommandClass): Promise<boolean> {
    if (!(await this.#haveNonce())) return false;
    this.#lastUnasked = { cc, atMs: performance.now() };
    await this.#sendSecurely(cc);
    return true;
  }

  async #sendSecurely(cc: CommandClass): Promise<void> {
    const encrypted = Security2CC.encapsulate(cc, this.#node.id, this.#node.securityManagers);
    await this.#node.sendToController(createMockZWaveRequestFrame(encrypted));
  }

  async #haveNonce(): Promise<boolean> {
    const { controller, securityManagers } = this.#node;
    const state = securityManagers.securityManager2?.getSPANState(controller.ownNodeId).type;
    if (state === SPANState.SPAN || state === SPANState.RemoteEI) return true;
    if (this.#lock.behaviour.offline) return false;
    this.#awaitsNonce = true;
    try {
      const nonce = this.#node.expectControllerFrame(
        (frame): frame is MockZWaveFrame => isNonceReport(frame),
        { timeout: nonceDeadlineMs, preventDefault: true },
      );
      const get = new Security2CCNonceGet({ nodeId: controller.ownNodeId });
      await this.#node.sendToController(createMockZWaveRequestFrame(get));
      await nonce;
      return true;
    } catch {
      return false;
    } finally {
      this.#awaitsNonce = false;
    }
  }

  /** The hub couldn't decrypt our last report and sent a nonce: say it once more (S2 specification, SOS flag). */
  async #repeatUnasked(): Promise<void> {
    const last = this.#lastUnasked;
    this.#lastUnasked = undefined;
    if (last === undefined || performance.now() - last.atMs > repeatWithinMs) return;
    await this.#sendSecurely(last.cc);
  }
}
