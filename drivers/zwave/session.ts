import { ZWaveErrorCodes } from '@zwave-js/core';
import { db } from '@zwave-js/core/bindings/db/jsonl';
import { serial } from '@zwave-js/serial/bindings/node';
import { ControllerStatus, Driver } from 'zwave-js';
import type { PartialZWaveOptions } from 'zwave-js';
import { delay } from '../../src/ports/clock.ts';
import type { DriverHost, RadioState } from '../../src/ports/lock-driver.ts';
import type { SecretPlace } from '../shared/first-start.ts';
import { mendCaches } from './cache-check.ts';
import { adoptKeys, makeKeys, missingKeys } from './keys.ts';
import type { KeyDecision, NetworkKeys } from './keys.ts';
import { watchedSerial } from './serial-line.ts';
import type { LineWatcher } from './serial-line.ts';
import { clearLocks, pinFree } from './storage.ts';
import type { CacheFolders } from './storage.ts';
import { codeOf } from './translate.ts';

export interface SessionOptions {
  readonly path: string;
  readonly place: SecretPlace;
  readonly keys: KeyDecision;
  readonly folders: CacheFolders;
}

/** A controller that hasn't told who it is by then never will: build anew. */
const startLimitMs = 90_000;
const noAnswer = 'the controller does not answer';
/** zwave-js's own closing, which writes the rest of its cache. */
const closeLimitMs = 1_500;
const retryFirstMs = 500;
const retryMaxMs = 4_000;

/** For people: zwave-js puts a whole stack into some of its messages. */
const messageOf = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).split('\n', 1)[0] ?? '';

/**
 * Keeps a zwave-js Driver alive: builds one, and another whenever it has given up (facts page: about 12.5 s
 * after the line broke), until it is closed. Never throws; `state` and `detail` tell.
 */
export class Session {
  state: RadioState = 'starting';
  detail: string | undefined = 'connecting to the Z-Wave controller';
  /** The Driver while it knows its controller. Its line may be broken all the same: see `state`. */
  driver: Driver | undefined;

  readonly #options: SessionOptions;
  readonly #host: DriverHost;
  readonly #onState: () => void;
  readonly #onDriver: (driver: Driver) => void;
  readonly #stopping = new AbortController();
  readonly #settled = Promise.withResolvers<undefined>();
  #keys: KeyDecision;
  #refusal: string | undefined;
  #life = new AbortController();
  #running: Promise<void> | undefined;

  /** @param onDriver is told of each new Driver before it starts, to subscribe to its events. */
  constructor(
    options: SessionOptions,
    host: DriverHost,
    onState: () => void,
    onDriver: (driver: Driver) => void,
  ) {
    this.#options = options;
    this.#keys = options.keys;
    this.#host = host;
    this.#onState = onState;
    this.#onDriver = onDriver;
  }

  start(): void {
    this.#running ??= this.#run();
  }

  /** Resolves once the controller is known (or refused for want of its keys), or when the session closes. */
  get controllerKnown(): Promise<undefined> {
    return this.#settled.promise;
  }

  /** Why this controller must not be used, for ever: its keys are missing. */
  get refusal(): string | undefined {
    return this.#refusal;
  }

  /**
   * Aborts when the present Driver has come to its end. What it was asked then may never settle: zwave-js forgets some
   * of what waits for a node's answer.
   */
  get life(): AbortSignal {
    return this.#life.signal;
  }

  /** Settles within about 2 s. */
  async close(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
    this.#set('closed', 'closed');
    this.#settled.resolve(undefined);
  }

