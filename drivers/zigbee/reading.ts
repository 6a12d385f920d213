import type { Models } from 'zigbee-herdsman';
import type { SlotReading } from '../../src/core/model.ts';
import type { ReadOutcome } from '../../src/ports/lock-driver.ts';
import { toldCapabilities } from './capabilities.ts';
import { numberOf } from './locks.ts';
import { note, notesOf } from './notes.ts';
import type { Notes } from './notes.ts';
import { ask, attempt, isMishap, sending } from './sending.ts';
import type { ExchangeContext, Target } from './sending.ts';
import { isUnknownQuestion, pinAnswerOf, statusAnswerOf, typeAnswerOf } from './translate.ts';
import type { Mishap, SlotAnswer } from './translate.ts';
import { clusters, commands, lockAttributes } from './zcl.ts';

/** What stands in a slot [ZCL 7.3], and how much of that a lock tells. */

type Told = SlotAnswer | Mishap;

const failed = ({ why }: Mishap): ReadOutcome => ({ kind: 'failed', why });
const silence: ReadOutcome = { kind: 'failed', why: 'timeout' };

/** Only there a user's type means something: on others it is whatever the firmware puts there. */
const hasSchedules = ({ device }: Target): boolean => toldCapabilities(device)?.codeManners === true;

const askPin = async (target: Target, slot: number, context: ExchangeContext): Promise<Told> => {
  const asked = await ask(target, commands.getPinCode, { userid: slot }, context);
  return isMishap(asked) ? asked : pinAnswerOf(asked, slot, hasSchedules(target));
};

/** No PIN on the air, and masks don't matter (FIELD-BUGS 2). */
const askStatus = async (target: Target, slot: number, context: ExchangeContext): Promise<Told> => {
  const asked = await ask(target, commands.getUserStatus, { userid: slot }, context);
  return isMishap(asked) ? asked : statusAnswerOf(asked, slot);
};

const keep = (device: Models.Device, reads: Notes['reads']): void => {
  if (notesOf(device).reads !== reads || notesOf(device).refusals !== undefined)
    note(device, { reads, refusals: undefined });
};

/**
 * Lets the lock tell PINs over the air (attribute 0x0032) and remembers that it was told to, so that it isn't told
 * with every read. Returns whether it took it.
 */
const allowPins = async (
  { device, endpoint }: Target,
  context: ExchangeContext,
): Promise<boolean | Mishap> => {
  const done = await attempt(context, async () => {
    await endpoint.write('closuresDoorLock', { sendPinOta: 1 }, sending);
    return true;
  });
  if (isMishap(done)) return done;
  note(device, { tellsPins: done === true ? 'told' : 'refused' });
  return done === true;
};

/** Whether the lock may be keeping its PINs to itself only because nobody told it otherwise. */
const mayBeAllowed = ({ device, endpoint, corrects }: Target): boolean => {
  const { tellsPins } = notesOf(device);
  // On some models the setting gets lost.
  if (corrects.pinOverAirFirst === true) return tellsPins !== 'refused';
  return (
    tellsPins === undefined && numberOf(endpoint, clusters.doorLock, lockAttributes.sendPinOverTheAir) === 0
  );
};

const isWithheld = (told: Told): boolean =>
  told.kind === 'refused' ||
  (told.kind === 'read' && told.reading.kind === 'occupied' && told.reading.pin === 'masked');

/** By its code, with the lock's leave to tell it where that was missing. */
const readPin = async (target: Target, slot: number, context: ExchangeContext): Promise<Told> => {
  const { device, corrects } = target;
  if (corrects.pinOverAirFirst === true && notesOf(device).tellsPins === undefined)
    await allowPins(target, context);
  const told = await askPin(target, slot, context);
  if (!isWithheld(told) || !mayBeAllowed(target)) return told;
  const allowed = await allowPins(target, context);
  // Nothing is concluded of a lock that wasn't reached.
  if (typeof allowed !== 'boolean') return allowed;
  return allowed ? askPin(target, slot, context) : told;
};

const masked = (reading: SlotReading): SlotReading =>
  reading.kind === 'empty' ? reading : { ...reading, pin: 'masked' };

