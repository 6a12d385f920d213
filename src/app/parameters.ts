import { z } from 'zod';
import { uuidPattern } from '../core/ids.ts';

// What parameters of many routes are made of. Each error says what is allowed, and never repeats what was given.

export const uuid = (what: string): z.ZodString =>
  z.string({ error: `must be ${what}, a UUID in a string` }).regex(uuidPattern, `must be ${what}, a UUID`);

export const deviceId = uuid("a lock's device_id");
export const accessCodeId = uuid("an access code's access_code_id");

/** Digits in a string: a JSON number would lose leading zeros (FIELD-BUGS 18). */
export const code = z
  .string({ error: 'must be a string of 4 to 12 digits (a number would lose leading zeros)' })
  .regex(/^\d{4,12}$/, 'must be 4 to 12 digits');

/** A name that people see; null for none. */
export const name = z
  .string({ error: 'must be a string' })
  .trim()
  .min(1, 'must not be empty')
  .max(100, 'must be at most 100 characters')
  .regex(/^\P{Cc}*$/u, 'must not contain control characters')
  .nullable();

export const flag = z.boolean({ error: 'must be true or false' });

/** Of the access codes or other things of somebody who isn't known here: taken, and matches nothing. */
export const foreignKey = z
  .string({ error: 'must be a string' })
  .min(1, 'must not be empty')
  .max(500, 'must be at most 500 characters')
  .optional();
export const foreignId = z
  .string({ error: 'must be a UUID in a string' })
  .regex(uuidPattern, 'must be a UUID')
  .optional();

export const limit = (most: number): z.ZodOptional<z.ZodNumber> =>
  z
    .number({ error: 'must be a number' })
    .int('must be a whole number')
    .min(1, 'must be at least 1')
    .max(most, `must be at most ${most}`)
    .optional();

/** From an earlier page's `next_page_cursor`; null asks for the first page. */
export const pageCursor = z
  .string({ error: 'must be the next_page_cursor of a page before' })
  .min(1, 'must not be empty')
  .max(500, 'must be the next_page_cursor of a page before')
  .nullable()
  .optional();

export const search = z
  .string({ error: 'must be a string' })
  .min(1, 'must not be empty')
  .max(100, 'must be at most 100 characters')
  .optional();

const timePattern = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d([.,]\d{1,9})?)?(Z|[+-]\d\d(:?\d\d)?)$/i;
const lastInstant = Date.UTC(9999, 11, 31, 23, 59, 59, 999);
const offsetHint =
  'must be a time in ISO 8601 with its offset from UTC, such as 2026-12-24T15:00:00+01:00 or 2026-12-24T14:00:00Z';

/**
 * An instant: ISO 8601 with an offset, because a time without one would be another instant for whoever reads it in
 * another zone. Comes out as milliseconds since the epoch.
 */
export const time = z.string({ error: offsetHint }).transform((text, context): number => {
  const at = timePattern.test(text) ? instantOf(text) : undefined;
  // Beyond four digits of year an instant has no ISO 8601 text that every client reads.
  if (at !== undefined && at >= 0 && at <= lastInstant) return at;
  context.addIssue({ code: 'custom', message: offsetHint });
  return z.NEVER;
});

/** Undefined where the calendar has no such day or the clock no such time: `Date` would roll 31 February over. */
const instantOf = (text: string): number | undefined => {
  const [, date, hour, minute, second, fraction, offset] =
    /^(.{10})T(\d\d):(\d\d)(?::(\d\d)(?:[.,](\d+))?)?(.+)$/i.exec(text) ?? [];
  const day = Date.parse(`${date ?? ''}T00:00:00Z`);
  if (Number.isNaN(day) || new Date(day).toISOString().slice(0, 10) !== date) return undefined;
  const [hours, minutes, seconds] = [Number(hour), Number(minute), Number(second ?? 0)];
  const ms = Number((fraction ?? '').slice(0, 3).padEnd(3, '0'));
  const shift = offsetMs(offset ?? '');
  if (hours > 23 || minutes > 59 || seconds > 59 || shift === undefined) return undefined;
  return day + ((hours * 60 + minutes) * 60 + seconds) * 1000 + ms - shift;
};

const offsetMs = (offset: string): number | undefined => {
  if (/^z$/i.test(offset)) return 0;
  const [, sign, hours, minutes] = /^([+-])(\d\d):?(\d\d)?$/.exec(offset) ?? [];
  if (Number(hours) > 23 || Number(minutes ?? 0) > 59) return undefined;
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes ?? 0)) * 60_000;
};

export const accessCodeIds = z
  .array(accessCodeId, { error: "must be a list of access codes' ids" })
  .max(1000, 'must be at most 1000');

/** An access code is named by its id, or by its lock and PIN. */
export const idOrDeviceAndCode = [
  (params: {
    readonly access_code_id?: string | undefined;
    readonly device_id?: string | undefined;
    readonly code?: string | undefined;
  }): boolean =>
    params.access_code_id !== undefined || (params.device_id !== undefined && params.code !== undefined),
  { error: 'give access_code_id, or device_id and code together' },
] as const;
