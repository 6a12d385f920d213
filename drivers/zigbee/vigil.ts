import type { Models } from 'zigbee-herdsman';
import type { Clock } from '../../src/ports/clock.ts';
import { notesOf } from './notes.ts';
import { boltReportMaxS } from './reporting.ts';

/** What is used of a device. */
type Heard = Pick<Models.Device, 'meta' | 'lastSeen' | 'checkinInterval'>;

/** How often it is looked who has gone silent. */
const lookMs = 600_000;
/** So many times of the longest silence that it announced may pass: a report may get lost. */
const patience = 2.5;

/**
 * The longest time that a lock keeps silent of its own accord, milliseconds: it reports its bolt, or checks in with
 * its poll control. Undefined where it owes no sign of life, and silence says nothing.
 */
export const longestSilenceMs = (device: Heard): number | undefined => {
  const { configured } = notesOf(device);
  const checkInS = device.checkinInterval ?? 0;
  const reportS = configured === true ? boltReportMaxS : 0;
  if (checkInS === 0) return reportS === 0 ? undefined : reportS * 1_000;
  return (reportS === 0 ? checkInS : Math.min(checkInS, reportS)) * 1_000;
};

/** Whether a lock has kept silent for so long that it is to be asked whether it is still there. */
export const isOverdue = (device: Heard, now: number): boolean => {
  const longest = longestSilenceMs(device);
  return longest !== undefined && device.lastSeen !== undefined && now - device.lastSeen > longest * patience;
};

/** Looks from time to time who has gone silent; costs nothing on the air. Returns its end. */
export const keepVigil = (clock: Clock, look: () => void): (() => void) => {
  const again = (): (() => void) =>
    clock.after(lookMs, () => {
      look();
      cancel = again();
    });
  let cancel = again();
  return () => {
    cancel();
  };
};
