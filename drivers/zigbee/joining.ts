import type { Controller, Events } from 'zigbee-herdsman';
import { InterviewState } from 'zigbee-herdsman/dist/controller/model/device.js';
import type { Clock } from '../../src/ports/clock.ts';
import type { MembershipHooks, MembershipProblem, PairingOutcome } from '../../src/ports/membership.ts';
import { deadline, Watch } from '../shared/watch.ts';
import { problem } from '../shared/membership.ts';
import type { Reason } from '../shared/membership.ts';
import { achieved, addressOf, answers, commandMs, letGo } from './membership-work.ts';
import type { Device, Work } from './membership-work.ts';
import * as words from './membership-words.ts';

/** How long a lock is listened for. At most 254 s, the longest that Zigbee knows short of "for ever". */
export const listenMs = 120_000;
/** How long a new lock may take to tell what it can do; herdsman asks each question up to six times. */
const interviewMs = 180_000;
/** Bindings, event masks and reports: a dozen questions. */
const configureMs = 60_000;
/** A lock that is known already and joins again is taken, unless a new one follows by then. */
const knownGraceMs = 1_000;

/** Hears devices join, and how their interviews go. */
export class JoinWatch extends Watch {
  /** The device that this pairing is about: the first new one that asked to join. */
  device: Device | undefined;
  /** One that was in the network before, and has joined anew. */
  known: Device | undefined;
  interview: 'none' | 'successful' | 'failed' = 'none';
  #claimed: string | undefined;
  #isOver = false;
  readonly #controller: Controller;
  readonly #isKnown: (ieee: string) => boolean;

  constructor(clock: Clock, controller: Controller, isKnown: (ieee: string) => boolean) {
    super(clock);
    this.#controller = controller;
    this.#isKnown = isKnown;
    controller.on('deviceJoined', this.#onJoined);
    controller.on('lastSeenChanged', this.#onSeen);
    controller.on('deviceInterview', this.#onInterview);
  }

  /** Whether a device that isn't known may join: only the first, and only while somebody is listened for. */
  claims(ieee: string): boolean {
    if (this.#isOver) return false;
    this.#claimed ??= ieee;
    return this.#claimed === ieee;
  }

  /** Nobody else may join. */
  close(): void {
    this.#isOver = this.#claimed === undefined;
  }

  /** It isn't listened to any more, and nobody may join. */
  stop(): void {
    this.#isOver = true;
    this.#controller.off('deviceJoined', this.#onJoined);
    this.#controller.off('lastSeenChanged', this.#onSeen);
    this.#controller.off('deviceInterview', this.#onInterview);
  }

  #met(device: Device): void {
    if (device.type === 'Coordinator' || device.type === 'GreenPower') return;
    if (this.#isKnown(device.ieeeAddr)) this.known ??= device;
    else if (this.claims(device.ieeeAddr)) this.device ??= device;
    this.changed();
  }

  readonly #onJoined = ({ device }: Events.DeviceJoinedPayload): void => {
    // Solar switches and the like: not asked whether they may, and no locks.
    if (device.type === 'GreenPower') device.removeFromDatabase();
    else this.#met(device);
  };

  /** A device that herdsman knows already, left over from a pairing that failed, joins without 'deviceJoined'. */
  readonly #onSeen = ({ device, reason }: Events.LastSeenChangedPayload): void => {
    if (reason === 'deviceJoined') this.#met(device);
  };

  readonly #onInterview = ({ device, status }: Events.DeviceInterviewPayload): void => {
    if (device.ieeeAddr !== this.device?.ieeeAddr || status === 'started') return;
    this.interview = status;
    this.changed();
  };
}

const isLock = (device: Device): boolean =>
  device.endpoints.some((endpoint) => endpoint.supportsInputCluster('closuresDoorLock'));

/** One pairing, from listening to a lock that is ready. */
export class Joining {
  readonly #work: Work;
  readonly #hooks: MembershipHooks;
  readonly #watch: JoinWatch;
  readonly #stop: AbortSignal;

  constructor(work: Work, hooks: MembershipHooks, watch: JoinWatch) {
    this.#work = work;
    this.#hooks = hooks;
    this.#watch = watch;
    this.#stop = AbortSignal.any([work.aborted, work.lost]);
  }

  async run(): Promise<PairingOutcome> {
    const silence = await this.#listen();
    const { device, known } = this.#watch;
    if (device !== undefined) return this.#takeIn(device);
    return known === undefined ? problem(silence) : this.#welcomeBack(known);
  }

