import type { AnswerBody, App } from '../../app/answer.ts';
import type { BrokerStatus } from '../../ports/broker-status.ts';
import { delay, type Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import type { StoredEvent } from '../../ports/store.ts';
import { Bell } from './bell.ts';
import type { Connection } from './connection.ts';
import { keepConnected } from './link.ts';
import { pumpOutbox, type Outbox, type OutboxPumpOptions } from './outbox.ts';
import { RequestDesk } from './requests.ts';
import { RetainedState } from './retained.ts';
import { readBrokerAddress, type MqttSettings } from './settings.ts';
import { makeTopics, type Topics } from './topics.ts';

export type { IncludeCodes, MqttSettings } from './settings.ts';

export interface MqttFaceOptions {
  readonly app: App;
  readonly outbox: Outbox;
  /** An event as the outside sees it; `event_id` and `seq` are added here. */
  readonly renderEvent: (event: StoredEvent) => AnswerBody;
  readonly bridgeId: string;
  /** Default: made of the base topic, the same after a restart. */
  readonly clientId?: string;
  readonly settings: MqttSettings;
  readonly clock: Clock;
  readonly log: Log;
}

export interface MqttFace {
  /** The broker takes our state and we take its requests. */
  readonly connected: boolean;
  readonly status: BrokerStatus;
  /** Says `offline` and leaves: within about a second, whatever the broker does. May be called twice. */
  stop(): Promise<void>;
}

/** Longest that `stop` waits for answers and publications on their way. */
const drainMs = 500;
/** Longest that `stop` waits for the broker to take `offline`. */
const goodbyeMs = 300;

class Face implements MqttFace {
  readonly #options: MqttFaceOptions;
  readonly #topics: Topics;
  readonly #stopping = new AbortController();
  readonly #retained: RetainedState;
  readonly #desk: RequestDesk;
  readonly #outbox: OutboxPumpOptions;
  readonly #link: Promise<void>;
  #connection: Connection | undefined;
  #online = false;
  #since: number;
  /** Why there is no connection. */
  #reason: string | undefined;
  /** The broker took the connection and won't have us: that is the reason. */
  #turnedAway = false;
  #refused: BrokerStatus['refused'];
  #stop: Promise<void> | undefined;

  constructor(options: MqttFaceOptions) {
    const { app, bridgeId, settings, clock, log } = options;
    const address = readBrokerAddress(settings);
    const topics = makeTopics(settings.baseTopic, bridgeId);
    const reveal = settings.includeCodes === true;
    const { outbox, renderEvent } = options;
    this.#options = options;
    this.#topics = topics;
    this.#retained = new RetainedState({ app, topics, reveal, clock, log });
    this.#since = clock.now();
    this.#outbox = {
      ...{ outbox, renderEvent, topics, reveal, bell: new Bell(clock), clock, log },
      onRefusal: (event) => {
        this.#noteRefusal(event);
      },
    };
    this.#desk = new RequestDesk({
      app,
      topics,
      includeCodes: settings.includeCodes,
      clock,
      log,
      connection: () => this.#connection,
    });
    const unlisten = app.onChange((change) => {
      if (change.kind === 'events') this.#outbox.bell.ring();
      else if (change.kind !== 'webhooks') this.#retained.mark(change);
    });
    this.#stopping.signal.addEventListener('abort', unlisten, { once: true });
    this.#link = keepConnected({
      address,
      // The same after a restart, so that the broker drops a half-dead session of ours, with its last will,
      // before it takes the new one instead of minutes after.
      clientId: options.clientId ?? topics.base.replaceAll('/', '-'),
      willTopic: topics.status,
      clock,
      log,
      signal: this.#stopping.signal,
      serve: (connection) => this.#serve(connection),
      onTrouble: (reason) => {
        // That we then left says less than why.
        if (!this.#turnedAway) this.#reason = reason;
        this.#turnedAway = false;
      },
    });
  }

  get connected(): boolean {
    return this.#online;
  }

  get status(): BrokerStatus {
    const connected = this.#online;
    const reason = connected ? undefined : this.#reason;
    return { connected, since: this.#since, reason, refused: this.#refused };
  }

  stop(): Promise<void> {
    this.#stop ??= this.#leave();
    return this.#stop;
  }

  /** Uses one connection until it is closed; gives it back earlier only when the broker won't have us. */
  async #serve(connection: Connection): Promise<void> {
    const stopping = this.#stopping.signal;
    if (stopping.aborted) return;
    connection.onMessage((message) => {
      this.#desk.receive(message);
    });
    this.#connection = connection;
    if (await this.#comeOnline(connection)) {
      this.#setOnline(true);
      const over = AbortSignal.any([connection.closed, stopping]);
      await Promise.all([this.#retained.run(connection, over), pumpOutbox(this.#outbox, connection, over)]);
      await whenAborted(connection.closed);
      this.#setOnline(false);
    }
    this.#connection = undefined;
  }

  #setOnline(online: boolean): void {
    this.#online = online;
    this.#since = this.#options.clock.now();
    // Another account, or other rights, may have come with another connection.
    this.#refused = undefined;
  }

  #turnAway(reason: string, topic: string): void {
    this.#reason = reason;
    this.#turnedAway = true;
    this.#options.log.warn({ topic }, reason);
  }

  #noteRefusal(event: StoredEvent | undefined): void {
    if (event === undefined) this.#refused = undefined;
    else if (this.#refused?.seq !== event.seq)
      this.#refused = { eventType: event.eventType, seq: event.seq, since: this.#options.clock.now() };
  }

  async #comeOnline(connection: Connection): Promise<boolean> {
    const { requestFilter, status } = this.#topics;
    if (!(await connection.subscribe([requestFilter], { ownToo: true }))) {
      if (!connection.closed.aborted) {
        this.#turnAway('the broker refuses our subscription', requestFilter);
      }
      return false;
    }
    // Only now: who reads `online` may send a request.
    const outcome = await connection.publish(status, 'online', { retain: true });
    if (outcome === 'refused') this.#turnAway('the broker refuses our status', status);
    return outcome === 'acknowledged';
  }

  async #leave(): Promise<void> {
    const { clock } = this.#options;
    this.#stopping.abort();
    await this.#desk.stop(drainMs);
    const connection = this.#connection;
    if (connection !== undefined) {
      // Before our DISCONNECT, because the broker then drops the last will.
      const goodbye = connection.publish(this.#topics.status, 'offline', { retain: true });
      const patience = new AbortController();
      await Promise.race([goodbye, delay(clock, goodbyeMs, patience.signal)]);
      patience.abort();
      await connection.close();
    }
    await this.#link;
  }
}

const whenAborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener(
      'abort',
      () => {
        resolve();
      },
      { once: true },
    );
  });

/**
 * Starts the MQTT face. Resolves at once and keeps trying to reach the broker; without one, events wait in the
 * outbox and nothing else of the bridge notices.
 *
 * @throws ConfigError when a setting or a file it names is no good; the message names the key.
 */
export const startMqttFace = (options: MqttFaceOptions): Promise<MqttFace> =>
  new Promise((resolve) => {
    resolve(new Face(options));
  });
