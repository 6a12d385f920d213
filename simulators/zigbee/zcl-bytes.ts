import { OctetReader, OctetWriter, TooShortError } from './octets.ts';

/** A field has no meaning. Like a command that is too short (`TooShortError`), it is answered MALFORMED_COMMAND. */
export class MalformedCommand extends Error {}

export const isMalformed = (error: unknown): boolean =>
  error instanceof TooShortError || error instanceof MalformedCommand;

/** Reads a ZCL payload field by field (ZCL §2.6.1). */
export class ByteReader extends OctetReader {
  /** @throws TooShortError */
  unsigned(size: number): number {
    return this.bytes(size).readUIntLE(0, size);
  }

  /** @throws TooShortError */
  bytes(size: number): Buffer {
    return Buffer.from(this.raw(size));
  }

  /** An octet string: its length first; 0xff is "invalid" and counts as empty. @throws TooShortError */
  octets(): Buffer {
    const length = this.u8();
    return this.bytes(length === 0xff ? 0 : length);
  }
}

/** Builds a ZCL payload. */
export class ByteWriter extends OctetWriter {
  unsigned(value: number, size: number): this {
    const field = Buffer.alloc(size);
    field.writeUIntLE(value, 0, size);
    return this.raw(field);
  }

  octets(bytes: Uint8Array): this {
    return this.u8(bytes.length).raw(bytes);
  }

  done(): Buffer {
    return Buffer.from(this.take());
  }
}
