/** The numbers of the Zigbee Cluster Library (revision 7) that this driver speaks; sections in brackets. */

/** Basic [3.2], Power Configuration [3.3], Alarms [3.11], Time [3.12], Door Lock [7.3]. */
export const clusters = {
  basic: 0x0000,
  power: 0x0001,
  alarms: 0x0009,
  time: 0x000a,
  doorLock: 0x0101,
} as const;

/** Commands of the Door Lock cluster, to the lock. */
export const commands = {
  lockDoor: 0x00,
  unlockDoor: 0x01,
  setPinCode: 0x05,
  getPinCode: 0x06,
  clearPinCode: 0x07,
  setUserStatus: 0x09,
  getUserStatus: 0x0a,
  setYearDaySchedule: 0x0e,
  getYearDaySchedule: 0x0f,
  clearYearDaySchedule: 0x10,
  setUserType: 0x14,
  getUserType: 0x15,
} as const;

/** What the lock says by itself: Operation and Programming Event Notification. */
export const events = { operation: 0x20, programming: 0x21 } as const;

/** Attributes of the Door Lock cluster. */
export const lockAttributes = {
  lockState: 0x0000,
  totalUsers: 0x0011,
  pinUsers: 0x0012,
  yearDaySchedules: 0x0015,
  maxPinLength: 0x0017,
  minPinLength: 0x0018,
  /** Seconds until it locks itself, 0 for never. */
  autoRelockTime: 0x0023,
  sendPinOverTheAir: 0x0032,
  requirePinForRf: 0x0033,
} as const;

/** User Status, as in Set PIN Code; 2 is reserved, 0xff "not supported". */
export const userStatus = { available: 0, enabled: 1, disabled: 3 } as const;

/** User Type, as in Set PIN Code. */
export const userType = { unrestricted: 0, yearDay: 1, weekDay: 2, master: 3, nonAccess: 4 } as const;

export const boltState = { notFullyLocked: 0, locked: 1, unlocked: 2 } as const;

/**
 * The bits of each event mask that have a meaning: with all of them set, the lock tells everything that it
 * can. Reserved bits stay 0, because a strict lock refuses a mask with one.
 */
export const eventMasks = {
  alarm: { id: 0x0040, all: 0x007f },
  keypadOperation: { id: 0x0041, all: 0x00ff },
  rfOperation: { id: 0x0042, all: 0x007f },
  manualOperation: { id: 0x0043, all: 0x07ff },
  rfidOperation: { id: 0x0044, all: 0x00ff },
  keypadProgramming: { id: 0x0045, all: 0x001f },
  rfProgramming: { id: 0x0046, all: 0x007d },
  rfidProgramming: { id: 0x0047, all: 0x0061 },
} as const;

/** Status codes of responses [2.6.3] that mean something to us. */
export const zclStatus = {
  success: 0x00,
  failure: 0x01,
  notAuthorized: 0x7e,
  malformed: 0x80,
  unsupportedCommand: 0x81,
  unsupportedGeneralCommand: 0x82,
  unsupportedManufacturerCommand: 0x83,
  invalidField: 0x85,
  unsupportedAttribute: 0x86,
  invalidValue: 0x87,
  readOnly: 0x88,
  insufficientSpace: 0x89,
  notFound: 0x8b,
  invalidDataType: 0x8d,
  timeout: 0x94,
  unsupportedCluster: 0xc3,
} as const;

/** Seconds from the Unix epoch to 2000-01-01 00:00:00, where Zigbee's time begins [2.6.2.18]. */
export const zigbeeEpochS = 946_684_800;
