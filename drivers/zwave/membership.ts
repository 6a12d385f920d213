import { join } from 'node:path';
import { dskToString } from '@zwave-js/core';
import type { Driver, ZWaveNode } from 'zwave-js';
import type { LockAddress } from '../../src/core/ids.ts';
import { delay } from '../../src/ports/clock.ts';
import type { DriverHost } from '../../src/ports/lock-driver.ts';
import type {
  Membership,
  MembershipHooks,
  MembershipProblem,
  PairingOutcome,
  PairingRequest,
  RemovalOutcome,
} from '../../src/ports/membership.ts';
import { removeLock } from './exclusion.ts';
import { pairLock } from './inclusion.ts';
import { interviewed } from './joined-lock.ts';
import type { Wish } from './key-exchange.ts';
import { MembershipMarks } from './membership-marks.ts';
import { isQuiet, tidy } from './membership-tidy.ts';
import { answers, commandMs, problem, strikeOff } from './membership-work.ts';
import type { Reason, Work } from './membership-work.ts';
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

/** How long closing waits for the controller to leave its listening mode. */
const closeLimitMs = 1_000;
/** Between attempts to tidy up behind a controller that doesn't answer. */
const retryMs = 30_000;
/** Nodes left over from pairings that failed, looked at before the next one. */
const sweepMax = 3;

interface Running {
  /** `us`: the controller is being tidied up. */
  readonly by: 'caller' | 'us';
  /** Settled when it has let go of the controller. */
  readonly over: Promise<unknown>;
}

type Outcome = PairingOutcome | RemovalOutcome;

/** Pairing and removal through the controller: one at a time, and never a throw. */
export class ZwaveMembership implements Membership {
  readonly #host: DriverHost;
  readonly #radio: MembershipRadio;
  readonly #marks: MembershipMarks;
  readonly #closing = new AbortController();
  #lost = new AbortController();
  /** What runs now, and who wanted it. */
  #running: Running | undefined;
  #cancelRetry: (() => void) | undefined;
  /** The Driver that began what isn't tidied up yet. */
  #begunBy: Driver | undefined;

  constructor(host: DriverHost, radio: MembershipRadio) {
    this.#host = host;
    this.#radio = radio;
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
    const ids = this.#running?.by === 'caller' ? this.#marks.unfinished(homeId) : [...nodes.keys()];
    return ids
      .filter((id) => nodes.get(id)?.isControllerNode === false && this.#marks.hides(homeId, id))
      .map(addressOf);
  }

  /** Before the Driver starts. Its subscriptions end with it. */
  subscribe(driver: Driver): void {
    driver.once('driver ready', () => {
      driver.controller.on('node removed', (node) => {
        this.#recorded(() => {
          this.#marks.forget(driver.controller.homeId ?? 0, node.id);
        });
      });
    });
  }

  /** The radio came or went. */
  radioChanged(): void {
    if (this.#radio.driver() === undefined) {
      this.#lost.abort();
      return;
    }
    if (this.#lost.signal.aborted && !this.#closing.signal.aborted) this.#lost = new AbortController();
    this.#tidyLate();
  }

  /** After a broken line or a crash: nobody else would end the controller's listening. */
  #tidyLate(): void {
    const work = this.#work(this.#closing.signal);
    if (work === undefined || this.#marks.open(work.homeId) === undefined) return;
    void this.#exclusively('us', () => this.#tidy(work, true));
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
  async close(): Promise<void> {
    this.#closing.abort();
    this.#cancelRetry?.();
    const limit = new AbortController();
    await Promise.race([this.#running?.over, delay(this.#host.clock, closeLimitMs, limit.signal)]);
    limit.abort();
    this.#lost.abort();
    await this.#running?.over;
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
    this.#recorded(() => {
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
    const isFree = await this.#isFree(signal);
    if (signal.aborted || this.#closing.signal.aborted) return problem(words.aborted);
    // Somebody else may have come first while it was asked.
    if (!isFree || this.#running !== undefined) return problem(words.busy);
    const work = this.#work(AbortSignal.any([signal, this.#closing.signal]));
    if (work === undefined) return problem(words.radioDown);
    return this.#exclusively('caller', async () => {
      if (!isQuiet(work) || this.#marks.open(work.homeId) !== undefined) await this.#tidy(work, true);
      if (!isQuiet(work)) return problem(work.lost.aborted ? words.radioDown : words.busy);
      const outcome = await this.#guarded(() => action(work));
      this.#host.log.info(
        { kind, outcome: outcome.kind === 'failed' ? outcome.why : outcome.kind },
        'pairing or removal ended',
      );
      return named(outcome, await this.#tidy(work, outcome.kind === 'failed' && !hasJoined(outcome)));
    });
  }

  /** Another caller's business isn't waited for, our own tidying up is: it mostly takes milliseconds. */
  async #isFree(signal: AbortSignal): Promise<boolean> {
    if (this.#running?.by === 'us') {
      const limit = new AbortController();
      const stop = AbortSignal.any([limit.signal, signal, this.#closing.signal]);
      await Promise.race([this.#running.over, delay(this.#host.clock, commandMs, stop)]);
      limit.abort();
    }
    return this.#running === undefined;
  }

  async #exclusively<T>(by: Running['by'], action: () => Promise<T>): Promise<T> {
    const over = Promise.withResolvers<undefined>();
    const before = this.#running;
    const running: Running = { by, over: over.promise };
    this.#running = running;
    await before?.over;
    try {
      return await action();
    } finally {
      if (this.#running === running) this.#running = undefined;
      over.resolve(undefined);
    }
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
    this.#cancelRetry?.();
    const strays = await this.#guarded(() => tidy(work, { strange: work.driver !== this.#begunBy, missed }));
    if (this.#marks.open(work.homeId) === undefined) this.#begunBy = undefined;
    else if (!work.lost.aborted && !this.#closing.signal.aborted) {
      // The controller hangs: once it answers again it must not go on listening for strangers.
      this.#cancelRetry = this.#host.clock.after(retryMs, () => {
        if (this.#running === undefined) this.#tidyLate();
      });
    }
    if ('kind' in strays) return [];
    if (strays.length > 0) work.listChanged();
    return strays;
  }

  #recorded(change: () => void): void {
    try {
      change();
    } catch (error) {
      this.#host.log.error({ err: error }, 'what has joined or left could not be recorded');
    }
  }

  #work(aborted: AbortSignal): Work | undefined {
    const driver = this.#radio.driver();
    const homeId = driver?.controller.homeId;
    if (driver === undefined || homeId === undefined || this.#lost.signal.aborted) return undefined;
    return {
      clock: this.#host.clock,
      log: this.#host.log,
      driver,
      controller: driver.controller,
      homeId,
      marks: this.#marks,
      folder: this.#host.dataDir,
      aborted,
      closing: this.#closing.signal,
      lost: this.#lost.signal,
      listChanged: () => {
        this.#radio.listChanged();
      },
    };
  }
}

const hasJoined = ({ why }: MembershipProblem): boolean => why === 'interview_failed';

/** A node that slipped in while the controller was being stopped is named too. */
const named = <T extends Outcome>(
  outcome: T | MembershipProblem,
  strays: readonly number[],
): T | MembershipProblem => {
  const [stray] = strays;
  if (outcome.kind !== 'failed' || stray === undefined || outcome.leftBehind !== undefined) return outcome;
  const address = addressOf(stray);
  return problem({ why: outcome.why, message: outcome.message + words.leftBehindWords(address) }, address);
};
