import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Controller, Models } from 'zigbee-herdsman';
import { z } from 'zod';
import type { LockInspection } from '../../src/ports/lock-inspection.ts';
import { addressOf, isLock, productOf, quirkOfDevice } from './locks.ts';
import type { Link } from './presence.ts';
import type { Coordinator } from './session.ts';

/** What is known of links and makes without the radio. */

const reachOf = (device: Models.Device, online: boolean): LockInspection['reach'] => {
  if (!online) return 'dead';
  return device.lastSeen === undefined ? 'unknown' : 'alive';
};

export const inspect = (device: Models.Device, link: Link, online: boolean): LockInspection => {
  const { manufacturer, model, firmware } = productOf(device);
  const product = [manufacturer, model].filter((part) => part !== undefined).join(' ');
  const quirk = quirkOfDevice(device);
  return {
    security: 'Zigbee network key',
    weakSecurity: false,
    product: product === '' ? undefined : product,
    firmware: firmware ?? device.dateCode,
    quirk: quirk && { name: quirk.name, source: quirk.source },
    reach: reachOf(device, online),
    lastSeenAt: device.lastSeen,
    roundTripMs: link.roundTripMs === undefined ? undefined : Math.round(link.roundTripMs),
    // Link quality (0–255) is no strength: what it means is the coordinator maker's secret.
    signalDbm: undefined,
    sent: link.sent,
    undelivered: link.undelivered,
    unanswered: link.unanswered,
  };
};

const version = ((): string => {
  const file = createRequire(import.meta.url).resolve('zigbee-herdsman/package.json');
  const parsed = z.object({ version: z.string() }).safeParse(JSON.parse(readFileSync(file, 'utf8')));
  return parsed.success ? parsed.data.version : 'unknown';
})();

const library = 'zigbee-herdsman';

/** Label by label. PAN id and channel stand on every frame of the network: no secrets. */
export const facts = (
  controller: Controller | undefined,
  coordinator: Coordinator | undefined,
  offline: readonly string[],
): Readonly<Record<string, string>> => {
  if (controller === undefined || coordinator === undefined) return { [library]: version };
  const devices = [...controller.getDevicesIterator((device) => device.type !== 'Coordinator')];
  return {
    [library]: version,
    coordinator: coordinator.type,
    'coordinator firmware': coordinator.firmware ?? 'unknown',
    'coordinator address': coordinator.ieee,
    channel: String(coordinator.channel),
    'pan id': `0x${coordinator.panId.toString(16).padStart(4, '0')}`,
    'network start': coordinator.start,
    devices: String(devices.length),
    locks: String(devices.filter(isLock).length),
    'silent locks': offline.map(addressOf).join(', ') || 'none',
  };
};
