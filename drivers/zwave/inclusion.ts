import { KEXFailType } from '@zwave-js/cc';
import { SecurityClass, dskToString } from '@zwave-js/core';
import {
  InclusionState,
  InclusionStrategy,
  ProvisioningEntryStatus,
  SecurityBootstrapFailure,
  ZWaveFeature,
} from 'zwave-js';
import type {
  FoundNode,
  InclusionResult,
  PlannedProvisioningEntry,
  ZWaveController,
  ZWaveNode,
} from 'zwave-js';
import type { Clock } from '../../src/ports/clock.ts';
import type { MembershipHooks, PairingOutcome } from '../../src/ports/membership.ts';
import { release } from './exclusion.ts';
import { interviewed } from './joined-lock.ts';
import { KeyExchange, securityNames } from './key-exchange.ts';
import type { Wish } from './key-exchange.ts';
import { addressOf } from './nodes.ts';
import { deadline, Watch } from '../shared/watch.ts';
import { problem } from '../shared/membership.ts';
import type { Reason } from '../shared/membership.ts';
import { attempt, commandMs, strikeOff } from './membership-work.ts';
import type { Work } from './membership-work.ts';
import * as words from './membership-words.ts';
import { withoutPin } from './qr-code.ts';

/** How long a lock is listened for: until it is put into pairing mode, or (SmartStart) powered up. */
export const listenMs = 60_000;
export const announceMs = 600_000;
/** Twice four minutes for people, and five steps of ten seconds for the lock (Security 2 CC, timers TA and TAI). */
const exchangeMs = 540_000;

interface Added {
  readonly node: ZWaveNode;
  readonly result: InclusionResult;
}

/** Hears a node join. */
class JoinWatch extends Watch {
  found: number | undefined;
  added: Added | undefined;
  /** The controller has stopped by itself, and nobody was added. */
  ended = false;
  /** It said that the node could not be taken in. */
  failed = false;
  readonly #controller: ZWaveController;

  constructor(clock: Clock, controller: ZWaveController) {
    super(clock);
    this.#controller = controller;
    controller.on('node found', this.#onFound);
    controller.on('node added', this.#onAdded);
    controller.on('inclusion failed', this.#onFailed);
    controller.on('inclusion state changed', this.#onState);
  }

  reset(): void {
    this.found = undefined;
    this.ended = false;
    this.failed = false;
  }

  stop(): void {
    this.#controller.off('node found', this.#onFound);
    this.#controller.off('node added', this.#onAdded);
    this.#controller.off('inclusion failed', this.#onFailed);
    this.#controller.off('inclusion state changed', this.#onState);
  }

  readonly #onFound = ({ id }: FoundNode): void => {
    this.found = id;
    this.changed();
  };

  readonly #onAdded = (node: ZWaveNode, result: InclusionResult): void => {
    // Another controller of the network may add somebody at the same time.
    if (node.id !== this.found) return;
    this.added = { node, result };
    this.changed();
  };

  readonly #onFailed = (): void => {
    this.failed = true;
    this.changed();
  };

  /** zwave-js goes idle first and says 'node added' right after, on the same stack. */
  readonly #onState = (state: InclusionState): void => {
    if (state !== InclusionState.Idle) return;
    queueMicrotask(() => {
      this.ended = true;
      this.changed();
    });
  };
}

/** One pairing, from listening to the end of the interview. */
class Pairing {
  readonly #work: Work;
  readonly #wish: Wish;
  readonly #hooks: MembershipHooks;
  readonly #exchange: KeyExchange;
  readonly #watch: JoinWatch;
  readonly #stop: AbortSignal;
  /** Set where the lock is taken in by its own announcement. */
  readonly #planned: PlannedProvisioningEntry | undefined;

  constructor(work: Work, wish: Wish, hooks: MembershipHooks) {
    this.#work = work;
    this.#wish = wish;
    this.#hooks = hooks;
    this.#exchange = new KeyExchange(work, wish, hooks);
    this.#watch = new JoinWatch(work.clock, work.controller);
    this.#stop = AbortSignal.any([work.aborted, work.lost]);
    const able = work.controller.supportsFeature(ZWaveFeature.SmartStart) === true;
    this.#planned = able ? wish.label?.smartStart : undefined;
  }

