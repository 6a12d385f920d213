import type { Controller } from 'zigbee-herdsman';
import { delay } from '../../src/ports/clock.ts';
import type { DriverHost, RadioState } from '../../src/ports/lock-driver.ts';
import { markDecided } from '../shared/first-start.ts';
import { Backups } from './backups.ts';
import { ControllerStart, Refused } from './controller-start.ts';
import type { SessionOptions } from './controller-start.ts';
import { endController } from './controller-end.ts';
import { adapterOf, askCoordinator, forgetDevices, hookLine } from './line-hooks.ts';
import type { NetworkDecision } from './network-file.ts';
import { isRadioDown, reasonOf, silenceHerdsman, whereOf } from './quiet-herdsman.ts';
import { mendFiles, readStored } from './storage.ts';
import type { Stored } from './storage.ts';
import { Watchdog } from './watchdog.ts';

export type { SessionOptions } from './controller-start.ts';

/** What is known of the coordinator, for people. */
export interface Coordinator {
  /** EUI-64 as herdsman writes it, `0x…`. */
  readonly ieee: string;
  /** Firmware family, for example `ZStack3x0`. */
  readonly type: string;
  /** Firmware revision, as far as it tells one. */
  readonly firmware: string | undefined;
  readonly channel: number;
  readonly panId: number;
  readonly start: 'resumed' | 'restored' | 'reset';
}

/** Forming takes 4 s, restoring 5 to 100 s; herdsman's own limits end what hangs before that. */
const startLimitMs = 150_000;
const retryFirstMs = 500;
const retryMaxMs = 4_000;
const noAnswer = 'the coordinator does not answer';

/** Why a life came to its end. */
interface End {
  /** For people; where `isRefused`, the whole message. */
  readonly reason: string;
  /** No other coordinator than the right one helps. */
  readonly isRefused: boolean;
}

/**
 * Keeps a zigbee-herdsman Controller alive: builds one, and another whenever its line broke or its coordinator hung,
 * until it is closed. Never throws; `state` and `detail` tell. One at a time in a process: herdsman's list of devices
 * is one for all Controllers.
 */
export class Session {
  state: RadioState = 'starting';
  detail: string | undefined = 'connecting to the Zigbee coordinator';
  /** The Controller while its network is up. */
  controller: Controller | undefined;
  /** Of the Controller that is up, or was last. */
  coordinator: Coordinator | undefined;

  readonly #options: SessionOptions;
  readonly #host: DriverHost;
  readonly #onState: () => void;
  readonly #onController: (controller: Controller) => void;
  readonly #accepts: (ieee: string, controller: Controller) => boolean;
  readonly #stopping = new AbortController();
  readonly #met = Promise.withResolvers<undefined>();
  #network: NetworkDecision;
  #refusal: string | undefined;
  #life = new AbortController();
  #watchdog: Watchdog | undefined;
  #backups: Backups | undefined;
  readonly #ended = new WeakSet<Controller>();
  #running: Promise<void> | undefined;

  /**
   * @param onController is told of each new Controller before it starts, to subscribe to its events
   * @param accepts whether a device that joins may stay; asked by a Controller that still starts, too
   */
  constructor(
    options: SessionOptions,
    host: DriverHost,
    onState: () => void,
    onController: (controller: Controller) => void,
    accepts: (ieee: string, controller: Controller) => boolean,
  ) {
    this.#options = options;
    this.#network = options.network;
    this.#host = host;
    this.#onState = onState;
    this.#onController = onController;
    this.#accepts = accepts;
  }

  start(): void {
    silenceHerdsman();
    this.#running ??= this.#run();
  }

  /** Resolves once the coordinator is known and may be used (or is refused), or when the session closes. */
  get coordinatorKnown(): Promise<undefined> {
    return this.#met.promise;
  }

  /** Why no network may be made, ever: the coordinator has one already. */
  get refusal(): string | undefined {
    return this.#refusal;
  }

