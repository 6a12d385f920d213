import type { App } from '../../app/answer.ts';
import type { Deliveries, SendOutcome } from '../../app/index.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import type { Delivery, Webhook } from '../../ports/webhooks.ts';
import { send } from './send.ts';

/** A receiver that is slow holds up no other, and is not overrun when it comes back. */
export const inFlightMax = 4;
/** News is only a hint: what is due is looked for this often in any case. */
const lookAgainMs = 60_000;
/** Wait after the store refused: a result that isn't noted would be sent again at once. */
const storeWaitMs = 30_000;

export interface WebhookFaceOptions {
  readonly deliveries: Deliveries;
  readonly onChange: App['onChange'];
  readonly clock: Clock;
  readonly log: Log;
  readonly version: string;
}

export interface WebhookFace {
  /** Gives up what is on its way: it is sent again after the next start. */
  stop(): Promise<void>;
}

/**
 * Sends events to webhooks: at least once each, about in order, several at a time to each webhook. The store knows what
 * is still to be sent; a restart at any point sends the rest, and may repeat what it couldn't note, under the same id.
 */
export const startWebhookFace = (options: WebhookFaceOptions): WebhookFace => {
  const face = new Face(options);
  face.start();
  return face;
};

class Face implements WebhookFace {
  readonly #options: WebhookFaceOptions;
  readonly #stop = new AbortController();
  /** What is on its way, by webhook: the events' numbers. */
  readonly #inFlight = new Map<string, Set<number>>();
  readonly #sending = new Set<Promise<void>>();
  #cancelTimer: () => void = () => undefined;
  #unsubscribe: () => void = () => undefined;
  #isRung = false;
  #isResting = false;

  constructor(options: WebhookFaceOptions) {
    this.#options = options;
  }

  start(): void {
    this.#unsubscribe = this.#options.onChange(({ kind }) => {
      if (kind === 'events' || kind === 'webhooks') this.#ring();
    });
    this.#ring();
  }

  async stop(): Promise<void> {
    this.#unsubscribe();
    this.#cancelTimer();
    this.#stop.abort();
    await Promise.allSettled(this.#sending);
  }

  /** However often it is rung within one turn, it looks once. */
  #ring(): void {
    if (this.#isRung) return;
    this.#isRung = true;
    queueMicrotask(() => {
      this.#isRung = false;
      this.#look();
    });
  }

  #look(): void {
    if (this.#stop.signal.aborted || this.#isResting) return;
    const { deliveries, clock } = this.#options;
    try {
      let wakeInMs = lookAgainMs;
      for (const webhook of deliveries.webhooks()) {
        this.#sendDue(webhook);
        const nextInMs = (deliveries.nextAt(webhook) ?? Infinity) - clock.now();
        // What is due and waits for its turn is begun when one before it has ended.
        if (nextInMs > 0) wakeInMs = Math.min(wakeInMs, nextInMs);
      }
      this.#wakeIn(wakeInMs);
    } catch (error) {
      this.#rest(error);
    }
  }

  #sendDue(webhook: Webhook): void {
    const busy = this.#inFlight.get(webhook.webhookId) ?? new Set();
    if (busy.size >= inFlightMax) return;
    const due = this.#options.deliveries.due(webhook, inFlightMax);
    for (const delivery of due
      .filter(({ event }) => !busy.has(event.seq))
      .slice(0, inFlightMax - busy.size)) {
      busy.add(delivery.event.seq);
      this.#inFlight.set(webhook.webhookId, busy);
      const sending = this.#send(webhook, delivery).finally(() => {
        busy.delete(delivery.event.seq);
        if (busy.size === 0) this.#inFlight.delete(webhook.webhookId);
        this.#sending.delete(sending);
        this.#ring();
      });
      this.#sending.add(sending);
    }
  }

  async #send(webhook: Webhook, delivery: Delivery): Promise<void> {
    const { deliveries, clock, version } = this.#options;
    const { signal } = this.#stop;
    try {
      const outcome: SendOutcome = await send(webhook, delivery.event.eventId, deliveries.body(delivery), {
        clock,
        version,
        signal,
      });
      if (signal.aborted) return;
      deliveries.end(webhook, delivery, outcome);
    } catch (error) {
      this.#rest(error);
    }
  }

  #rest(error: unknown): void {
    this.#options.log.error({ err: error }, 'what waits for webhooks could not be read or noted');
    this.#isResting = true;
    this.#wakeIn(storeWaitMs);
  }

  #wakeIn(ms: number): void {
    this.#cancelTimer();
    this.#cancelTimer = this.#options.clock.after(ms, () => {
      this.#isResting = false;
      this.#ring();
    });
  }
}
