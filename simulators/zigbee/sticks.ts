import { createHash } from 'node:crypto';
import { Nv } from './nv.ts';
import { type NetworkParameters, factoryNv, nvItem, writeNetwork } from './nv-items.ts';
import { Stick } from './stick.ts';

const digest = (...parts: readonly (string | number)[]): string =>
  createHash('sha256').update(parts.join(' ')).digest('hex');

/** Room for devices in a stick's tables; a smaller table makes a hub's backup quicker. */
const capacityMin = 48;

export interface StickOptions {
  readonly seed: number;
  /** Which stick of several: each has another EUI-64. */
  readonly serial: number;
  /** How many locks there are. */
  readonly devices: number;
  readonly random: () => number;
}

/** A stick as it leaves the factory: no network, no devices. The same seed and serial give the same EUI-64. */
export const blankStick = ({ seed, serial, devices, random }: StickOptions): Stick => {
  const nv = new Nv();
  const identity = digest('simulated coordinator', seed, serial);
  // 00:12:4b is the maker of the chip.
  factoryNv(
    nv,
    `0x00124b${identity.slice(0, 10)}`,
    identity.slice(10, 42),
    Math.max(capacityMin, devices + 8),
  );
  return new Stick(nv, random);
};

/** How many frames a network has seen that has been in use for a while: a coordinator that starts at 0 isn't heard. */
export const framesSoFar = 20_000;

/** A stick that has formed this network and has served a hub. */
export const commissionedStick = (network: NetworkParameters, options: StickOptions): Stick => {
  const stick = blankStick(options);
  writeNetwork(stick.nv, network, stick.ieee, framesSoFar);
  stick.nv.put(nvItem.configured, Uint8Array.of(0x55));
  stick.nv.put(nvItem.preconfiguredKey, Buffer.from(network.key, 'hex'));
  stick.boot();
  return stick;
};
