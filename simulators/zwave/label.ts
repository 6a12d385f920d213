import { createHash } from 'node:crypto';
import { dskToString, keyPairFromRawECDHPrivateKey } from '@zwave-js/core';
import type { LockSpec } from './spec.ts';

/** What makes an S2 lock recognisable: its key pair, and what of it stands on the label. */
export interface LockIdentity {
  readonly publicKey: Uint8Array<ArrayBuffer>;
  readonly privateKey: Uint8Array<ArrayBuffer>;
  /** The first 16 bytes of the public key as eight groups of five digits (S2 specification, DSK). */
  readonly dsk: string;
  /** The first group: what a person types in. */
  readonly pin: string;
}

/** The same seed gives the same lock, so that a label read once stays true over restarts. */
export const createIdentity = async (seed: string): Promise<LockIdentity> => {
  const secret = createHash('sha256').update(`simulated lock ${seed}`).digest();
  const pair = await keyPairFromRawECDHPrivateKey(Uint8Array.from(secret));
  const publicKey = Uint8Array.from(pair.publicKey);
  const dsk = dskToString(publicKey.subarray(0, 16));
  return { publicKey, privateKey: Uint8Array.from(pair.privateKey), dsk, pin: dsk.slice(0, 5) };
};

/** Whether the lock has a DSK at all. */
export const speaksS2 = (spec: LockSpec): boolean => spec.security.startsWith('s2_');

const digits = (value: number, length: number): string => String(value).padStart(length, '0');
const requestedKeys = (spec: LockSpec): number => (spec.security === 's2_access_control' ? 0b100 : 0b010);

/** Generic class "entry control", specific class "secure keypad door lock". */
const doorLockClass = 0x40_03;
/** Icon type of a keypad door lock (Z-Wave Plus icon types). */
const doorLockIcon = 0x03_00;

/**
 * The text of the QR code on the label: "90", version (1: SmartStart, 0: S2 only), checksum, requested keys, DSK, then
 * blocks for device class and product (Software Design Specification, Z-Wave QR code format). The checksum is the
 * first two bytes of SHA-1 over all that follows it.
 */
export const qrCodeText = (spec: LockSpec, dsk: string): string => {
  const productType = `0010${digits(doorLockClass, 5)}${digits(doorLockIcon, 5)}`;
  const { manufacturer_id, product_type, product_id } = spec;
  const product = [manufacturer_id, product_type, product_id, 0x01_00]
    .map((value) => digits(value, 5))
    .join('');
  const body = `${digits(requestedKeys(spec), 3)}${dsk.replaceAll('-', '')}${productType}0220${product}`;
  const checksum = createHash('sha1').update(body).digest().readUInt16BE(0);
  return `90${spec.smart_start ? '01' : '00'}${digits(checksum, 5)}${body}`;
};