  #set(state: RadioState, detail: string | undefined): void {
    if (this.state === state && this.detail === detail) return;
    this.state = state;
    this.detail = detail;
    this.#onState();
  }

  async #run(): Promise<void> {
    const signal = this.#stopping.signal;
    let failures = 0;
    while (this.#mayGoOn()) {
      const { reason, wasReady } = await this.#oneLife(signal);
      if (!this.#mayGoOn()) break;
      failures = wasReady ? 0 : failures + 1;
      this.#host.log.warn({ path: this.#options.path, reason }, 'Z-Wave controller lost, trying again');
      this.#lost(reason);
      await delay(this.#host.clock, Math.min(retryFirstMs * 2 ** Math.min(failures, 8), retryMaxMs), signal);
    }
    if (this.#refusal !== undefined) this.#set('lost', this.#refusal);
    this.#settled.resolve(undefined);
  }

  #lost(reason: string): void {
    this.#set('lost', `${this.#options.path}: ${reason}. Check the stick or its network bridge.`);
  }

  #mayGoOn(): boolean {
    return !this.#stopping.signal.aborted && this.#refusal === undefined;
  }

  /** From building a Driver to its end. */
  async #oneLife(signal: AbortSignal): Promise<{ reason: string; wasReady: boolean }> {
    const unprepared = await this.#prepare().catch(messageOf);
    if (unprepared !== undefined) return { reason: unprepared, wasReady: false };
    const ended = Promise.withResolvers<string>();
    let over = false;
    let wasReady = false;
    const mustMakeKeys = this.#keys.kind !== 'use';
    const keys = this.#keys.kind === 'use' ? this.#keys.keys : makeKeys();
    const watcher: LineWatcher = {
      isOver: () => over,
      changed: (open) => {
        if (this.driver !== driver) return;
        // zwave-js opens the line anew when nothing else has helped, and then hopes for the best. A new Driver
        // isn't ready before the controller has said something.
        if (driver.controller.status === ControllerStatus.Unresponsive) ended.resolve(noAnswer);
        // What the stick had to say of a frame under way was lost with the line. zwave-js would wait up to 65 s for
        // it, and everything else behind it.
        else if (!open && !driver.queueIdle) ended.resolve('the line broke in the middle of a transmission');
        else this.#lineChanged(open);
      },
    };
    this.#life = new AbortController();
    const driver = new Driver(this.#options.path, this.#driverOptions(keys, watcher));
    driver.on('error', (error) => {
      if (codeOf(error) === ZWaveErrorCodes.Driver_InvalidCache) {
        // The one error that zwave-js reports and survives.
        this.#host.log.warn({}, 'the Z-Wave cache is unreadable: interviewing every node again');
      } else ended.resolve(messageOf(error));
    });
    driver.once('driver ready', () => {
      if (mustMakeKeys && !this.#mayMakeKeys(driver)) {
        // At once: the next thing zwave-js does is to interview the nodes.
        void this.#destroy(driver);
        ended.resolve('keys missing');
        return;
      }
      wasReady = true;
      driver.controller.on('status changed', (status) => {
        if (this.driver === driver) this.#controllerChanged(status);
      });
      this.#becameReady(driver, mustMakeKeys ? keys : undefined).catch((error: unknown) => {
        wasReady = false;
        ended.resolve(messageOf(error));
      });
    });
    this.#onDriver(driver);
    const onAbort = (): void => {
      ended.resolve('closing');
    };
    signal.addEventListener('abort', onAbort, { once: true });
    const cancelWatch = this.#host.clock.after(startLimitMs, () => {
      if (!wasReady) ended.resolve(noAnswer);
    });
    driver.start().catch((error: unknown) => {
      ended.resolve(messageOf(error));
    });
    if (signal.aborted) onAbort();
    const reason = await ended.promise;
    over = true;
    cancelWatch();
    signal.removeEventListener('abort', onAbort);
    this.driver = undefined;
    if (this.#mayGoOn()) this.#lost(reason);
    this.#life.abort();
    await this.#destroy(driver);
    return { reason, wasReady };
  }

  async #prepare(): Promise<undefined> {
    const { lockDir, cacheDir } = this.#options.folders;
    await clearLocks(lockDir);
    if (await mendCaches(cacheDir))
      this.#host.log.warn({ folder: cacheDir }, 'the Z-Wave cache is damaged: interviewing every node again');
  }

  /**
   * Whether keys may be made: only for a controller that knows no node besides itself (FIELD-BUGS 34).
   * Decided while zwave-js announces the controller, before it speaks to any node.
   */
  #mayMakeKeys(driver: Driver): boolean {
    const others = driver.controller.nodes.size - 1;
    if (others < 1) return true;
    this.#refusal = missingKeys(
      this.#options.place.file,
      `the controller at ${this.#options.path} already knows ${others} other node(s)`,
    );
    return false;
  }

  async #becameReady(driver: Driver, newKeys: NetworkKeys | undefined): Promise<void> {
    if (newKeys !== undefined) {
      // Durable before anything can be included with them: nobody knows of the Driver yet.
      await adoptKeys(this.#options.place, newKeys);
      this.#keys = { kind: 'use', keys: newKeys };
      this.#host.log.info({ file: this.#options.place.file }, 'made new Z-Wave keys: back this file up');
    }
    if (this.#stopping.signal.aborted) return;
    this.driver = driver;
    this.#set('ready', undefined);
    this.#settled.resolve(undefined);
  }

  #lineChanged(open: boolean): void {
    if (open) this.#set('ready', undefined);
    else this.#set('lost', `${this.#options.path}: the line broke; waiting for its return.`);
  }

  /** It hangs: what is sent now says nothing about any lock. */
  #controllerChanged(status: ControllerStatus): void {
    if (status === ControllerStatus.Unresponsive)
      this.#set(
        'lost',
        `${this.#options.path}: ${noAnswer}; it is being restarted. If that doesn't help, unplug it.`,
      );
    else this.#set('ready', undefined);
  }

  async #destroy(driver: Driver): Promise<void> {
    const limit = new AbortController();
    const destroyed = driver.destroy().catch((error: unknown) => {
      this.#host.log.warn({ reason: messageOf(error) }, 'zwave-js did not close cleanly');
    });
    await Promise.race([destroyed, delay(this.#host.clock, closeLimitMs, limit.signal)]);
    limit.abort();
  }

  #driverOptions(keys: NetworkKeys, watcher: LineWatcher): PartialZWaveOptions {
    return {
      // Its log quotes frames, and frames hold PINs. What matters is reported as states and outcomes.
      logConfig: { enabled: false },
      // Without this the first interview, and each one after a lost cache, deletes every code (FIELD-BUGS 22).
      interview: { queryAllUserCodes: true },
      storage: { ...this.#options.folders, throttle: 'normal' },
      host: { serial: watchedSerial(serial, watcher), db: pinFree(db) },
      securityKeys: {
        S0_Legacy: keys.S0_Legacy,
        S2_Unauthenticated: keys.S2_Unauthenticated,
        S2_Authenticated: keys.S2_Authenticated,
        S2_AccessControl: keys.S2_AccessControl,
      },
      ...longRangeKeys(keys),
    };
  }
}

/** zwave-js takes them both or not at all. */
const longRangeKeys = ({
  LR_S2_Authenticated: authenticated,
  LR_S2_AccessControl: accessControl,
}: NetworkKeys): Pick<PartialZWaveOptions, 'securityKeysLongRange'> =>
  authenticated === undefined || accessControl === undefined
    ? {}
    : { securityKeysLongRange: { S2_Authenticated: authenticated, S2_AccessControl: accessControl } };
