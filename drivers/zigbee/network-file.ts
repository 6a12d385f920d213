import { randomBytes, randomInt } from 'node:crypto';
import { z } from 'zod';
import { ConfigError } from '../../src/ports/errors.ts';
import { isUndecided } from '../shared/first-start.ts';
import type { SecretPlace } from '../shared/first-start.ts';
import { readSecrets, writePrivate } from '../shared/private-file.ts';

/** What makes a Zigbee network this network. Whoever has other values is deaf to its locks. */
export interface ZigbeeNetwork {
  /** 1 to 0xfffe. */
  readonly panId: number;
  /** Sixteen hexadecimal digits, lower case. */
  readonly extendedPanId: string;
  /** 11 to 26. */
  readonly channel: number;
  /** Sixteen bytes. Secret: whoever has it reads and forges what is on the air. */
  readonly networkKey: readonly number[];
}

/** The network as people may see it: everything but its key. */
export const nameOf = (network: Omit<ZigbeeNetwork, 'networkKey'>): string =>
  `PAN ${network.panId}, extended PAN ${network.extendedPanId}, channel ${network.channel}`;

/** The key that Zigbee libraries use unless told otherwise: known to everybody. */
const publicKey = '01030507090b0d0f00020406080a0c0d';

/** True where the network's key is no secret. */
export const hasPublicKey = (network: ZigbeeNetwork): boolean =>
  Buffer.from(network.networkKey).toString('hex') === publicKey;

const panIds = 'a whole number from 1 to 65534 (JSON has no hexadecimal numbers)';
const channels = 'a whole number from 11 to 26';

const allowed = {
  pan_id: panIds,
  extended_pan_id: '16 hexadecimal digits in quotation marks',
  channel: channels,
  network_key: '32 hexadecimal digits in quotation marks',
} as const;

const fileSchema = z.strictObject({
  pan_id: z.int().min(1).max(0xfffe),
  extended_pan_id: z
    .string()
    .regex(/^[0-9a-fA-F]{16}$/)
    .refine((text) => !/^(0{16}|f{16})$/i.test(text)),
  channel: z.int().min(11).max(26),
  network_key: z
    .string()
    .regex(/^[0-9a-fA-F]{32}$/)
    .refine((text) => !/^(0{32}|f{32})$/i.test(text)),
} satisfies Record<keyof typeof allowed, z.ZodType>);

/** What was found, for people; never the key. */
const found = (raw: unknown, key: string): string => {
  const value: unknown = typeof raw === 'object' && raw !== null ? Reflect.get(raw, key) : undefined;
  if (value === undefined) return 'nothing';
  if (key !== 'network_key') return JSON.stringify(value);
  if (Array.isArray(value)) return `a list of ${value.length} numbers`;
  return typeof value === 'string' ? `${value.length} characters` : `a value of type ${typeof value}`;
};

const explain = (raw: unknown, issue: z.core.$ZodIssue | undefined): string => {
  const names = Object.keys(allowed).join(', ');
  if (issue?.code === 'unrecognized_keys') return `unknown key ${issue.keys.join(', ')}. Allowed: ${names}.`;
  const key = issue?.path.join('.') ?? '';
  const hint = Object.entries(allowed).find(([name]) => name === key)?.[1];
  return hint === undefined
    ? `must be a JSON object with ${names}.`
    : `${key}: found ${found(raw, key)}, allowed: ${hint}.`;
};

/**
 * Reads the network file (DESIGN §6 `network_file`). Undefined where there is none.
 * Throws a `ConfigError` that names the file and the field, never the key.
 */
export const readNetwork = async (path: string): Promise<ZigbeeNetwork | undefined> => {
  const raw = await readSecrets(path, 'Zigbee network file');
  if (raw === undefined) return undefined;
  const parsed = fileSchema.safeParse(raw);
  if (!parsed.success) throw new ConfigError(`${path}: ${explain(raw, parsed.error.issues[0])}`);
  return {
    panId: parsed.data.pan_id,
    extendedPanId: parsed.data.extended_pan_id.toLowerCase(),
    channel: parsed.data.channel,
    networkKey: [...Buffer.from(parsed.data.network_key, 'hex')],
  };
};

/** Channels between those of Wi-Fi, and where every Zigbee device may send. */
const quietChannels = [11, 15, 20, 25] as const;

/** A new network, from the system's cryptographic source. */
export const makeNetwork = (): ZigbeeNetwork => ({
  panId: randomInt(1, 0xffff),
  extendedPanId: randomBytes(8).toString('hex'),
  channel: quietChannels[randomInt(quietChannels.length)] ?? 11,
  networkKey: [...randomBytes(16)],
});

/** Writes the network file, durably and mode 0600. Throws the file system's error. */
export const writeNetwork = async (path: string, network: ZigbeeNetwork): Promise<void> => {
  const content = {
    pan_id: network.panId,
    extended_pan_id: network.extendedPanId,
    channel: network.channel,
    network_key: Buffer.from(network.networkKey).toString('hex'),
  } satisfies Record<keyof typeof allowed, unknown>;
  await writePrivate(path, `${JSON.stringify(content, undefined, 2)}\n`);
};

/** What a driver is told to do about its network at a start. */
export type NetworkDecision =
  | { readonly kind: 'use'; readonly network: ZigbeeNetwork }
  /** A network may be made, provided that the coordinator turns out to have none. */
  | { readonly kind: 'make_if_alone' };

/**
 * Decides about the network before the coordinator is known. One is only ever made for a new installation
 * (FIELD-BUGS 34): a new key beside an existing network would cut off each of its locks.
 * @param traces those of herdsman's own files that tell of a network
 * Throws a `ConfigError` naming the file to restore.
 */
export const decideNetwork = async (
  place: SecretPlace,
  firstStart: boolean,
  traces: readonly string[],
): Promise<NetworkDecision> => {
  const network = await readNetwork(place.file);
  if (network !== undefined) return { kind: 'use', network };
  const [trace] = traces;
  if (trace !== undefined) throw new ConfigError(missingNetwork(place.file, `${trace} tells of a network`));
  if (firstStart || (await isUndecided(place))) return { kind: 'make_if_alone' };
  throw new ConfigError(missingNetwork(place.file, 'this bridge has been in use before'));
};

/** The message for a network file that is missing where it must not be. */
export const missingNetwork = (path: string, because: string): string =>
  `${path}: the Zigbee network file is missing, but ${because}. Restore this file from your backup, or write ` +
  "the network's own values into it; without its key the locks can only be paired anew.";
