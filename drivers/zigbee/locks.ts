import { Zcl } from 'zigbee-herdsman';
import type { Models } from 'zigbee-herdsman';
import { LockAddress, RadioId } from '../../src/core/ids.ts';
import type { AutoLock, LockDescription } from '../../src/core/model.ts';
import { notesOf } from './notes.ts';
import { quirkOf } from './quirks/index.ts';
import type { Product } from './quirks/index.ts';
import type { Corrections, Quirk } from './quirks/quirk.ts';
import { boltState, clusters, lockAttributes } from './zcl.ts';

/** What herdsman knows of a device without the radio. */

export const radio = RadioId('zigbee');

/** By the EUI-64, which stays when the lock joins anew and its network address doesn't. */
export const addressOf = (ieee: string): LockAddress => LockAddress(`zigbee:${ieee.toLowerCase()}`);

/** The EUI-64 in an address of this radio, `0x` and 16 hex digits. */
export const ieeeOf = (address: LockAddress): string | undefined =>
  /^zigbee:(0x[0-9a-f]{16})$/.exec(address)?.[1];

/** Some firmware pads its names, with blanks or zero bytes. */
const trimmed = (text: string | undefined): string | undefined => {
  const name = text?.replace(/[\0 ]+$/, '');
  return name === '' ? undefined : name;
};

export const productOf = (device: Models.Device): Product => ({
  manufacturer: trimmed(device.manufacturerName),
  model: trimmed(device.modelID),
  firmware: trimmed(device.softwareBuildID),
});

export const quirkOfDevice = (device: Models.Device): Quirk | undefined => quirkOf(productOf(device));

export const correctsOf = (device: Models.Device): Corrections => quirkOfDevice(device)?.corrects ?? {};

/**
 * The endpoint that has this cluster as a server. Looked up here, because herdsman's own methods throw for a device
 * that has just left.
 */
export const endpointWith = (device: Models.Device, cluster: number): Models.Endpoint | undefined =>
  device.endpoints.find((endpoint) => endpoint.inputClusters.includes(cluster));

/** The endpoint with the door lock cluster, whatever its number; undefined for what is no lock. */
export const lockEndpointOf = (device: Models.Device): Models.Endpoint | undefined =>
  endpointWith(device, clusters.doorLock);

export const isLock = (device: Models.Device): boolean => lockEndpointOf(device) !== undefined;

const { genBasic, genPowerCfg, closuresDoorLock } = Zcl.Clusters;
/** herdsman keeps values by names: cluster and attribute numbers → theirs. */
const names = new Map(
  [genBasic, genPowerCfg, closuresDoorLock].map(({ ID, name, attributes }) => [
    ID,
    {
      name,
      attributes: new Map(Object.values(attributes).map((attribute) => [attribute.ID, attribute.name])),
    },
  ]),
);

/** The last value of an attribute that the lock has told; undefined too for ZCL's "no value". */
export const numberOf = (
  endpoint: Models.Endpoint | undefined,
  cluster: number,
  attribute: number,
): number | undefined => {
  const known = names.get(cluster);
  const name = known?.attributes.get(attribute);
  if (known === undefined || name === undefined) return undefined;
  const value: unknown = endpoint?.clusters[known.name]?.attributes[name];
  return typeof value === 'number' && !Number.isNaN(value) ? value : undefined;
};

/** Locked, or some way of open; undefined while the lock hasn't said. */
export const lockedFrom = (state: number | undefined): boolean | undefined => {
  if (state === boltState.locked) return true;
  return state === boltState.unlocked || state === boltState.notFullyLocked ? false : undefined;
};

const power = { voltage: 0x0020, percentage: 0x0021, quantity: 0x0033, ratedVoltage: 0x0034 } as const;
export const powerAttributes: readonly number[] = Object.values(power);

/** A cell is empty at two thirds of its rated voltage. */
const emptyShare = 2 / 3;

/**
 * 0–1. By its percentage, else by its voltage (0.1 V), where the lock tells how many cells of which rated voltage
 * (0.1 V) it has.
 * @param told attributes of the Power Configuration cluster [ZCL 3.3]
 * @param inPercent its percentage counts whole percents, where ZCL has halves
 */
export const batteryFrom = (
  told: (attribute: number) => number | undefined,
  inPercent: boolean,
): number | undefined => {
  const percentage = told(power.percentage);
  if (percentage !== undefined) return Math.min(percentage / (inPercent ? 100 : 200), 1);
  const [voltage, quantity, rated] = [power.voltage, power.quantity, power.ratedVoltage].map(told);
  if (voltage === undefined || quantity === undefined || rated === undefined || rated * quantity === 0)
    return undefined;
  const share = (voltage / (rated * quantity) - emptyShare) / (1 - emptyShare);
  return Math.min(Math.max(share, 0), 1);
};

const batteryOf = (device: Models.Device): number | undefined => {
  const endpoint = endpointWith(device, clusters.power);
  return batteryFrom(
    (attribute) => numberOf(endpoint, clusters.power, attribute),
    correctsOf(device).batteryInPercent === true,
  );
};

/** A time longer than this is no delay that anybody has set. */
const longestDelayS = 86_400;

/**
 * How it locks itself, as it told last; undefined while it hasn't said, and where it doesn't have the attribute.
 */
export const autoLockOf = (device: Models.Device): AutoLock | undefined => {
  const seconds = numberOf(lockEndpointOf(device), clusters.doorLock, lockAttributes.autoRelockTime);
  if (seconds === undefined) return undefined;
  if (seconds === 0) return { enabled: false };
  const isDelay = seconds <= longestDelayS && correctsOf(device).relockIsSwitch !== true;
  return isDelay ? { enabled: true, delaySeconds: seconds } : { enabled: true };
};

/** @param online false once it has left several questions in a row unanswered */
export const describe = (device: Models.Device, online: boolean): LockDescription => {
  const { manufacturer, model } = productOf(device);
  const address = addressOf(device.ieeeAddr);
  const autoLock = autoLockOf(device);
  return {
    address,
    radio,
    // The EUI-64 is given for life: no other name is needed.
    identities: [address],
    name: notesOf(device).name ?? model ?? `Lock ${device.ieeeAddr.slice(-4)}`,
    manufacturer,
    model,
    online,
    battery: batteryOf(device),
    locked: lockedFrom(numberOf(lockEndpointOf(device), clusters.doorLock, lockAttributes.lockState)),
    ...(autoLock === undefined ? {} : { autoLock }),
  };
};
