import type { Capabilities } from '../../../src/core/model.ts';
import { commonlyCorrected } from '../../shared/quirk.ts';
import type { CommonCorrections, CommonQuirk } from '../../shared/quirk.ts';

/** What a model says of itself and what doesn't hold. Absent: the lock's own word stands. */
export interface Corrections extends CommonCorrections {
  /**
   * Its user ids begin with 0, which holds a code like any other: 0 to one less than the number of PIN users.
   * Without this, slots are 1 to that number, and 0 is left alone, since it may hold the master code.
   */
  readonly countsFromZero?: true;
  /** First slot that isn't the lock's own; those before it hold master codes. */
  readonly firstSlot?: number;
  /** Number of PIN users in place of attribute 0x0012, which is bogus on this model, or isn't told. */
  readonly pinUsers?: number;
  /** All codes have one length, set at the lock; a change of it wipes them (FIELD-BUGS 6). */
  readonly oneCodeLength?: true;
  /** The user id of its programming events may have its two bytes exchanged (FIELD-BUGS 19): see `eventUserOf`. */
  readonly swapsEventUser?: true;
  /** Neither bolt state nor accesses can be taken from its operation events. */
  readonly operationEvents?: 'unparsable';
  /** It tells PINs only while attribute 0x0032 (send PIN over the air) is set, and that gets lost. */
  readonly pinOverAirFirst?: true;
  /** Battery percentage in whole percents, where ZCL has halves (attribute 0x0021 of cluster 0x0001). */
  readonly batteryInPercent?: true;
  /** AutoRelockTime is no time but a switch, 0 or 1: the lock itself knows how long (attribute 0x0023). */
  readonly relockIsSwitch?: true;
  /** It runs on batteries, whatever its power source attribute says. */
  readonly onBatteries?: true;
}

/** One row of the quirk table. Its firmware goes by the software build id (0x4000). */
export interface Quirk extends CommonQuirk<Corrections> {
  /** Manufacturer names exactly as the Basic cluster tells them (attribute 0x0004); absent: any. */
  readonly manufacturers?: readonly string[];
  /** Model identifiers exactly as the Basic cluster tells them (attribute 0x0005). */
  readonly ids: readonly string[];
}

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

const slotsOf = (
  { first, last }: Capabilities['slots'],
  { countsFromZero, firstSlot }: Corrections,
): Capabilities['slots'] =>
  countsFromZero === true ? { first: firstSlot ?? 0, last: last - 1 } : { first: firstSlot ?? first, last };

/** What a lock claims, put right. `claimed.slots` are 1 to the number that `pinUsersOf` gives. */
export const corrected = (claimed: Capabilities, corrects: Corrections): Capabilities => ({
  ...commonlyCorrected({ ...claimed, slots: slotsOf(claimed.slots, corrects) }, corrects),
  ...(corrects.onBatteries === undefined ? {} : { power: 'battery' as const }),
  ...(corrects.oneCodeLength === undefined ? {} : { oneCodeLength: true as const }),
});