/** So many refusals in a row are believed that may be passing, or of one slot. */
const refusalsBelieved = 3;

/**
 * Whether a refusal says something of the lock, and not only of this moment (a busy one answers "failure" too) or this
 * slot: what has told codes knows the question.
 */
const isBelieved = (device: Models.Device, { isLasting }: { readonly isLasting: boolean }): boolean => {
  const { reads, refusals: before = 0 } = notesOf(device);
  const refusals = before + 1;
  if ((isLasting && (reads === undefined || reads === 'bare')) || refusals >= refusalsBelieved) return true;
  note(device, { refusals });
  return false;
};

/**
 * What kind of user it is, where that isn't told with its code: only on locks whose schedules bind by it. One exchange
 * more; what isn't answered is left out.
 */
const withType = async (
  target: Target,
  slot: number,
  read: Extract<Told, { kind: 'read' }>,
  context: ExchangeContext,
): Promise<ReadOutcome> => {
  const { device } = target;
  const { reading } = read;
  if (reading.kind === 'empty' || !hasSchedules(target) || notesOf(device).hidesTypes === true)
    return { kind: 'read', reading };
  const asked = await ask(target, commands.getUserType, { userid: slot }, context);
  if (isMishap(asked)) return { kind: 'read', reading };
  if (isUnknownQuestion(asked)) note(device, { hidesTypes: true });
  const userType = typeAnswerOf(asked, slot);
  return { kind: 'read', reading: userType === undefined ? reading : { ...reading, userType } };
};

/** By the status of its user only. */
const readStatus = async (target: Target, slot: number, context: ExchangeContext): Promise<ReadOutcome> => {
  const { device } = target;
  const told = await askStatus(target, slot, context);
  switch (told.kind) {
    case 'failed':
      return failed(told);
    case 'read':
      // It has an answer after all.
      keep(device, 'masked');
      return withType(target, slot, told, context);
    case 'unavailable':
      return told;
    case 'refused':
      if (isBelieved(device, told)) keep(device, 'none');
      return silence;
    case 'unclear':
      return silence;
    default:
      return told satisfies never;
  }
};

/** The same, where that says nothing of how its slots are read best. */
const readPresence = async (target: Target, slot: number, context: ExchangeContext): Promise<ReadOutcome> => {
  const told = await askStatus(target, slot, context);
  if (told.kind === 'failed') return failed(told);
  return told.kind === 'read' || told.kind === 'unavailable' ? told : silence;
};

/**
 * What a lock makes of its code's place says how it is read best. A card or a finger has no digits either: one slot
 * without them hides none of the others. Zeros are digits only on a lock that has told others.
 */
const understood = (
  device: Models.Device,
  { reading, shows }: Extract<Told, { kind: 'read' }>,
): SlotReading => {
  const { reads } = notesOf(device);
  switch (shows) {
    case undefined:
      return reading;
    case 'digits':
      keep(device, 'digits');
      return reading;
    case 'zeros':
    case 'nothing':
      if (reads === 'digits') return reading;
      keep(device, 'bare');
      return masked(reading);
    case 'mask':
      if (reads !== 'digits') keep(device, 'masked');
      return reading;
    default:
      return shows satisfies never;
  }
};

/**
 * What stands in a slot. A lock that keeps its codes to itself is known from then on, and asked for the status of its
 * users only; one that doesn't tell that either can't be read.
 */
export const readSlot = async (
  target: Target,
  slot: number,
  context: ExchangeContext,
): Promise<ReadOutcome> => {
  const { device, corrects } = target;
  const { reads } = notesOf(device);
  if (reads === 'masked' || reads === 'none' || corrects.readBack === 'masked')
    return readStatus(target, slot, context);
  const told = await readPin(target, slot, context);
  switch (told.kind) {
    case 'failed':
      return failed(told);
    case 'read':
      return { kind: 'read', reading: understood(device, told) };
    case 'unavailable':
      return told;
    case 'refused':
      return isBelieved(device, told)
        ? readStatus(target, slot, context)
        : readPresence(target, slot, context);
    case 'unclear':
      // Garbled, about another slot, or with a status that says nothing: that happens to one answer, not to a lock.
      return readPresence(target, slot, context);
    default:
      return told satisfies never;
  }
};
