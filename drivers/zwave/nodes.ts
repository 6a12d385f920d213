import { DoorLockMode } from '@zwave-js/cc';
import { CommandClasses, InterviewStage, NodeStatus } from '@zwave-js/core';
import type { ZWaveNode } from 'zwave-js';
import { LockAddress, RadioId } from '../../src/core/ids.ts';
import type { Capabilities, LockDescription } from '../../src/core/model.ts';

/** What zwave-js knows of a node without the radio. Its cached slots are never evidence (FIELD-BUGS 21). */

export const radio = RadioId('zwave');

export const addressOf = (nodeId: number): LockAddress => LockAddress(`zwave:${nodeId}`);

/** The node id in an address of this radio. */
export const nodeIdOf = (address: LockAddress): number | undefined => {
  const digits = /^zwave:(\d{1,4})$/.exec(address)?.[1];
  return digits === undefined ? undefined : Number(digits);
};

const valueOf = (
  node: ZWaveNode,
  commandClass: CommandClasses,
  property: string,
  propertyKey?: number,
): unknown =>
  node.getValue({
    commandClass,
    endpoint: 0,
    property,
    ...(propertyKey === undefined ? {} : { propertyKey }),
  });

const numberOf = (node: ZWaveNode, commandClass: CommandClasses, property: string): number | undefined => {
  const value = valueOf(node, commandClass, property);
  return typeof value === 'number' ? value : undefined;
};

/** A lock is a node that has codes or a bolt. Nodes not yet asked what they support aren't listed. */
export const isLock = (node: ZWaveNode): boolean =>
  !node.isControllerNode &&
  [CommandClasses['User Code'], CommandClasses['Door Lock'], CommandClasses['User Credential']].some(
    (commandClass) => node.supportsCC(commandClass),
  );

export const isDead = (node: ZWaveNode): boolean => node.status === NodeStatus.Dead;
export const isAsleep = (node: ZWaveNode): boolean => node.status === NodeStatus.Asleep;
export const isInterviewed = (node: ZWaveNode): boolean => node.interviewStage === InterviewStage.Complete;

const secured: number = DoorLockMode.Secured;
const unknownMode: number = DoorLockMode.Unknown;

/** Every known mode but secured is some way of open. */
export const lockedFromMode = (mode: unknown): boolean | undefined =>
  typeof mode !== 'number' || mode === unknownMode ? undefined : mode === secured;

const lockedOf = (node: ZWaveNode): boolean | undefined => {
  const simple = valueOf(node, CommandClasses.Lock, 'locked');
  return (
    lockedFromMode(valueOf(node, CommandClasses['Door Lock'], 'currentMode')) ??
    (typeof simple === 'boolean' ? simple : undefined)
  );
};

const dskText = (dsk: Uint8Array): string =>
  (
    Buffer.from(dsk)
      .toString('hex')
      .match(/.{1,4}/g) ?? []
  )
    .map((word) => String(parseInt(word, 16)).padStart(5, '0'))
    .join('-');

/**
 * A node whose status isn't known yet counts as online: after a restart it is pinged within seconds, and
 * an event "disconnected" at each restart would be untrue nearly always.
 */
export const describe = (node: ZWaveNode, homeId: number): LockDescription => {
  const label = node.deviceConfig?.label;
  const battery = numberOf(node, CommandClasses.Battery, 'level');
  const byNode = `zwave:${homeId.toString(16).padStart(8, '0')}:${node.id}`;
  return {
    address: addressOf(node.id),
    radio,
    identities: node.dsk === undefined ? [byNode] : [`zwave:dsk:${dskText(node.dsk)}`, byNode],
    name: node.name ?? label ?? `Lock ${node.id}`,
    manufacturer: node.deviceConfig?.manufacturer,
    model: label,
    online: !isDead(node),
    battery: battery === undefined ? undefined : Math.min(Math.max(battery / 100, 0), 1),
    locked: lockedOf(node),
  };
};

/** Event 14 of notification type 6 in the lock's own list of events; the type alone where it has no list. */
const reportsProgramming = (node: ZWaveNode): boolean => {
  const events = valueOf(node, CommandClasses.Notification, 'supportedNotificationEvents', 6);
  if (Array.isArray(events)) return events.includes(14);
  const types = valueOf(node, CommandClasses.Notification, 'supportedNotificationTypes');
  return Array.isArray(types) && types.includes(6);
};

/** True where a code is cached that isn't digits: the lock masks. (The mask survives a restart, codes don't.) */
const masks = (node: ZWaveNode, lastSlot: number): boolean => {
  for (let slot = 1; slot <= lastSlot; slot += 1) {
    const code = valueOf(node, CommandClasses['User Code'], 'userCode', slot);
    if (typeof code === 'string' && code !== '' && !/^\d+$/.test(code)) return true;
  }
  return false;
};

/**
 * Whether zwave-js sends commands of this class under Supervision: the node supports it, and hasn't answered
 * "no support" for this class before.
 */
export const isSupervised = (node: ZWaveNode, commandClass: CommandClasses): boolean =>
  node.supportsCC(CommandClasses.Supervision) &&
  valueOf(node, CommandClasses.Supervision, 'ccSupported', commandClass) !== false;

/** Highest slot the lock says it has; undefined until it has been asked, and never 0 (FIELD-BUGS 23). */
export const lastSlotOf = (node: ZWaveNode): number | undefined => {
  const users = numberOf(node, CommandClasses['User Code'], 'supportedUsers');
  return users === undefined || users < 1 ? undefined : users;
};

/**
 * Undefined until the interview is complete, and for locks that keep their codes by User Credential CC (not
 * supported yet). Code lengths: User Code CC has 4 to 10 digits and lets no lock say more.
 */
export const capabilitiesOf = (node: ZWaveNode, seenMasked: boolean): Capabilities | undefined => {
  const last = lastSlotOf(node);
  if (!isInterviewed(node) || !node.supportsCC(CommandClasses['User Code']) || last === undefined)
    return undefined;
  const battery = Boolean(node.isFrequentListening) || node.supportsCC(CommandClasses.Battery);
  return {
    slots: { first: 1, last },
    reservedSlots: [],
    codeLengths: [4, 5, 6, 7, 8, 9, 10],
    readBack: seenMasked || masks(node, last) ? 'masked' : 'full',
    checksum: valueOf(node, CommandClasses['User Code'], 'supportsUserCodeChecksum') === true,
    reportsProgramming: reportsProgramming(node),
    power: battery ? 'battery' : 'mains',
    remoteLock: node.supportsCC(CommandClasses['Door Lock']),
  };
};
