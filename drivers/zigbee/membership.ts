import { join } from 'node:path';
import type { Controller } from 'zigbee-herdsman';
import type { LockAddress } from '../../src/core/ids.ts';
import type { DriverHost } from '../../src/ports/lock-driver.ts';
import type {
  Membership,
  MembershipHooks,
  MembershipProblem,
  PairingOutcome,
  PairingRequest,
  RemovalOutcome,
} from '../../src/ports/membership.ts';
import { naming, problem, recorded } from '../shared/membership.ts';
import type { Outcome } from '../shared/membership.ts';
import { Turns } from '../shared/turns.ts';
import { closeNetwork, Joining, JoinWatch } from './joining.ts';
import { MembershipMarks } from './membership-marks.ts';
import { addressOf, answers, commandMs, deviceOf, letGo, present, strikeOff } from './membership-work.ts';
import type { Device, Work } from './membership-work.ts';
import * as words from './membership-words.ts';
import { whereOf } from './quiet-herdsman.ts';

/** The radio as it stands at each moment. */
export interface MembershipRadio {
  /** Undefined while the coordinator can't be spoken to. */
  controller(): Controller | undefined;
  /** The list of locks may have changed. */
  listChanged(): void;
  /** Devices have come or gone: the coordinator's backup is to follow. */
  backUp(): void;
  configure(device: Device, signal: AbortSignal): Promise<boolean>;
  failed(error: unknown): void;
}

/** A sleeping lock may miss the first question. */
const pings = 2;

/** Pairing by permit join, and removal by a leave request: one at a time, and never a throw. */
export class ZigbeeMembership implements Membership {
  readonly #host: DriverHost;
  readonly #radio: MembershipRadio;
  readonly #marks: MembershipMarks;
  readonly #turns: Turns;
  #watch: JoinWatch | undefined;
  /** The Controller whose network we know to be closed. */
  #tidied: Controller | undefined;

