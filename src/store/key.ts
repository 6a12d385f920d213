import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { ConfigError } from '../ports/errors.ts';
import { draftSuffix, errorCode, errorText, fsyncPath, removeDraft } from './files.ts';
import { keyBytes } from './vault.ts';

/** Far more than any spelling of a key; keeps us from reading a device or a film. */
const keyFileBytesMax = 1024;

/**
 * Reads the encryption key: 32 bytes, as 64 hex digits or base64. Where the file is missing and `allowCreate`
 * holds (the data directory is empty), makes one at random, 0600, durable before this returns. Otherwise a
 * missing, malformed or unprotected key is a `ConfigError` that says what to do; its content is never quoted.
 */
export const loadOrCreateKey = (options: {
  readonly keyFile: string;
  readonly allowCreate: boolean;
}): Uint8Array => {
  const existing = read(options.keyFile);
  if (existing !== undefined) return existing;
  if (!options.allowCreate) {
    throw new ConfigError(
      `the encryption key ${options.keyFile} is missing: restore it from your backup. ` +
        'The codes in the data directory cannot be read without it.',
    );
  }
  create(options.keyFile);
  const created = read(options.keyFile);
  if (created === undefined) throw new ConfigError(`the encryption key ${options.keyFile} has disappeared`);
  return created;
};

const read = (keyFile: string): Uint8Array | undefined => {
  let text: string;
  try {
    const found = statSync(keyFile);
    if (!found.isFile() || found.size > keyFileBytesMax) throw malformed(keyFile);
    text = readFileSync(keyFile, 'ascii').trim();
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    if (errorCode(error) === 'ENOENT') return undefined;
    throw new ConfigError(`the encryption key ${keyFile} cannot be read (${errorText(error)})`);
  }
  const key = decode(text);
  if (key === undefined) throw malformed(keyFile);
  protect(keyFile);
  return key;
};

const malformed = (keyFile: string): ConfigError =>
  new ConfigError(
    `the encryption key ${keyFile} is malformed: it must hold ${keyBytes} bytes as base64 or as ` +
      `${keyBytes * 2} hex digits. Restore it from your backup.`,
  );

const decode = (text: string): Uint8Array | undefined => {
  if (/^[0-9a-f]{64}$/i.test(text)) return Buffer.from(text, 'hex');
  if (/^[A-Za-z0-9+/]{43}=?$/.test(text)) return Buffer.from(text, 'base64');
  return undefined;
};

const protect = (keyFile: string): void => {
  const mode = statSync(keyFile).mode & 0o777;
  if ((mode & 0o077) === 0) return;
  try {
    chmodSync(keyFile, 0o600);
  } catch (error) {
    // A systemd credential is on a read-only file system and shows its access list as group-readable (0440).
    if ((mode & 0o037) === 0) return;
    throw new ConfigError(
      `the encryption key ${keyFile} can be read by others (mode ${mode.toString(8)}) and its mode cannot be ` +
        `changed (${errorText(error)}): make it 0600`,
    );
  }
};

const create = (keyFile: string): void => {
  const directory = dirname(keyFile);
  const draft = `${keyFile}.${randomBytes(6).toString('hex')}${draftSuffix}`;
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    const descriptor = openSync(draft, 'wx', 0o600);
    try {
      writeSync(descriptor, `${randomBytes(keyBytes).toString('base64')}\n`);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    // Not a rename: of two daemons that start at once, the second must not replace the key of the first.
    linkSync(draft, keyFile);
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') {
      throw new ConfigError(`the encryption key ${keyFile} cannot be made (${errorText(error)})`);
    }
  } finally {
    removeDraft(draft);
  }
  fsyncPath(directory);
};
