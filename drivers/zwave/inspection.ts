import { SecurityClass, isRssiError } from '@zwave-js/core';
import { libVersion } from 'zwave-js';
import type { Driver, ZWaveNode } from 'zwave-js';
import type { LockInspection } from '../../src/ports/lock-inspection.ts';
import { addressOf, isAsleep, isDead, isLock, productOf } from './nodes.ts';
import { quirkOf } from './quirks/index.ts';

/** What zwave-js knows of links and makes without the radio. */

const securities: ReadonlyMap<SecurityClass, { readonly name: string; readonly weak: boolean }> = new Map([
  [SecurityClass.S2_AccessControl, { name: 'S2 Access Control', weak: false }],
  [SecurityClass.S2_Authenticated, { name: 'S2 Authenticated', weak: false }],
  [SecurityClass.S2_Unauthenticated, { name: 'S2 Unauthenticated', weak: false }],
  [SecurityClass.S0_Legacy, { name: 'S0', weak: true }],
  [SecurityClass.None, { name: 'none', weak: true }],
]);

/** Undefined: not known yet. S0 is weak because its network key is sent in all but clear at pairing. */
export const securityOf = (
  securityClass: SecurityClass | undefined,
): { readonly name: string; readonly weak: boolean } | undefined =>
  securityClass === undefined ? undefined : securities.get(securityClass);

const reachOf = (node: ZWaveNode): LockInspection['reach'] => {
  if (isDead(node)) return 'dead';
  if (isAsleep(node)) return 'asleep';
  return node.statistics.lastSeen === undefined && !node.ready ? 'unknown' : 'alive';
};

export const inspect = (node: ZWaveNode): LockInspection => {
  const security = securityOf(node.getHighestSecurityClass());
  const product = productOf(node);
  const quirk = quirkOf(product);
  const { rssi, rtt, commandsTX, commandsDroppedTX, timeoutResponse } = node.statistics;
  return {
    security: security?.name,
    weakSecurity: security?.weak ?? false,
    product: product?.id,
    firmware: product?.firmware,
    quirk: quirk && { name: quirk.name, source: quirk.source },
    reach: reachOf(node),
    lastSeenAt: node.lastSeen?.getTime(),
    roundTripMs: rtt === undefined ? undefined : Math.round(rtt),
    signalDbm: rssi === undefined || isRssiError(rssi) ? undefined : rssi,
    sent: commandsTX + commandsDroppedTX,
    undelivered: commandsDroppedTX,
    unanswered: timeoutResponse,
  };
};

const hex = (value: number | undefined, digits: number): string =>
  value === undefined ? 'unknown' : value.toString(16).padStart(digits, '0');

/** Label by label. The home id stands on every frame of the network: no secret. */
export const facts = (driver: Driver | undefined): Readonly<Record<string, string>> => {
  if (driver === undefined) return { 'zwave-js': libVersion };
  const { controller } = driver;
  const nodes = [...controller.nodes.values()].filter((node) => !node.isControllerNode);
  const [type, id] = [hex(controller.productType, 4), hex(controller.productId, 4)];
  return {
    'zwave-js': libVersion,
    'home id': hex(controller.homeId, 8),
    controller: `${hex(controller.manufacturerId, 4)}:${type}:${id}`,
    'controller firmware': controller.firmwareVersion ?? 'unknown',
    'controller SDK': controller.sdkVersion ?? 'unknown',
    nodes: String(nodes.length),
    locks: String(nodes.filter(isLock).length),
    'dead nodes':
      nodes
        .filter(isDead)
        .map((node) => addressOf(node.id))
        .join(', ') || 'none',
  };
};
