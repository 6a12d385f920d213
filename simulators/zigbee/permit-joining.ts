/** Whether devices may join, and for how long still. */
export class PermitJoining {
  readonly #changed: (seconds: number) => void;
  #timer: NodeJS.Timeout | undefined;
  #untilMs = 0;

  /** @param changed told for how many seconds joining is permitted from now on, 0: no longer */
  constructor(changed: (seconds: number) => void) {
    this.#changed = changed;
  }

  /** How many seconds are left; 0 while joining isn't permitted. */
  get seconds(): number {
    if (this.#timer === undefined) return 0;
    return Math.max(0, Math.ceil((this.#untilMs - performance.now()) / 1000));
  }

  set(seconds: number): void {
    if (this.#timer === undefined && seconds === 0) return;
    this.close();
    if (seconds > 0) {
      this.#untilMs = performance.now() + seconds * 1000;
      this.#timer = setTimeout(() => {
        this.set(0);
      }, seconds * 1000);
    }
    this.#changed(seconds);
  }

  /** Ends it without a word. */
  close(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
