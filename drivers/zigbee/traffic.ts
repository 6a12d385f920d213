import type { Models } from 'zigbee-herdsman';
import type { Clock } from '../../src/ports/clock.ts';
import type { FailureReason } from '../../src/ports/lock-driver.ts';
import { boundedByLife } from '../shared/bounded.ts';
import { Lanes } from './lanes.ts';
import { correctsOf, lockEndpointOf } from './locks.ts';
import type { Presence } from './presence.ts';
import type { ExchangeContext, Target } from './sending.ts';
import { mishapOf } from './translate.ts';

/** What is used of the session. */
export interface Line {
  /** Aborts when the present Controller ends. */
  readonly life: AbortSignal;
  isRadioDown(error: unknown): boolean;
  failed(error: unknown): void;
}

/** Whom an exchange is with; undefined for what is no lock. */
export const targetOf = (device: Models.Device): Target | undefined => {
  const endpoint = lockEndpointOf(device);
  return endpoint && { device, endpoint, corrects: correctsOf(device) };
};

/** Carries exchanges to locks: each in its turn, within its time limit, and none beyond the Controller's end. */
export class Traffic {
  readonly #clock: Clock;
  readonly #line: Line;
  readonly #presence: Presence;
  readonly #onMiss: (ieee: string, isOffline: boolean) => void;
  #lanes = new Lanes();

  /** @param onMiss is told of each exchange that failed at the lock, and whether it counts as offline by now */
  constructor(
    clock: Clock,
    line: Line,
    presence: Presence,
    onMiss: (ieee: string, isOffline: boolean) => void,
  ) {
    this.#clock = clock;
    this.#line = line;
    this.#presence = presence;
    this.#onMiss = onMiss;
  }

  /** There is a new Controller: what hangs in the old one holds nobody up. */
  renew(): void {
    this.#lanes = new Lanes();
  }

  /**
   * Settles when the work has, at once when the signal aborts or the Controller ends, and after `limitMs` at last. The
   * signal that the work has aborts in all those cases.
   * @param late makes the outcome where nobody waits for the work any more; `sent`: something was on its way by then
   */
  async run<T, L>(
    { ieeeAddr: ieee }: Pick<Models.Device, 'ieeeAddr'>,
    signal: AbortSignal,
    limitMs: number,
    work: (context: ExchangeContext) => Promise<T>,
    late: (why: FailureReason, sent: boolean) => L,
  ): Promise<T | L> {
    const { life } = this.#line;
    if (signal.aborted) return late('aborted', false);
    if (life.aborted) return late('radio_down', false);
    let sent = false;
    const onSend = (): void => {
      sent = true;
    };
    return boundedByLife<T | L>(
      this.#clock,
      { signal, life },
      limitMs,
      async (over) => {
        const context = this.#context(ieee, life, over, onSend);
        const turn = await this.#lanes.run(ieee, over, () => work(context));
        return turn === undefined ? late('aborted', sent) : turn.done;
      },
      (why) => late(why, sent),
    );
  }

  /** @param life of the Controller that the exchange is with: what herdsman says after its end, it says of nobody */
  #context(ieee: string, life: AbortSignal, signal: AbortSignal, onSend: () => void): ExchangeContext {
    return {
      clock: this.#clock,
      signal,
      onSend: () => {
        onSend();
        this.#presence.sent(ieee);
      },
      onAnswer: (tookMs) => {
        this.#presence.answered(ieee, tookMs);
      },
      onError: (error) => {
        const mishap = mishapOf(error, life.aborted || this.#line.isRadioDown(error));
        if (life.aborted) return mishap;
        this.#line.failed(error);
        // What ends after nobody waits for it any more counts too: the lock didn't answer.
        if (mishap.why !== 'radio_down') {
          const isNews = this.#presence.failed(ieee, mishap);
          this.#onMiss(ieee, isNews);
        }
        return mishap;
      },
    };
  }
}
