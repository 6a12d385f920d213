import type { Models } from 'zigbee-herdsman';
import type { Capabilities } from '../../src/core/model.ts';
import { lengths } from '../shared/quirk.ts';
import { autoLockOf, correctsOf, lockEndpointOf, numberOf } from './locks.ts';
import { notesOf } from './notes.ts';
import type { Notes } from './notes.ts';
import { corrected, pinUsersOf } from './quirks/quirk.ts';
import { clusters, lockAttributes } from './zcl.ts';

/** What a lock can do: what it told when it was configured, corrected by its row of the quirk table. No radio. */

/** More users than this are never asked for: one user is one slot, and each is looked at when a lock is adopted. */
const usersMax = 1_000;

/** Numbers of digits where a lock doesn't tell them: ZCL's defaults of attributes 0x0018 and 0x0017. */
const usualLengths = { min: 4, max: 8 } as const;
/** `Pin` has room for no more. */
const digitsMax = 32;

/** A lock that takes no code at all, or one of 200 digits, doesn't know what it says. */
const codeLengthsOf = (min: number = usualLengths.min, max: number = usualLengths.max): readonly number[] =>
  min >= 1 && min <= max && max <= digitsMax
    ? lengths(min, max)
    : lengths(usualLengths.min, usualLengths.max);

const isBattery = (device: Models.Device): boolean =>
  device.powerSource === undefined || device.powerSource === 'Battery' || device.powerSource === 'Unknown';

const readBackOf = ({ reads }: Notes): Capabilities['readBack'] => {
  if (reads === 'none') return 'none';
  return reads === 'masked' || reads === 'bare' ? 'masked' : 'full';
};

/**
 * A lock with a Time server is told the time and read; one that only asks for it (a client) learns it when it asks, and
 * nothing makes it [ZCL 3.12]. That it keeps its zone's summer time is known once it was told (`setClock`).
 */
const clockOf = (device: Models.Device, { clock }: Notes): Pick<Capabilities, 'clock'> => {
  const serves = device.endpoints.some((endpoint) => endpoint.inputClusters.includes(clusters.time));
  const asks = device.endpoints.some((endpoint) => endpoint.outputClusters.includes(clusters.time));
  if (!serves) return asks ? { clock: { set: false, read: false } } : {};
  const dst = clock === 'dst' ? { dst: true as const } : {};
  return { clock: { set: clock !== 'fixed', read: true, ...dst } };
};

/** By what it has told so far; undefined for locks without PINs, and while their number isn't known (FIELD-BUGS 23). */
export const toldCapabilities = (device: Models.Device): Capabilities | undefined => {
  const endpoint = lockEndpointOf(device);
  if (endpoint === undefined) return undefined;
  const notes = notesOf(device);
  const told = (attribute: number): number | undefined => numberOf(endpoint, clusters.doorLock, attribute);
  const corrects = correctsOf(device);
  const users = pinUsersOf(told(lockAttributes.pinUsers) ?? told(lockAttributes.totalUsers), corrects);
  if (users === undefined || users < 1) return undefined;
  const yearDaySchedules = told(lockAttributes.yearDaySchedules) ?? 0;
  const claimed: Capabilities = {
    slots: { first: 1, last: Math.min(users, usersMax) },
    reservedSlots: [],
    codeLengths: codeLengthsOf(told(lockAttributes.minPinLength), told(lockAttributes.maxPinLength)),
    readBack: readBackOf(notes),
    checksum: false,
    reportsProgramming: notes.tellsProgramming === true && notes.boundTo !== undefined,
    // A lock that is bound tells operation events with the user, unless nothing can be taken from them.
    ...(notes.boundTo === undefined || corrects.operationEvents === 'unparsable'
      ? {}
      : { reportsUse: true as const }),
    power: isBattery(device) ? 'battery' : 'mains',
    remoteLock: told(lockAttributes.requirePinForRf) !== 1,
    ...(yearDaySchedules < 1 ? {} : { yearDaySchedules, codeManners: true as const }),
    ...clockOf(device, notes),
    ...(autoLockOf(device) === undefined || notes.relockFixed === true ? {} : { autoLock: true as const }),
  };
  return corrected(claimed, corrects);
};

/** Undefined until the lock has been asked all. */
export const capabilitiesOf = (device: Models.Device): Capabilities | undefined =>
  notesOf(device).asked === true ? toldCapabilities(device) : undefined;

/** Whether the lock has this slot for codes of ours; undefined while its slots aren't known. */
export const hasSlot = (device: Models.Device, slot: number): boolean | undefined => {
  const capabilities = capabilitiesOf(device);
  if (capabilities === undefined) return undefined;
  const { slots, reservedSlots } = capabilities;
  return Number.isInteger(slot) && slot >= slots.first && slot <= slots.last && !reservedSlots.includes(slot);
};
