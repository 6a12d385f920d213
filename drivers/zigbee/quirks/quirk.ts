import type { Capabilities, ScheduleOrder } from '../../../src/core/model.ts';

/** What a model says of itself and what doesn't hold. Absent: the lock's own word stands. */
export interface Corrections {
  /**
   * Its user ids begin with 0, which holds a code like any other: 0 to one less than the number of PIN users.
   * Without this, slots are 1 to that number, and 0 is left alone, since it may hold the master code.
   */
  readonly countsFromZero?: true;
  /** First slot that isn't the lock's own; those before it hold master codes. */
  readonly firstSlot?: number;
  /** Last slot for keypad codes at most; those beyond hold cards, a service code, or nothing. */
  readonly lastSlot?: number;
  /** Number of PIN users in place of attribute 0x0012, which is bogus on this model, or isn't told. */
  readonly pinUsers?: number;
  /** Numbers of digits that the lock takes, from least to most, in place of attributes 0x0018 and 0x0017. */
  readonly codeLength?: { readonly min: number; readonly max: number };
  /** All codes have one length, set at the lock; a change of it wipes them (FIELD-BUGS 6). */
  readonly oneCodeLength?: true;
  /** `none`: what it answers to a read proves nothing. */
  readonly readBack?: 'masked' | 'none';
  readonly readBackDelayMs?: number;
  readonly duplicateCheck?: boolean;
  /** False: codes can be changed at the keypad without a word. */
  readonly reportsProgramming?: false;
  /** The user id of its programming events may have its two bytes exchanged (FIELD-BUGS 19): see `eventUserOf`. */
  readonly swapsEventUser?: true;
  /** Neither bolt state nor accesses can be taken from its operation events. */
  readonly operationEvents?: 'unparsable';
  /** It tells PINs only while attribute 0x0032 (send PIN over the air) is set, and that gets lost. */
  readonly pinOverAirFirst?: true;
  /** 0: the year-day schedules that it claims bind no code. */
  readonly yearDaySchedules?: 0 | 1;
  readonly scheduleOrder?: ScheduleOrder;
  /** Battery percentage in whole percents, where ZCL has halves (attribute 0x0021 of cluster 0x0001). */
  readonly batteryInPercent?: true;
  /** It runs on batteries, whatever its power source attribute says. */
  readonly onBatteries?: true;
}

/** One row of the quirk table. */
export interface Quirk {
  readonly name: string;
  /** For people. */
  readonly models: string;
  /** Manufacturer names exactly as the Basic cluster tells them (attribute 0x0004); absent: any. */
  readonly manufacturers?: readonly string[];
  /** Model identifiers exactly as the Basic cluster tells them (attribute 0x0005). */
  readonly ids: readonly string[];
  /** The firmware it holds for, by its software build id (0x4000), numbers with dots; absent: any. */
  readonly firmware?: { readonly from?: string; readonly before?: string };
  /** Where the facts come from. */
  readonly source: string;
  /** What of it rests on one report, a neighbouring model or an inference. */
  readonly weak?: string;
  readonly corrects: Corrections;
}

/** Numbers from `min` to `max`, both included. */
export const lengths = (min: number, max: number): number[] =>
  Array.from({ length: Math.max(max - min + 1, 0) }, (_, i) => min + i);

/**
 * How many PINs a lock holds.
 * @param claimed attribute 0x0012, undefined while it isn't known
 */
export const pinUsersOf = (
  claimed: number | undefined,
  corrects: Corrections | undefined,
): number | undefined => corrects?.pinUsers ?? claimed;

/**
 * The slot that a programming event speaks of. Where bytes are exchanged, every id up to 255 arrives as a multiple of
 * 256; one that doesn't is right as it is, so that mended firmware isn't misread.
 */
export const eventUserOf = (user: number, corrects: Corrections | undefined): number =>
  corrects?.swapsEventUser === true && user > 0xff && (user & 0xff) === 0 ? user >> 8 : user;

const slotsOf = (claimed: Capabilities['slots'], corrects: Corrections): Capabilities['slots'] => {
  const last = corrects.countsFromZero === true ? claimed.last - 1 : claimed.last;
  return {
    first: corrects.firstSlot ?? (corrects.countsFromZero === true ? 0 : claimed.first),
    last: Math.min(last, corrects.lastSlot ?? Infinity),
  };
};

/** What a lock claims, put right. `claimed.slots` are 1 to the number that `pinUsersOf` gives. */
export const corrected = (claimed: Capabilities, corrects: Corrections): Capabilities => {
  const { yearDaySchedules: claimedSchedules, codeManners, ...rest } = claimed;
  const schedules = Math.min(claimedSchedules ?? 0, corrects.yearDaySchedules ?? Infinity);
  const { codeLength, readBack, duplicateCheck, readBackDelayMs, scheduleOrder } = corrects;
  return {
    ...rest,
    slots: slotsOf(claimed.slots, corrects),
    codeLengths: codeLength === undefined ? claimed.codeLengths : lengths(codeLength.min, codeLength.max),
    reportsProgramming: claimed.reportsProgramming && corrects.reportsProgramming !== false,
    ...(readBack === undefined || claimed.readBack === 'none' ? {} : { readBack }),
    ...(corrects.onBatteries === undefined ? {} : { power: 'battery' as const }),
    ...(corrects.oneCodeLength === undefined ? {} : { oneCodeLength: true as const }),
    ...(duplicateCheck === undefined ? {} : { duplicateCheck }),
    ...(readBackDelayMs === undefined ? {} : { readBackDelayMs }),
    ...(schedules === 0 ? {} : { yearDaySchedules: schedules }),
    ...(schedules === 0 || codeManners === undefined ? {} : { codeManners }),
    ...(schedules === 0 || scheduleOrder === undefined ? {} : { scheduleOrder }),
  };
};
