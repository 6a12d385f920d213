import type { Models } from 'zigbee-herdsman';
import { z } from 'zod';

/** What this driver has found out about a lock and keeps with it in herdsman's database. No PINs, no keys. */
const schema = z.object({
  /** All that a lock is asked at its configuration has been asked. */
  asked: z.boolean().optional(),
  /** Everything was done with it once (`reporting.ts`). */
  configured: z.boolean().optional(),
  /** IEEE address of the coordinator that its clusters are bound to. */
  boundTo: z.string().optional(),
  /** The masks for programming events at the keypad were read and say all. */
  tellsProgramming: z.boolean().optional(),
  /**
   * How its slots are read. With their codes: `digits`, it has told some; `bare`, it has told none but zeros, only users
   * without digits; absent, not known yet. `masked`: by their status only. `none`: not at all.
   */
  reads: z.enum(['digits', 'bare', 'masked', 'none']).optional(),
  /** Refusals in a row to tell a code, or a status, that may be passing (`reading.ts`). */
  refusals: z.number().optional(),
  /** It was told to tell PINs over the air (attribute 0x0032), and did, or didn't want to. */
  tellsPins: z.enum(['told', 'refused']).optional(),
  /** Its AutoRelockTime can be read, and not be set. */
  relockFixed: z.boolean().optional(),
  /**
   * What its own clock makes of what it is told. `fixed`: it can't be set. `flat`: it knows no zone, and shows its Time as
   * it is. `zoned`: it adds its zone, and keeps no summer time. `dst`: it keeps that too. Absent: it was never told.
   */
  clock: z.enum(['fixed', 'flat', 'zoned', 'dst']).optional(),
  /** It has no answer to Get User Type. */
  hidesTypes: z.boolean().optional(),
  /** The name that it carries itself (attribute 0x0010 of its Basic cluster). */
  name: z.string().optional(),
});

export type Notes = z.infer<typeof schema>;

const key = 'lockstep';

/** Empty where there are none, or none that can be understood. */
export const notesOf = (device: Pick<Models.Device, 'meta'>): Notes => {
  const parsed = schema.safeParse(device.meta[key]);
  return parsed.success ? parsed.data : {};
};

/** Adds to the notes, durably. The device forgets them when it leaves. */
export const note = (device: Models.Device, more: Notes): void => {
  device.meta[key] = { ...notesOf(device), ...more };
  if (!device.isDeleted) device.save();
};
