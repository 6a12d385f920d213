import { Socket } from 'node:net';
import { connect, type IClientOptions, type IPublishPacket, type MqttClient } from 'mqtt';
import type { Clock } from '../../ports/clock.ts';
import type { AttemptOutcome, ProtocolVersion } from './protocol-policy.ts';
import type { BrokerAddress } from './settings.ts';

/** A message from the broker, as far as the face looks at it. */
export interface Message {
  readonly topic: string;
  readonly payload: Uint8Array;
  /** It was retained: stored at the broker before we subscribed, or (MQTT 5 only) published so just now. */
  readonly retained: boolean;
  readonly responseTopic: string | undefined;
  readonly correlationData: Buffer | undefined;
}

/** `refused`: the broker said no (MQTT 5 only). `lost`: nothing is known; the connection is gone or going. */
export type PublishOutcome = 'acknowledged' | 'refused' | 'lost';

export interface PublishOptions {
  readonly retain: boolean;
  readonly correlationData?: Buffer | undefined;
}

export interface ConnectOptions {
  readonly address: BrokerAddress;
  readonly version: ProtocolVersion;
  readonly clientId: string;
  /** Topic of the last will: `offline`, retained, QoS 1. */
  readonly willTopic: string;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

export type ConnectAttempt =
  | { readonly kind: 'open'; readonly connection: Connection }
  | { readonly kind: 'failed'; readonly why: Exclude<AttemptOutcome, 'open'>; readonly message: string };

/** No CONNACK after this: the attempt has failed. */
const connectDeadlineMs = 10_000;
/** No acknowledgement after this: the connection is given up, since what became of the packet is unknown. */
const acknowledgeDeadlineMs = 20_000;
/** Longest wait for our DISCONNECT to leave. */
const closeDeadlineMs = 200;
const keepaliveSeconds = 30;
/** A broker that speaks MQTT 5 keeps larger packets from us, so that nobody fills the memory of a Pi. */
const maximumPacketBytes = 4 * 1024 * 1024;

/**
 * One connection to the broker, from CONNACK to its end. It never reconnects: the next connection is a new
 * one, so the library's store of unacknowledged packets can't send anything twice behind our back. No promise
 * of it outlives it.
 */
export class Connection {
  readonly version: ProtocolVersion;
  readonly #client: MqttClient;
  readonly #clock: Clock;
  readonly #closed = new AbortController();
  readonly #listeners = new Set<(message: Message) => void>();
  #closeReason = 'closed by the broker';

  constructor(client: MqttClient, version: ProtocolVersion, clock: Clock) {
    this.#client = client;
    this.version = version;
    this.#clock = clock;
    client.on('message', (topic, payload, packet) => {
      for (const listener of this.#listeners) listener(messageOf(topic, payload, packet));
    });
    // A code of DISCONNECT tells the operator what a bare "closed" hides, such as 142: same client id twice.
    client.on('disconnect', (packet) => {
      this.#closeReason = `the broker disconnected us, reason ${packet.reasonCode ?? 'not given'}`;
    });
    client.on('error', (error) => {
      this.#closeReason = error.message;
      // The library survives some errors (an unreadable packet, for one) in a state nobody knows.
      this.drop();
    });
    client.on('close', () => {
      this.#closed.abort();
      client.end(true);
    });
  }

  /** Aborts when the connection is gone. */
  get closed(): AbortSignal {
    return this.#closed.signal;
  }

  /** Why it closed, for people; no secrets. */
  get closeReason(): string {
    return this.#closeReason;
  }

  /** Calls the listener for each message of any subscription; returns its removal. */
  onMessage(listener: (message: Message) => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  /** Publishes at QoS 1; settles at the broker's acknowledgement, or within 20 s. */
  publish(topic: string, payload: string, options: PublishOptions): Promise<PublishOutcome> {
    const { correlationData } = options;
    const properties =
      this.version === 5 && correlationData !== undefined ? { properties: { correlationData } } : {};
    return this.#settled<PublishOutcome>('lost', (done) => {
      this.#client.publish(topic, payload, { qos: 1, retain: options.retain, ...properties }, (error) => {
        done(isNothing(error) ? 'acknowledged' : isReasonCode(error) ? 'refused' : 'lost');
      });
    });
  }

  /** Subscribes at QoS 1; false when the broker refuses any of the filters or the connection is lost. */
  subscribe(filters: readonly string[], options: { readonly ownToo: boolean }): Promise<boolean> {
    // Retain as published: else a request published with the retain flag looks like a proper one.
    const v5 = this.version === 5 ? { rap: true, rh: 0, nl: !options.ownToo } : {};
    return this.#settled(false, (done) => {
      this.#client.subscribe([...filters], { qos: 1, ...v5 }, (error) => {
        done(isNothing(error));
      });
    });
  }

  unsubscribe(filters: readonly string[]): Promise<boolean> {
    return this.#settled(false, (done) => {
      this.#client.unsubscribe([...filters], (error) => {
        done(isNothing(error));
      });
    });
  }

  /** Leaves politely (the last will isn't sent), by force after 200 ms. Resolves when it is closed. */
  async close(): Promise<void> {
    if (this.closed.aborted) return;
    const gone = new Promise<void>((resolve) => {
      this.closed.addEventListener(
        'abort',
        () => {
          resolve();
        },
        { once: true },
      );
    });
    this.#closeReason = 'closed by us';
    // With a packet unacknowledged the library would wait for it for ever; the will says the same as we do.
    if (Object.keys(this.#client.outgoing).length > 0) this.drop();
    else this.#client.end(false);
    const cancel = this.#clock.after(closeDeadlineMs, () => {
      this.drop();
    });
    await gone;
    cancel();
  }

  /** Cuts the connection; the broker sends the last will. */
  drop(): void {
    this.#client.stream.destroy();
  }

  /** Settles with what `start` finds, or with `lost` when the connection ends or the deadline ends it. */
  #settled<T>(lost: T, start: (done: (outcome: T) => void) => void): Promise<T> {
    return new Promise((resolve) => {
      if (this.closed.aborted) {
        resolve(lost);
        return;
      }
      const done = (outcome: T): void => {
        cancel();
        this.closed.removeEventListener('abort', gone);
        resolve(outcome);
      };
      const gone = (): void => {
        done(lost);
      };
      const cancel = this.#clock.after(acknowledgeDeadlineMs, () => {
        this.#closeReason = 'no acknowledgement in time';
        this.drop();
        done(lost);
      });
      this.closed.addEventListener('abort', gone, { once: true });
      start(done);
    });
  }
}

