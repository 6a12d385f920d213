import type { LockAddress } from '../core/ids.ts';
import type { Device } from '../core/model.ts';
import type { Ending } from './pairing-session.ts';

/** How sessions end, beyond what a driver says of it. */

export const failed = (type: string, message: string): Extract<Ending, { kind: 'failed' }> => ({
  kind: 'failed',
  error: { type, message, leftBehind: undefined },
  deviceId: undefined,
});

/** It was no lock of ours: nothing was known of it. */
export const released = (address: LockAddress): Ending => ({
  kind: 'done',
  message: `${address} has left the network. It can be paired now.`,
  deviceId: undefined,
  security: undefined,
  warning: undefined,
});

export const left = (device: Device, codes: number): Ending => {
  const pins = codes === 0 ? '' : ' It may still hold the PINs of its access codes.';
  const message = `${device.name} has left the network.${pins}`;
  return { kind: 'done', message, deviceId: device.deviceId, security: undefined, warning: undefined };
};