  async run(): Promise<PairingOutcome> {
    const { controller, aborted } = this.#work;
    const onAbort = (): void => {
      this.#dropPlan();
      // Has an effect while the lock confirms its PIN, when no callback of ours is asked.
      controller.cancelSecureBootstrapS2(KEXFailType.BootstrappingCanceled);
    };
    aborted.addEventListener('abort', onAbort, { once: true });
    try {
      const added = await this.#join();
      return 'why' in added ? problem(added, this.#halfJoined()) : await this.#settle(added);
    } finally {
      aborted.removeEventListener('abort', onAbort);
      this.#exchange.close();
      this.#watch.stop();
      this.#dropPlan();
    }
  }

  /** A node that zwave-js still talks to, with nobody left to tell it how that went. */
  #halfJoined(): ReturnType<typeof addressOf> | undefined {
    const { found } = this.#watch;
    return found !== undefined && this.#work.controller.nodes.has(found) ? addressOf(found) : undefined;
  }

  #dropPlan(): void {
    if (this.#planned === undefined || this.#work.lost.aborted) return;
    this.#work.controller.unprovisionSmartStartNode(this.#planned.dsk);
  }

  async #join(): Promise<Added | Reason> {
    const limit = deadline(this.#work.clock, this.#planned === undefined ? listenMs : announceMs);
    try {
      return await this.#joinWithin(AbortSignal.any([this.#stop, limit.signal]));
    } finally {
      limit.cancel();
    }
  }

  async #joinWithin(stop: AbortSignal): Promise<Added | Reason> {
    const { lost, aborted } = this.#work;
    const watch = this.#watch;
    if (this.#planned !== undefined) this.#plan(this.#planned);
    for (;;) {
      const silence = this.#planned === undefined ? await this.#listen(stop) : await this.#await(stop);
      if (silence !== undefined) return silence;
      if (watch.found !== undefined) this.#hooks.onStep({ kind: 'found', address: addressOf(watch.found) });
      if (this.#planned !== undefined)
        this.#hooks.onStep({ kind: 'securing', security: securityNames(this.#planned.securityClasses) });
      await watch.within(exchangeMs, () => watch.added !== undefined || watch.ended, lost);
      if (watch.added !== undefined) return watch.added;
      if (lost.aborted) return words.radioDown;
      if (aborted.aborted) return words.abortedLate;
      // zwave-js takes a lock out again that failed its SmartStart, and the lock announces itself anew.
      if (this.#planned === undefined || !this.#isPlanned(this.#planned.dsk)) return words.insecure;
      watch.reset();
    }
  }

  #plan(entry: PlannedProvisioningEntry): void {
    this.#work.controller.provisionSmartStartNode(entry);
    this.#hooks.onStep({ kind: 'provisioned', dsk: withoutPin(entry.dsk) });
  }

  #isPlanned(dsk: string): boolean {
    const entry = this.#work.controller.getProvisioningEntry(dsk);
    return entry !== undefined && entry.status !== ProvisioningEntryStatus.Inactive;
  }

  /** SmartStart. @returns why nobody was found; undefined where somebody was. */
  async #await(stop: AbortSignal): Promise<Reason | undefined> {
    const watch = this.#watch;
    if (await watch.until(() => watch.found !== undefined, stop)) return undefined;
    this.#dropPlan();
    // It may be on its way in at this very moment.
    await attempt(this.#work, commandMs, () => this.#work.controller.stopInclusion());
    return this.#isFound() ? undefined : this.#silence(words.nobodyAnnounced);
  }

