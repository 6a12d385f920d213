import type { Capabilities } from '../../../src/core/model.ts';
import { commonlyCorrected } from '../../shared/quirk.ts';
import type { CommonCorrections, CommonQuirk } from '../../shared/quirk.ts';

export interface RelockParameters {
  readonly toggle: number;
  readonly on: number;
  readonly seconds: number;
}

/** What a model says of itself and what doesn't hold. Absent: the lock's own word stands. */
export interface Corrections extends CommonCorrections {
  /**
   * Configuration parameter that holds the one length of all codes. Changing it wipes them (FIELD-BUGS 6).
   * `codeLength` is then what the parameter may be.
   */
  readonly lengthParameter?: number;
  /**
   * Configuration parameters by which it locks itself, where Door Lock CC doesn't tell (before version 4, or without
   * auto-relock): one turns it on (`on`) and off (0), the other holds the seconds.
   */
  readonly relock?: RelockParameters;
  /** A new master code, set at the keypad (notification event 18), deletes every other code. */
  readonly masterCodeWipes?: true;
}

/** One row of the quirk table. Its firmware is `major.minor`. */
export interface Quirk extends CommonQuirk<Corrections> {
  /** `manufacturer:product type:product id`, each four hex digits, as in zwave-js's device list. */
  readonly products: readonly string[];
}

/**
 * What a lock claims, put right.
 * @param length what the lock's length parameter says, undefined while it isn't known
 */
export const corrected = (
  claimed: Capabilities,
  corrects: Corrections,
  length: number | undefined,
): Capabilities => {
  const common = commonlyCorrected(claimed, corrects);
  if (corrects.lengthParameter === undefined) return common;
  const isKnown = length !== undefined && common.codeLengths.includes(length);
  return { ...common, codeLengths: isKnown ? [length] : common.codeLengths, oneCodeLength: true };
};
