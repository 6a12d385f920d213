import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  hkdfSync,
  randomBytes,
} from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { Pin } from '../core/pin.ts';
import { StoreError } from '../ports/errors.ts';

/** Where a sealed value stands. It is bound to this place: moved elsewhere it no longer opens. */
export interface Place {
  readonly table: string;
  readonly column: string;
  /** The row's key, column by column. */
  readonly row: readonly (string | number)[];
}

export const keyBytes = 32;

const version = 1;
const keyIdBytes = 4;
const nonceBytes = 12;
const tagBytes = 16;
const headerBytes = 1 + keyIdBytes + nonceBytes;
/** Every PIN is this long inside, the longest a `Pin` can be, so that its length doesn't show. */
const pinBytes = 32;
/** Texts are padded to a multiple of this: an answer's length says little of the PIN in it. */
const textBlockBytes = 256;
const textLengthBytes = 4;

const derive = (key: Uint8Array, databaseId: string, purpose: string, bytes: number): Buffer =>
  Buffer.from(hkdfSync('sha256', key, databaseId, `lockstep ${purpose}`, bytes));

/**
 * A value to keep beside the database that tells whether a key belongs to it, and tells nothing of the key.
 */
export const keyCheckValue = (key: Uint8Array, databaseId: string): string =>
  derive(key, databaseId, 'key check v1', 32).toString('hex');

/**
 * Seals secrets with AES-256-GCM. A sealed value is: version (1 byte), key id (4), nonce (12), ciphertext,
 * tag (16). Database, table, column and row are its associated data.
 */
export class Vault {
  readonly #databaseId: string;
  /** A key object once: from a bare buffer, node builds one for each PIN that is opened. */
  readonly #sealKey: KeyObject;
  readonly #digestKey: Buffer;
  readonly #keyId: Buffer;

  /** `key`: 32 bytes. The keys in use are derived from it (HKDF-SHA-256), for this database alone. */
  constructor(key: Uint8Array, databaseId: string) {
    if (key.length !== keyBytes) throw new Error(`an encryption key has ${keyBytes} bytes`);
    this.#databaseId = databaseId;
    this.#sealKey = createSecretKey(derive(key, databaseId, 'seal v1', keyBytes));
    this.#digestKey = derive(key, databaseId, 'digest v1', keyBytes);
    this.#keyId = derive(key, databaseId, 'key id v1', keyIdBytes);
  }

  sealPin(pin: Pin, place: Place): Uint8Array {
    const padded = Buffer.alloc(pinBytes);
    padded.write(pin.reveal(), 'ascii');
    return this.#seal(padded, place);
  }

  /** Throws `StoreError` naming the row, never its content. */
  openPin(sealed: Uint8Array, place: Place): Pin {
    const padded = this.#open(sealed, place);
    const end = padded.indexOf(0);
    const pin = Pin.parse(padded.toString('ascii', 0, end < 0 ? padded.length : end));
    if (pin === undefined) throw damaged(place, 'holds no PIN');
    return pin;
  }

  sealText(text: string, place: Place): Uint8Array {
    const bytes = Buffer.from(text, 'utf8');
    const used = textLengthBytes + bytes.length;
    const padded = Buffer.alloc(Math.ceil(used / textBlockBytes) * textBlockBytes);
    padded.writeUInt32BE(bytes.length);
    bytes.copy(padded, textLengthBytes);
    return this.#seal(padded, place);
  }

  /** Throws `StoreError` naming the row, never its content. */
  openText(sealed: Uint8Array, place: Place): string {
    const padded = this.#open(sealed, place);
    if (padded.length < textLengthBytes) throw damaged(place, 'is too short');
    const length = padded.readUInt32BE();
    if (textLengthBytes + length > padded.length) throw damaged(place, 'is too short');
    return padded.toString('utf8', textLengthBytes, textLengthBytes + length);
  }

  /** HMAC-SHA-256 in hex, under a key of this database alone. */
  digest(text: string): string {
    return createHmac('sha256', this.#digestKey).update(text, 'utf8').digest('hex');
  }

  #seal(plain: Buffer, place: Place): Uint8Array {
    const nonce = randomBytes(nonceBytes);
    const header = Buffer.concat([Buffer.from([version]), this.#keyId, nonce]);
    const cipher = createCipheriv('aes-256-gcm', this.#sealKey, nonce, { authTagLength: tagBytes });
    cipher.setAAD(this.#associatedData(place));
    return Buffer.concat([header, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
  }

  #open(sealed: Uint8Array, place: Place): Buffer {
    const bytes = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength);
    if (bytes.length < headerBytes + tagBytes) throw damaged(place, 'is too short');
    if (bytes[0] !== version) throw damaged(place, `has the unknown format ${String(bytes[0])}`);
    const header = bytes.subarray(0, headerBytes);
    if (!header.subarray(1, 1 + keyIdBytes).equals(this.#keyId)) {
      throw damaged(place, 'was sealed with another key');
    }
    const nonce = header.subarray(1 + keyIdBytes);
    const decipher = createDecipheriv('aes-256-gcm', this.#sealKey, nonce, { authTagLength: tagBytes });
    decipher.setAAD(this.#associatedData(place));
    decipher.setAuthTag(bytes.subarray(bytes.length - tagBytes));
    try {
      const plain = decipher.update(bytes.subarray(headerBytes, bytes.length - tagBytes));
      return Buffer.concat([plain, decipher.final()]);
    } catch {
      // The library's error says no more than this, and a cause might carry what it decrypted.
      throw damaged(place, 'fails its authentication');
    }
  }

  #associatedData({ table, column, row }: Place): Buffer {
    // JSON, because joined with a separator two different rows could read the same.
    return Buffer.from(JSON.stringify([this.#databaseId, table, column, row]));
  }
}

const damaged = ({ table, column, row }: Place, what: string): StoreError =>
  new StoreError(
    `the database is damaged: row ${row.join('/')} of table ${table}, column ${column}, ${what}. Restore a backup.`,
  );
