import { CommandClasses } from '@zwave-js/core';
import type { ZWaveNode } from 'zwave-js';
import type { LockAddress } from '../../src/core/ids.ts';
import type { AutoLock, Capabilities, LockDescription } from '../../src/core/model.ts';
import type { Pin } from '../../src/core/pin.ts';
import type {
  ChecksumOutcome,
  CodeManner,
  DriverHost,
  FailureReason,
  Hint,
  LockDriver,
  OperateOutcome,
  RadioState,
  ReadOutcome,
  WriteOutcome,
} from '../../src/ports/lock-driver.ts';
import type { LockInspection } from '../../src/ports/lock-inspection.ts';
import type { ClockRadio, ScheduleRadio } from '../../src/ports/lock-time.ts';
import { boundedByLife, deadlineMs } from '../shared/bounded.ts';
import { Ears } from '../shared/ears.ts';
import { configureAutoLock } from './auto-lock.ts';
import { capabilitiesOf } from './capabilities.ts';
import * as userCode from './exchange.ts';
import { facts, inspect } from './inspection.ts';
import { guardTime } from './library-time.ts';
import { Masks } from './masks.ts';
import { ZwaveMembership } from './membership.ts';
import { NodeNews } from './node-news.ts';
import {
  addressOf,
  codesBy,
  describe,
  isAsleep,
  isInterviewed,
  isLock,
  isSupervised,
  lastSlotOf,
  nodeIdOf,
  productOf,
  radio,
} from './nodes.ts';
import { quirkOf } from './quirks/index.ts';
import { Reviver } from '../shared/revive.ts';
import { hasForgotten, Relearner } from './relearn.ts';
import { Session } from './session.ts';
import type { SessionOptions } from './session.ts';
import type { ExchangeContext } from './sending.ts';
import { clockRadio, scheduleRadio } from './time-radio.ts';
import type { NodeDoor } from './time-radio.ts';
import * as userCredential from './user-credential.ts';

/** Either the node to speak to, or why that is pointless: then nothing is sent. */
type Target = { readonly node: ZWaveNode } | { readonly why: FailureReason };

const codesOf = (node: ZWaveNode): Pick<typeof userCode, 'readSlot' | 'writeSlot' | 'clearSlot'> =>
  codesBy(node) === 'user_credential' ? userCredential : userCode;

/**
 * The Z-Wave radio. Every call settles within 30 s, at once when its signal aborts; a write cut short that
 * way may still land. Nothing is retried here.
 */
export class ZwaveLockDriver implements LockDriver {
  readonly radio = radio;
  /** One controller, one queue: a second exchange would only wait behind the first (facts page). */
  readonly concurrency = 1;
  readonly membership: ZwaveMembership;
  readonly schedules: ScheduleRadio;
  readonly clocks: ClockRadio;

  readonly #host: DriverHost;
  readonly #session: Session;
  readonly #ears: Ears<number>;
  readonly #reviver: Reviver<number>;
  readonly #news: NodeNews;
  readonly #masks = new Masks();
  #listener: ((hint: Hint) => void) | undefined;

