import type { Calibration, Capabilities } from './model.ts';

/** What the driver tells of a lock, corrected by what this very lock was seen to do. */
export const calibrated = (told: Capabilities, seen: Calibration | undefined): Capabilities => {
  if (seen === undefined) return told;
  const { scheduleOrder, ...rest } = told;
  const order = seen.scheduleOrder ?? scheduleOrder;
  return {
    ...rest,
    // A lock that was seen to mask isn't taken at its word that it doesn't; the other way round it may be changed.
    readBack: seen.readBack === 'masked' && told.readBack === 'full' ? 'masked' : told.readBack,
    ...(seen.readBackDelayMs === undefined ? {} : { readBackDelayMs: seen.readBackDelayMs }),
    ...(seen.codeLengths === undefined || told.oneCodeLength === true
      ? {}
      : { codeLengths: seen.codeLengths }),
    ...(seen.duplicateCheck === undefined ? {} : { duplicateCheck: seen.duplicateCheck }),
    ...(order === undefined || order === 'none' ? {} : { scheduleOrder: order }),
  };
};
