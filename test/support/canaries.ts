import { randomInt } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Bridge } from './bridge.ts';
import type { BridgeClient } from './bridge-client.ts';

/** Long enough not to stand anywhere by chance. */
export const digits = (length: number): string =>
  Array.from({ length }, () => String(randomInt(10))).join('');

/** PINs and other secrets that went some way through the bridge, by that way's name. */
export class Canaries {
  /** The shapes in which a secret might be seen. */
  readonly #secrets = new Map<string, readonly string[]>();

  make(way: string, length = 8): string {
    const pin = digits(length);
    this.take(way, pin);
    return pin;
  }

  take(way: string, secret: string): void {
    this.#secrets.set(way, [secret, ...shapesOf(Buffer.from(secret))]);
  }

  /** A key of hexadecimal digits. */
  takeKey(way: string, hex: string): void {
    this.#secrets.set(way, [hex.toUpperCase(), ...shapesOf(Buffer.from(hex, 'hex'))]);
  }

  /** Which of them stand in this text or file, as they are or as bytes in hexadecimal or decimal digits. */
  in(bytes: string | Buffer): string[] {
    const text = Buffer.from(bytes).toString('latin1');
    return [...this.#secrets]
      .filter(([, shapes]) => shapes.some((shape) => text.includes(shape)))
      .map(([way]) => way);
  }

  get count(): number {
    return this.#secrets.size;
  }
}

/** zigbee-herdsman's error texts hold a PIN as `[52,56,…]` or `{"type":"Buffer","data":[…]}`. */
const shapesOf = (bytes: Buffer): string[] => [
  bytes.toString('hex'),
  [...bytes].join(','),
  [...bytes].join(', '),
  [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join(':'),
];

export const filesOf = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));

/** Files that are written beside the old ones and then take their places come and go. */
const contentOf = (file: string): Buffer => {
  try {
    return readFileSync(file);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return Buffer.of();
    throw error;
  }
};

/** Everything that the bridge has let out, as "where: the ways whose secret stands there". */
export const leaks = (
  canaries: Canaries,
  { bridge, client }: { readonly bridge: Bridge; readonly client: BridgeClient },
): string[] => {
  const found = [
    ...filesOf(bridge.dataDir).map((file) => [file, canaries.in(contentOf(file))] as const),
    ['stdout and stderr', canaries.in(bridge.output)] as const,
    ...client.heard
      // What we said ourselves.
      .filter(({ topic }) => !topic.startsWith(`${bridge.base}/request/`))
      .map(({ topic, text }) => [topic, canaries.in(`${topic} ${text}`)] as const),
  ];
  return found.filter(([, ways]) => ways.length > 0).map(([where, ways]) => `${where}: ${ways.join(', ')}`);
};
