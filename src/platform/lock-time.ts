import { Temporal } from 'temporal-polyfill';
import type { Instant, LocalMinute } from '../core/model.ts';
import type { LockTime } from '../ports/lock-time.ts';

const minuteMs = 60_000;

const zoned = (at: Instant, timeZone: string): Temporal.ZonedDateTime =>
  Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(timeZone);

/** Bounds the memory; a busy lock has some thousands of edges of time frames ahead. */
const rememberedMost = 20_000;

/** Each look at a lock asks for all its time frames anew, and a conversion takes a good part of a millisecond. */
const remembering = <T>(work: (at: Instant, timeZone: string) => T): typeof work => {
  const known = new Map<string, { readonly value: T }>();
  return (at, timeZone) => {
    const key = `${at} ${timeZone}`;
    const found = known.get(key) ?? { value: work(at, timeZone) };
    if (known.size >= rememberedMost) known.clear();
    known.set(key, found);
    return found.value;
  };
};

/** Undefined where a clock on the wall shows this minute twice. */
const localMinute = remembering((at, timeZone): LocalMinute | undefined => {
  const local = zoned(at, timeZone);
  const plain = local.toPlainDateTime();
  const times = ['earlier', 'later'] as const;
  const [first, second] = times.map(
    (disambiguation) => plain.toZonedDateTime(timeZone, { disambiguation }).epochMilliseconds,
  );
  if (first !== second) return undefined;
  const { year, month, day, hour, minute } = local;
  return { year, month, day, hour, minute };
});

const offset = remembering((at, timeZone) => zoned(at, timeZone).offsetNanoseconds);

export const lockTime: LockTime = {
  windowIn: ({ startsAt, endsAt }, timeZone) => {
    const start = localMinute(Math.floor(startsAt / minuteMs) * minuteMs, timeZone);
    const stop = localMinute(Math.ceil(endsAt / minuteMs) * minuteMs, timeZone);
    return start === undefined || stop === undefined ? undefined : { start, stop };
  },
  isSteady: (instants, timeZone) =>
    new Set(instants.map((at) => offset(Math.floor(at / minuteMs) * minuteMs, timeZone))).size <= 1,
};
