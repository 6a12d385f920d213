import { randomBytes } from 'node:crypto';
import { access, mkdir, open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import { ConfigError } from '../../src/ports/errors.ts';

/** Names of the network keys, as zwave-js and its users call them (DESIGN §6 `keys_file`). */
export const keyNames = [
  'S0_Legacy',
  'S2_Unauthenticated',
  'S2_Authenticated',
  'S2_AccessControl',
  'LR_S2_Authenticated',
  'LR_S2_AccessControl',
] as const;

export type KeyName = (typeof keyNames)[number];

type NetworkKey = Uint8Array<ArrayBuffer>;
type LongRangeKeyName = 'LR_S2_Authenticated' | 'LR_S2_AccessControl';

/**
 * The network's security keys, 16 bytes each. A network that never had a Long Range node may have no keys for it.
 * Without the others every securely included lock is lost.
 */
export type NetworkKeys = Readonly<
  Record<Exclude<KeyName, LongRangeKeyName>, NetworkKey> & Record<LongRangeKeyName, NetworkKey | undefined>
>;

const hexKey = z.string().regex(/^[0-9a-fA-F]{32}$/, 'must be 32 hexadecimal digits');
const keysFile = z.strictObject({
  S0_Legacy: hexKey,
  S2_Unauthenticated: hexKey,
  S2_Authenticated: hexKey,
  S2_AccessControl: hexKey,
  LR_S2_Authenticated: hexKey.optional(),
  LR_S2_AccessControl: hexKey.optional(),
} satisfies Record<KeyName, z.ZodType>);

/** The keys from their text, name by name, so that none can be forgotten. */
const keysFrom = (hex: z.output<typeof keysFile>): NetworkKeys => {
  const bytes = (text: string): NetworkKey => Uint8Array.from(Buffer.from(text, 'hex'));
  const optional = (text: string | undefined): NetworkKey | undefined =>
    text === undefined ? undefined : bytes(text);
  return {
    S0_Legacy: bytes(hex.S0_Legacy),
    S2_Unauthenticated: bytes(hex.S2_Unauthenticated),
    S2_Authenticated: bytes(hex.S2_Authenticated),
    S2_AccessControl: bytes(hex.S2_AccessControl),
    LR_S2_Authenticated: optional(hex.LR_S2_Authenticated),
    LR_S2_AccessControl: optional(hex.LR_S2_AccessControl),
  };
};

const isMissing = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ENOENT';

const parseJson = (text: string, path: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's own message quotes the text it choked on, and this text is key material.
    throw new ConfigError(`${path}: not valid JSON. Restore the Z-Wave keys file from your backup.`);
  }
};

/**
 * Reads the keys file. Undefined where there is none.
 * Throws a `ConfigError` that names the file and the field, never a value.
 */
export const readKeys = async (path: string): Promise<NetworkKeys | undefined> => {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw new ConfigError(`${path}: the Z-Wave keys file can't be read (${String(error)}).`);
  }
  const parsed = keysFile.safeParse(parseJson(text, path));
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const field = issue?.path.join('.') ?? '';
    const what = issue?.code === 'unrecognized_keys' ? issue.message : `${field} ${issue?.message ?? ''}`;
    throw new ConfigError(
      `${path}: ${what.trim()}. Allowed: a JSON object with ${keyNames.join(', ')}, each 32 hexadecimal digits; the two LR_… only where there are Long Range nodes.`,
    );
  }
  const seen = new Map<string, KeyName>();
  for (const name of keyNames) {
    const hex = parsed.data[name]?.toLowerCase();
    if (hex === undefined) continue;
    const twin = seen.get(hex);
    if (twin !== undefined) {
      throw new ConfigError(`${path}: ${name} is the same key as ${twin}; every key must be different.`);
    }
    seen.set(hex, name);
  }
  return keysFrom(parsed.data);
};

/** New keys from the system's cryptographic source. */
export const makeKeys = (): NetworkKeys => {
  const random = (): string => randomBytes(16).toString('hex');
  return keysFrom({
    S0_Legacy: random(),
    S2_Unauthenticated: random(),
    S2_Authenticated: random(),
    S2_AccessControl: random(),
    LR_S2_Authenticated: random(),
    LR_S2_AccessControl: random(),
  });
};

const syncFolder = async (folder: string): Promise<void> => {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
};

/**
 * Writes the keys file so that it survives a power cut, mode 0600. Never replaces one silently half: a
 * reader sees the old file or the new one. Throws the file system's error.
 */
export const writeKeys = async (path: string, keys: NetworkKeys): Promise<void> => {
  const folder = dirname(path);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const text = JSON.stringify(
    Object.fromEntries(
      keyNames.flatMap((name) => {
        const key = keys[name];
        return key === undefined ? [] : [[name, Buffer.from(key).toString('hex')]];
      }),
    ),
    undefined,
    2,
  );
  const temporary = `${path}.new`;
  const handle = await open(temporary, 'w', 0o600);
  try {
    // A leftover of an earlier attempt keeps its mode when it is opened again.
    await handle.chmod(0o600);
    await handle.writeFile(`${text}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(temporary, path);
  await syncFolder(folder);
};

/** What a driver is told to do about its keys at a start. */
export type KeyDecision =
  | { readonly kind: 'use'; readonly keys: NetworkKeys }
  /** Keys may be made, provided that the controller turns out to know no nodes. */
  | { readonly kind: 'make_if_alone' };

/** Where the keys are, and where it is marked that they may still be made. */
export interface KeyPlace {
  readonly file: string;
  /**
   * Marks a first start that has met no controller yet. Without it, a first start with the stick unplugged
   * would leave a data directory that is neither empty nor has keys, and every later start would be refused.
   */
  readonly marker: string;
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

/**
 * Decides about the keys before the controller is known. Keys are only ever made for a new installation
 * (FIELD-BUGS 34): new keys beside an existing network would cut off each of its locks.
 * Throws a `ConfigError` naming the file to restore.
 */
export const decideKeys = async (place: KeyPlace, firstStart: boolean): Promise<KeyDecision> => {
  const keys = await readKeys(place.file);
  if (keys !== undefined) {
    await rm(place.marker, { force: true });
    return { kind: 'use', keys };
  }
  if (firstStart || (await exists(place.marker))) return { kind: 'make_if_alone' };
  throw new ConfigError(missingKeys(place.file, 'this bridge has been in use before'));
};

/** Remembers, over restarts, that no controller has been met yet. The marker's folder must be there. */
export const markUndecided = (place: KeyPlace): Promise<void> =>
  writeFile(place.marker, 'No Z-Wave controller has been met yet: its keys may still be made.\n');

/** Makes new keys last; from now on the bridge needs them. */
export const adoptKeys = async (place: KeyPlace, keys: NetworkKeys): Promise<void> => {
  await writeKeys(place.file, keys);
  await rm(place.marker, { force: true });
};

/** The message for a keys file that is missing where it must not be. */
export const missingKeys = (path: string, because: string): string =>
  `${path}: the Z-Wave keys file is missing, but ${because}. Restore this file from your backup; ` +
  'without it the locks can only be included anew.';
