import type { SlotBelief } from './model.ts';

/**
 * CRC-16/CCITT with the start value 0x1D0F, as Z-Wave uses it (CRC-16 Encapsulation CC and User Code CC v2;
 * facts page ZWAVE, "Writing, reading, verifying").
 */
export const crc16Ccitt = (bytes: readonly number[]): number => {
  let crc = 0x1d0f;
  for (const byte of bytes) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc & 0x8000) === 0 ? crc << 1 : (crc << 1) ^ 0x1021;
    crc &= 0xffff;
  }
  return crc;
};

const statusEnabled = 1;
const statusDisabled = 2;

/** The digits that the lock must be holding in this slot by our belief; undefined where we can't know them. */
const digitsOf = (belief: SlotBelief): string | undefined => {
  if (belief.state.kind !== 'occupied') return undefined;
  if (belief.state.pin !== 'masked') return belief.state.pin.reveal();
  return belief.landed === 'yes' ? belief.written?.reveal() : undefined;
};

/**
 * The User Code CC v2 checksum that a lock with these slots reports: over each occupied slot in ascending
 * order, slot number (2 bytes, big endian), status, ASCII digits; 0 when all are empty. Undefined where a
 * slot in the range is unknown or in doubt, or an occupied slot's digits are: then a checksum proves nothing.
 */
export const expectedChecksum = (
  slots: ReadonlyMap<number, SlotBelief>,
  range: readonly number[],
): number | undefined => {
  const bytes: number[] = [];
  for (const slot of range) {
    const belief = slots.get(slot);
    if (belief === undefined || belief.state.kind === 'unknown') return undefined;
    // A write in doubt: what the slot holds is exactly what isn't known.
    if (belief.suspicion === 'uncertain') return undefined;
    if (belief.state.kind === 'empty') continue;
    const digits = digitsOf(belief);
    if (digits === undefined) return undefined;
    bytes.push(slot >> 8, slot & 0xff, belief.state.enabled ? statusEnabled : statusDisabled);
    for (const digit of digits) bytes.push(digit.charCodeAt(0));
  }
  return bytes.length === 0 ? 0 : crc16Ccitt(bytes);
};
