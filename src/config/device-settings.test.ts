import { expect, test } from 'vitest';
import { DeviceId, LockAddress } from '../core/ids.ts';
import type { DeviceConfig } from './config.ts';
import { settingsOf, timeZoneOf } from './device-settings.ts';

const about = (name: string, address?: string): DeviceConfig => ({
  address,
  name,
  timeZone: undefined,
  slots: { first: 1, last: 5 },
});
const lock = LockAddress('zigbee:0x00124b0029abcdef');
const id = DeviceId('9525dff2-9acb-5cf0-9e94-6e0dc67fc57c');
const named = (devices: Readonly<Record<string, DeviceConfig>>, device: DeviceId | undefined = id) =>
  settingsOf({ devices }, lock, device)?.name;

test.each([
  ['its address', { front: about('Front', 'zigbee:0x00124b0029abcdef') }],
  ['its address in capitals, as labels have it', { front: about('Front', 'zigbee:0x00124B0029ABCDEF') }],
  ['its address as key, in capitals', { 'zigbee:0x00124B0029ABCDEF': about('Front') }],
  ['its id', { [id]: about('Front') }],
  ['its id in capitals', { [id.toUpperCase()]: about('Front') }],
])('a lock has the settings under %s', (_what, devices) => {
  expect(named({ other: about('Other', 'zwave:2'), ...devices })).toBe('Front');
});

test('its id goes before its address; another lock has none of its settings', () => {
  const devices = { front: about('By address', lock), [id]: about('By id') };
  expect(named(devices)).toBe('By id');
  expect(settingsOf({ devices }, lock, undefined)?.name).toBe('By address');
  expect(settingsOf({ devices }, LockAddress('zwave:2'), undefined)).toBeUndefined();
});

test("a lock's time zone is what callers say, else the config, else the bridge's", () => {
  const address = LockAddress('zwave:2');
  const config = {
    timeZone: 'Europe/Berlin',
    devices: { front: { ...about('Front', 'zwave:2'), timeZone: 'Europe/London' } },
  };
  const deviceId = DeviceId(id);
  expect(timeZoneOf(config, address, { deviceId, wishes: { timeZone: 'Asia/Tokyo' } })).toBe('Asia/Tokyo');
  expect(timeZoneOf(config, address, { deviceId })).toBe('Europe/London');
  expect(timeZoneOf(config, LockAddress('zwave:3'), undefined)).toBe('Europe/Berlin');
});
