import { CommandClasses } from '@zwave-js/core';
import type { LockAddress } from '../../src/core/ids.ts';
import type { AccessMethod, Hint } from '../../src/ports/lock-driver.ts';
import type { RelockParameters } from './quirks/quirk.ts';

/**
 * What nodes say by themselves, as hints. Pure. Event numbers: Notification CC, type 6 (Access Control), and of type 7
 * (Home Security) those of a lock that is meddled with.
 */

const accessControl = 6;
const duplicateCode = 15;
const keypadDisabled = 16;
const newMasterCode = 18;
const allDeleted = 12;

const homeSecurity = 7;
const coverRemoved = 3;
const moved = 9;

export interface NotificationArgs {
  readonly type: number;
  readonly event: number;
  readonly parameters?: unknown;
}

/** What is used of a zwave-js value event. */
export interface ValueArgs {
  readonly commandClass: CommandClasses;
  readonly property: string | number;
  readonly propertyKey?: string | number;
  readonly newValue: unknown;
  readonly prevValue?: unknown;
}

/** What a lock's row of the quirk table says of its reports. */
export interface HintQuirks {
  /** A new master code deletes all others. */
  readonly masterCodeWipes?: true;
  /** Configuration parameter with the one length of all codes. */
  readonly lengthParameter?: number;
  /** Configuration parameters by which it locks itself. */
  readonly relock?: RelockParameters;
}

const accesses: ReadonlyMap<number, { action: 'locked' | 'unlocked'; method: AccessMethod }> = new Map([
  [1, { action: 'locked', method: 'manual' }],
  [2, { action: 'unlocked', method: 'manual' }],
  [3, { action: 'locked', method: 'remote' }],
  [4, { action: 'unlocked', method: 'remote' }],
  [5, { action: 'locked', method: 'keycode' }],
  [6, { action: 'unlocked', method: 'keycode' }],
  [9, { action: 'locked', method: 'automatic' }],
  [0x21, { action: 'locked', method: 'keycode' }],
  [0x22, { action: 'unlocked', method: 'keycode' }],
  // By whatever credential: a code, a card, a finger.
  [0x23, { action: 'locked', method: 'unknown' }],
  [0x24, { action: 'unlocked', method: 'unknown' }],
]);

/** All codes deleted, one deleted, one added, one refused as a duplicate. */
const programming: ReadonlySet<number> = new Set([allDeleted, 13, 14, duplicateCode]);

const isSlot = (value: unknown): value is number => typeof value === 'number' && value > 0;

/** The user identifier in an event's parameters; zwave-js names it in two ways, by event, or leaves raw bytes. */
const slotOf = (parameters: unknown): number | undefined => {
  if (parameters instanceof Uint8Array) {
    const only = parameters.length === 1 ? parameters[0] : undefined;
    return isSlot(only) ? only : undefined;
  }
  if (typeof parameters !== 'object' || parameters === null) return undefined;
  const id =
    'userId' in parameters ? parameters.userId : 'user ID' in parameters ? parameters['user ID'] : undefined;
  return isSlot(id) ? id : undefined;
};

/** True for "new user code not added due to duplicate code". */
export const saysDuplicate = (args: NotificationArgs): boolean =>
  args.type === accessControl && args.event === duplicateCode;

/** True for "one code deleted" and "code added". */
export const saysProgrammed = (args: NotificationArgs): boolean =>
  args.type === accessControl && (args.event === 13 || args.event === 14);

/** True for "all user codes deleted". */
export const saysAllDeleted = (args: NotificationArgs): boolean =>
  args.type === accessControl && args.event === allDeleted;

export const hintsOfNotification = (
  address: LockAddress,
  args: NotificationArgs,
  quirks: HintQuirks = {},
): readonly Hint[] => {
  if (args.type === homeSecurity && (args.event === coverRemoved || args.event === moved))
    return [{ kind: 'tampered', address }];
  if (args.type !== accessControl) return [];
  if (args.event === newMasterCode && quirks.masterCodeWipes === true)
    return [{ kind: 'slot', address, slot: undefined, allDeleted: true }];
  const access = accesses.get(args.event);
  if (access !== undefined) {
    return [{ kind: 'access', address, ...access, slot: slotOf(args.parameters) }];
  }
  if (programming.has(args.event)) {
    if (args.event === allDeleted) return [{ kind: 'slot', address, slot: undefined, allDeleted: true }];
    return [{ kind: 'slot', address, slot: slotOf(args.parameters) }];
  }
  return args.event === keypadDisabled ? [{ kind: 'keypad_lockout', address }] : [];
};

/** Values that a lock's description is made of. */
const describing: ReadonlyMap<CommandClasses, readonly string[]> = new Map([
  [CommandClasses.Battery, ['level']],
  [CommandClasses['Door Lock'], ['currentMode', 'autoRelockTime', 'autoRelockSupported']],
  [CommandClasses.Lock, ['locked']],
]);

/**
 * Hints from a value that has been reported. Reports that answer our own reads must be left out by the caller.
 * zwave-js keeps "keypad temporarily disabled" and "product cover removed" as states, not as events.
 */
export const hintsOfValue = (
  address: LockAddress,
  args: ValueArgs,
  quirks: HintQuirks = {},
): readonly Hint[] => {
  const { commandClass, property, propertyKey, newValue, prevValue } = args;
  if (commandClass === CommandClasses.Configuration && property === quirks.lengthParameter) {
    // Where all codes have one length, a new one has wiped them (FIELD-BUGS 6).
    const wiped = prevValue !== undefined && prevValue !== newValue;
    return [{ kind: 'locks' }, ...(wiped ? [{ kind: 'slot', address, slot: undefined } as const] : [])];
  }
  const { relock } = quirks;
  const isRelock = relock !== undefined && (property === relock.toggle || property === relock.seconds);
  if (commandClass === CommandClasses.Configuration && isRelock) return [{ kind: 'locks' }];
  if (describing.get(commandClass)?.includes(String(property)) === true) return [{ kind: 'locks' }];
  if (
    commandClass === CommandClasses['User Code'] &&
    (property === 'userCode' || property === 'userIdStatus')
  ) {
    return [{ kind: 'slot', address, slot: isSlot(propertyKey) ? propertyKey : undefined }];
  }
  if (commandClass !== CommandClasses.Notification) return [];
  if (property === 'Access Control' && propertyKey === 'Keypad state' && newValue === keypadDisabled)
    return [{ kind: 'keypad_lockout', address }];
  return property === 'Home Security' && propertyKey === 'Cover status' && newValue === coverRemoved
    ? [{ kind: 'tampered', address }]
    : [];
};

/** What is used of zwave-js's events about users and credentials of locks with User Credential CC. */
export interface UserArgs {
  readonly userId: number;
}

/** A user, or a credential of one, has been added, changed or deleted; user 0 stands for all. */
export const hintsOfUser = (
  address: LockAddress,
  what: 'added' | 'modified' | 'deleted',
  { userId }: UserArgs,
): readonly Hint[] => {
  if (isSlot(userId)) return [{ kind: 'slot', address, slot: userId }];
  return [{ kind: 'slot', address, slot: undefined, ...(what === 'deleted' ? { allDeleted: true } : {}) }];
};
