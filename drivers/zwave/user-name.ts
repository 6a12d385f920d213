import { UserCredentialNameEncoding } from '@zwave-js/cc';
import { CommandClasses } from '@zwave-js/core';
import type { ZWaveNode } from 'zwave-js';
import { valueOf } from './nodes.ts';

/** The name beside a code, as locks with User Credential CC store it. */

/** With S2 a longer one doesn't fit into one frame, whatever the lock claims: zwave-js then sends none (217). */
const framesHold = 24;

/** Bytes of a name that the lock takes; 0 where it takes none. */
export const nameBytesOf = (node: ZWaveNode): number =>
  Math.min(node.accessControl?.getUserCapabilitiesCached().maxUserNameLength ?? 0, framesHold);

export interface NameLimits {
  readonly maxBytes: number;
  readonly utf16: boolean;
}

export interface StorableName {
  readonly userName: string;
  readonly nameEncoding: UserCredentialNameEncoding;
}

export const nameLimitsOf = (node: ZWaveNode): NameLimits => {
  const encodings = valueOf(node, CommandClasses['User Credential'], 'supportedUserNameEncodings');
  return {
    maxBytes: nameBytesOf(node),
    utf16: Array.isArray(encodings) && encodings.includes(UserCredentialNameEncoding.UTF16BE),
  };
};

/** Letters without their accents, everything else beyond ASCII as "?". */
const plain = (name: string): string =>
  name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/[^\x20-\x7e]/gu, '?');

/**
 * In UTF-16 where the name needs it and the lock takes it whole, else in ASCII, cut to what fits. Every lock takes
 * ASCII (User Credential CC, User Capabilities Report).
 */
export const storableName = (name: string, { maxBytes, utf16 }: NameLimits): StorableName => {
  const clean = name.replace(/\p{Cc}/gu, ' ');
  const needsMore = /[^\x20-\x7e]/.test(clean);
  if (needsMore && utf16 && clean.length * 2 <= maxBytes)
    return { userName: clean, nameEncoding: UserCredentialNameEncoding.UTF16BE };
  return { userName: plain(clean).slice(0, maxBytes), nameEncoding: UserCredentialNameEncoding.ASCII };
};
