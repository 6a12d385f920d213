/** Writes little-endian fields one after another, as MT, ZDO and the Z-Stack NV items lay them out. */
export class OctetWriter {
  readonly #octets: number[] = [];

  u8(value: number): this {
    this.#octets.push(value & 0xff);
    return this;
  }

  u16(value: number): this {
    return this.u8(value).u8(value >>> 8);
  }

  u32(value: number): this {
    return this.u16(value).u16(value >>> 16);
  }

  /** An EUI-64 in its text form, `0x` and 16 hex digits: the least significant octet goes first. */
  eui64(ieee: string): this {
    return this.raw(eui64Octets(ieee));
  }

  raw(octets: Iterable<number>): this {
    for (const octet of octets) this.u8(octet);
    return this;
  }

  take(): Uint8Array<ArrayBuffer> {
    return Uint8Array.from(this.#octets);
  }
}

/** A request ended before all of its fields did. */
export class TooShortError extends Error {}

/** Reads what `OctetWriter` writes. */
export class OctetReader {
  readonly #octets: Uint8Array;
  #at = 0;

  constructor(octets: Uint8Array) {
    this.#octets = octets;
  }

  get left(): number {
    return this.#octets.length - this.#at;
  }

  /** @throws TooShortError */
  u8(): number {
    const octet = this.#octets[this.#at];
    if (octet === undefined) throw new TooShortError('the request ends too early');
    this.#at += 1;
    return octet;
  }

  u16(): number {
    return this.u8() | (this.u8() << 8);
  }

  u32(): number {
    return (this.u16() | (this.u16() << 16)) >>> 0;
  }

  eui64(): string {
    return eui64Text(this.raw(8));
  }

  raw(length: number): Uint8Array<ArrayBuffer> {
    if (length > this.left) throw new TooShortError('the request ends too early');
    this.#at += length;
    return Uint8Array.from(this.#octets.subarray(this.#at - length, this.#at));
  }

  rest(): Uint8Array<ArrayBuffer> {
    return this.raw(this.left);
  }
}

const octetsOfHex = (hex: string): number[] =>
  (hex.match(/../g) ?? []).map((pair) => Number.parseInt(pair, 16));

/** Octets of plain hex digits, in the order they are written. */
export const fromHex = (hex: string): Uint8Array<ArrayBuffer> => Uint8Array.from(octetsOfHex(hex));

export const toHex = (octets: Uint8Array): string => Buffer.from(octets).toString('hex');

/** The eight octets of an EUI-64 as they go over the air and into NV items, least significant first. */
export const eui64Octets = (ieee: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(octetsOfHex(ieee.slice(2)).reverse());

/** The text form of eight octets, least significant first. */
export const eui64Text = (octets: Uint8Array): string => `0x${toHex(Uint8Array.from(octets).reverse())}`;
