import type { Clock } from '../../src/ports/clock.ts';

/** A coordinator that has been silent for so long is asked whether it is still there. */
export const quietMs = 60_000;
/** How long it may take to answer; mostly it takes milliseconds. Whatever comes from it counts as an answer. */
export const answerMs = 5_000;
/** One answer may get lost on a serial line. */
const looksAfterSilence = 2;
/** What has made it suspicious was one. */
const looksWhenSuspected = 1;

/**
 * Notices a coordinator that hangs behind an open line: no event tells of that (facts page, "Timing and faults").
 * Costs one command on the line, and nothing on the air, for each minute of silence.
 */
export class Watchdog {
  readonly #clock: Clock;
  readonly #look: () => Promise<unknown>;
  readonly #frozen: () => void;
  #heardAt: number;
  #cancel: (() => void) | undefined;
  #isLooking = false;
  #isOver = false;

  /** @param look asks the coordinator something that isn't cached; rejects where it doesn't answer */
  constructor(clock: Clock, look: () => Promise<unknown>, frozen: () => void) {
    this.#clock = clock;
    this.#look = look;
    this.#frozen = frozen;
    this.#heardAt = clock.monotonic();
    this.#arm();
  }

  heard(): void {
    this.#heardAt = this.#clock.monotonic();
  }

  /** Something failed as it does when the coordinator hangs: looks at once. */
  suspect(): void {
    if (!this.#isLooking && !this.#isOver) void this.#check(looksWhenSuspected);
  }

  stop(): void {
    this.#isOver = true;
    this.#cancel?.();
  }

  #arm(): void {
    this.#cancel?.();
    if (this.#isOver) return;
    const silentMs = this.#clock.monotonic() - this.#heardAt;
    this.#cancel = this.#clock.after(Math.max(quietMs - silentMs, 1_000), () => {
      if (this.#clock.monotonic() - this.#heardAt < quietMs) this.#arm();
      else void this.#check(looksAfterSilence);
    });
  }

  async #check(looks: number): Promise<void> {
    this.#isLooking = true;
    const from = this.#clock.monotonic();
    for (let tries = 0; tries < looks && !this.#isOver; tries += 1) if (await this.#answers(from)) break;
    this.#isLooking = false;
    if (this.#isOver) return;
    if (this.#heardAt < from) {
      this.stop();
      this.#frozen();
    } else this.#arm();
  }

  /** @returns whether anything came from the coordinator, this answer or another. */
  async #answers(from: number): Promise<boolean> {
    const late = Promise.withResolvers<undefined>();
    const cancel = this.#clock.after(answerMs, () => {
      late.resolve(undefined);
    });
    const asked = this.#look().then(
      () => {
        this.heard();
      },
      () => undefined,
    );
    await Promise.race([asked, late.promise]);
    cancel();
    return this.#heardAt >= from;
  }
}
