import type { Capabilities, ScheduleOrder } from '../../src/core/model.ts';
import type { FirmwareRange } from './firmware.ts';

/** What a model says of itself and what doesn't hold, on any radio. Absent: the lock's own word stands. */
export interface CommonCorrections {
  /** Last slot for keypad codes at most; those beyond hold cards, a master or service code, or nothing. */
  readonly lastSlot?: number;
  /** Numbers of digits that the lock takes, from least to most. */
  readonly codeLength?: { readonly min: number; readonly max: number };
  /** `none`: what it answers to a read proves nothing. */
  readonly readBack?: 'masked' | 'none';
  readonly readBackDelayMs?: number;
  readonly duplicateCheck?: boolean;
  /** False: codes can be changed at the keypad without a word. */
  readonly reportsProgramming?: false;
  /** 0: the year-day schedules that it claims bind no code. */
  readonly yearDaySchedules?: 0 | 1;
  readonly scheduleOrder?: ScheduleOrder;
}

/** One row of a quirk table. */
export interface CommonQuirk<C extends CommonCorrections> {
  readonly name: string;
  /** For people. */
  readonly models: string;
  /** The firmware it holds for; absent: any. */
  readonly firmware?: FirmwareRange;
  /** Where the facts come from. */
  readonly source: string;
  /** What of it rests on one report, a neighbouring model or an inference. */
  readonly weak?: string;
  readonly corrects: C;
}

/** Numbers from `min` to `max`, both included. */
export const lengths = (min: number, max: number): number[] =>
  Array.from({ length: Math.max(max - min + 1, 0) }, (_, i) => min + i);

/** What a lock claims, put right as far as that is the same on any radio. */
export const commonlyCorrected = (claimed: Capabilities, corrects: CommonCorrections): Capabilities => {
  const { yearDaySchedules: claimedSchedules, codeManners, ...rest } = claimed;
  const schedules = Math.min(claimedSchedules ?? 0, corrects.yearDaySchedules ?? Infinity);
  const { lastSlot, codeLength, readBack, duplicateCheck, readBackDelayMs, scheduleOrder } = corrects;
  return {
    ...rest,
    slots: { first: claimed.slots.first, last: Math.min(claimed.slots.last, lastSlot ?? Infinity) },
    codeLengths: codeLength === undefined ? claimed.codeLengths : lengths(codeLength.min, codeLength.max),
    reportsProgramming: claimed.reportsProgramming && corrects.reportsProgramming !== false,
    ...(readBack === undefined || claimed.readBack === 'none' ? {} : { readBack }),
    ...(duplicateCheck === undefined ? {} : { duplicateCheck }),
    ...(readBackDelayMs === undefined ? {} : { readBackDelayMs }),
    ...(schedules === 0 ? {} : { yearDaySchedules: schedules }),
    ...(schedules === 0 || codeManners === undefined ? {} : { codeManners }),
    ...(schedules === 0 || scheduleOrder === undefined ? {} : { scheduleOrder }),
  };
};