  /** @returns why nobody was found; undefined where somebody was. */
  async #listen(stop: AbortSignal): Promise<Reason | undefined> {
    const { controller } = this.#work;
    const watch = this.#watch;
    const { callbacks: userCallbacks } = this.#exchange;
    const started = await attempt(this.#work, commandMs, () =>
      controller.beginInclusion({ strategy: InclusionStrategy.Default, userCallbacks }),
    );
    if (started !== true) return this.#silence(started === false ? words.busy : words.refused);
    this.#hooks.onStep({ kind: 'listening' });
    await watch.until(() => this.#isFound() || watch.ended || watch.failed, stop);
    if (this.#isFound()) return undefined;
    // Going idle by itself means that somebody answered whom it knows; when told to, it goes idle too.
    const endedByItself = watch.ended;
    if (!endedByItself) await attempt(this.#work, commandMs, () => controller.stopInclusion());
    // Between the two it may have been found after all: then it is asked to leave again.
    if (this.#isFound()) return undefined;
    if (watch.failed) return this.#silence(words.joinFailed);
    return this.#silence(endedByItself ? words.knownAnswered : words.nobodyJoined);
  }

  #isFound(): boolean {
    return this.#watch.found !== undefined;
  }

  #silence(otherwise: Reason): Reason {
    if (this.#work.lost.aborted) return words.radioDown;
    return this.#work.aborted.aborted ? words.aborted : otherwise;
  }

  /** The lock is in the network: keep it, or let it leave again. */
  async #settle({ node, result }: Added): Promise<PairingOutcome> {
    const objection = this.#objection(node, result) ?? (await this.#twin(node)) ?? this.#adopt(node);
    if (objection !== undefined) return release(this.#work, node, objection, this.#hooks);
    return interviewed(this.#work, node, this.#hooks, this.#wish.label !== undefined);
  }

  #objection(node: ZWaveNode, result: InclusionResult): Reason | undefined {
    if (this.#work.lost.aborted) return words.radioDown;
    if (this.#work.aborted.aborted) return words.abortedLate;
    if (this.#exchange.refusal !== undefined) return this.#exchange.refusal;
    if (result.lowSecurity === true && !this.#isPlainS0(node, result.lowSecurityReason))
      return this.#failure(result.lowSecurityReason);
    const { label } = this.#wish;
    const isOther = label !== undefined && (node.dsk === undefined || dskToString(node.dsk) !== label.dsk);
    return isOther ? words.otherLock : undefined;
  }

  /** zwave-js suspects an attack whenever a lock that knows S2 ends with S0; one that asked for no more is honest. */
  #isPlainS0(node: ZWaveNode, reason: SecurityBootstrapFailure): boolean {
    const downgraded = reason === SecurityBootstrapFailure.S0Downgrade;
    return downgraded && this.#exchange.onlyS0 && node.getHighestSecurityClass() === SecurityClass.S0_Legacy;
  }

  #failure(reason: SecurityBootstrapFailure): Reason {
    // With a whole DSK there is no PIN to be wrong: then the air was.
    const wrong = reason === SecurityBootstrapFailure.S2IncorrectPIN && this.#wish.label === undefined;
    return wrong ? words.wrongPin : words.insecure;
  }

  /** The same lock under an older node id: it was reset, and what the controller still lists is its ghost. */
  async #twin(node: ZWaveNode): Promise<Reason | undefined> {
    const { dsk } = node;
    if (dsk === undefined) return undefined;
    const text = dskToString(dsk);
    for (const other of [...this.#work.controller.nodes.values()]) {
      if (other.id === node.id || other.dsk === undefined || dskToString(other.dsk) !== text) continue;
      if (!(await strikeOff(this.#work, other.id))) return words.twinStays(addressOf(other.id));
    }
    return undefined;
  }

  #adopt(node: ZWaveNode): Reason | undefined {
    try {
      this.#work.marks.adopt(this.#work.homeId, node.id);
    } catch (error) {
      this.#work.log.error({ err: error }, 'a new lock could not be recorded');
      return words.notRecorded(this.#work.folder);
    }
    this.#work.listChanged();
    return undefined;
  }
}

/** See `Membership.pair`. */
export const pairLock = (work: Work, wish: Wish, hooks: MembershipHooks): Promise<PairingOutcome> =>
  new Pairing(work, wish, hooks).run();
