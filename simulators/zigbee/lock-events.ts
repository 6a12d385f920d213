import { type SimulatedLock, sendPinKey } from './lock.ts';
import { zigbeeEpochMs } from './schedule-book.ts';
import { availableStatus, noType, statusNumbers, typeNumbers } from './slot.ts';
import { ByteWriter } from './zcl-bytes.ts';
import { clusterId } from './zcl-cluster.ts';

/** Event sources (ZCL §7.3, Operation Event Notification). */
const sources = { keypad: 0x00, rf: 0x01, manual: 0x02 } as const;
export type EventSource = keyof typeof sources;

/** Operation event codes (ZCL §7.3, Operation Event Notification). */
export const operationCode = {
  unknown: 0x00,
  lock: 0x01,
  unlock: 0x02,
  lockInvalidPin: 0x03,
  unlockInvalidPin: 0x05,
  unlockInvalidSchedule: 0x06,
  autoLock: 0x0a,
  manualLock: 0x0d,
  manualUnlock: 0x0e,
  nonAccessUser: 0x0f,
} as const;

/** Programming event codes (ZCL §7.3, Programming Event Notification). */
export const programmingCode = {
  masterCodeChanged: 0x01,
  pinAdded: 0x02,
  pinDeleted: 0x03,
  pinChanged: 0x04,
} as const;

export interface OperationEvent {
  readonly source: EventSource;
  readonly code: number;
  /** Absent: nobody in particular (0xffff). */
  readonly slot?: number | undefined;
  readonly pin?: string;
}

export interface ProgrammingEvent {
  readonly source: EventSource;
  readonly code: number;
  /** `all`: every user. */
  readonly slot: number | 'all';
  readonly pin?: string;
}

export const alarmMask = 0x40;
const operationMasks: Readonly<Record<EventSource, number>> = { keypad: 0x41, rf: 0x42, manual: 0x43 };
const programmingMasks: Readonly<Record<EventSource, number | undefined>> = {
  keypad: 0x45,
  rf: 0x46,
  manual: undefined,
};
/** Bits of the manual operation event mask by event code (ZCL, that attribute); the others have their code's bit. */
const manualBits: Readonly<Record<number, number>> = {
  0x01: 1,
  0x02: 2,
  0x07: 3,
  0x08: 4,
  0x09: 5,
  0x0a: 6,
  0x0b: 7,
  0x0c: 8,
  0x0d: 9,
  0x0e: 10,
};
const nobody = 0xffff;
const noTime = 0xffff_ffff;

/** An event mask as it stands; every bit where the lock has no such attributes. */
export const eventMask = (lock: SimulatedLock, attribute: number): number => {
  const { event_masks } = lock.spec;
  if (event_masks === 'none') return 0xffff;
  const written = lock.attributes.get(`${clusterId.doorLock}/${attribute}`);
  return typeof written === 'number' ? written : event_masks;
};

const isWanted = (lock: SimulatedLock, attribute: number | undefined, bit: number): boolean =>
  attribute === undefined || (eventMask(lock, attribute) & (1 << bit)) !== 0;

/** Whether the lock may send PINs over the air (attribute 0x0032). */
export const sendsPins = (lock: SimulatedLock): boolean => {
  const written = lock.attributes.get(sendPinKey);
  return lock.spec.pin_over_air === undefined || (written ?? (lock.spec.pin_over_air ? 1 : 0)) === 1;
};

/** The PIN field of any message: where PINs may not be sent each digit is an octet 0xff (ZCL, SendPINOverTheAir). */
export const pinOctets = (lock: SimulatedLock, code: string): Buffer =>
  sendsPins(lock) ? lock.manners.shown(code) : Buffer.alloc(code.length, 0xff);

const localTime = ({ clock }: SimulatedLock): number =>
  clock === undefined ? noTime : Math.max(0, Math.floor((clock.local() - zigbeeEpochMs) / 1000));

const eventPin = (lock: SimulatedLock, pin: string | undefined): Buffer =>
  pin === undefined || !lock.behaviour.event_carries_pin ? Buffer.alloc(0) : pinOctets(lock, pin);

/** @returns undefined for what the lock's masks leave out. */
export const operationPayload = (
  lock: SimulatedLock,
  { source, code, slot, pin }: OperationEvent,
): Buffer | undefined => {
  const bit = source === 'manual' ? (manualBits[code] ?? 0) : Math.min(code, 7);
  if (!isWanted(lock, operationMasks[source], bit)) return undefined;
  const payload = new ByteWriter()
    .u8(sources[source])
    .u8(code)
    .u16(slot ?? nobody)
    .octets(eventPin(lock, pin))
    .u32(localTime(lock));
  // The last field, text for people, is empty.
  return lock.behaviour.unparsable_operation_events ? payload.done() : payload.u8(0).done();
};

/** @returns undefined for what the lock's masks leave out. */
export const programmingPayload = (
  lock: SimulatedLock,
  { source, code, slot, pin }: ProgrammingEvent,
): Buffer | undefined => {
  if (!isWanted(lock, programmingMasks[source], code)) return undefined;
  const { swap_event_user, delete_all_user, unparsable_programming_events, trailing_bytes } = lock.behaviour;
  const user = slot === 'all' ? delete_all_user : slot;
  const swapped = ((user & 0xff) << 8) | (user >> 8);
  const held = slot === 'all' ? undefined : lock.slot(slot);
  const digits = eventPin(lock, pin);
  const payload = new ByteWriter()
    .u8(sources[source])
    .u8(code)
    .u16(swap_event_user ? swapped : user)
    .octets(digits)
    .u8(held === undefined ? noType : typeNumbers[held.type])
    .u8(held === undefined ? availableStatus : statusNumbers[held.status])
    .u32(localTime(lock));
  if (unparsable_programming_events) return payload.done();
  // ID Lock puts the digits there once more.
  return payload.octets(trailing_bytes ? digits : Buffer.alloc(0)).done();
};
