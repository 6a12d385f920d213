import { DoorLockMode } from '@zwave-js/cc';
import { CommandClasses, InterviewStage, NodeStatus } from '@zwave-js/core';
import type { ZWaveNode } from 'zwave-js';
import { LockAddress, RadioId } from '../../src/core/ids.ts';
import type { AutoLock, LockDescription } from '../../src/core/model.ts';
import { quirkOf } from './quirks/index.ts';
import type { Product } from './quirks/index.ts';
import type { RelockParameters } from './quirks/quirk.ts';

/** What zwave-js knows of a node without the radio. Its cached slots are never evidence (FIELD-BUGS 21). */

export const radio = RadioId('zwave');

export const addressOf = (nodeId: number): LockAddress => LockAddress(`zwave:${nodeId}`);

/** The node id in an address of this radio. */
export const nodeIdOf = (address: LockAddress): number | undefined => {
  const digits = /^zwave:(\d{1,4})$/.exec(address)?.[1];
  return digits === undefined ? undefined : Number(digits);
};

export const valueOf = (
  node: ZWaveNode,
  commandClass: CommandClasses,
  property: string | number,
  propertyKey?: number,
): unknown =>
  node.getValue({
    commandClass,
    endpoint: 0,
    property,
    ...(propertyKey === undefined ? {} : { propertyKey }),
  });

export const numberOf = (
  node: ZWaveNode,
  commandClass: CommandClasses,
  property: string | number,
  propertyKey?: number,
): number | undefined => {
  const value = valueOf(node, commandClass, property, propertyKey);
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

/** How a lock is told to lock itself: by Door Lock CC 4, or by parameters of its model. */
export type RelockBy = { readonly by: 'door_lock' } | ({ readonly by: 'parameters' } & RelockParameters);

/** Undefined where it can't be told by radio. */
export const relockBy = (node: ZWaveNode): RelockBy | undefined => {
  if (valueOf(node, CommandClasses['Door Lock'], 'autoRelockSupported') === true) return { by: 'door_lock' };
  const parameters = quirkOf(productOf(node))?.corrects.relock;
  return parameters === undefined || !node.supportsCC(CommandClasses.Configuration)
    ? undefined
    : { by: 'parameters', ...parameters };
};

/** How it locks itself, as it told last; undefined while it hasn't said, and where it can't be told by radio. */
export const autoLockOf = (node: ZWaveNode): AutoLock | undefined => {
  const means = relockBy(node);
  if (means === undefined) return undefined;
  const parameter = (number: number): number | undefined =>
    numberOf(node, CommandClasses.Configuration, number);
  const isOn = means.by === 'door_lock' || parameter(means.toggle);
  const seconds =
    means.by === 'door_lock'
      ? numberOf(node, CommandClasses['Door Lock'], 'autoRelockTime')
      : parameter(means.seconds);
  if (isOn === 0 || (seconds === 0 && isOn !== undefined)) return { enabled: false };
  return isOn === undefined || seconds === undefined ? undefined : { enabled: true, delaySeconds: seconds };
};

/**
 * A node whose status isn't known yet counts as online: after a restart it is pinged within seconds, and
 * an event "disconnected" at each restart would be untrue nearly always.
 */
export const describe = (node: ZWaveNode, homeId: number): LockDescription => {
  const label = node.deviceConfig?.label;
  const battery = numberOf(node, CommandClasses.Battery, 'level');
  const autoLock = autoLockOf(node);
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
    ...(autoLock === undefined ? {} : { autoLock }),
  };
};

/**
 * Whether zwave-js sends commands of this class under Supervision: the node supports it, and hasn't answered
 * "no support" for this class before.
 */
export const isSupervised = (node: ZWaveNode, commandClass: CommandClasses): boolean =>
  node.supportsCC(CommandClasses.Supervision) &&
  valueOf(node, CommandClasses.Supervision, 'ccSupported', commandClass) !== false;

/** The Access Control events (notification type 6) that the lock itself lists. */
export const accessControlEvents = (node: ZWaveNode): readonly unknown[] | undefined => {
  const events = valueOf(node, CommandClasses.Notification, 'supportedNotificationEvents', 6);
  return Array.isArray(events) ? events : undefined;
};

/** It has an event for "not added, due to duplicate code". */
export const tellsDuplicates = (node: ZWaveNode): boolean => accessControlEvents(node)?.includes(15) === true;

/** Which command class holds the codes. A lock with User Credential CC and 0 users uses User Code CC. */
export type CodesBy = 'user_code' | 'user_credential';

/** Undefined for a node without codes. Chosen as `accessControl` does, which knows the rules for both. */
export const codesBy = (node: ZWaveNode): CodesBy | undefined => {
  const [code, credential] = [CommandClasses['User Code'], CommandClasses['User Credential']];
  if (!node.supportsCC(code) && !node.supportsCC(credential)) return undefined;
  return node.accessControl?.getUserCapabilitiesCached().supportsUsersWithoutCredentials === true
    ? 'user_credential'
    : 'user_code';
};

/** More users than this are never asked for: one user is one slot, and each is looked at when a lock is adopted. */
const usersMax = 1_000;

const claimedSlots = (node: ZWaveNode): number | undefined => {
  const by = codesBy(node);
  if (by === undefined) return undefined;
  const commandClass = by === 'user_code' ? CommandClasses['User Code'] : CommandClasses['User Credential'];
  const users = numberOf(node, commandClass, 'supportedUsers');
  return users === undefined || users < 1 ? undefined : Math.min(users, usersMax);
};

/** Who made it, and with which firmware; undefined until it has been asked. */
export const productOf = (node: ZWaveNode): Product | undefined => {
  const numbers = [node.manufacturerId, node.productType, node.productId];
  if (numbers.some((number) => number === undefined)) return undefined;
  const id = numbers.map((number) => (number ?? 0).toString(16).padStart(4, '0')).join(':');
  return { id, firmware: node.firmwareVersion };
};

/**
 * Last slot for keypad codes, as the lock says and its quirk row limits; undefined until it has been asked, and
 * never 0 (FIELD-BUGS 23). Beyond it may be card numbers, or the master code: those are never touched.
 */
export const lastSlotOf = (node: ZWaveNode): number | undefined => {
  const claimed = claimedSlots(node);
  const limit = quirkOf(productOf(node))?.corrects.lastSlot ?? Infinity;
  return claimed === undefined ? undefined : Math.min(claimed, limit);
};