const isNothing = (error: Error | null | undefined): boolean => error === undefined || error === null;

/** An error that is the broker's own word, in place of one of the socket. */
const isReasonCode = (error: Error | null | undefined): boolean =>
  error !== undefined && error !== null && 'code' in error && typeof error.code === 'number';

const messageOf = (topic: string, payload: Uint8Array, packet: IPublishPacket): Message => ({
  topic,
  payload,
  retained: packet.retain,
  responseTopic: packet.properties?.responseTopic,
  correlationData: packet.properties?.correlationData,
});

const clientOptions = (options: ConnectOptions): IClientOptions => {
  const { address, version } = options;
  return {
    protocol: address.protocol,
    host: address.host,
    port: address.port,
    ...(address.username === undefined ? {} : { username: address.username }),
    ...(address.password === undefined ? {} : { password: address.password }),
    ...(address.ca === undefined ? {} : { ca: address.ca }),
    ...(address.cert === undefined ? {} : { cert: address.cert }),
    ...(address.key === undefined ? {} : { key: address.key }),
    protocolVersion: version,
    clientId: options.clientId,
    clean: true,
    keepalive: keepaliveSeconds,
    reconnectPeriod: 0,
    connectTimeout: connectDeadlineMs,
    queueQoSZero: false,
    resubscribe: false,
    will: { topic: options.willTopic, payload: 'offline', qos: 1, retain: true },
    ...(version === 5 ? { properties: { maximumPacketSize: maximumPacketBytes } } : {}),
    // The library's debug output holds payloads, and with them PINs; the DEBUG variable must not turn it on.
    log: () => undefined,
  };
};

const failureOf = (error: Error | undefined): Exclude<AttemptOutcome, 'open'> => {
  if (error === undefined || error.message === 'connack timeout') return 'silent';
  // MQTT 3.1.1 table 3.1 (1) and MQTT 5 section 3.2.2.2 (0x84): unacceptable protocol version.
  return 'code' in error && (error.code === 1 || error.code === 132) ? 'version' : 'other';
};

/** Tries once to connect. Settles within 10 s, at once when the signal aborts. */
export const openConnection = (options: ConnectOptions): Promise<ConnectAttempt> =>
  new Promise((resolve) => {
    const client = connect(clientOptions(options));
    // mqtt.js leaves Nagle's algorithm on, which holds each acknowledgement back for some 40 ms.
    if (client.stream instanceof Socket) client.stream.setNoDelay(true);
    let problem: Error | undefined;
    const onError = (error: Error): void => {
      problem ??= error;
      client.stream.destroy();
    };
    const abort = (): void => {
      onError(new Error('stopping'));
    };
    const settle = (attempt: ConnectAttempt): void => {
      options.signal.removeEventListener('abort', abort);
      client.off('error', onError);
      client.off('close', onClose);
      resolve(attempt);
    };
    const onClose = (): void => {
      client.end(true);
      const message = problem?.message ?? 'closed by the broker before CONNACK';
      settle({ kind: 'failed', why: failureOf(problem), message });
    };
    client.on('error', onError);
    client.on('close', onClose);
    client.once('connect', () => {
      const connection = new Connection(client, options.version, options.clock);
      settle({ kind: 'open', connection });
    });
    options.signal.addEventListener('abort', abort, { once: true });
    if (options.signal.aborted) abort();
  });
