import { z } from 'zod';
import type { NetworkParameters } from './nv-items.ts';

/** The network that a coordinator and its locks were commissioned with, as a driver's `network_file` has it. */
export const networkFileSchema = z.strictObject({
  pan_id: z.int().min(1).max(0xfffe),
  extended_pan_id: z.string().regex(/^[0-9a-f]{16}$/, '16 hex digits are allowed'),
  channel: z.int().min(11).max(26),
  network_key: z.string().regex(/^[0-9a-f]{32}$/, '32 hex digits are allowed'),
});
export type NetworkFile = z.infer<typeof networkFileSchema>;

/** Where nothing else is said. */
export const testNetwork: NetworkFile = {
  pan_id: 0x4c53,
  extended_pan_id: '10c4571e7e571e7e',
  channel: 15,
  network_key: '7e57c0de00112233445566778899aabb',
};

export const parametersOf = (file: NetworkFile): NetworkParameters => ({
  panId: file.pan_id,
  extendedPanId: `0x${file.extended_pan_id}`,
  channel: file.channel,
  key: file.network_key,
});
