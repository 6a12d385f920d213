/**
 * Time zones as locks are told of them: offsets, summer time, the next change. By the platform's own tables (Intl), whatever
 * zone this process lives in; pure for given tables.
 */

const secondMs = 1_000;
const dayMs = 86_400_000;
/** A change is sought so far ahead and back. */
const horizonDays = 371;
/** No summer time is shorter, nor a pause of it. */
const strideDays = 7;

/** Offset of a zone from UTC at an instant (milliseconds since the Unix epoch), milliseconds, positive east. */
export type OffsetAt = (instant: number) => number;

const offsetText = /^GMT(?:([+-])(\d\d):(\d\d)(?::(\d\d))?)?$/;

const offsetOf = (text: string): number => {
  const parts = offsetText.exec(text);
  // To be taken for UTC would be a wrong time told.
  if (parts === null) throw new RangeError(`no offset from UTC: ${text}`);
  const [, sign, hours = 0, minutes = 0, seconds = 0] = parts;
  const total = (Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds);
  return (sign === '-' ? -total : total) * secondMs;
};

/** @throws RangeError for a zone that doesn't exist */
export const offsetsOf = (zone: string): OffsetAt => {
  const format = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' });
  return (instant) =>
    offsetOf(format.formatToParts(instant).find(({ type }) => type === 'timeZoneName')?.value ?? '');
};

/**
 * The change of offset that is next after `from` (`direction` 1: the first second of the new offset), or was the last up to
 * it (−1: the first second of the offset that holds at `from`). Undefined: none within a year.
 */
export const changeBeside = (from: number, offsetAt: OffsetAt, direction: 1 | -1): number | undefined => {
  const held = offsetAt(from);
  // In whole seconds.
  const start = Math.floor(from / secondMs);
  const isSame = (second: number): boolean => offsetAt(second * secondMs) === held;
  const stride = (strideDays * dayMs * direction) / secondMs;
  for (let week = 1; week * strideDays <= horizonDays; week += 1) {
    let [same, other] = [start + (week - 1) * stride, start + week * stride];
    if (isSame(other)) continue;
    while (Math.abs(other - same) > 1) {
      const middle = Math.floor((same + other) / 2);
      if (isSame(middle)) same = middle;
      else other = middle;
    }
    return (direction === 1 ? other : same) * secondMs;
  }
  return undefined;
};

/** A zone around an instant. Instants in milliseconds since the Unix epoch, offsets in milliseconds. */
export interface Season {
  /** What holds at the instant, summer time included. */
  readonly offsetMs: number;
  /** Outside summer time: the lower of the two offsets, also where a zone calls the higher one its standard (Morocco). */
  readonly standardMs: number;
  /** The summer time that is, or comes next: from its first instant until the first that isn't its any more. */
  readonly dst: { readonly from: number; readonly until: number; readonly shiftMs: number } | undefined;
  /** The first instant with another offset than now's. Undefined: none within a year. */
  readonly nextChange: number | undefined;
  /** Until then, `standardMs` and `dst` say all there is to say. Undefined: for a year at least. */
  readonly validUntil: number | undefined;
}

/** What to tell of a zone at `now`. The instant of a change belongs to the offset after it. */
export const seasonAt = (now: number, offsetAt: OffsetAt): Season => {
  const offsetMs = offsetAt(now);
  const nextChange = changeBeside(now, offsetAt, 1);
  const flat: Season = {
    offsetMs,
    standardMs: offsetMs,
    dst: undefined,
    nextChange,
    validUntil: nextChange,
  };
  if (nextChange === undefined) return flat;
  const coming = offsetAt(nextChange);
  if (coming < offsetMs) {
    const from = changeBeside(now, offsetAt, -1);
    if (from === undefined) return flat;
    return { ...flat, standardMs: coming, dst: { from, until: nextChange, shiftMs: offsetMs - coming } };
  }
  const until = changeBeside(nextChange, offsetAt, 1);
  if (until === undefined || offsetAt(until) !== offsetMs) return flat;
  return {
    ...flat,
    dst: { from: nextChange, until, shiftMs: coming - offsetMs },
    validUntil: until,
  };
};
