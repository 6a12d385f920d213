import { UserCredentialType } from '@zwave-js/cc';
import { CommandClasses } from '@zwave-js/core';
import type { ZWaveNode } from 'zwave-js';
import type { Capabilities } from '../../src/core/model.ts';
import { lengths } from '../shared/quirk.ts';
import {
  accessControlEvents,
  codesBy,
  isInterviewed,
  autoLockOf,
  lastSlotOf,
  numberOf,
  productOf,
  valueOf,
} from './nodes.ts';
import { claimedSchedules } from './left-schedules.ts';
import { quirkOf } from './quirks/index.ts';
import { corrected } from './quirks/quirk.ts';
import { canBeTold, keepsSummerTime } from './told-time.ts';
import { nameBytesOf } from './user-name.ts';

/** What a lock can do: what it told at its interview, corrected by its row of the quirk table. No radio. */

const accessControl = 6;
const codeAdded = 14;

/** Event 14 of notification type 6 in the lock's own list of events; the type alone where it has no list. */
const reportsProgramming = (node: ZWaveNode): boolean => {
  const events = accessControlEvents(node);
  if (events !== undefined) return events.includes(codeAdded);
  const types = valueOf(node, CommandClasses.Notification, 'supportedNotificationTypes');
  return Array.isArray(types) && types.includes(accessControl);
};

/** Events 6 and 0x22 of notification type 6 tell the user that unlocked; only a lock's own list proves them. */
const tellsUse = [6, 0x22];

const useOf = (node: ZWaveNode): Pick<Capabilities, 'reportsUse'> =>
  tellsUse.some((event) => accessControlEvents(node)?.includes(event)) ? { reportsUse: true } : {};

/** Clock CC and Time Parameters CC set a clock, and those and Time CC tell it. */
const clockOf = (node: ZWaveNode): Pick<Capabilities, 'clock'> => {
  const set = canBeTold(node);
  const read = set || node.supportsCC(CommandClasses.Time);
  return read
    ? { clock: { set, read, ...(set && keepsSummerTime(node) ? { dst: true as const } : {}) } }
    : {};
};

/**
 * Clock CC alone knows the day of the week and no date: nobody can tell such a lock, or see, in which year its schedules
 * are judged.
 */
const knowsDate = (node: ZWaveNode): boolean =>
  [CommandClasses.Time, CommandClasses['Time Parameters']].some((cc) => node.supportsCC(cc));

type Shared = Pick<
  Capabilities,
  'slots' | 'reservedSlots' | 'reportsUse' | 'power' | 'remoteLock' | 'clock' | 'autoLock'
>;

const shared = (node: ZWaveNode, last: number): Shared => {
  const battery = Boolean(node.isFrequentListening) || node.supportsCC(CommandClasses.Battery);
  return {
    slots: { first: 1, last },
    reservedSlots: [],
    power: battery ? 'battery' : 'mains',
    remoteLock: node.supportsCC(CommandClasses['Door Lock']),
    ...useOf(node),
    ...clockOf(node),
    // What it hasn't told of it can't be proved either.
    ...(autoLockOf(node) === undefined ? {} : { autoLock: true as const }),
  };
};

/** User Code CC has 4 to 10 digits and lets no lock say more. */
const byUserCode = (node: ZWaveNode, last: number, masked: boolean): Capabilities => {
  const yearDaySchedules = knowsDate(node) ? (claimedSchedules(node, 'year_day') ?? 0) : 0;
  const hasRepeating = (['week_day', 'daily_repeating'] as const).some(
    (kind) => (claimedSchedules(node, kind) ?? 0) > 0,
  );
  return {
    ...shared(node, last),
    codeLengths: lengths(4, 10),
    readBack: masked ? 'masked' : 'full',
    checksum: valueOf(node, CommandClasses['User Code'], 'supportsUserCodeChecksum') === true,
    reportsProgramming: reportsProgramming(node),
    ...(yearDaySchedules < 1 ? {} : { yearDaySchedules }),
    ...(hasRepeating ? { repeatingSchedules: true as const } : {}),
  };
};

/**
 * User Credential CC: programming is always reported, a PIN can't stand twice (CC:0083.01.0A.11.018), and codes
 * are read back unless the lock keeps hashes of them (CC:0083.01.0C.11.021). Its checksums are others than those
 * of User Code CC. No schedules: zwave-js has no Active Schedule CC yet (facts page).
 */
const byUserCredential = (node: ZWaveNode, last: number): Capabilities | undefined => {
  const credentials = node.accessControl?.getCredentialCapabilitiesCached();
  const pins = credentials?.supportedCredentialTypes.get(UserCredentialType.PINCode);
  if (pins === undefined) return undefined;
  const maxLength = nameBytesOf(node);
  return {
    ...shared(node, last),
    codeLengths: lengths(pins.minCredentialLength, pins.maxCredentialLength),
    readBack: pins.maxCredentialHashLength === 0 ? 'full' : 'masked',
    checksum: false,
    reportsProgramming: true,
    duplicateCheck: true,
    ...(maxLength < 1 ? {} : { names: { maxLength } }),
  };
};

/** The one length of all codes, where the model has a parameter for it and zwave-js knows its value. */
export const codeLengthOf = (node: ZWaveNode, parameter: number | undefined): number | undefined =>
  parameter === undefined ? undefined : numberOf(node, CommandClasses.Configuration, parameter);

/** Undefined until the interview is complete, and for locks without PINs. */
export const capabilitiesOf = (node: ZWaveNode, masked: boolean): Capabilities | undefined => {
  const by = codesBy(node);
  const last = lastSlotOf(node);
  if (!isInterviewed(node) || by === undefined || last === undefined) return undefined;
  const claimed = by === 'user_code' ? byUserCode(node, last, masked) : byUserCredential(node, last);
  const corrects = quirkOf(productOf(node))?.corrects;
  return claimed === undefined || corrects === undefined
    ? claimed
    : corrected(claimed, corrects, codeLengthOf(node, corrects.lengthParameter));
};
