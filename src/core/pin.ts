const inspect = Symbol.for('nodejs.util.inspect.custom');

/**
 * A PIN as a secret string: digits only, leading zeros kept. However it is printed, joined, serialised
 * or inspected it says `[pin]`; `reveal()` is the only way to the digits, and easy to search for.
 */
export class Pin {
  readonly #digits: string;

  private constructor(digits: string) {
    this.#digits = digits;
  }

  /**
   * Accepts what any keypad lock could hold: 1 to 32 digits. What an access code may be (4–12 digits, the
   * lock's own lengths) is a rule of the request, not of the type, because locks hold codes that aren't ours.
   */
  static parse(text: string): Pin | undefined {
    return /^\d{1,32}$/.test(text) ? new Pin(text) : undefined;
  }

  /** The digits in clear: for a radio, for the vault, or for a caller who may see them. */
  reveal(): string {
    return this.#digits;
  }

  /** Number of digits. */
  get length(): number {
    return this.#digits.length;
  }

  equals(other: Pin | undefined): boolean {
    return other !== undefined && this.#digits === other.#digits;
  }

  toString(): string {
    return '[pin]';
  }

  toJSON(): string {
    return '[pin]';
  }

  [inspect](): string {
    return '[pin]';
  }
}