  /** Actions that the coordinator bears at a time: herdsman's own limits (facts page, "Timing and faults"). */
  get concurrency(): number {
    const type = this.coordinator?.type;
    return this.#options.adapter !== 'zstack' || type === undefined || type === 'ZStack3x0' ? 16 : 2;
  }

  /**
   * Aborts when the present Controller has come to its end. What it was asked then settles up to 10 s later, or
   * never.
   */
  get life(): AbortSignal {
    return this.#life.signal;
  }

  /** True where an error that herdsman threw speaks of the coordinator, not of a lock. */
  isRadioDown(error: unknown): boolean {
    return isRadioDown(error);
  }

  /** To be told of what herdsman throws: some of it makes the watchdog look at the coordinator at once. */
  failed(error: unknown): void {
    if (isRadioDown(error)) this.#watchdog?.suspect();
  }

  /** Devices have come or gone: the coordinator's backup and our copies follow within seconds. */
  backUp(): void {
    this.#backups?.soon();
  }

  /** Settles within about 2 s. */
  async close(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
    this.#set('closed', 'closed');
    this.#met.resolve(undefined);
  }

  #set(state: RadioState, detail: string | undefined): void {
    if (this.state === state && this.detail === detail) return;
    this.state = state;
    this.detail = detail;
    this.#onState();
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    const { clock, log } = this.#host;
    let failures = 0;
    let said: string | undefined;
    while (this.#mayGoOn()) {
      const { end, wasReady } = await this.#oneLife(signal);
      if (!this.#mayGoOn()) break;
      failures = wasReady ? 0 : failures + 1;
      // A refusal is looked at again every few seconds, and may last for days.
      if (!end.isRefused || said !== end.reason)
        log.warn({ path: this.#options.path, reason: end.reason }, 'Zigbee coordinator lost, trying again');
      said = end.reason;
      this.#lost(end);
      const pause = Math.min(retryFirstMs * 2 ** Math.min(failures, 8), retryMaxMs);
      // Where it was refused too: perhaps the right one is back.
      await delay(clock, end.isRefused ? retryMaxMs : pause, signal);
    }
    if (this.#refusal !== undefined) this.#set('lost', this.#refusal);
    this.#met.resolve(undefined);
  }

  #lost({ reason, isRefused }: End): void {
    const words = `${this.#options.path}: ${reason}. Check the coordinator or its network bridge.`;
    this.#set('lost', isRefused ? reason : words);
  }

  #mayGoOn(): boolean {
    return !this.#stopping.signal.aborted && this.#refusal === undefined;
  }

  /** From building a Controller to its end. */
  async #oneLife(signal: AbortSignal): Promise<{ readonly end: End; readonly wasReady: boolean }> {
    let stored: Stored;
    try {
      stored = await this.#prepare();
    } catch (error) {
      const reason = `${this.#options.files.folder} can't be used (${reasonOf(error)})`;
      return { end: { reason, isRefused: false }, wasReady: false };
    }
    const ended = Promise.withResolvers<End>();
    const end = (reason: string): void => {
      ended.resolve({ reason, isRefused: false });
    };
    const start = new ControllerStart(this.#options, this.#network, this.#host, stored);
    forgetDevices();
    const controller: Controller = start.build((ieee) => this.#accepts(ieee, controller));
    const life = new AbortController();
    this.#life = life;
    this.#hook(controller, start, life.signal, ended.resolve);
    this.#onController(controller);
    const onAbort = (): void => {
      end('closing');
    };
    signal.addEventListener('abort', onAbort, { once: true });
    const cancelLimit = this.#host.clock.after(startLimitMs, () => {
      if (this.controller !== controller) end(noAnswer);
    });
    const starting = this.#startUp(controller, start, life.signal, end).catch((error: unknown) => {
      this.#host.log.debug({ where: whereOf(error) }, 'zigbee-herdsman did not start');
      end(reasonOf(error));
    });
    if (signal.aborted) onAbort();
    const why = await ended.promise;
    cancelLimit();
    signal.removeEventListener('abort', onAbort);
    const wasReady = this.controller === controller;
    this.controller = undefined;
    this.#watchdog?.stop();
    const lastCopy = this.#backups?.stop();
    if (this.#mayGoOn()) this.#lost(why);
    life.abort();
    const isClosing = signal.aborted;
    await endController(
      { controller, host: this.#host, files: this.#options.files },
      { starting, isClosing, wasReady },
    );
    await lastCopy;
    this.#ended.add(controller);
    return { end: why, wasReady };
  }

  async #prepare(): Promise<Stored> {
    const { files } = this.#options;
    for (const { file, found, aside, restored } of await mendFiles(files, this.#host.clock.now()))
      this.#host.log.warn(
        { file, aside },
        `this Zigbee file was ${found}; ${restored ? 'its last copy was put in its place' : 'there was no copy of it'}`,
      );
    return readStored(files);
  }

  #hook(controller: Controller, start: ControllerStart, life: AbortSignal, ended: (end: End) => void): void {
    const refused = (error: unknown): void => {
      if (!(error instanceof Refused)) return;
      if (error.isForEver) this.#refusal = error.message;
      ended({ reason: error.message, isRefused: true });
    };
    hookLine(controller, this.#options.adapter, {
      heard: () => {
        this.#watchdog?.heard();
        this.#backups?.heard();
      },
      lost: (reason) => {
        ended({ reason, isRefused: false });
      },
      decided: async (memory) => {
        // The line may be another Controller's by now.
        life.throwIfAborted();
        await start.allow(memory).catch((error: unknown) => {
          refused(error);
          throw error;
        });
        this.#network = { kind: 'use', network: start.network };
        this.#met.resolve(undefined);
      },
      started: ({ channel }) => {
        start.keepChannel(channel);
      },
      clearing: () => {
        try {
          start.allowClearing();
        } catch (error) {
          refused(error);
          throw error;
        }
      },
      isOver: () => this.#ended.has(controller),
      notWritten: (error) => {
        this.#host.log.error(
          { file: this.#options.files.database, reason: reasonOf(error) },
          'the list of Zigbee devices could not be written',
        );
      },
      stumbled: (error) => {
        this.#host.log.warn(
          { where: whereOf(error) },
          'something that a Zigbee device said was not understood',
        );
      },
    });
  }

  async #startUp(
    controller: Controller,
    { network }: ControllerStart,
    life: AbortSignal,
    end: (reason: string) => void,
  ): Promise<void> {
    const { files, place } = this.#options;
    const start = await controller.start(life);
    await markDecided(place);
    const adapter = adapterOf(controller);
    if (adapter === undefined) return;
    life.throwIfAborted();
    const ieee = await adapter.getCoordinatorIEEE();
    const { type, meta } = await controller.getCoordinatorVersion();
    const { channel, panID } = await controller.getNetworkParameters();
    if (life.aborted) return;
    const revision = meta['revision'];
    const firmware = revision === undefined ? undefined : String(revision);
    this.coordinator = { ieee, type, firmware, channel, panId: panID, start };
    if (channel !== network.channel)
      this.#host.log.warn(
        { file: place.file, channel },
        'the Zigbee network is on another channel than this file says, and stays there: correct the file',
      );
    this.#watchdog = new Watchdog(
      this.#host.clock,
      () => askCoordinator(adapter, this.#options.adapter),
      () => {
        end(`${noAnswer} any more; unplug it and plug it in again if that does not pass`);
      },
    );
    this.#backups = new Backups(controller, files, this.#host, (error) => {
      this.failed(error);
    });
    // The next restore must go on from this frame counter.
    if (start === 'restored') this.#backups.soon();
    this.controller = controller;
    this.#met.resolve(undefined);
    this.#set('ready', undefined);
  }
}
