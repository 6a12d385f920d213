import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { ConfigError } from '../../src/ports/errors.ts';
import { isUndecided, markDecided } from '../shared/first-start.ts';
import type { SecretPlace } from '../shared/first-start.ts';
import { readSecrets, writePrivate } from '../shared/private-file.ts';

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

/**
 * Reads the keys file. Undefined where there is none.
 * Throws a `ConfigError` that names the file and the field, never a value.
 */
export const readKeys = async (path: string): Promise<NetworkKeys | undefined> => {
  const raw = await readSecrets(path, 'Z-Wave keys file');
  if (raw === undefined) return undefined;
  const parsed = keysFile.safeParse(raw);
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

/** Writes the keys file, durably and mode 0600. Throws the file system's error. */
export const writeKeys = async (path: string, keys: NetworkKeys): Promise<void> => {
  const content = Object.fromEntries(
    keyNames.flatMap((name) => {
      const key = keys[name];
      return key === undefined ? [] : [[name, Buffer.from(key).toString('hex')]];
    }),
  );
  await writePrivate(path, `${JSON.stringify(content, undefined, 2)}\n`);
};

/** What a driver is told to do about its keys at a start. */
export type KeyDecision =
  | { readonly kind: 'use'; readonly keys: NetworkKeys }
  /** Keys may be made, provided that the controller turns out to know no nodes. */
  | { readonly kind: 'make_if_alone' };

/**
 * Decides about the keys before the controller is known. Keys are only ever made for a new installation
 * (FIELD-BUGS 34): new keys beside an existing network would cut off each of its locks.
 * Throws a `ConfigError` naming the file to restore.
 */
export const decideKeys = async (place: SecretPlace, firstStart: boolean): Promise<KeyDecision> => {
  const keys = await readKeys(place.file);
  if (keys !== undefined) {
    await markDecided(place);
    return { kind: 'use', keys };
  }
  if (firstStart || (await isUndecided(place))) return { kind: 'make_if_alone' };
  throw new ConfigError(missingKeys(place.file, 'this bridge has been in use before'));
};

/** Makes new keys last; from now on the bridge needs them. */
export const adoptKeys = async (place: SecretPlace, keys: NetworkKeys): Promise<void> => {
  await writeKeys(place.file, keys);
  await markDecided(place);
};

/** The message for a keys file that is missing where it must not be. */
export const missingKeys = (path: string, because: string): string =>
  `${path}: the Z-Wave keys file is missing, but ${because}. Restore this file from your backup; ` +
  'without it the locks can only be included anew.';
