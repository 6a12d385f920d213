import { CommandClasses } from '@zwave-js/core';
import type { ZWaveNode } from 'zwave-js';
import type { LockAddress } from '../../src/core/ids.ts';
import type { Capabilities, LockDescription } from '../../src/core/model.ts';
import type { Pin } from '../../src/core/pin.ts';
import type {
  ChecksumOutcome,
  DriverHost,
  FailureReason,
  Hint,
  LockDriver,
  OperateOutcome,
  RadioState,
  ReadOutcome,
  WriteOutcome,
} from '../../src/ports/lock-driver.ts';
import { bounded, deadlineMs } from './bounded.ts';
import { NodeEars } from './ears.ts';
import * as exchange from './exchange.ts';
import { NodeNews } from './node-news.ts';
import {
  addressOf,
  capabilitiesOf,
  describe,
  isAsleep,
  isInterviewed,
  isLock,
  lastSlotOf,
  nodeIdOf,
  radio,
} from './nodes.ts';
import { Reviver } from './revive.ts';
import { hasForgotten, Relearner } from './relearn.ts';
import { Session } from './session.ts';
import type { SessionOptions } from './session.ts';

/** Either the node to speak to, or why that is pointless: then nothing is sent. */
type Target = { readonly node: ZWaveNode } | { readonly why: FailureReason };

/**
 * The Z-Wave radio. Every call settles within 30 s, at once when its signal aborts; a write cut short that
 * way may still land. Nothing is retried here.
 */
export class ZwaveLockDriver implements LockDriver {
  readonly radio = radio;
  /** One controller, one queue: a second exchange would only wait behind the first (facts page). */
  readonly concurrency = 1;

  readonly #host: DriverHost;
  readonly #session: Session;
  readonly #ears: NodeEars;
  readonly #reviver: Reviver;
  readonly #news: NodeNews;
  readonly #masked = new Set<number>();
  #listener: ((hint: Hint) => void) | undefined;

  constructor(options: SessionOptions, host: DriverHost) {
    this.#host = host;
    this.#ears = new NodeEars(host.clock);
    this.#reviver = new Reviver(host.clock, (nodeId) => this.#ping(nodeId));
    this.#news = new NodeNews(this.#ears, this.#reviver, (hint) => {
      this.#tell(hint);
    });
    this.#session = new Session(
      options,
      host,
      () => {
        this.#tell({ kind: 'radio' });
      },
      (driver) => {
        this.#news.subscribe(driver);
      },
    );
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
      .filter(isLock)
      .map((node) => describe(node, controller.homeId ?? 0));
  }

  capabilities(lock: LockAddress, signal: AbortSignal): Promise<Capabilities | undefined> {
    const node = this.#node(lock);
    if (node === undefined || signal.aborted) return Promise.resolve(undefined);
    if (hasForgotten(node)) this.#relearner.ask(node);
    return Promise.resolve(capabilitiesOf(node, this.#masked.has(node.id)));
  }

  async readSlot(lock: LockAddress, slot: number, signal: AbortSignal): Promise<ReadOutcome> {
    const target = this.#codeTarget(lock, signal);
    if ('why' in target) return { kind: 'failed', why: target.why };
    const { node } = target;
    // The lock would answer "not available" at best, which is no answer either.
    if (!this.#hasSlot(node, slot)) return { kind: 'failed', why: 'timeout' };
    const outcome = await this.#bounded<ReadOutcome>(
      signal,
      () =>
        this.#news.whileReading(node.id, slot, () => exchange.readSlot(node, slot, this.#context(signal))),
      (why) => ({ kind: 'failed', why }),
    );
    if (outcome.kind === 'read' && outcome.reading.kind === 'occupied' && outcome.reading.pin === 'masked') {
      this.#masked.add(node.id);
    }
    return outcome;
  }

  writeSlot(lock: LockAddress, slot: number, pin: Pin, signal: AbortSignal): Promise<WriteOutcome> {
    return this.#change(lock, slot, signal, (node) =>
      exchange.writeSlot(node, slot, pin, this.#context(signal)),
    );
  }

  clearSlot(lock: LockAddress, slot: number, signal: AbortSignal): Promise<WriteOutcome> {
    return this.#change(lock, slot, signal, (node) => exchange.clearSlot(node, slot, this.#context(signal)));
  }

  async checksum(lock: LockAddress, signal: AbortSignal): Promise<ChecksumOutcome> {
    const target = this.#codeTarget(lock, signal);
    if ('why' in target) return { kind: 'failed', why: target.why };
    return this.#bounded<ChecksumOutcome>(
      signal,
      () => exchange.readChecksum(target.node, this.#context(signal)),
      (why) => ({ kind: 'failed', why }),
    );
  }

  async operate(lock: LockAddress, action: 'lock' | 'unlock', signal: AbortSignal): Promise<OperateOutcome> {
    const target = this.#target(lock, signal);
    if ('why' in target) return { kind: 'failed', why: target.why };
    if (!target.node.supportsCC(CommandClasses['Door Lock'])) return { kind: 'refused', why: 'unsupported' };
    return this.#bounded<OperateOutcome>(
      signal,
      () => exchange.operate(target.node, action, this.#context(signal)),
      (why) => ({ kind: 'failed', why }),
    );
  }

  onHint(listener: (hint: Hint) => void): () => void {
    this.#listener = listener;
    return () => {
      if (this.#listener === listener) this.#listener = undefined;
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#reviver.forgetAll();
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
    const node = id === undefined ? undefined : this.#session.driver?.controller.nodes.get(id);
    return node === undefined || !isLock(node) ? undefined : node;
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

  #context(signal: AbortSignal): exchange.ExchangeContext {
    return {
      clock: this.#host.clock,
      ears: this.#ears,
      signal,
      radioReady: () => this.#session.state === 'ready',
    };
  }

  #bounded<T>(
    signal: AbortSignal,
    work: () => Promise<T>,
    late: (why: 'aborted' | 'timeout') => T,
  ): Promise<T> {
    return bounded(this.#host.clock, signal, deadlineMs, work, late);
  }

  async #change(
    lock: LockAddress,
    slot: number,
    signal: AbortSignal,
    work: (node: ZWaveNode) => Promise<WriteOutcome>,
  ): Promise<WriteOutcome> {
    const target = this.#codeTarget(lock, signal);
    if ('why' in target) return { kind: 'failed', why: target.why, mayHaveLanded: false };
    if (!this.#hasSlot(target.node, slot)) return { kind: 'refused', why: 'unsupported', certain: true };
    return this.#bounded<WriteOutcome>(
      signal,
      () => work(target.node),
      (why) => ({ kind: 'failed', why, mayHaveLanded: true }),
    );
  }

  async #ping(nodeId: number): Promise<void> {
    if (this.#session.state !== 'ready') return;
    await this.#session.driver?.controller.nodes.get(nodeId)?.ping();
  }
}