  constructor(options: SessionOptions, host: DriverHost) {
    this.#host = host;
    this.#ears = new Ears(host.clock);
    this.#reviver = new Reviver(host.clock, (nodeId) => this.#ping(nodeId));
    this.#news = new NodeNews(this.#ears, this.#reviver, {
      tell: (hint) => {
        this.#tell(hint);
      },
      masked: (nodeId) => {
        this.#masks.seen(nodeId);
      },
      wiped: (node) => {
        this.#relearner.checkLength(node);
      },
      removed: (nodeId) => {
        this.#masks.forget(nodeId);
        this.#relearner.forget(nodeId);
      },
    });
    this.#session = new Session(
      options,
      host,
      () => {
        this.membership.radioChanged();
        this.#tell({ kind: 'radio' });
      },
      (driver) => {
        guardTime(driver, host);
        this.membership.subscribe(driver);
        this.#news.subscribe(driver);
      },
    );
    const door: NodeDoor = {
      driver: () => this.#session.driver,
      read: (lock, signal, work, failed) => this.#read(lock, signal, work, failed),
      write: (lock, slot, signal, work) => this.#change(lock, slot, signal, work),
    };
    this.schedules = scheduleRadio(door);
    this.clocks = clockRadio(door, host);
    this.membership = new ZwaveMembership(host, {
      driver: () => (this.#session.state === 'ready' ? this.#session.driver : undefined),
      listChanged: () => {
        this.#tell({ kind: 'locks' });
      },
    });
  }

  get state(): RadioState {
    return this.#session.state;
  }

  get stateDetail(): string | undefined {
    return this.#session.detail;
  }

  /** For `open`: begins to connect, see `Session`. */
  start(): Session {
    this.#session.start();
    return this.#session;
  }

  locks(): readonly LockDescription[] {
    const controller = this.#session.driver?.controller;
    if (controller === undefined) return [];
    return [...controller.nodes.values()]
      .filter((node) => isLock(node) && !this.membership.hides(controller.homeId, node))
      .map((node) => describe(node, controller.homeId ?? 0));
  }

  capabilities(lock: LockAddress, signal: AbortSignal): Promise<Capabilities | undefined> {
    const node = this.#node(lock);
    if (node === undefined || signal.aborted) return Promise.resolve(undefined);
    if (hasForgotten(node)) this.#relearner.ask(node);
    if (!isInterviewed(node)) return Promise.resolve(undefined);
    this.#relearner.completeLength(node);
    return Promise.resolve(capabilitiesOf(node, this.#masks.has(node)));
  }

  async readSlot(lock: LockAddress, slot: number, signal: AbortSignal): Promise<ReadOutcome> {
    const outcome = await this.#read<ReadOutcome>(
      lock,
      signal,
      async (node, context) => {
        // The lock would answer "not available" at best, which is no answer either.
        if (!this.#hasSlot(node, slot)) return { kind: 'failed', why: 'timeout' };
        const codes = codesOf(node);
        const read = await this.#news.whileBusy(node.id, slot, () => codes.readSlot(node, slot, context));
        if (read.kind === 'read' && read.reading.kind === 'occupied' && read.reading.pin === 'masked')
          this.#masks.seen(node.id);
        // Some models call every slot empty.
        const worthless = quirkOf(productOf(node))?.corrects.readBack === 'none';
        return worthless && read.kind === 'read' && read.reading.kind === 'empty'
          ? { kind: 'failed', why: 'timeout' }
          : read;
      },
      (why) => ({ kind: 'failed', why }),
    );
    return outcome;
  }

  writeSlot(
    lock: LockAddress,
    slot: number,
    pin: Pin,
    signal: AbortSignal,
    manner?: CodeManner,
  ): Promise<WriteOutcome> {
    return this.#change(lock, slot, signal, async (node, context) => {
      // User Code CC has no such code: rather none than one that opens at all hours.
      if (manner !== undefined && (manner.scheduled || !manner.enabled))
        return { kind: 'refused', why: 'unsupported', certain: true };
      if (capabilitiesOf(node, false)?.codeLengths.includes(pin.length) === false)
        return { kind: 'refused', why: 'format', certain: true };
      const codes = codesOf(node);
      const outcome = await this.#news.whileBusy(node.id, slot, () =>
        codes.writeSlot(node, slot, pin, context),
      );
      // Perhaps the length of all codes was changed at the lock; without Supervision it refuses in silence.
      if (outcome.kind === 'refused' || !isSupervised(node, CommandClasses['User Code']))
        this.#relearner.checkLength(node);
      return outcome;
    });
  }

  clearSlot(lock: LockAddress, slot: number, signal: AbortSignal): Promise<WriteOutcome> {
    return this.#change(lock, slot, signal, (node, context) =>
      this.#news.whileBusy(node.id, slot, () => codesOf(node).clearSlot(node, slot, context)),
    );
  }

  nameSlot(lock: LockAddress, slot: number, name: string, signal: AbortSignal): Promise<WriteOutcome> {
    return this.#change(lock, slot, signal, async (node, context) =>
      codesBy(node) === 'user_credential'
        ? this.#news.whileBusy(node.id, slot, () => userCredential.nameSlot(node, slot, name, context))
        : { kind: 'refused', why: 'unsupported', certain: true },
    );
  }

  checksum(lock: LockAddress, signal: AbortSignal): Promise<ChecksumOutcome> {
    return this.#read<ChecksumOutcome>(lock, signal, userCode.readChecksum, (why) => ({
      kind: 'failed',
      why,
    }));
  }

  inspect(lock: LockAddress): LockInspection | undefined {
    const node = this.#node(lock);
    return node && inspect(node);
  }

  facts(): Readonly<Record<string, string>> {
    return facts(this.#session.driver);
  }

  async operate(lock: LockAddress, action: 'lock' | 'unlock', signal: AbortSignal): Promise<OperateOutcome> {
    const target = this.#target(lock, signal);
    if ('why' in target) return { kind: 'failed', why: target.why };
    if (!target.node.supportsCC(CommandClasses['Door Lock'])) return { kind: 'refused', why: 'unsupported' };
    return this.#bounded<OperateOutcome>(
      signal,
      (context) => userCode.operate(target.node, action, context),
      (why) => ({ kind: 'failed', why }),
    );
  }

  configureAutoLock(lock: LockAddress, wanted: AutoLock, signal: AbortSignal): Promise<OperateOutcome> {
    const work = (node: ZWaveNode, context: ExchangeContext): Promise<OperateOutcome> =>
      configureAutoLock(node, wanted, context);
    return this.#read<OperateOutcome>(lock, signal, work, (why) => ({ kind: 'failed', why })).finally(() => {
      this.#tell({ kind: 'locks' });
    });
  }

  onHint(listener: (hint: Hint) => void): () => void {
    this.#listener = listener;
    return () => {
      if (this.#listener === listener) this.#listener = undefined;
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#reviver.forgetAll();
    await this.membership.close();
    await this.#session.close();
    this.#reviver.forgetAll();
    this.#listener = undefined;
  }

  #tell(hint: Hint): void {
    this.#listener?.(hint);
  }

  readonly #relearner = new Relearner((node) => {
    this.#tell({ kind: 'reachable', address: addressOf(node.id) });
    this.#tell({ kind: 'locks' });
  });

  #node(lock: LockAddress): ZWaveNode | undefined {
    const id = nodeIdOf(lock);
    const controller = this.#session.driver?.controller;
    const node = id === undefined ? undefined : controller?.nodes.get(id);
    const isOurs = node !== undefined && isLock(node) && !this.membership.hides(controller?.homeId, node);
    return isOurs ? node : undefined;
  }

  /** For the lock's codes: until its interview is complete, zwave-js doesn't know what it takes. */
  #codeTarget(lock: LockAddress, signal: AbortSignal): Target {
    const target = this.#target(lock, signal);
    if (!('node' in target)) return target;
    if (hasForgotten(target.node)) this.#relearner.ask(target.node);
    else if (isInterviewed(target.node)) return target;
    return { why: 'unreachable' };
  }

  #target(lock: LockAddress, signal: AbortSignal): Target {
    if (signal.aborted) return { why: 'aborted' };
    if (this.#session.state !== 'ready') return { why: 'radio_down' };
    const node = this.#node(lock);
    if (node === undefined) return { why: 'unreachable' };
    // zwave-js would keep the frame until the node wakes, perhaps for hours.
    return isAsleep(node) ? { why: 'asleep' } : { node };
  }

  /** Slot 0 stands for all slots in User Code CC: never let it through. */
  #hasSlot(node: ZWaveNode, slot: number): boolean {
    return Number.isInteger(slot) && slot >= 1 && slot <= (lastSlotOf(node) ?? 0);
  }

  #context(signal: AbortSignal): ExchangeContext {
    return {
      clock: this.#host.clock,
      ears: this.#ears,
      signal,
      driver: this.#session.driver,
      radioReady: () => this.#session.state === 'ready',
    };
  }

  /** Settles at once, too, when the Driver ends that is at work. */
  #bounded<T>(
    signal: AbortSignal,
    work: (context: ExchangeContext) => Promise<T>,
    late: (why: 'aborted' | 'timeout' | 'radio_down') => T,
  ): Promise<T> {
    const { life } = this.#session;
    const inTime = (over: AbortSignal): Promise<T> => work(this.#context(over));
    return boundedByLife(this.#host.clock, { signal, life }, deadlineMs, inTime, late);
  }

  async #read<T>(
    lock: LockAddress,
    signal: AbortSignal,
    work: (node: ZWaveNode, context: ExchangeContext) => Promise<T>,
    failed: (why: FailureReason, sent?: boolean) => T,
  ): Promise<T> {
    const target = this.#codeTarget(lock, signal);
    if ('why' in target) return failed(target.why, false);
    return this.#bounded<T>(signal, (context) => work(target.node, context), failed);
  }

  async #change(
    lock: LockAddress,
    slot: number,
    signal: AbortSignal,
    work: (node: ZWaveNode, context: ExchangeContext) => Promise<WriteOutcome>,
  ): Promise<WriteOutcome> {
    const target = this.#codeTarget(lock, signal);
    if ('why' in target) return { kind: 'failed', why: target.why, mayHaveLanded: false };
    if (!this.#hasSlot(target.node, slot)) return { kind: 'refused', why: 'unsupported', certain: true };
    return this.#bounded<WriteOutcome>(
      signal,
      (context) => work(target.node, context),
      (why) => ({ kind: 'failed', why, mayHaveLanded: true }),
    );
  }

  async #ping(nodeId: number): Promise<void> {
    if (this.#session.state !== 'ready') return;
    await this.#session.driver?.controller.nodes.get(nodeId)?.ping();
  }
}
