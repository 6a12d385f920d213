import { Temporal } from 'temporal-polyfill';
import type { Instant, LocalMinute } from '../core/model.ts';
import type { LockTime } from '../ports/lock-time.ts';

const minuteMs = 60_000;

const zoned = (at: Instant, timeZone: string): Temporal.ZonedDateTime =>
  Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(timeZone);

/** Undefined where a clock on the wall shows this minute twice. */
const localMinute = (at: Instant, timeZone: string): LocalMinute | undefined => {
  const local = zoned(at, timeZone);
  const plain = local.toPlainDateTime();
  const times = ['earlier', 'later'] as const;
  const [first, second] = times.map(
    (disambiguation) => plain.toZonedDateTime(timeZone, { disambiguation }).epochMilliseconds,
  );
  if (first !== second) return undefined;
  const { year, month, day, hour, minute } = local;
  return { year, month, day, hour, minute };
};

export const lockTime: LockTime = {
  windowIn: ({ startsAt, endsAt }, timeZone) => {
    const start = localMinute(Math.floor(startsAt / minuteMs) * minuteMs, timeZone);
    const stop = localMinute(Math.ceil(endsAt / minuteMs) * minuteMs, timeZone);
    return start === undefined || stop === undefined ? undefined : { start, stop };
  },
  isSteady: (instants, timeZone) =>
    new Set(instants.map((at) => zoned(at, timeZone).offsetNanoseconds)).size <= 1,
};
