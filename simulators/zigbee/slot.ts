import { z } from 'zod';

/** Slot numbers as they go over the air: user ids. */
export const slotSchema = z.int().min(0).max(1_254);
export const slotKeySchema = z.string().regex(/^\d{1,4}$/, 'a slot number');
export const digitsSchema = z.string().regex(/^\d{1,16}$/, '1 to 16 digits, as a string');
/** What a slot may hold: digits, or '' for what opens without them. */
export const heldCodeSchema = z.string().regex(/^\d{0,16}$/, 'up to 16 digits, as a string');

/** User status values (ZCL, Set PIN Code): 1 occupied and enabled, 3 occupied and disabled; 0 is an empty slot. */
export const statusNumbers = { enabled: 1, disabled: 3 } as const;
export type SlotStatus = keyof typeof statusNumbers;
export const availableStatus = 0;

/** User type values (ZCL, Set PIN Code). */
export const typeNumbers = { unrestricted: 0, year_day: 1, week_day: 2, master: 3, non_access: 4 } as const;
export type UserType = keyof typeof typeNumbers;
export const noType = 0xff;

export const slotStatusSchema = z.enum(['enabled', 'disabled']);
export const userTypeSchema = z.enum(['unrestricted', 'year_day', 'week_day', 'master', 'non_access']);

export const slotStatusOf = (value: number): SlotStatus | undefined =>
  slotStatusSchema.options.find((each) => statusNumbers[each] === value);
export const userTypeOf = (value: number): UserType | undefined =>
  userTypeSchema.options.find((each) => typeNumbers[each] === value);

/** What an occupied slot holds. */
export interface Slot {
  readonly status: SlotStatus;
  readonly type: UserType;
  readonly code: string;
}
