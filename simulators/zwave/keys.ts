import { readFileSync } from 'node:fs';
import { z } from 'zod';

const keySchema = z
  .string()
  .regex(/^[0-9a-fA-F]{32}$/, '32 hex digits')
  .transform((hex) => new Uint8Array(Buffer.from(hex, 'hex')));

const keysSchema = z.strictObject({
  S0_Legacy: keySchema,
  S2_Unauthenticated: keySchema,
  S2_Authenticated: keySchema,
  S2_AccessControl: keySchema,
  LR_S2_Authenticated: keySchema.optional(),
  LR_S2_AccessControl: keySchema.optional(),
});

/** The network keys with which the simulated locks were included. */
export type NetworkKeys = z.infer<typeof keysSchema>;

/** Test keys in the form of a keys file; they protect nothing and stand in the README. */
export const testKeysHex = {
  S0_Legacy: '00112233445566778899aabbccddeeff',
  S2_Unauthenticated: '11111111111111111111111111111111',
  S2_Authenticated: '22222222222222222222222222222222',
  S2_AccessControl: '33333333333333333333333333333333',
  LR_S2_Authenticated: '44444444444444444444444444444444',
  LR_S2_AccessControl: '55555555555555555555555555555555',
};

export const testKeys: NetworkKeys = keysSchema.parse(testKeysHex);

/** Reads a keys file; throws an Error that names the file and the field, never a key. */
export const readKeysFile = (file: string): NetworkKeys => {
  let raw: unknown;
  try {
    raw = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    const why = error instanceof SyntaxError ? 'not JSON' : 'not readable';
    throw new Error(`${file} (--keys): ${why}`, { cause: error });
  }
  const parsed = keysSchema.safeParse(raw);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new Error(`${file} (--keys): ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'invalid'}`);
};
