import { type ByteReader, type ByteWriter, MalformedCommand } from './zcl-bytes.ts';

/** Data types by their id (ZCL table 2-10), those that a door lock needs. */
export const dataType = {
  boolean: 0x10,
  map8: 0x18,
  map16: 0x19,
  map32: 0x1b,
  uint8: 0x20,
  uint16: 0x21,
  uint32: 0x23,
  int32: 0x2b,
  enum8: 0x30,
  octets: 0x41,
  text: 0x42,
  utc: 0xe2,
} as const;

/** A number for every type of up to six bytes, else the bytes themselves; strings without their length. */
export type ZclValue = number | Uint8Array;

/** Bytes of a type of fixed length; undefined for strings and what isn't known. */
const sizeOf = (type: number): number | undefined => {
  // Data, bitmap, unsigned and signed come in eight sizes each.
  if ((type >= 0x08 && type <= 0x0f) || (type >= 0x18 && type <= 0x2f)) return (type & 0x07) + 1;
  const others: Readonly<Record<number, number>> = {
    0x10: 1,
    0x30: 1,
    0x31: 2,
    0x38: 2,
    0x39: 4,
    0x3a: 8,
    0xe0: 4,
    0xe1: 4,
    0xe2: 4,
    0xe8: 2,
    0xe9: 2,
    0xea: 4,
    0xf0: 8,
    0xf1: 16,
  };
  return others[type];
};

const isSigned = (type: number): boolean => type >= 0x28 && type <= 0x2f;

/** Analog types have a reportable change in their reporting configuration (ZCL §2.5.7.1.7). */
export const isAnalog = (type: number): boolean =>
  (type >= 0x20 && type <= 0x2f) || (type >= 0x38 && type <= 0x3a) || (type >= 0xe0 && type <= 0xe2);

export const readValue = (reader: ByteReader, type: number): ZclValue => {
  if (type === dataType.octets || type === dataType.text) return reader.octets();
  const size = sizeOf(type);
  if (size === undefined) throw new MalformedCommand(`data type ${type} is not known here`);
  if (size > 6) return reader.bytes(size);
  return isSigned(type) ? reader.bytes(size).readIntLE(0, size) : reader.unsigned(size);
};

export const writeValue = (writer: ByteWriter, type: number, value: ZclValue): void => {
  if (typeof value !== 'number') {
    if (type === dataType.octets || type === dataType.text) writer.octets(value);
    else writer.raw(value);
    return;
  }
  const size = sizeOf(type) ?? 1;
  writer.unsigned(value < 0 ? value + 2 ** (8 * size) : value, size);
};

export const textValue = (text: string): Uint8Array => Buffer.from(text, 'latin1');

export const sameValue = (a: ZclValue | undefined, b: ZclValue | undefined): boolean => {
  if (a === undefined || b === undefined || typeof a === 'number' || typeof b === 'number') return a === b;
  return Buffer.compare(a, b) === 0;
};