  constructor(host: DriverHost, radio: MembershipRadio) {
    this.#host = host;
    this.#radio = radio;
    this.#turns = new Turns(host.clock, () => {
      // The line may have broken and be back meanwhile.
      this.radioChanged();
    });
    this.#marks = new MembershipMarks(join(host.dataDir, 'membership.json'));
  }

  /** True for a device that is no lock of ours: it is joining now, or has joined in a pairing that failed. */
  hides(ieee: string): boolean {
    return this.#marks.hides(ieee);
  }

  /**
   * Whether a device that joins may stay: what is ours always, for locks join again after a change of batteries; a
   * new one only while it is waited for. Who is refused is told to leave.
   * @param controller which asks; perhaps it still starts, and locks are coming back from a power cut just then
   */
  accepts(ieee: string, controller: Controller): boolean {
    const isOurs = controller.getDeviceByIeeeAddr(ieee) !== undefined && !this.#marks.hides(ieee);
    return isOurs || (this.#watch?.claims(ieee) ?? this.#comesBack(ieee, controller));
  }

  /**
   * Through a closed network only members come, with its key: one that was struck off, or whom we have forgotten with
   * our files. To send it away would make that loss final: it stays, hidden, until somebody decides.
   */
  #comesBack(ieee: string, controller: Controller): boolean {
    if (this.#tidied !== controller || this.#turns.by !== undefined) return false;
    this.#host.log.warn(
      { device: ieee },
      'a device has come back to the Zigbee network that is not known: not used',
    );
    recorded(this.#host.log, () => {
      this.#marks.disown(ieee);
    });
    return true;
  }

  leftBehind(): readonly LockAddress[] {
    const controller = this.#radio.controller();
    if (controller === undefined) return [];
    // Until what a crash left open is tidied up, whoever had joined by then is hidden and not marked yet.
    const left = this.#turns.by === 'caller' ? this.#marks.unfinished : present(controller);
    const isThere = (ieee: string): boolean => controller.getDeviceByIeeeAddr(ieee) !== undefined;
    return left.filter((ieee) => this.#marks.hides(ieee) && isThere(ieee)).map(addressOf);
  }

  /** Before the Controller starts. Its subscriptions end with it. */
  subscribe(controller: Controller): void {
    controller.on('deviceLeave', ({ ieeeAddr }) => {
      recorded(this.#host.log, () => {
        this.#marks.forget(ieeeAddr);
      });
      this.#radio.backUp();
    });
  }

  /** The radio came or went. */
  radioChanged(): void {
    const controller = this.#radio.controller();
    this.#turns.radioChanged(controller !== undefined);
    if (controller === undefined) return;
    // Whoever opened the network before, we or another program, did not live to close it.
    if (this.#tidied !== controller && this.#turns.by === undefined) void this.#tidyLate();
  }

  async pair(request: PairingRequest, hooks: MembershipHooks, signal: AbortSignal): Promise<PairingOutcome> {
    if (request.qrCode !== undefined) return problem(words.noQrCode);
    if (request.dskPin !== undefined) return problem(words.noPin);
    return this.#run<PairingOutcome>('pairing', signal, async (work) => {
      const objection = this.#begin(work);
      if (objection !== undefined) return objection;
      const { controller, host } = work;
      const watch = new JoinWatch(host.clock, controller, (ieee) => !this.#marks.hides(ieee));
      this.#watch = watch;
      try {
        return await new Joining(work, hooks, watch).run();
      } finally {
        watch.stop();
        this.#watch = undefined;
      }
    });
  }

  remove(
    lock: LockAddress,
    how: 'exclude' | 'gone',
    hooks: Pick<MembershipHooks, 'onStep'>,
    signal: AbortSignal,
  ): Promise<RemovalOutcome> {
    return this.#run<RemovalOutcome>('removal', signal, async (work) => {
      const device = deviceOf(work.controller, lock);
      if (device === undefined) return problem(words.unknownLock(lock));
      return how === 'gone' ? this.#strikeOffGone(work, device) : this.#exclude(work, device, hooks);
    });
  }

  /** Ends what runs, the joining included. Settles within about a second. */
  close(): Promise<void> {
    return this.#turns.close();
  }

  async #exclude(
    work: Work,
    device: Device,
    hooks: Pick<MembershipHooks, 'onStep'>,
  ): Promise<RemovalOutcome> {
    const address = addressOf(device.ieeeAddr);
    hooks.onStep({ kind: 'leaving', address });
    const how = await letGo(work, device);
    if (how === 'left') return this.#removed(work, address);
    if (work.lost.aborted) return problem(words.radioDown);
    return problem(how === 'silent' ? words.didNotHear(address) : words.wouldNotLeave(address));
  }

  async #strikeOffGone(work: Work, device: Device): Promise<RemovalOutcome> {
    const address = addressOf(device.ieeeAddr);
    for (let tries = 0; tries < pings; tries += 1) {
      const heard = await answers(work, device);
      if (work.lost.aborted) return problem(words.radioDown);
      if (work.aborted.aborted) return problem(words.aborted);
      if (heard === true) return problem(words.stillAnswers(address));
    }
    strikeOff(work, device);
    return this.#removed(work, address);
  }

  #removed(work: Work, address: LockAddress): RemovalOutcome {
    work.listChanged();
    return { kind: 'removed', address };
  }

  /** @returns why it can't begin: without a durable mark nobody is let in. */
  #begin(work: Work): MembershipProblem | undefined {
    try {
      this.#marks.begin(present(work.controller));
      return undefined;
    } catch (error) {
      this.#host.log.error({ err: error }, 'pairing could not be recorded');
      return problem(words.notWritable(this.#host.dataDir));
    }
  }

  async #run<T extends Outcome>(
    kind: 'pairing' | 'removal',
    signal: AbortSignal,
    action: (work: Work) => Promise<T | MembershipProblem>,
  ): Promise<T | MembershipProblem> {
    const inTurn = async (aborted: AbortSignal): Promise<T | MembershipProblem> => {
      const work = this.#work(aborted);
      if (work === undefined) return problem(words.radioDown);
      const outcome = await this.#guarded(() => action(work));
      this.#host.log.info(
        { kind, outcome: outcome.kind === 'failed' ? outcome.why : outcome.kind },
        'pairing or removal ended',
      );
      const strays = await this.#tidy(work);
      this.#radio.backUp();
      return naming(outcome, strays.map(addressOf)[0], words.leftBehindWords);
    };
    return this.#turns.forCaller(commandMs, signal, inTurn, (why) => problem(words[why]));
  }

  async #guarded<T>(action: () => Promise<T>): Promise<T | MembershipProblem> {
    try {
      return await action();
    } catch (error) {
      this.#host.log.error({ where: whereOf(error) }, 'taking a lock in or out went wrong');
      return problem(words.refused);
    }
  }

  async #tidyLate(): Promise<void> {
    const work = this.#work(this.#turns.closing);
    if (work !== undefined) await this.#turns.forUs(() => this.#tidy(work));
  }

  /**
   * However it ended: nobody is let in any more, and what had joined in vain is marked.
   * @returns that
   */
  async #tidy(work: Work): Promise<readonly string[]> {
    this.#turns.cancelRetry();
    if (this.#marks.isOpen || this.#tidied !== work.controller) {
      this.#tidied = (await closeNetwork(work)) ? work.controller : undefined;
      if (this.#tidied === undefined) {
        // The coordinator hangs, perhaps: once it answers again it must not let strangers in.
        if (!work.lost.aborted) this.#turns.retry(() => void this.#tidyLate());
        return [];
      }
    }
    if (!this.#marks.isOpen) return [];
    let strays: readonly string[] = [];
    recorded(this.#host.log, () => {
      strays = this.#marks.end(present(work.controller));
    });
    if (strays.length > 0) work.listChanged();
    return strays;
  }

  #work(aborted: AbortSignal): Work | undefined {
    const controller = this.#radio.controller();
    if (controller === undefined || this.#turns.lost.aborted) return undefined;
    return {
      host: this.#host,
      controller,
      marks: this.#marks,
      aborted,
      lost: this.#turns.lost,
      listChanged: () => {
        this.#radio.listChanged();
      },
      configure: (device, signal) => this.#radio.configure(device, signal),
      failed: (error) => {
        this.#radio.failed(error);
      },
    };
  }
}
