import { join } from 'node:path';
import { dskToString } from '@zwave-js/core';
import type { Driver, ZWaveNode } from 'zwave-js';
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
import type { Outcome, Reason } from '../shared/membership.ts';
import { Turns } from '../shared/turns.ts';
import { removeLock } from './exclusion.ts';
import { pairLock } from './inclusion.ts';
import { interviewed } from './joined-lock.ts';
import type { Wish } from './key-exchange.ts';
import { MembershipMarks } from './membership-marks.ts';
import { isQuiet, tidy } from './membership-tidy.ts';
import { answers, commandMs, strikeOff } from './membership-work.ts';
import type { Work } from './membership-work.ts';
import * as words from './membership-words.ts';
import { addressOf } from './nodes.ts';
import { isDskPin, readLabel } from './qr-code.ts';

/** The radio as it stands at each moment. */
export interface MembershipRadio {
  /** Undefined while the controller can't be spoken to. */
  driver(): Driver | undefined;
  /** The list of locks may have changed. */
  listChanged(): void;
}

/** Nodes left over from pairings that failed, looked at before the next one. */
const sweepMax = 3;

/** Pairing and removal through the controller: one at a time, and never a throw. */
export class ZwaveMembership implements Membership {
  readonly #host: DriverHost;
  readonly #radio: MembershipRadio;
  readonly #marks: MembershipMarks;
  readonly #turns: Turns;
  /** The Driver that began what isn't tidied up yet. */
  #begunBy: Driver | undefined;

  constructor(host: DriverHost, radio: MembershipRadio) {
    this.#host = host;
    this.#radio = radio;
    this.#turns = new Turns(host.clock);
    this.#marks = new MembershipMarks(join(host.dataDir, 'membership.json'));
  }

  /** True for a node that is no lock of ours: it is joining now, or has joined in a pairing that failed. */
  hides(homeId: number | undefined, node: ZWaveNode): boolean {
    return homeId !== undefined && this.#marks.hides(homeId, node.id);
  }

  leftBehind(): readonly LockAddress[] {
    const controller = this.#radio.driver()?.controller;
    const homeId = controller?.homeId;
    if (controller === undefined || homeId === undefined) return [];
    const { nodes } = controller;
    // Until what a crash left open is tidied up, whoever had joined by then is hidden and not marked yet.
    const ids = this.#turns.by === 'caller' ? this.#marks.unfinished(homeId) : [...nodes.keys()];
    return ids
      .filter((id) => nodes.get(id)?.isControllerNode === false && this.#marks.hides(homeId, id))
      .map(addressOf);
  }

  /** Before the Driver starts. Its subscriptions end with it. */
  subscribe(driver: Driver): void {
    driver.once('driver ready', () => {
      driver.controller.on('node removed', (node) => {
        recorded(this.#host.log, () => {
          this.#marks.forget(driver.controller.homeId ?? 0, node.id);
        });
      });
    });
  }

  /** The radio came or went. */
  radioChanged(): void {
    const isThere = this.#radio.driver() !== undefined;
    this.#turns.radioChanged(isThere);
    if (isThere) this.#tidyLate();
  }

  /** After a broken line or a crash: nobody else would end the controller's listening. */
  #tidyLate(): void {
    const work = this.#work(this.#turns.closing);
    if (work === undefined || this.#marks.open(work.homeId) === undefined) return;
    void this.#turns.forUs(() => this.#tidy(work, true));
  }

  async pair(request: PairingRequest, hooks: MembershipHooks, signal: AbortSignal): Promise<PairingOutcome> {
    const wish = await this.#wish(request);
    if ('why' in wish) return problem(wish);
    return this.#run('pairing', signal, async (work) => {
      const known = this.#withDsk(work, wish);
      if (known !== undefined && !this.hides(work.homeId, known))
        return problem(words.alreadyPaired(addressOf(known.id)));
      if (known !== undefined && !(await this.#isReset(work, known))) return this.#resume(work, known, hooks);
      await this.#sweep(work);
      return this.#begin(work, 'pairing') ?? pairLock(work, wish, hooks);
    });
  }

