import type { MtFrame } from './mt-frame.ts';
import { MtLine } from './mt-line.ts';
import type { Radio } from './radio.ts';
import type { Stick } from './stick.ts';
import { handleFrame } from './znp.ts';
import type { Desk } from './znp-desk.ts';
import { resetDone, resetReason } from './znp-sys.ts';

export interface CoordinatorNews {
  tell(type: string): void;
}

/** A Zigbee stick with Z-Stack 3.x.0 behind a serial port that is served over TCP. */
export class Coordinator {
  readonly line: MtLine;
  readonly #radio: Radio;
  readonly #news: CoordinatorNews;
  /** Counts clients and restarts: what was begun before is void. */
  #session = 0;
  #plugged = true;

  constructor(radio: Radio, news: CoordinatorNews) {
    this.#radio = radio;
    this.#news = news;
    this.line = new MtLine({
      frame: (frame) => {
        this.#receive(frame);
      },
      connection: (connected) => {
        this.#session += 1;
        news.tell(connected ? 'client_connected' : 'client_disconnected');
      },
    });
  }

  get stick(): Stick {
    return this.#radio.stick;
  }

  /** Whether it is in its port. */
  get plugged(): boolean {
    return this.#plugged;
  }

  /** Says something to whoever listens. */
  indicate(frame: MtFrame): void {
    this.line.write(frame);
  }

  /** It starts again: its network, its endpoints and open questions are gone until the hub tells it to start. */
  restart(): void {
    this.#session += 1;
    this.#radio.permitJoining(0);
    this.stick.boot();
  }

  /** It restarts by itself, as after a fault: whoever listens is told so. */
  crash(): void {
    this.restart();
    this.line.write(resetDone(resetReason.watchdog));
  }

  /** Somebody pulls it out of its port, or puts it back. */
  async plug(plugged: boolean): Promise<void> {
    if (plugged === this.#plugged) return;
    this.#plugged = plugged;
    this.restart();
    await this.line.accept(plugged);
  }

  /** Another stick in the same port. */
  async exchange(stick: Stick): Promise<void> {
    const { plugged } = this;
    await this.plug(false);
    this.#radio.exchange(stick);
    await this.plug(plugged);
  }

  #receive(frame: MtFrame): void {
    const session = this.#session;
    const afterwards: (() => void)[] = [];
    const desk: Desk = {
      stick: this.stick,
      radio: this.#radio,
      indicate: (indication) => {
        if (session === this.#session) this.line.write(indication);
      },
      after: (work) => {
        afterwards.push(work);
      },
      reset: () => {
        this.restart();
        this.line.write(resetDone(resetReason.asked));
      },
      tell: (type) => {
        this.#news.tell(type);
      },
    };
    const answer = handleFrame(frame, desk);
    if (answer !== undefined) this.line.write(answer);
    for (const work of afterwards) work();
  }
}
