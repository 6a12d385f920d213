import { createHash } from 'node:crypto';

/** Our namespace for names of locks, made once at random. */
const namespace = 'f3a1c9d2-6b0e-4a57-9d1f-2c8e75b4a690';

/** UUID version 5 (RFC 9562 §5.5) of a name in Lockstep's namespace: the same name, the same UUID, always. */
export const uuid5 = (name: string): string => {
  const hash = createHash('sha1')
    .update(Buffer.from(namespace.replaceAll('-', ''), 'hex'))
    .update(name)
    .digest();
  hash.writeUInt8((hash.readUInt8(6) & 0x0f) | 0x50, 6);
  hash.writeUInt8((hash.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = hash.toString('hex', 0, 16);
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
};
