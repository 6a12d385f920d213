import type { DeviceId, LockAddress } from '../core/ids.ts';
import type { Device } from '../core/model.ts';
import type { Config, DeviceConfig } from './config.ts';

/**
 * What the config says of a lock, by its id or its address. In either case of letters: labels and other software write
 * a Zigbee address in capitals, and settings that go unheeded would let codes into slots that aren't ours.
 */
export const settingsOf = (
  { devices }: Pick<Config, 'devices'>,
  address: LockAddress,
  device: DeviceId | undefined,
): DeviceConfig | undefined => {
  const all = Object.entries(devices);
  const keyed = (name: string): DeviceConfig | undefined => all.find(([key]) => same(key, name))?.[1];
  return (
    (device === undefined ? undefined : keyed(device)) ??
    keyed(address) ??
    all.find(([, one]) => one.address !== undefined && same(one.address, address))?.[1]
  );
};

/** IANA zone that a lock lives by: what callers have said of it (`Device.wishes`), else the config, else the bridge's. */
export const timeZoneOf = (
  config: Pick<Config, 'devices' | 'timeZone'>,
  address: LockAddress,
  device: Pick<Device, 'deviceId' | 'wishes'> | undefined,
): string =>
  device?.wishes?.timeZone ?? settingsOf(config, address, device?.deviceId)?.timeZone ?? config.timeZone;

const same = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase();
