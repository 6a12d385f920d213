const inspect = Symbol.for('nodejs.util.inspect.custom');

/** A text that isn't for everybody, such as a webhook's signing secret. However it is printed it says `[secret]`. */
export class Secret {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  /** The text in clear: for who uses it, for the vault, or for a caller who may see it. */
  reveal(): string {
    return this.#text;
  }

  equals(other: Secret): boolean {
    return this.#text === other.#text;
  }

  toString(): string {
    return '[secret]';
  }

  toJSON(): string {
    return '[secret]';
  }

  [inspect](): string {
    return '[secret]';
  }
}
