import type { Capabilities, ScheduleOrder } from '../../../src/core/model.ts';

/** What a model says of itself and what doesn't hold. Absent: the lock's own word stands. */
export interface Corrections {
  /** Last slot for keypad codes; those beyond are card numbers, a master code, or nothing. */
  readonly lastSlot?: number;
  /** Numbers of digits that the lock takes, from least to most. */
  readonly codeLength?: { readonly min: number; readonly max: number };
  /**
   * Configuration parameter that holds the one length of all codes. Changing it wipes them (FIELD-BUGS 6).
   * `codeLength` is then what the parameter may be.
   */
  readonly lengthParameter?: number;
  /** `none`: what it answers to a read proves nothing. */
  readonly readBack?: 'masked' | 'none';
  readonly duplicateCheck?: boolean;
  readonly readBackDelayMs?: number;
  /** False: codes can be added at the keypad without a word. */
  readonly reportsProgramming?: false;
  /** 0: it takes year-day schedules that then bind no code. */
  readonly yearDaySchedules?: 0 | 1;
  readonly scheduleOrder?: ScheduleOrder;
  /** A new master code, set at the keypad (notification event 18), deletes every other code. */
  readonly masterCodeWipes?: true;
}

/** One row of the quirk table. */
export interface Quirk {
  readonly name: string;
  /** For people. */
  readonly models: string;
  /** `manufacturer:product type:product id`, each four hex digits, as in zwave-js's device list. */
  readonly products: readonly string[];
  /** The firmware it holds for, `major.minor`; absent: any. */
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

const codeLengthsOf = (
  claimed: readonly number[],
  { codeLength, lengthParameter }: Corrections,
  length: number | undefined,
): readonly number[] => {
  const allowed = codeLength === undefined ? claimed : lengths(codeLength.min, codeLength.max);
  return lengthParameter !== undefined && length !== undefined && allowed.includes(length)
    ? [length]
    : allowed;
};

/**
 * What a lock claims, put right.
 * @param length what the lock's length parameter says, undefined while it isn't known
 */
export const corrected = (
  claimed: Capabilities,
  corrects: Corrections,
  length: number | undefined,
): Capabilities => {
  const { yearDaySchedules: claimedSchedules, ...rest } = claimed;
  const schedules = Math.min(claimedSchedules ?? 0, corrects.yearDaySchedules ?? Infinity);
  const { readBack, duplicateCheck, readBackDelayMs, scheduleOrder } = corrects;
  return {
    ...rest,
    slots: {
      first: claimed.slots.first,
      last: Math.min(claimed.slots.last, corrects.lastSlot ?? Infinity),
    },
    codeLengths: codeLengthsOf(claimed.codeLengths, corrects, length),
    reportsProgramming: claimed.reportsProgramming && corrects.reportsProgramming !== false,
    ...(readBack === undefined ? {} : { readBack }),
    ...(corrects.lengthParameter === undefined ? {} : { oneCodeLength: true as const }),
    ...(duplicateCheck === undefined ? {} : { duplicateCheck }),
    ...(readBackDelayMs === undefined ? {} : { readBackDelayMs }),
    ...(schedules === 0 ? {} : { yearDaySchedules: schedules }),
    ...(schedules === 0 || scheduleOrder === undefined ? {} : { scheduleOrder }),
  };
};
