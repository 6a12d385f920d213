/** No timer can be set for longer, in milliseconds; a longer one would go off at once. */
const longestMs = 2 ** 31 - 1;

/** Throws the bolt again after a while. There is one for each lock: who unlocks anew, begins anew. */
export class RelockTimer {
  #timer: NodeJS.Timeout | undefined;

  /** Calls `relock` after so many seconds, in place of what was set before; 0: not at all. */
  start(seconds: number, relock: () => void): void {
    this.stop();
    if (seconds > 0) this.#timer = setTimeout(relock, Math.min(seconds * 1000, longestMs)).unref();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}