  /** @returns why nobody came, where nobody has. */
  async #listen(): Promise<Reason> {
    const { controller, host, aborted, lost } = this.#work;
    const limit = deadline(host.clock, listenMs);
    // The coordinator and the routers close by themselves then, whatever becomes of us.
    const opened = await achieved(this.#work, commandMs, () => controller.permitJoin(listenMs / 1000));
    if (opened && !this.#stop.aborted) {
      this.#hooks.onStep({ kind: 'listening' });
      await this.#watch.until(() => this.#isAnybody(), this.#stop, limit.signal);
      if (this.#watch.device === undefined && this.#watch.known !== undefined)
        await this.#watch.within(knownGraceMs, () => this.#watch.device !== undefined, this.#stop);
    }
    limit.cancel();
    await closeNetwork(this.#work);
    this.#watch.close();
    if (lost.aborted) return words.radioDown;
    if (aborted.aborted) return words.aborted;
    return opened ? words.nobodyJoined : words.refused;
  }

  #isAnybody(): boolean {
    return this.#watch.device !== undefined || this.#watch.known !== undefined;
  }

  async #takeIn(device: Device): Promise<PairingOutcome> {
    const address = addressOf(device.ieeeAddr);
    this.#hooks.onStep({ kind: 'found', address });
    this.#hooks.onStep({ kind: 'added', address, security: words.security, weak: false });
    this.#hooks.onStep({ kind: 'interviewing', address, stage: 'what it is' });
    const objection = (await this.#interview(device)) ?? this.#objection(device);
    if (objection !== undefined) return this.#release(device, objection);
    const warning = await this.#settle(device);
    const late = this.#cutShort() ?? this.#adopt(device);
    if (late !== undefined) return this.#release(device, late);
    return { kind: 'paired', address, security: words.security, warning };
  }

  /** It is ours already: nothing that goes wrong here takes it away again. */
  async #welcomeBack(device: Device): Promise<PairingOutcome> {
    const address = addressOf(device.ieeeAddr);
    this.#hooks.onStep({ kind: 'found', address });
    const warning = await this.#settle(device);
    const { joinedAgain } = words;
    return {
      kind: 'paired',
      address,
      security: words.security,
      warning: warning === undefined ? joinedAgain : `${joinedAgain} ${warning}`,
    };
  }

  /** @returns what to warn of. */
  async #settle(device: Device): Promise<string | undefined> {
    const address = addressOf(device.ieeeAddr);
    this.#hooks.onStep({
      kind: 'interviewing',
      address,
      stage: 'which codes it holds, and to report changes',
    });
    const limit = deadline(this.#work.host.clock, configureMs);
    const signal = AbortSignal.any([this.#stop, limit.signal]);
    const isConfigured = await this.#work.configure(device, signal);
    limit.cancel();
    return isConfigured ? undefined : words.notConfigured;
  }

  /** herdsman asks by itself once; a second time is for us. */
  async #interview(device: Device): Promise<Reason | undefined> {
    const watch = this.#watch;
    const isOver = (): boolean => watch.interview !== 'none';
    if (hasToldEnough(device)) return undefined;
    await watch.within(interviewMs, isOver, this.#stop);
    if (
      watch.interview !== 'successful' &&
      !this.#stop.aborted &&
      (await answers(this.#work, device)) === true
    )
      await achieved(this.#work, interviewMs, () => device.interview(true));
    return (
      this.#cutShort() ??
      (hasToldEnough(device) ? undefined : words.interviewFailed(addressOf(device.ieeeAddr)))
    );
  }

  #objection(device: Device): Reason | undefined {
    return isLock(device) ? undefined : words.notALock(addressOf(device.ieeeAddr));
  }

  #cutShort(): Reason | undefined {
    if (this.#work.lost.aborted) return words.radioDown;
    return this.#work.aborted.aborted ? words.abortedLate : undefined;
  }

  #adopt(device: Device): Reason | undefined {
    try {
      this.#work.marks.adopt(device.ieeeAddr);
    } catch (error) {
      this.#work.host.log.error({ err: error }, 'a new lock could not be recorded');
      return words.notRecorded(this.#work.host.dataDir);
    }
    this.#work.listChanged();
    return undefined;
  }

  /** Up to half a minute, and not to be cut short by the caller. */
  async #release(device: Device, reason: Reason): Promise<MembershipProblem> {
    const address = addressOf(device.ieeeAddr);
    if (!this.#work.lost.aborted) {
      this.#hooks.onStep({ kind: 'leaving', address });
      if ((await letGo(this.#work, device)) === 'left') return problem(reason);
    }
    return problem({ why: reason.why, message: reason.message + words.leftBehindWords(address) }, address);
  }
}

const hasToldEnough = ({ interviewState }: Device): boolean => interviewState === InterviewState.Successful;

/** Nobody is let in any more. @returns whether the coordinator was told. */
export const closeNetwork = (work: Work): Promise<boolean> =>
  achieved(work, commandMs, () => work.controller.permitJoin(0));