  remove(
    lock: LockAddress,
    how: 'exclude' | 'gone',
    hooks: Pick<MembershipHooks, 'onStep'>,
    signal: AbortSignal,
  ): Promise<RemovalOutcome> {
    return this.#run<RemovalOutcome>(
      'removal',
      signal,
      async (work) => this.#begin(work, 'removal') ?? removeLock(work, lock, how, hooks),
    );
  }

  /** Ends what runs, the controller's listening included. Settles within about a second. */
  close(): Promise<void> {
    return this.#turns.close();
  }

  /** What the request tells of the lock, or what is wrong with it. Without the radio. */
  async #wish({ qrCode, dskPin }: PairingRequest): Promise<Wish | Reason> {
    if (dskPin !== undefined && !isDskPin(dskPin)) return words.malformedPin;
    if (qrCode === undefined) return { label: undefined, dskPin };
    const reading = await readLabel(qrCode);
    if (reading.kind === 'bad') {
      return {
        why: 'bad_qr_code',
        message: `The QR code's text can't be used: ${reading.problem}. Scan the label again.`,
      };
    }
    return { label: reading.label, dskPin };
  }

  #withDsk({ controller }: Work, { label }: Wish): ZWaveNode | undefined {
    if (label === undefined) return undefined;
    return [...controller.nodes.values()].find(
      ({ dsk }) => dsk !== undefined && dskToString(dsk) === label.dsk,
    );
  }

  /** It was left behind and has been reset since, as it should: only the controller still lists it, until now. */
  async #isReset(work: Work, node: ZWaveNode): Promise<boolean> {
    return (await answers(work, node)) === false && (await strikeOff(work, node.id));
  }

  /** The line broke while this lock was being secured, and that went well all the same: only we didn't hear. */
  async #resume(work: Work, node: ZWaveNode, hooks: MembershipHooks): Promise<PairingOutcome> {
    recorded(this.#host.log, () => {
      this.#marks.forget(work.homeId, node.id);
    });
    work.listChanged();
    return interviewed(work, node, hooks, true);
  }

  /** Strikes nodes off that earlier pairings left behind and that have been reset since. */
  async #sweep(work: Work): Promise<void> {
    for (const id of this.#marks.unfinished(work.homeId).slice(0, sweepMax)) {
      if (work.aborted.aborted) return;
      const node = work.controller.nodes.get(id);
      if (node !== undefined && (await answers(work, node)) === false) await strikeOff(work, id);
    }
  }

  /** @returns why it can't begin: without a durable mark nobody is let in. */
  #begin(work: Work, kind: 'pairing' | 'removal'): MembershipProblem | undefined {
    if (work.aborted.aborted) return problem(words.aborted);
    try {
      this.#marks.begin(work.homeId, kind, [...work.controller.nodes.keys()]);
    } catch (error) {
      this.#host.log.error({ err: error }, 'pairing or removal could not be recorded');
      return problem(words.notWritable(this.#host.dataDir));
    }
    this.#begunBy = work.driver;
    return undefined;
  }

  async #run<T extends Outcome>(
    kind: 'pairing' | 'removal',
    signal: AbortSignal,
    action: (work: Work) => Promise<T | MembershipProblem>,
  ): Promise<T | MembershipProblem> {
    const inTurn = async (aborted: AbortSignal): Promise<T | MembershipProblem> => {
      const work = this.#work(aborted);
      if (work === undefined) return problem(words.radioDown);
      if (!isQuiet(work) || this.#marks.open(work.homeId) !== undefined) await this.#tidy(work, true);
      if (!isQuiet(work)) return problem(work.lost.aborted ? words.radioDown : words.busy);
      const outcome = await this.#guarded(() => action(work));
      this.#host.log.info(
        { kind, outcome: outcome.kind === 'failed' ? outcome.why : outcome.kind },
        'pairing or removal ended',
      );
      const strays = await this.#tidy(work, outcome.kind === 'failed' && !hasJoined(outcome));
      return naming(outcome, strays.map(addressOf)[0], words.leftBehindWords);
    };
    return this.#turns.forCaller(commandMs, signal, inTurn, (why) => problem(words[why]));
  }

  async #guarded<T>(action: () => Promise<T>): Promise<T | MembershipProblem> {
    try {
      return await action();
    } catch (error) {
      this.#host.log.error({ err: error }, 'taking a lock in or out went wrong');
      return problem(words.refused);
    }
  }

  async #tidy(work: Work, missed: boolean): Promise<readonly number[]> {
    this.#turns.cancelRetry();
    const strays = await this.#guarded(() => tidy(work, { strange: work.driver !== this.#begunBy, missed }));
    if (this.#marks.open(work.homeId) === undefined) this.#begunBy = undefined;
    else if (!work.lost.aborted) {
      // The controller hangs: once it answers again it must not go on listening for strangers.
      this.#turns.retry(() => {
        this.#tidyLate();
      });
    }
    if ('kind' in strays) return [];
    if (strays.length > 0) work.listChanged();
    return strays;
  }

  #work(aborted: AbortSignal): Work | undefined {
    const driver = this.#radio.driver();
    const homeId = driver?.controller.homeId;
    if (driver === undefined || homeId === undefined || this.#turns.lost.aborted) return undefined;
    return {
      clock: this.#host.clock,
      log: this.#host.log,
      driver,
      controller: driver.controller,
      homeId,
      marks: this.#marks,
      folder: this.#host.dataDir,
      aborted,
      closing: this.#turns.closing,
      lost: this.#turns.lost,
      listChanged: () => {
        this.#radio.listChanged();
      },
    };
  }
}

const hasJoined = ({ why }: MembershipProblem): boolean => why === 'interview_failed';
